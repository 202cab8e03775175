"""Writes every frame into the message log, whatever the protocol: gathered, so that none costs a commit."""

import asyncio
import logging
import re
from collections import OrderedDict, deque
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import orjson

from csms.commits import Commits
from data import message_log
from data.database import Database
from data.errors import DatabaseUnusable
from data.message_log import MASK, Message

log = logging.getLogger(__name__)

WRITTEN_EVERY_S = 0.25
MOST_WAITING = 20_000  # frames kept in memory while the database cannot keep up
FORGOTTEN_EVERY_S = 3600
LONGEST = 8_000
CALLS_KEPT = 64
KINDS = {2: "call", 3: "result", 4: "error"}
SECRET = re.compile("authorizationkey|password", re.IGNORECASE)
LOGIN = re.compile(r"://[^/\s\"@]*@")


class _Frame(NamedTuple):
    at: datetime
    log: "StationLog"
    direction: str
    frame: bytes


class _Call(NamedTuple):
    at: datetime
    action: str
    connector_id: int | None
    transaction_id: int | None


class StationLog:
    """One connection's part of the log: it knows which call an answer belongs to."""

    def __init__(self, recorder: "Recorder", station_id: int, site_id: int) -> None:
        self._recorder = recorder
        self.station_id, self.site_id = station_id, site_id
        self.calls: OrderedDict[tuple[str, str], _Call] = OrderedDict()

    def record(self, direction: str, frame: bytes, at: datetime | None = None) -> None:
        """Log a frame.

        Args:
            direction: `in` from the station, `out` to it.
        """
        self._recorder.take(_Frame(at or datetime.now(UTC), self, direction, frame))


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
        while True:
            await asyncio.sleep(WRITTEN_EVERY_S)
            try:
                await self.write()
            except DatabaseUnusable as error:
                log.warning("frames are missing in the message log: %s", error)
            except Exception:
                log.exception("frames could not be written into the message log")


async def forget(database: Database, keep_days: int) -> None:
    """Delete what is older than the days to keep, a few hours of it at a time, for ever."""
    while True:
        before = datetime.now(UTC) - timedelta(days=keep_days)
        try:
            while await asyncio.to_thread(message_log.forget, database, before):
                await asyncio.sleep(WRITTEN_EVERY_S)
        except DatabaseUnusable as error:
            log.warning("old messages stay: %s", error)
        except Exception:
            log.exception("old messages could not be deleted; it is tried again")
        await asyncio.sleep(FORGOTTEN_EVERY_S)


def _message(taken: _Frame) -> Message:
    at, station, direction, frame = taken
    text = _without_nul(frame)
    try:
        content = orjson.loads(frame)
    except orjson.JSONDecodeError:
        content = None
    shown = _masked(text, content)[:LONGEST]
    match content:
        case [2, unique_id, str(action), *payload]:
            fields = payload[0] if payload and isinstance(payload[0], dict) else {}
            call = _Call(at, action[:100], _int(fields, "connectorId", 31), _int(fields, "transactionId", 63))
            _remember(station, (direction, str(unique_id)), call)
            return _row(taken, "call", call, str(unique_id), None, shown)
        case [3 | 4 as kind, unique_id, *rest]:
            asked = "out" if direction == "in" else "in"
            answered = station.calls.pop((asked, str(unique_id)), None) or _Call(at, "", None, None)
            if answered.transaction_id is None and rest and isinstance(rest[0], dict):
                answered = answered._replace(transaction_id=_int(rest[0], "transactionId", 63))
            latency_ms = (at - answered.at).total_seconds() * 1000 if answered.action else None
            return _row(taken, KINDS[kind], answered, str(unique_id), latency_ms, shown)
    return _row(taken, "broken", _Call(at, "", None, None), "", None, shown)


def _row(taken: _Frame, kind: str, call: _Call, unique_id: str, latency_ms: float | None, shown: str) -> Message:
    station = taken.log
    return Message(
        taken.at,
        station.station_id,
        station.site_id,
        taken.direction,
        kind,
        _clean(call.action) or None,
        _clean(unique_id)[:100] or None,
        call.connector_id,
        call.transaction_id,
        latency_ms,
        shown,
    )


def _remember(station: StationLog, key: tuple[str, str], call: _Call) -> None:
    station.calls[key] = call
    if len(station.calls) > CALLS_KEPT:
        station.calls.popitem(last=False)


def _int(fields: dict[str, Any], name: str, bits: int) -> int | None:
    value = fields.get(name)
    return value if type(value) is int and abs(value) < 1 << bits else None


def _without_nul(frame: bytes) -> str:
    return _clean(frame.decode(errors="replace"))


def _clean(text: str) -> str:
    """Take out what the database stores in no text: zero bytes and halves of characters."""
    return text.replace("\0", "").encode(errors="replace").decode()


def _masked(text: str, content: object) -> str:
    """Hide passwords, AuthorizationKeys and log-ins within addresses."""
    if SECRET.search(text):
        try:
            text = _clean(orjson.dumps(_hidden(content)).decode()) if content is not None else MASK
        except (RecursionError, TypeError):  # nested too deep, or halves of characters
            text = MASK
    return LOGIN.sub(f"://{MASK}@", text) if "@" in text else text


def _hidden(value: object) -> object:
    match value:
        case dict():
            secret = any(isinstance(part, str) and SECRET.search(part) for part in value.values())
            return {
                key: MASK if SECRET.search(key) or (secret and key.lower() == "value") else _hidden(part)
                for key, part in value.items()
            }
        case list():
            return [_hidden(part) for part in value]
        case str() if SECRET.search(value) and not value.isalnum():
            return MASK
    return value
