"""The load: stations as lean as they can be, since they share the machine with what they measure."""

import asyncio
import itertools
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import orjson
from websockets.asyncio.client import ClientConnection, connect

BOOT = {"chargePointVendor": "Nordladd AB", "chargePointModel": "EVA", "firmwareVersion": "ccu_R3.6.13-0-g6cb0"}
OPENINGS_AT_ONCE = 50


class LoadStation:
    """One connection that calls, one call at a time, and notes how long each answer took."""

    def __init__(self, socket: ClientConnection, charge_box_id: str) -> None:
        self.socket, self.charge_box_id = socket, charge_box_id
        self.answer_s: list[float] = []
        self._message_ids = itertools.count(time.time_ns() // 1000)

    async def call(self, action: str, payload: dict[str, object]) -> dict[str, object]:
        """Call the central system; what it asks meanwhile is answered with next to nothing."""
        message_id = str(next(self._message_ids))
        frame = orjson.dumps([2, message_id, action, payload]).decode()
        sent = time.perf_counter()
        await self.socket.send(frame)
        while True:
            message = orjson.loads(await self.socket.recv(decode=False))
            if message[0] == 2:
                await self.socket.send(_least_answer(message))
            elif message[1] == message_id:
                break
        self.answer_s.append(time.perf_counter() - sent)
        if message[0] != 3:
            raise RuntimeError(f"{self.charge_box_id}: {action} was answered with {message}")
        return message[2]

    async def boot(self) -> None:
        await self.call("BootNotification", BOOT)
        for connector_id in (0, 1, 2):
            await self.status(connector_id, "Available")
        self.answer_s.clear()

    async def status(self, connector_id: int, status: str) -> None:
        await self.call(
            "StatusNotification",
            {"connectorId": connector_id, "status": status, "errorCode": "NoError", "timestamp": now()},
        )

    async def charge(self, meter_wh: int) -> None:
        """Start, report the meter three times, stop."""
        started = await self.call(
            "StartTransaction", {"connectorId": 1, "idTag": "04A10000", "meterStart": meter_wh, "timestamp": now()}
        )
        transaction_id = started["transactionId"]
        for step in (1, 2, 3):
            await self.call(
                "MeterValues",
                {
                    "connectorId": 1,
                    "transactionId": transaction_id,
                    "meterValue": [
                        {
                            "timestamp": now(),
                            "sampledValue": [
                                {
                                    "value": str(meter_wh + step),
                                    "measurand": "Energy.Active.Import.Register",
                                    "unit": "Wh",
                                },
                                {"value": "11040", "measurand": "Power.Active.Import", "unit": "W"},
                                {"value": "16.0", "measurand": "Current.Import", "unit": "A", "phase": "L1"},
                            ],
                        }
                    ],
                },
            )
        await self.call(
            "StopTransaction",
            {"transactionId": transaction_id, "meterStop": meter_wh + 3, "timestamp": now(), "reason": "Local"},
        )


async def open_stations(url: str, charge_box_ids: list[str]) -> list[LoadStation]:
    """Connect and boot stations, some at a time."""
    gate = asyncio.Semaphore(OPENINGS_AT_ONCE)

    async def open_one(charge_box_id: str) -> LoadStation:
        async with gate:
            socket = await connect(
                f"{url}/{charge_box_id}",
                subprotocols=["ocpp1.6"],
                compression=None,
                ping_interval=None,
                proxy=None,
                open_timeout=60,
            )
            station = LoadStation(socket, charge_box_id)
            await station.boot()
            return station

    return list(await asyncio.gather(*map(open_one, charge_box_ids)))


async def close_stations(stations: list[LoadStation]) -> None:
    await asyncio.gather(*(station.socket.close() for station in stations))


async def for_a_while(
    seconds: float, stations: list[LoadStation], live: Callable[[LoadStation, int], Awaitable[None]]
) -> None:
    """Let every station do `live(station, round)` again and again; each finishes the round it is in."""
    until = time.monotonic() + seconds

    async def repeat(station: LoadStation) -> None:
        for number in itertools.count():
            if time.monotonic() > until:
                return
            await live(station, number)

    await asyncio.gather(*map(repeat, stations))


def now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _least_answer(message: list[object]) -> str:
    answer = {"configurationKey": []} if message[2] == "GetConfiguration" else {"status": "Accepted"}
    return orjson.dumps([3, message[1], answer]).decode()
