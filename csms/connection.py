"""One station's OCPP-J session: frames in, frames out, whatever the version.

The reader only sorts frames: answers to our calls go to whoever waits, calls of the station into a queue that one task
works through in order. So a handler may call the station without a deadlock, and a slow one holds nobody else back.
"""

import asyncio
import logging
import re
from collections import deque
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, NamedTuple

import orjson
from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from csms.answers import Answers
from csms.call_queue import CallQueue
from csms.calling import CallFailed, ErrorAnswered, Payload
from csms.metrics import Metrics
from data.errors import DatabaseUnusable
from data.texts import told

log = logging.getLogger(__name__)

CALLRESULT, CALLERROR = 3, 4
TAKEN_OVER = 4000  # closes a connection whose station has a newer one
NO_ID = "-1"  # answers a call whose id cannot be read
MOST_WAITING = 64  # the station is not read further until its queue is shorter
BEGINNING_OF_CALL = re.compile(rb'\[\s*2\s*,\s*"([^"\\]{1,64})"')


class CallRefused(Exception):
    """A call is answered with CALLERROR."""

    def __init__(self, code: str, description: str) -> None:
        super().__init__(description)
        self.code, self.description = code, description


class _Incoming(NamedTuple):
    unique_id: Any
    action: str
    payload: Payload
    frame: bytes
    received_at: datetime


class Peer(NamedTuple):
    """What a connection needs to know of the station at its other end."""

    charge_box_id: str
    answers: Answers
    respond: Callable[[str, str, Payload, datetime], Awaitable[Payload]]
    """Answers a call (unique id, action, payload, time of receipt); raises CallRefused."""
    repeatable: Callable[[str], bool]
    """Tells whether an action's answer may be given again."""
    heard: Callable[[datetime], None]
    broken: Callable[[bytes], None]
    """Hears of frames that are no OCPP-J."""
    unexpected: Callable[[str], None]
    """Hears of answers to calls that nobody made, or that are answered already."""
    record: Callable[[str, bytes, datetime | None], None]
    """Logs a frame: `in` or `out`, and when."""


