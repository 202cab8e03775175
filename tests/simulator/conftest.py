from collections.abc import AsyncIterator

import pytest
from websockets.asyncio.server import serve

from tests.simulator.central_system import CentralSystem


@pytest.fixture
async def central() -> AsyncIterator[CentralSystem]:
    central = CentralSystem()
    async with serve(central.talk, "127.0.0.1", 0, subprotocols=["ocpp1.6"]) as server:
        central.url = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/Ocpp/websocket"
        yield central
