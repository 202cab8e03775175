"""What is done again and again goes on when it fails once."""

import asyncio
import logging

import pytest

from csms.repeating import every
from data.errors import DatabaseUnusable


@pytest.mark.logs_errors
async def test_what_fails_is_logged_and_done_again(caplog: pytest.LogCaptureFixture) -> None:
    failures = [ValueError("odd"), DatabaseUnusable("portal.duckdb", "the disk is full.")]
    done = asyncio.Event()

    async def do() -> None:
        if failures:
            raise failures.pop(0)
        done.set()

    task = asyncio.create_task(every(0.01, do, "stations could not be looked at", at_once=True))
    await done.wait()
    task.cancel()
    told = [(record.levelno, record.getMessage().partition(":")[0]) for record in caplog.records]
    assert told == [
        (logging.ERROR, "stations could not be looked at; it is tried again"),
        (logging.WARNING, "stations could not be looked at"),
    ]
