"""Station clocks: what a station says the time is, and when it is not believed."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

EARLIEST = datetime(
    2016, 1, 1, tzinfo=UTC
)  # OCPP 1.6 is from October 2015: an older stamp is a clock that was never set
TOLERATED_LEAD = timedelta(minutes=5)
BELIEVED_LEAD = timedelta(days=1)  # a clock in the wrong zone is wrong by less

NO_TIME = "no station time"
CLOCK_NOT_SET = "station clock not set"
CLOCK_AHEAD = "station clock ahead"
NO_ZONE = "station time without zone"


class Moment(NamedTuple):
    at: datetime
    note: str  # what was odd about it, empty if nothing


def moment(stamp: object, received_at: datetime, zone: ZoneInfo) -> Moment:
    """Return the station's time where it can be believed, else the time of receipt, with a note.

    Args:
        stamp: the timestamp as sent; ISO 8601 in OCPP.
        zone: the site's, for stamps without one: they are UTC or local time, whichever is nearer to the receipt.
    """
    if not isinstance(stamp, str) or not stamp.strip():
        return Moment(received_at, NO_TIME)
    try:
        at = datetime.fromisoformat(stamp.strip().upper())
        note = ""
        if at.tzinfo is None:
            at, note = _placed(at, received_at, zone), NO_ZONE
        at = at.astimezone(UTC)
    except (ValueError, OverflowError):
        return Moment(received_at, CLOCK_NOT_SET)
    if at < EARLIEST:
        return Moment(received_at, CLOCK_NOT_SET)
    if at > received_at + TOLERATED_LEAD:
        return Moment(at if at < received_at + BELIEVED_LEAD else received_at, CLOCK_AHEAD)
    return Moment(at, note)


def _placed(naive: datetime, received_at: datetime, zone: ZoneInfo) -> datetime:
    readings = (naive.replace(tzinfo=UTC), naive.replace(tzinfo=zone))
    return min(readings, key=lambda reading: abs(reading - received_at))


def ocpp_time(at: datetime) -> str:
    """Return a time as stations read it: UTC, whole seconds (some refuse fractions)."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
