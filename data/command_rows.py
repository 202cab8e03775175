# ruff: noqa: S608 - columns come from constants, values are bound
"""The rows of `command` as the central system reads and writes them."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import pyarrow as pa

from data.command_kinds import KINDS, Kind
from data.database import Batch, Database, Into, Sql
from data.texts import N_, retold, words

TIME = pa.timestamp("us", tz="UTC")
ANSWER_WITHIN = timedelta(seconds=30)
"""How long a station's answer to a call is waited for."""


class State(StrEnum):
    """How far a command is."""

    QUEUED = "queued"
    SENT = "sent"
    ACCEPTED = "accepted"
    WORKING = "working"
    DONE = "done"
    REJECTED = "rejected"
    NOT_SUPPORTED = "not_supported"
    FAILED = "failed"
    TIMED_OUT = "timed_out"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


UNDER_WAY = (State.QUEUED, State.SENT, State.ACCEPTED, State.WORKING)
FAILURES = (State.REJECTED, State.NOT_SUPPORTED, State.FAILED, State.TIMED_OUT)


@dataclass
class Command:
    """A command that is not ended yet, as the central system keeps it; times in UTC."""

    command_id: int
    batch_id: str
    station_id: int
    site_id: int
    connector_id: int | None
    kind: Kind
    parameters: Mapping[str, object]  # with the secret ones
    requested_by: int | None
    expires_at: datetime
    stop_on_failures: int | None
    state: State
    sent_at: datetime | None = None
    answered_at: datetime | None = None
    progressed_at: datetime | None = None
    ended_at: datetime | None = None
    done_by: datetime | None = None
    answer: str = ""
    progress: int | None = None
    progress_text: str = ""
    result: Mapping[str, object] | None = None
    is_fulfilled: bool = field(default=False, compare=False)
    """The outcome was seen before the answer."""


UPDATED = Into(
    """UPDATE command SET state = batch.state, sent_at = batch.sent_at, answered_at = batch.answered_at,
           progressed_at = batch.progressed_at, ended_at = batch.ended_at, done_by = batch.done_by,
           answer = batch.answer, progress = batch.progress, progress_text = batch.progress_text,
           result = batch.result, template = batch.template, arguments = batch.arguments,
           secret = CASE WHEN batch.answered_at IS NULL AND batch.ended_at IS NULL THEN secret END
       FROM batch WHERE command.command_id = batch.command_id
       AND (command.ended_at IS NULL OR command.state = 'timed_out')""",
    pa.schema(
        [
            ("command_id", pa.int64()),
            ("state", pa.string()),
            ("sent_at", TIME),
            ("answered_at", TIME),
            ("progressed_at", TIME),
            ("ended_at", TIME),
            ("done_by", TIME),
            ("answer", pa.string()),
            ("progress", pa.int16()),
            ("progress_text", pa.string()),
            ("result", pa.string()),
            ("template", pa.string()),
            ("arguments", pa.string()),
        ]
    ),
    key=("command_id",),
)


def updated(command: Command) -> Batch:
    """Write how far a command is; what a user has ended meanwhile stays so."""
    return Batch(
        UPDATED,
        [
            (
                command.command_id,
                command.state.value,
                command.sent_at,
                command.answered_at,
                command.progressed_at,
                command.ended_at,
                command.done_by,
                command.answer,
                command.progress,
                command.progress_text,
                None if command.result is None else json.dumps(command.result, default=str),
                *words(command.progress_text or command.answer),
            )
        ],
    )


def claimed(command_id: int, at: datetime) -> Sql:
    """Take a queued command for sending; no row comes back when a user cancelled it or its time is over."""
    return Sql(
        """UPDATE command SET state = 'sent', sent_at = $at
           WHERE command_id = $command_id AND state = 'queued' AND expires_at > $at RETURNING command_id""",
        {"command_id": command_id, "at": at},
    )


def batch_stopped(command: Command, at: datetime) -> Sql:
    """Cancel what is still queued of a batch that had its share of failures."""
    return Sql(
        """UPDATE command SET state = 'cancelled', ended_at = $at, secret = NULL,
               answer = $answer, template = $answer
           WHERE batch_id = $batch_id AND state = 'queued'
           AND (SELECT count(*) FROM command failed WHERE failed.batch_id = $batch_id
                AND failed.state = ANY($failures)) >= $most
           RETURNING command_id""",
        {
            "batch_id": command.batch_id,
            "at": at,
            "failures": list(FAILURES),
            "most": command.stop_on_failures,
            "answer": N_("Too many stations failed before."),
        },
    )


_COLUMNS = """command_id, batch_id, station_id, site_id, connector_id, kind, parameters, secret, requested_by,
    expires_at, stop_on_failures, state, sent_at, answered_at, progressed_at, done_by, answer, progress,
    progress_text, template, arguments"""


def under_way(database: Database) -> list[Command]:
    """Return every command that has not ended, the oldest first; for the start of the central system."""
    return _read(database, "ended_at IS NULL", {})


def queued(database: Database) -> list[Command]:
    return _read(database, "state = 'queued'", {})


def ended_among(database: Database, command_ids: Sequence[int]) -> set[int]:
    """Return which of these commands have ended."""
    rows = database.query(
        "SELECT command_id FROM command WHERE command_id = ANY($ids) AND ended_at IS NOT NULL",
        {"ids": list(command_ids)},
    )
    return set(rows["command_id"].to_pylist())


def _read(database: Database, where: str, params: Mapping[str, object]) -> list[Command]:
    rows = database.query(f"SELECT {_COLUMNS} FROM command WHERE {where} ORDER BY command_id", params).to_pylist()
    return list(_commands(rows))


def _commands(rows: Iterable[dict[str, Any]]) -> Iterable[Command]:
    for row in rows:
        secret = json.loads(str(row.pop("secret") or "{}"))
        made_of = row.pop("template"), row.pop("arguments")
        kind = KINDS.get(str(row["kind"]))
        if kind is None:  # of another release
            continue
        values = row | {
            "kind": kind,
            "parameters": json.loads(str(row["parameters"])) | secret,
            "state": State(str(row["state"])),
            "answer": retold(row["answer"], *made_of),
            "progress_text": retold(row["progress_text"], *made_of),
        }
        yield Command(**values)
