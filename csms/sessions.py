"""How much a session charged and when it ended, from what stations' meters and clocks really say. Pure."""

from datetime import datetime

from data.transactions import END_ESTIMATED, OpenTransaction, Session, session_id

MOST_KW = 500.0  # more than any outlet gives
SLACK_KWH = 100.0  # a reset meter or kWh sent as Wh is wrong by more

ENERGY_FROM_LAST_VALUE = "energy from the last meter value"
NO_ENERGY = "no usable meter stop"
IMPLAUSIBLE_ENERGY = "implausible energy"
END_BEFORE_START = "stop before start"


def notes(*parts: str) -> str:
    """Join notes, each once."""
    return "; ".join(dict.fromkeys(part for joined in parts for part in joined.split("; ") if part))


def ended(
    transaction: OpenTransaction,
    ended_at: datetime,
    meter_stop_kwh: float | None,
    reason: str | None,
    logged_at: datetime,
    note: str = "",
) -> Session:
    """Make the session of a transaction.

    Args:
        ended_at: the station's time.
        logged_at: the time of receipt. For an end before the start, the time between the receipts of both stands in.
    """
    energy_kwh, energy_note = _energy(transaction, meter_stop_kwh)
    if ended_at < transaction.started_at:
        ended_at, note = transaction.started_at + (logged_at - transaction.logged_at), notes(note, END_BEFORE_START)
    duration_s = (ended_at - transaction.started_at).total_seconds()
    if energy_kwh is not None and energy_kwh > MOST_KW * duration_s / 3600 + SLACK_KWH and END_BEFORE_START not in note:
        energy_note = notes(energy_note, IMPLAUSIBLE_ENERGY)
    return Session(
        session_id=session_id(transaction),
        charge_box_id=transaction.charge_box_id,
        connector_id=transaction.connector_id,
        id_tag=transaction.id_tag,
        started_at=transaction.started_at,
        ended_at=ended_at,
        energy_kwh=energy_kwh,
        meter_start_kwh=transaction.meter_start_kwh,
        meter_stop_kwh=meter_stop_kwh,
        authentication=transaction.authentication,
        email=transaction.email,
        logged_at=logged_at,
        duration_s=duration_s,
        site_id=transaction.site_id,
        station_id=transaction.station_id,
        user_id=transaction.user_id,
        transaction_id=transaction.transaction_id,
        stop_reason=reason,
        note=notes(transaction.note, note, energy_note) or None,
    )


def end_estimated(transaction: OpenTransaction, ended_at: datetime, logged_at: datetime) -> Session:
    """Make the session of a transaction whose stop never came: it ended with its last meter value, or then."""
    at = min(transaction.measured_at or ended_at, ended_at)
    return ended(transaction, max(at, transaction.started_at), None, None, logged_at, END_ESTIMATED)


def reopened(session: Session) -> OpenTransaction:
    """Return what was open before an estimated end, to end it as its station says."""
    return OpenTransaction(
        transaction_id=session.transaction_id or 0,
        station_id=session.station_id,
        site_id=session.site_id,
        connector_id=session.connector_id,
        charge_box_id=session.charge_box_id,
        id_tag=session.id_tag,
        user_id=session.user_id,
        email=session.email,
        authentication=session.authentication,
        started_at=session.started_at,
        logged_at=session.logged_at,
        meter_start_kwh=session.meter_start_kwh,
        energy_kwh=session.energy_kwh,
        power_w=None,
        measured_at=None,
        note=notes(
            *(
                part
                for part in (session.note or "").split("; ")
                if part not in (END_ESTIMATED, ENERGY_FROM_LAST_VALUE, NO_ENERGY)
            )
        ),
    )


def _energy(transaction: OpenTransaction, meter_stop_kwh: float | None) -> tuple[float | None, str]:
    """Return the energy and a note; the meter's difference where it can be, else the last meter value's."""
    start, last = transaction.meter_start_kwh, transaction.energy_kwh
    lost = meter_stop_kwh == 0 and bool(start or last)  # a meter that is at zero after charging was reset or not read
    if meter_stop_kwh is not None and start is not None and meter_stop_kwh >= start and not lost:
        return round(meter_stop_kwh - start, 6), ""
    return last, NO_ENERGY if last is None else ENERGY_FROM_LAST_VALUE
