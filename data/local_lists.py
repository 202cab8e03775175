"""The RFID tags that stations keep, to let people charge while the portal is out of reach."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import NamedTuple

from data.database import Database, Sql

LONGEST_ID_TAG = 20  # OCPP's; longer ones cannot be sent
DEFAULT_PER_CALL = 100


class Room(NamedTuple):
    """How many tags a station keeps, None where it does not say, and takes in one call."""

    tags: int | None
    per_call: int


class Kept(NamedTuple):
    version: int
    id_tags: frozenset[str]


def wanted_tags(database: Database) -> list[str]:
    """Return the tags that may charge now."""
    rows = database.query(
        """SELECT id_tag FROM id_tag JOIN portal_user USING (user_id)
           WHERE removed_at IS NULL AND length(id_tag) <= $longest AND status = 'Accepted'
               AND (expires_at IS NULL OR expires_at > $now)
           ORDER BY id_tag""",
        {"longest": LONGEST_ID_TAG, "now": datetime.now(UTC)},
    )
    return list(rows["id_tag"].to_pylist())


def room(database: Database, station_id: int) -> Room:
    rows = database.query(
        "SELECT lower(key) AS key, value FROM parameter WHERE station_id = $station_id", {"station_id": station_id}
    ).to_pylist()
    numbers = {row["key"]: int(row["value"]) for row in rows if row["value"].isascii() and row["value"].isdecimal()}
    return Room(numbers.get("localauthlistmaxlength"), max(1, numbers.get("sendlocallistmaxlength", DEFAULT_PER_CALL)))


def kept(database: Database, station_id: int) -> Kept | None:
    """Return what a station last took, None before the first time."""
    rows = database.query(
        "SELECT version, entries FROM local_list WHERE station_id = $station_id", {"station_id": station_id}
    ).to_pylist()
    return Kept(rows[0]["version"], frozenset(json.loads(rows[0]["entries"]))) if rows else None


def sent_at(database: Database, station_id: int) -> datetime | None:
    """Return when the list that a station last took was sent, None before the first time."""
    rows = database.query("SELECT sent_at FROM local_list WHERE station_id = $id", {"id": station_id})
    at: datetime | None = rows["sent_at"][0].as_py() if rows.num_rows else None
    return at


def taken(station_id: int, version: int, id_tags: Iterable[str], sent_at: datetime) -> Sql:
    """Keep which tags a station has from now on; what was sent later counts, whenever it was answered."""
    entries = sorted(id_tags)
    return Sql(
        """INSERT INTO local_list VALUES ($station_id, $version, $entries, $tags, $at)
           ON CONFLICT (station_id) DO UPDATE SET version = excluded.version, entries = excluded.entries,
               tags = excluded.tags, sent_at = excluded.sent_at
           WHERE local_list.sent_at <= excluded.sent_at""",
        {
            "station_id": station_id,
            "version": version,
            "entries": json.dumps(entries),
            "tags": len(entries),
            "at": sent_at,
        },
    )
