"""Send the portal's RFID tags to a station: all, or what changed since the last time, in pieces it can take."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from csms.calling import Answer, Caller, NoAnswer, Verdict, Wanted
from csms.effects import Impossible
from csms.outcomes import Told
from csms.station import Station
from data import alarms, local_lists, texts
from data.alarms import LIST_CONFLICT
from data.command_rows import Command
from data.database import Batch, Sql
from data.local_lists import Kept

if TYPE_CHECKING:
    from csms.central import Central

VERSION_MISMATCH = "VersionMismatch"
Entry = tuple[str, bool]
"""A tag, and whether it may charge; one that may not is taken off the list."""


class Piece(NamedTuple):
    """What is sent in one call, and what the station keeps once it has taken it."""

    entries: Sequence[Entry]
    kept: Kept


async def send(central: "Central", station: Station, caller: Caller, command: Command) -> Answer:
    """Bring a station's list up to date; a differential update that does not fit becomes a full one.

    Raises:
        CallFailed: no answer, or an error.
        Impossible: the station has not enough room.
    """
    database = central.database
    tags = await asyncio.to_thread(local_lists.wanted_tags, database)
    room = await asyncio.to_thread(local_lists.room, database, station.station_id)
    kept = await asyncio.to_thread(local_lists.kept, database, station.station_id)
    if room.tags is not None and len(tags) > room.tags:
        text = texts.N_("%(tags)s RFID tags do not fit: the station keeps %(room)s.")
        raise Impossible(texts.told(text, tags=len(tags), room=room.tags))
    version = (kept.version if kept else 0) + 1
    answer = Answer(Verdict.REJECTED, VERSION_MISMATCH)
    if command.parameters["update"] == "Differential" and kept:
        pieces = _pieces(kept, version, _differences(tags, kept), room.per_call)
        answer = await _take(central, station, caller, "Differential", pieces)
    if answer.word == VERSION_MISMATCH:
        pieces = _pieces(Kept(version, frozenset()), version, [(tag, True) for tag in tags], room.per_call)
        answer = await _take(central, station, caller, "Full", pieces)
    return answer


def _differences(tags: Sequence[str], kept: Kept) -> list[Entry]:
    added = [(tag, True) for tag in tags if tag not in kept.id_tags]
    return added + [(tag, False) for tag in sorted(kept.id_tags - set(tags))]


def _pieces(kept: Kept, version: int, entries: Sequence[Entry], per_call: int) -> list[Piece]:
    """Cut entries into what a station takes in one call."""
    id_tags, pieces = kept.id_tags, []
    for number, start in enumerate(range(0, max(1, len(entries)), per_call)):
        some = entries[start : start + per_call]
        id_tags = (id_tags | {tag for tag, _ in some}) - {tag for tag, may_charge in some if not may_charge}
        pieces.append(Piece(some, Kept(version + number, id_tags)))
    return pieces


async def _take(central: "Central", station: Station, caller: Caller, update: str, pieces: Sequence[Piece]) -> Answer:
    """Send the first piece as asked and the others as differences; stop at the first that is not accepted.

    Each that is accepted is kept at once: the next list builds on it, whatever becomes of the others.
    """
    for number, (entries, (version, id_tags)) in enumerate(pieces, 1):
        parameters = {"update": "Differential" if number > 1 else update, "version": version, "entries": entries}
        now = datetime.now(UTC)
        is_last = number == len(pieces)
        taken: list[Sql | Batch] = [local_lists.taken(station.station_id, version, id_tags, now)]
        if is_last and update == "Full":
            taken += alarms.cleared(station.station_id, 0, {LIST_CONFLICT}, now)
        told: Told = (taken, [("alarm", station.station_id)])
        try:
            answer = await caller.perform(Wanted("download_rfid_tags", None, parameters))
        except NoAnswer as silence:
            silence.if_accepted, silence.is_part = told, not is_last
            raise
        if answer.verdict is not Verdict.ACCEPTED:
            return answer
        await central.commits.write(*told)
    return answer._replace(result={"version": version, "tags": len(id_tags)})
