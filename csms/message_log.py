"""Writes every frame into the message log, whatever the protocol: gathered, so that none costs a commit."""

import logging
from collections import OrderedDict, deque
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, NamedTuple

import orjson

from csms.commits import Commits
from csms.connection_days import Contact
from csms.masking import clean, json_text, xml_text
from csms.repeating import every
from data import message_log
from data.message_log import Message

log = logging.getLogger(__name__)

WRITTEN_EVERY_S = 0.25
MOST_WAITING = 20_000  # frames kept in memory while the database cannot keep up
LONGEST = 8_000
LONGEST_FLAW = 100
CALLS_KEPT = 64
KINDS = {2: "call", 3: "result", 4: "error"}
UNREADABLE, UNASKED = "FormationViolation", "UnknownCall"  # flaws beside error codes and broken rules
Verdict = Callable[[str, object], str | None]
"""Tells how the payload of a message, such as `Heartbeat` or `HeartbeatResponse`, is not as it should be."""


class _Frame(NamedTuple):
    at: datetime
    log: "StationLog"
    direction: str
    frame: bytes
    says: list[object] | None
    flaw: str | None


class _Call(NamedTuple):
    at: datetime
    action: str
    connector_id: int | None
    transaction_id: int | None


class StationLog:
    """One connection's part of the log: it knows which call an answer belongs to."""

    def __init__(
        self,
        recorder: "Recorder",
        station_id: int,
        site_id: int,
        contact: Contact,
        verdict: Verdict = lambda message, payload: None,
    ) -> None:
        self._recorder = recorder
        self.station_id, self.site_id, self.contact, self.verdict = station_id, site_id, contact, verdict
        self.calls: OrderedDict[tuple[str, str], _Call] = OrderedDict()

    def record(
        self,
        direction: str,
        frame: bytes,
        at: datetime | None = None,
        says: list[object] | None = None,
        flaw: str | None = None,
    ) -> None:
        """Log a frame.

        Args:
            direction: `in` from the station, `out` to it.
            says: what an envelope says, in the form of an OCPP-J frame; None: the frame is one.
            flaw: how it is not as its protocol has it, where the log's own verdict does not tell.
        """
        self._recorder.take(_Frame(at or datetime.now(UTC), self, direction, frame, says, flaw))


class Recorder:
    """The frames of all stations, until they are written."""

    def __init__(self, commits: Commits) -> None:
        self._commits = commits
        self._waiting: deque[_Frame] = deque()
        self._dropped = 0

    def take(self, frame: _Frame) -> None:
        if len(self._waiting) >= MOST_WAITING:
            self._waiting.popleft()
            self._dropped += 1
        self._waiting.append(frame)

    async def write(self) -> None:
        """Write what waits, and return when it is on disk."""
        if self._dropped:
            log.warning("%d frames are missing in the message log: the database could not keep up", self._dropped)
            self._dropped = 0
        if self._waiting:
            frames, self._waiting = self._waiting, deque()
            rows = [_message(frame) for frame in frames]
            await self._commits.write([message_log.logged(rows)])

    async def run(self) -> None:
        """Write a few times a second, for ever."""
        await every(WRITTEN_EVERY_S, self.write, "frames are missing in the message log")


def _message(taken: _Frame) -> Message:
    station, direction = taken.log, taken.direction
    content = _content(taken)
    text = json_text(taken.frame, content) if taken.says is None else xml_text(taken.frame)
    match content:
        case [2, unique_id, str(action), *payload]:
            fields = payload[0] if payload and isinstance(payload[0], dict) else {}
            call = _Call(taken.at, action[:100], _int(fields, "connectorId", 31), _int(fields, "transactionId", 63))
            _remember(station, (direction, str(unique_id)), call)
            return _row(taken, "call", call, str(unique_id), None, _flaw(taken, action, fields), text)
        case [3 | 4 as kind, unique_id, *rest]:
            asked = "out" if direction == "in" else "in"
            answered = station.calls.pop((asked, str(unique_id)), None) or _Call(taken.at, "", None, None)
            fields = rest[0] if rest and isinstance(rest[0], dict) else {}
            if answered.transaction_id is None:
                answered = answered._replace(transaction_id=_int(fields, "transactionId", 63))
            latency_ms = (taken.at - answered.at).total_seconds() * 1000 if answered.action else None
            if taken.direction == "in" and latency_ms is not None:
                station.contact.answers.add(latency_ms)
            flaw = _flaw(taken, f"{answered.action}Response", fields) if answered.action else UNASKED
            if kind == 4:
                flaw = str(rest[0]) if rest and rest[0] else UNREADABLE
            return _row(taken, KINDS[kind], answered, str(unique_id), latency_ms, flaw, text)
    return _row(taken, "broken", _Call(taken.at, "", None, None), "", None, UNREADABLE, text)


def _content(taken: _Frame) -> object:
    if taken.says is not None:
        return taken.says
    try:
        return orjson.loads(taken.frame)
    except orjson.JSONDecodeError:
        return None


def _flaw(taken: _Frame, message: str, payload: dict[str, Any]) -> str | None:
    """Return what is wrong with a call or a result; what the central system writes itself is not looked at."""
    return taken.flaw or (taken.log.verdict(message, payload) if taken.direction == "in" else None)


def _row(
    taken: _Frame, kind: str, call: _Call, unique_id: str, latency_ms: float | None, flaw: str | None, text: str
) -> Message:
    station = taken.log
    return Message(
        taken.at,
        station.station_id,
        station.site_id,
        taken.direction,
        kind,
        clean(call.action) or None,
        clean(unique_id)[:100] or None,
        call.connector_id,
        call.transaction_id,
        latency_ms,
        text[:LONGEST],
        clean(flaw)[:LONGEST_FLAW] if flaw else None,
    )


def _remember(station: StationLog, key: tuple[str, str], call: _Call) -> None:
    station.calls[key] = call
    if len(station.calls) > CALLS_KEPT:
        station.calls.popitem(last=False)


def _int(fields: dict[str, Any], name: str, bits: int) -> int | None:
    """Return a whole number; an envelope has it as a text."""
    value = fields.get(name)
    if isinstance(value, str) and value.isdecimal() and len(value) < bits:
        value = int(value)
    return value if type(value) is int and abs(value) < 1 << bits else None
