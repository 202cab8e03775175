"""A simulated station keeps the password it was given, where nobody else may read it."""

import asyncio
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from simulator import life, world
from simulator.life import LivingStation
from simulator.passwords import FILE, Passwords
from tests.simulator.central_system import CentralSystem
from tests.support.virtual_station import until


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(life, "LONGEST_SWITCH_ON_S", 0)


@asynccontextmanager
async def alive(central: CentralSystem, folder: Path) -> AsyncIterator[None]:
    """Let a station live, with what an earlier one of its name has kept."""
    known = len(central.connections)
    station = LivingStation(central.url, "00003564", *world.places()["00003564"], Passwords(folder))
    living = asyncio.create_task(station.run())
    await until(lambda: len(central.connections) > known)
    yield
    living.cancel()
    await asyncio.gather(living, return_exceptions=True)


def shown(central: CentralSystem) -> str | None:
    request = central.connections[-1].request
    assert request
    return request.headers.get("Authorization")


async def test_a_password_that_was_given_is_shown_after_a_restart(central: CentralSystem, tmp_path: Path) -> None:
    async with alive(central, tmp_path):
        assert shown(central) is None
        changed = {"key": "AuthorizationKey", "value": b"sixteen letters.".hex()}
        assert (await central.call("ChangeConfiguration", changed))[2] == {"status": "Accepted"}
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600
    async with alive(central, tmp_path):
        assert shown(central) == "Basic MDAwMDM1NjQ6c2l4dGVlbiBsZXR0ZXJzLg=="  # 00003564:sixteen letters.