class Connection:
    can_be_called = True

    def __init__(self, socket: ServerConnection, peer: Peer, metrics: Metrics, deadline_s: float) -> None:
        self._socket = socket
        self._peer = peer
        self._metrics = metrics
        self._deadline_s = deadline_s
        self._incoming: deque[_Incoming | bytes] = deque()  # bytes: a refusal, waiting its turn
        self._room = asyncio.Event()
        self._working: asyncio.Task[None] | None = None
        self._calls = CallQueue(self._send, deadline_s)
        self._closed = False
        self._is_finishing = False
        self._round_trip_s = 0.0  # websockets has none yet

    async def run(self) -> None:
        """Read until the socket closes; return when everything received is worked off."""
        try:
            while True:
                frame = await self._socket.recv(decode=False)
                if not self._is_finishing:
                    self._take(frame)
                if len(self._incoming) >= MOST_WAITING:
                    self._room.clear()
                    await self._room.wait()
        except ConnectionClosed as closed:
            log.debug("%s: socket closed: %s", self._peer.charge_box_id, closed)
        finally:
            self._closed = True
            self._calls.fail()
            if self._working:
                await self._working

    async def close(self, code: int, reason: str) -> None:
        self._is_finishing = True
        self._calls.fail()
        await self._socket.close(code, reason)

    async def finish(self, code: int, within_s: float) -> None:
        """Take nothing more, answer what was taken, and close."""
        self._is_finishing = True
        if self._working:
            await asyncio.wait([self._working], timeout=within_s)
        await self.close(code, "")

    @property
    def is_over(self) -> bool:
        return self._closed or self._is_finishing

    def new_round_trip_s(self) -> float | None:
        """Return how long the last ping took, once; None if there was none since."""
        before, self._round_trip_s = self._round_trip_s, self._socket.latency
        return self._round_trip_s if self._round_trip_s != before else None

    async def is_there(self) -> bool:
        """Ask for a sign of life: a pong, else any answer to a TriggerMessage, of which an error is one too."""
        try:
            async with asyncio.timeout(self._deadline_s):
                await (await self._socket.ping())
            return True
        except (TimeoutError, ConnectionClosed):
            pass
        try:
            await self.call("TriggerMessage", {"requestedMessage": "Heartbeat"})
        except ErrorAnswered:
            return True
        except CallFailed:
            return False
        return True

    async def call(self, action: str, payload: Payload) -> Payload:
        """Call the station and return its answer; calls wait for each other.

        Raises:
            CallFailed: an error, silence until the deadline, or the end of the connection.
        """
        if self._closed:
            raise CallFailed(told("the station is not connected"))
        return await self._calls.call(action, payload)

    def _take(self, frame: bytes) -> None:
        received_at = datetime.now(UTC)
        self._peer.heard(received_at)
        self._peer.record("in", frame, received_at)
        if log.isEnabledFor(logging.DEBUG):
            log.debug("%s > %r", self._peer.charge_box_id, frame)
        try:
            message = orjson.loads(frame)
        except orjson.JSONDecodeError:
            message = _mended(frame)
        match message:
            case [2, str() | int() | float() | None as unique_id, str(action), dict() | None as payload, *_]:
                self._enqueue(_Incoming(unique_id, action, payload or {}, frame, received_at))
            case [2, str() | int() | float() | None as unique_id, str(action)]:
                self._enqueue(_Incoming(unique_id, action, {}, frame, received_at))
            case [3, str(unique_id), dict() | None as payload, *_]:
                self._resolve(unique_id, payload or {})
            case [4, str(unique_id), *error]:
                self._resolve(unique_id, ErrorAnswered(*(str(part or "")[:255] for part in [*error, "", ""][:2])))
            case _:
                self._refuse_frame(frame, message)

    def _refuse_frame(self, frame: bytes, message: object) -> None:
        if not frame.strip(b" \t\r\n\0"):
            return  # some stations keep their line open so
        self._metrics.broken_frames += 1
        self._peer.broken(frame)
        match message:
            case [2, str() | int() as unique_id, *_]:
                pass
            case [2, *_]:
                unique_id = NO_ID
            case list() | dict():
                return  # no call: OCPP-J has no answer to it
            case _:
                begun = BEGINNING_OF_CALL.search(frame)
                unique_id = begun[1].decode(errors="replace") if begun else NO_ID
        self._enqueue(_error(unique_id, CallRefused("FormationViolation", "This is no OCPP-J message.")))

    def _enqueue(self, incoming: _Incoming | bytes) -> None:
        self._incoming.append(incoming)
        if self._working is None or self._working.done():
            self._working = asyncio.create_task(self._work())

    async def _work(self) -> None:
        while self._incoming:
            incoming = self._incoming.popleft()
            self._room.set()
            answer = incoming if isinstance(incoming, bytes) else await self._answer(incoming)
            if answer is not None:
                await self._send(answer)

    async def _answer(self, incoming: _Incoming) -> bytes | None:
        """Return the answer; None while the database is unusable: only silence makes every station send it again."""
        unique_id, action, payload, frame, received_at = incoming
        peer = self._peer
        given = peer.answers.find(unique_id, frame, received_at)
        if given is not None:
            return given
        try:
            said = await peer.respond(str(unique_id), action, payload, received_at)
            answer = orjson.dumps([CALLRESULT, unique_id, said])
        except CallRefused as refused:
            self._metrics.refused += 1
            return _error(unique_id, refused)
        except DatabaseUnusable:
            self._metrics.failed += 1
            return None
        except Exception:
            self._metrics.failed += 1
            log.exception("%s: %s failed", peer.charge_box_id, action)
            return _error(
                unique_id, CallRefused("InternalError", "The central system could not store this. Send it again.")
            )
        self._metrics.received[action] += 1
        if peer.repeatable(action):
            peer.answers.remember(unique_id, frame, received_at, answer)
        return answer

    def _resolve(self, unique_id: str, outcome: Payload | CallFailed) -> None:
        if not self._calls.resolve(unique_id, outcome):
            self._metrics.unexpected_answers += 1
            self._peer.unexpected(unique_id)

    async def _send(self, frame: bytes) -> None:
        if log.isEnabledFor(logging.DEBUG):
            log.debug("%s < %r", self._peer.charge_box_id, frame)
        self._peer.record("out", frame, None)
        try:
            await self._socket.send(frame, text=True)
        except ConnectionClosed:
            log.debug("%s: went away before an answer", self._peer.charge_box_id)


def _error(unique_id: object, refused: CallRefused) -> bytes:
    return orjson.dumps([CALLERROR, unique_id, refused.code, refused.description, {}])


def _mended(frame: bytes) -> object:
    """Read JSON with the flaws that stations are known for: zero bytes, a comma before it, text that is not UTF-8."""
    text = frame.replace(b"\0", b"").strip().lstrip(b", ").decode(errors="replace")
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
