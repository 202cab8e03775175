"""Charging stations and their outlets: creating them (manual: Topology)."""

import uuid
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

import pyarrow as pa

from data import edits, node_changes, values
from data.database import Batch, Into
from data.errors import AlreadyExists, InvalidInput
from data.events import EventKind
from data.scope import Scope
from data.texts import N_, told, words

MOST_OUTLETS = 4  # manual: a charging station can have up to four
MODES = ("OPEN", "RFID")


class NewOutlet(NamedTuple):
    connector_id: int
    connector_type: str = ""
    mode: str = "RFID"
    parking: str = ""


class NewStation(NamedTuple):
    site_id: int
    charge_box_id: str
    name: str
    floor_id: int | None = None
    outlets: Sequence[NewOutlet] = (NewOutlet(1),)


IDENTIFIED = N_("charging station or grid controller with ChargeboxId")
CREATED = N_("%(who)s created the charging station %(name)s.")

INTO_STATION = Into(
    """INSERT INTO charging_station (station_id, site_id, floor_id, name, charge_box_id, created_at)
       SELECT station_id, site_id, floor_id, name, charge_box_id, now() FROM batch
       WHERE NOT EXISTS (SELECT 1 FROM charging_station live
                         WHERE live.charge_box_id = batch.charge_box_id AND live.removed_at IS NULL)""",
    pa.schema(
        [
            ("station_id", pa.int32()),
            ("site_id", pa.int32()),
            ("floor_id", pa.int32()),
            ("name", pa.string()),
            ("charge_box_id", pa.string()),
        ]
    ),
)
INTO_CREATED = Into(
    """INSERT INTO event (logged_at, kind, text, site_id, station_id, user_id, template, arguments)
       SELECT logged_at, kind, text, site_id, station_id, user_id, template, arguments
       FROM batch JOIN charging_station USING (station_id)""",
    pa.schema(
        [
            ("logged_at", pa.timestamp("us", tz="UTC")),
            ("kind", pa.string()),
            ("text", pa.string()),
            ("station_id", pa.int32()),
            ("user_id", pa.int32()),
            ("template", pa.string()),
            ("arguments", pa.string()),
        ]
    ),
)
LEARNED_MODEL = Into(
    """UPDATE charging_station SET model = batch.model FROM batch
       WHERE charging_station.station_id = batch.station_id AND charging_station.model = ''""",
    pa.schema([("station_id", pa.int32()), ("model", pa.string())]),
    key=("station_id",),
)
# Two commits may create one outlet: the administrator's, and a station that reports an unknown connector.
INTO_OUTLET = Into(
    """INSERT INTO outlet (station_id, connector_id, uuid, connector_type, mode, parking)
       SELECT station_id, connector_id, uuid, connector_type, mode, parking FROM batch
       WHERE NOT EXISTS (SELECT 1 FROM outlet live WHERE live.station_id = batch.station_id
                         AND live.connector_id = batch.connector_id AND live.removed_at IS NULL)
         AND EXISTS (SELECT 1 FROM charging_station WHERE station_id = batch.station_id)""",
    pa.schema(
        [
            ("station_id", pa.int32()),
            ("connector_id", pa.int32()),
            ("uuid", pa.string()),
            ("connector_type", pa.string()),
            ("mode", pa.string()),
            ("parking", pa.string()),
        ]
    ),
    key=("station_id", "connector_id"),
)


def create_station(scope: Scope, station: NewStation) -> int:
    """Create one charging station with its outlets and return its station_id."""
    return create_stations(scope, [station])[0]


def create_stations(scope: Scope, stations: Sequence[NewStation]) -> list[int]:
    """Create charging stations with their outlets, all or none, and return their station_ids in order.

    Raises:
        AlreadyExists: a live station or grid controller has one of the ChargeboxIds.
        InvalidInput: no or too many outlets, an unknown mode, an empty name.
    """
    for site_id, floor_id in {(station.site_id, station.floor_id) for station in stations}:
        node_changes.require_site(scope, site_id, N_("create a charging station"), floor_id)
    for station in stations:
        _check(station)
    _refuse_known(scope, [station.charge_box_id for station in stations])
    ids = node_changes.draw_ids(scope.database, len(stations))
    station_rows = [
        (station_id, station.site_id, station.floor_id, station.name, station.charge_box_id)
        for station_id, station in zip(ids, stations, strict=True)
    ]
    outlet_rows = [
        (station_id, outlet.connector_id, str(uuid.uuid4()), outlet.connector_type, outlet.mode, outlet.parking)
        for station_id, station in zip(ids, stations, strict=True)
        for outlet in station.outlets
    ]
    who, now = edits.who(scope), datetime.now(UTC)
    texts = [told(CREATED, who=who, name=row[4]) for row in station_rows]
    notes = [
        (now, EventKind.CONFIGURED.value, text, row[0], scope.user_id, *words(text))
        for row, text in zip(station_rows, texts, strict=True)
    ]
    scope.database.write(
        [Batch(INTO_STATION, station_rows), Batch(INTO_OUTLET, outlet_rows), Batch(INTO_CREATED, notes)],
        changed=[
            *(("topology", station_id) for station_id in ids),
            *(("event", station.site_id) for station in stations),
        ],
    )
    _require_kept(scope, ids, [station.charge_box_id for station in stations])
    return ids


def _require_kept(scope: Scope, ids: list[int], charge_box_ids: list[str]) -> None:
    """Refuse stations whose ChargeboxId somebody else gave to another one between the question and the commit."""
    there = "SELECT station_id FROM charging_station WHERE station_id = ANY($ids)"
    kept = scope.database.query(there, {"ids": ids})["station_id"].to_pylist()
    for station_id, charge_box_id in zip(ids, charge_box_ids, strict=True):
        if station_id not in kept:
            raise AlreadyExists(IDENTIFIED, charge_box_id)


def _refuse_known(scope: Scope, charge_box_ids: list[str]) -> None:
    twice = [one for one, count in Counter(charge_box_ids).items() if count > 1]
    known = scope.database.query(
        """SELECT charge_box_id FROM charging_station WHERE removed_at IS NULL AND charge_box_id = ANY($ids)
           UNION ALL
           SELECT charge_box_id FROM grid_controller WHERE removed_at IS NULL AND charge_box_id = ANY($ids)""",
        {"ids": charge_box_ids},
    )["charge_box_id"].to_pylist()
    for charge_box_id in [*twice, *known]:
        raise AlreadyExists(IDENTIFIED, charge_box_id)


def _check(station: NewStation) -> None:
    values.name("Name", station.name)
    values.charge_box_id("ChargeboxId", station.charge_box_id)
    connectors = [outlet.connector_id for outlet in station.outlets]
    if sorted(connectors) != list(range(1, len(connectors) + 1)) or not 1 <= len(connectors) <= MOST_OUTLETS:
        raise InvalidInput("Outlets", connectors, told("must be numbered 1 to at most %(most)s.", most=MOST_OUTLETS))
    for outlet in station.outlets:
        if outlet.mode not in MODES:
            raise InvalidInput("Mode", outlet.mode, "must be OPEN or RFID.")
