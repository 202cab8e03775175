"""The central system beside a served portal, with real stations that come when a test wants them."""

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from contextlib import AsyncExitStack, contextmanager
from typing import Any

from csms.addresses import PATH
from csms.central import Timing
from csms.system import Running, running
from data.duckdb_engine import DuckDB
from settings import Address
from simulator.commands import Handler
from tests.support.virtual_station import WAIT_S, Station

ANY_PORT = Address("127.0.0.1", 0)
QUICK = Timing(configuration_after=0, configuration_every=0.05, refresh_every=0.05, commands_every=0.1, finish_within=1)


class Steering:
    """Its methods are called in a test's thread; central system and stations live in another."""

    def __init__(self, database: DuckDB) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self._stack = AsyncExitStack()
        self._system: Running = self._do(self._stack.enter_async_context(running(database, ANY_PORT, ANY_PORT, QUICK)))

    def connect(self, charge_box_id: str, **handlers: Handler) -> Station:
        """Let a station come; handlers: what it answers otherwise, by action."""

        async def come() -> Station:
            while charge_box_id not in self._system.central.stations:  # a new one is taken over by and by
                await asyncio.sleep(0.01)
            station = Station(f"ws://{self._system.ocpp}{PATH}", charge_box_id)
            station.handlers |= handlers
            await self._stack.enter_async_context(station)
            await station.boot_and_notify()
            return station

        return self._do(come())

    def tell(self, station: Station, action: str, **payload: Any) -> None:
        """Let a station tell something, and wait for the answer."""
        self._do(station.call(action, payload))

    def close(self) -> None:
        self._do(self._stack.aclose())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _do(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(WAIT_S)


@contextmanager
def steering(database: DuckDB) -> Iterator[Steering]:
    central = Steering(database)
    try:
        yield central
    finally:
        central.close()
