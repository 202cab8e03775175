"""A central system that only notes what it hears and answers with the least."""

import asyncio
import contextlib
import json

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from tests.support.virtual_station import WAIT_S

ANSWERS = {
    "BootNotification": {"status": "Accepted", "currentTime": "2026-03-20T15:42:08Z", "interval": 60},
    "StartTransaction": {"transactionId": 7, "idTagInfo": {"status": "Accepted"}},
    "StopTransaction": {},
    "MeterValues": {},
    "StatusNotification": {},
}


class CentralSystem:
    def __init__(self) -> None:
        self.heard: list[list] = []
        self.connections: list[ServerConnection] = []
        self.answers: asyncio.Queue[list] = asyncio.Queue()
        self.url = ""

    async def talk(self, connection: ServerConnection) -> None:
        self.connections.append(connection)
        with contextlib.suppress(ConnectionClosed):  # stations are cut off here
            await self._listen(connection)

    async def _listen(self, connection: ServerConnection) -> None:
        async for frame in connection:
            message = json.loads(frame)
            if message[0] != 2:
                await self.answers.put(message)
                continue
            self.heard.append(message)
            answer = ANSWERS.get(message[2])
            await connection.send(
                json.dumps(
                    [3, message[1], answer] if answer is not None else [4, message[1], "NotImplemented", message[2], {}]
                )
            )

    async def call(self, action: str, payload: dict) -> list:
        await self.connections[-1].send(json.dumps([2, "c1", action, payload]))
        return await asyncio.wait_for(self.answers.get(), WAIT_S)

    def actions(self) -> list[str]:
        return [message[2] for message in self.heard]
