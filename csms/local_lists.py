"""Send the portal's RFID tags to a station: all, or what changed since the last time, in pieces it can take."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from csms.calling import Answer, Caller, Verdict, Wanted
from csms.effects import Impossible
from csms.station import Station
from data import local_lists
from data.command_rows import Command
from data.database import Database, Sql
from data.local_lists import Kept
from data.texts import N_, told

VERSION_MISMATCH = "VersionMismatch"
Entry = tuple[str, bool]
"""A tag, and whether it may charge; one that may not is taken off the list."""


class Sent(NamedTuple):
    answer: Answer
    statements: list[Sql]


async def send(database: Database, station: Station, caller: Caller, command: Command) -> Sent:
    """Bring a station's list up to date; a differential update that does not fit becomes a full one.

    Raises:
        CallFailed: no answer, or an error.
        Impossible: the station has not enough room.
    """
    tags = await asyncio.to_thread(local_lists.wanted_tags, database)
    room = await asyncio.to_thread(local_lists.room, database, station.station_id)
    kept = await asyncio.to_thread(local_lists.kept, database, station.station_id)
    if room.tags is not None and len(tags) > room.tags:
        text = N_("%(tags)s RFID tags do not fit: the station keeps %(room)s.")
        raise Impossible(told(text, tags=len(tags), room=room.tags))
    version = (kept.version if kept else 0) + 1
    answer = Answer(Verdict.REJECTED, VERSION_MISMATCH)
    if command.parameters["update"] == "Differential" and kept:
        version, answer = await _in_pieces(caller, "Differential", version, _differences(tags, kept), room.per_call)
    if answer.word == VERSION_MISMATCH:
        full = [(tag, True) for tag in tags]
        version, answer = await _in_pieces(caller, "Full", version, full, room.per_call)
    if answer.verdict is not Verdict.ACCEPTED:
        return Sent(answer, [])
    answer = answer._replace(result={"version": version, "tags": len(tags)})
    return Sent(answer, [local_lists.sent(station.station_id, version, tags, datetime.now(UTC))])


def _differences(tags: Sequence[str], kept: Kept) -> list[Entry]:
    added = [(tag, True) for tag in tags if tag not in kept.id_tags]
    return added + [(tag, False) for tag in sorted(kept.id_tags - set(tags))]


async def _in_pieces(
    caller: Caller, update: str, version: int, entries: list[Entry], per_call: int
) -> tuple[int, Answer]:
    """Send the first piece as asked and the others as differences; stop at the first that is not accepted."""
    pieces = [entries[start : start + per_call] for start in range(0, len(entries), per_call)] or [[]]
    for number, piece in enumerate(pieces):
        parameters = {"update": "Differential" if number else update, "version": version + number, "entries": piece}
        answer = await caller.perform(Wanted("download_rfid_tags", None, parameters))
        if answer.verdict is not Verdict.ACCEPTED:
            break
    return version + number, answer
