"""A charging session and an outlet as services read them; what is known of a driver stays in the portal."""

from datetime import UTC, datetime
from typing import Any

from data.service_access import Outlet
from data.transactions import OpenTransaction, Session, session_id

Body = dict[str, Any]


def of_open(transaction: OpenTransaction) -> Body:
    """Return an ongoing session."""
    return {
        "session_id": session_id(transaction),
        "state": "charging",
        "started_at": written(transaction.started_at),
        "ended_at": None,
        "duration_s": None,
        "energy_kwh": transaction.energy_kwh,
        "power_w": transaction.power_w,
        "measured_at": written(transaction.measured_at),
        "meter_start_kwh": transaction.meter_start_kwh,
        "meter_stop_kwh": None,
        "stop_reason": None,
        "note": transaction.note or None,
    }


def of_session(session: Session) -> Body:
    """Return a session that has ended."""
    return {
        "session_id": session.session_id,
        "state": "ended",
        "started_at": written(session.started_at),
        "ended_at": written(session.ended_at),
        "duration_s": session.duration_s,
        "energy_kwh": session.energy_kwh,
        "power_w": None,
        "measured_at": None,
        "meter_start_kwh": session.meter_start_kwh,
        "meter_stop_kwh": session.meter_stop_kwh,
        "stop_reason": session.stop_reason,
        "note": session.note,
    }


def of_outlet(outlet: Outlet, is_connected: bool, session: Body | None) -> Body:
    """Return an outlet with its live state and the session going on there."""
    return {
        "uuid": outlet.uuid,
        "value": outlet.value,
        "outlet_id": outlet.connector_id,
        "connector": outlet.connector_type,
        "parking": outlet.parking,
        "mode": outlet.mode,
        "charge_box_id": outlet.charge_box_id,
        "station": outlet.station,
        "site": outlet.site,
        "is_connected": is_connected,
        "state": outlet.state,
        "status": outlet.status,
        "status_at": written(outlet.status_at),
        "session": session,
    }


def written(at: datetime | None) -> str | None:
    """Write a time as ISO 8601 in UTC."""
    return None if at is None else at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
