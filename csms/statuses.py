"""Rule for a connector's status, and the alarms that come and go with it."""

import uuid
from datetime import datetime

from csms import clock, list_conflicts, outcomes
from csms.central import Central
from csms.faults import FAULTED, NO_ERROR, OTHER_ERROR, fault, is_alarm
from csms.happenings import StatusChanged
from csms.station import Station, Status
from data import alarms, station_states
from data.alarms import Alarm
from data.database import Batch, Change, Sql
from data.events import EventKind
from data.stations import INTO_OUTLET
from data.texts import told

MOST_CONNECTORS = 64  # more is taken for rubbish
NO_SUCH_CONNECTOR = told("The station speaks of a connector no station has.")


async def status_changed(central: Central, station: Station, change: StatusChanged, received_at: datetime) -> None:
    connector_id = change.connector_id
    if connector_id > MOST_CONNECTORS:
        central.note_oddity(station, EventKind.ODD_MESSAGE, NO_SUCH_CONNECTOR, change._asdict())
        return
    status = Status(change.status, change.error_code, change.info, change.vendor_error_code, received_at)
    statements: list[Sql | Batch] = []
    changed: list[Change] = []
    found = outlet_found(central, station, connector_id)
    if found:
        statements += found
        changed += [("topology", station.station_id), ("event", station.site_id)]
    last = station.statuses.get(connector_id)
    if last is None or last.status != status.status:
        over = outcomes.became(central, station, connector_id, status.status, received_at)
        statements += over[0]
        changed += over[1]
    if last is None or last[:4] != status[:4]:
        at = clock.moment(change.stamp, received_at, station.zone).at
        statements.append(station_states.status(station.station_id, connector_id, *status[:4], at, received_at))
        changed.append(("outlet_state", station.station_id))
    if status.error_code == list_conflicts.CODE:
        conflict = await list_conflicts.met(central, station, received_at)
        statements += conflict[0]
        changed += conflict[1]
    kinds, alarm_statements = _alarms(station, connector_id, status)
    if alarm_statements:
        statements += alarm_statements
        changed.append(("alarm", station.station_id))
    if status.error_code != NO_ERROR and not is_alarm(status.status, status.error_code):
        what = told(fault(status.error_code, status.info, status.vendor_error_code).description)
        text = told("Connector %(number)s: %(what)s.", number=connector_id, what=what)
        central.note_oddity(station, EventKind.STATION_ERROR, text, change._asdict())
    if statements:
        await central.commits.write(statements, changed)
    if last is None or last[:4] != status[:4]:
        station.statuses[connector_id] = status
    remember_outlet(station, connector_id)
    station.alarms = {alarm for alarm in station.alarms if alarm[0] != connector_id} | {
        (connector_id, kind) for kind in kinds
    }


def outlet_found(central: Central, station: Station, connector_id: int) -> list[Sql | Batch]:
    """Make the outlet of a connector nobody configured, in the mode of its neighbours."""
    if connector_id == 0 or connector_id in station.outlets:
        return []
    if connector_id > MOST_CONNECTORS:
        central.note_oddity(station, EventKind.ODD_MESSAGE, NO_SUCH_CONNECTOR, {"connector_id": connector_id})
        return []
    row = (station.station_id, connector_id, str(uuid.uuid4()), "", mode_of_neighbours(station), "")
    text = told("The station has a connector %(number)s that was not configured.", number=connector_id)
    return [Batch(INTO_OUTLET, [row]), central.note(station, EventKind.OUTLET_FOUND, text, connector_id)]


def remember_outlet(station: Station, connector_id: int) -> None:
    if 0 < connector_id <= MOST_CONNECTORS:
        station.outlets.setdefault(connector_id, mode_of_neighbours(station))


def mode_of_neighbours(station: Station) -> str:
    return "OPEN" if station.outlets and set(station.outlets.values()) == {"OPEN"} else "RFID"


def _alarms(station: Station, connector_id: int, status: Status) -> tuple[set[str], list[Sql | Batch]]:
    """Return the kinds active on the connector from now on, and the statements that make it so.

    An error opens an alarm or counts as its repeat; NoError clears, but Faulted without a code keeps what is open.
    """
    active = {kind for connector, kind in station.alarms if connector == connector_id}
    own = active - alarms.OF_THE_STATION
    if is_alarm(status.status, status.error_code):
        if status.error_code == NO_ERROR and own:
            return active, []
        code = OTHER_ERROR if status.error_code == NO_ERROR else status.error_code
        kind, description = fault(status.error_code, status.info, status.vendor_error_code)
        alarm = Alarm(
            kind, code, station.site_id, station.station_id, connector_id, description,
            status.info, status.vendor_error_code, status.received_at,
        )  # fmt: skip
        return active | {kind}, alarms.raised(alarm)
    if status.error_code == NO_ERROR and status.status != FAULTED and own:
        return active - own, alarms.cleared(station.station_id, connector_id, own, status.received_at)
    return active, []
