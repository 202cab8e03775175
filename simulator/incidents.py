"""What went wrong in the demo's past, and how its stations stand now: alarms, events, states."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import NamedTuple

import pyarrow as pa

from data import alarms, station_states
from data.alarms import Alarm
from data.database import Batch, Database, Into, Sql
from data.events import EventKind, event
from data.texts import told
from simulator import world
from simulator.history import DAYS

FAULTS = {
    "PowerSwitchFailure": ("Hardware fault", "Failure to control power switch"),
    "ConnectorLockFailure": ("Hardware fault", "Connector lock failure"),
    "PowerMeterFailure": ("Hardware fault", "Failure to read power meter"),
    "OverCurrentFailure": ("Fuse", "Over current protection device has tripped"),
    "HighTemperature": ("Temperature", "Temperature in the station is too high"),
    "No network": ("No network", "No network contact"),
    "Not registered": ("Not registered", "The charging station has never registered"),
}
FAULTS_PER_STATION = 6  # in the two years
INTO_ALARM_HISTORY = Into(
    "INSERT INTO alarm_history BY NAME SELECT nextval('alarm_id') AS alarm_id, * FROM batch",
    pa.schema(
        [
            ("kind", pa.string()),
            ("code", pa.string()),
            ("site_id", pa.int32()),
            ("station_id", pa.int32()),
            ("connector_id", pa.int32()),
            ("description", pa.string()),
            ("info", pa.string()),
            ("vendor_error_code", pa.string()),
            ("raised_at", alarms.TIME),
            ("repeats", pa.int32()),
            ("cleared_at", alarms.TIME),
        ]
    ),
)


class Placed(NamedTuple):
    """A station of the demo's world and the ids the portal gave it."""

    site: world.Site
    plan: world.Station
    site_id: int
    station_id: int


def write(database: Database, placed: Sequence[Placed], now: datetime) -> None:
    """Write how the stations stand at `now`, the alarms active and past, and the last days' events."""
    past = [alarm for place in placed for alarm in _past(place, now)]
    statements: list[Sql | Batch] = [
        Batch(INTO_ALARM_HISTORY, past),
        *alarms.raised(*(alarm for place in placed for alarm in _active(place, now))),
    ]
    for place in placed:
        if place.plan.online:
            statements += _state(place, now)
            statements += _events(place, now)
    changed = [
        (subject, place.station_id) for place in placed for subject in ("alarm", "station_state", "outlet_state")
    ]
    database.write(statements, [*changed, *(("event", place.site_id) for place in placed)])


def _alarm(place: Placed, connector_id: int, code: str, raised_at: datetime) -> Alarm:
    kind, description = FAULTS[code]
    return Alarm(kind, code, place.site_id, place.station_id, connector_id, description, "", "", raised_at)


def _active(place: Placed, now: datetime) -> Iterator[Alarm]:
    charge_box_id = place.plan.charge_box_id
    if not place.plan.online:
        yield _alarm(place, 0, "Not registered", now - timedelta(days=30))
    if charge_box_id in world.SILENT_DAYS:
        yield _alarm(place, 0, "No network", _last_heard_at(place, now))
    for connector_id in range(1, place.plan.connectors + 1):
        code = world.BROKEN.get((charge_box_id, connector_id))
        if code:
            yield _alarm(place, connector_id, code, now - timedelta(hours=Random(charge_box_id).uniform(2, 60)))


def _past(place: Placed, now: datetime) -> Iterator[tuple[object, ...]]:
    """Yield rows of alarm_history."""
    random = Random(f"past {place.plan.charge_box_id}")
    codes = [code for code in FAULTS if code != "Not registered"]
    for _ in range(random.randrange(FAULTS_PER_STATION * 2) if place.plan.online else 0):
        code = random.choice(codes)
        connector_id = 0 if code in ("No network", "HighTemperature") else random.randint(1, place.plan.connectors)
        raised_at = now - timedelta(days=random.uniform(3, DAYS))
        cleared_at = raised_at + timedelta(minutes=random.expovariate(1 / 300) + 2)
        yield (*_alarm(place, connector_id, code, raised_at), random.randrange(4), cleared_at)


def _last_heard_at(place: Placed, now: datetime) -> datetime:
    return now - timedelta(days=world.SILENT_DAYS.get(place.plan.charge_box_id, 0), minutes=3)


def _state(place: Placed, now: datetime) -> list[Sql | Batch]:
    """A station that has been here for long and is not connected at the moment."""
    first, last = now - timedelta(days=DAYS), _last_heard_at(place, now)
    station_id = place.station_id
    statements: list[Sql | Batch] = [
        station_states.connected(station_id, "ocpp1.6", first),
        station_states.booted(
            station_id, last - timedelta(days=9), "Nordladd AB", "EVA", place.plan.charge_box_id, "ccu_R3.6.13-0-g6cb0"
        ),
        station_states.disconnected(station_id, last),
    ]
    for connector_id in range(place.plan.connectors + 1):
        code = world.BROKEN.get((place.plan.charge_box_id, connector_id))
        status = "Faulted" if code else "Available"
        statements.append(
            station_states.status(station_id, connector_id, status, code or "NoError", "", "", last, last)
        )
    return statements


def _events(place: Placed, now: datetime) -> list[Batch]:
    """The last days' connections and starts of a station."""
    random = Random(f"events {place.plan.charge_box_id}")
    charge_box_id, statements = place.plan.charge_box_id, []
    until = _last_heard_at(place, now)
    for _ in range(random.randrange(1, 5)):
        at = until - timedelta(days=random.uniform(0, 14))
        for kind, text, seconds in (
            (
                EventKind.DISCONNECTED,
                told("The connection closed: %(reason)s.", reason=told("code %(code)s", code=1006)),
                0,
            ),
            (EventKind.CONNECTED, told("The station connected."), 70),
            (
                EventKind.BOOTED,
                told("The station booted: %(itself)s.", itself="Nordladd AB EVA ccu_R3.6.13-0-g6cb0"),
                71,
            ),
        ):
            statements.append(
                event(
                    kind,
                    text,
                    at=at + timedelta(seconds=seconds),
                    site_id=place.site_id,
                    station_id=place.station_id,
                    charge_box_id=charge_box_id,
                )
            )
    return statements
