"""Station clocks are believed where they can be; where not, the time of receipt stands in, with a note."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from csms.clock import CLOCK_AHEAD, CLOCK_NOT_SET, NO_TIME, NO_ZONE, moment, ocpp_time
from tests.csms.portal import TAG, Portal

RECEIVED = datetime(2026, 3, 20, 9, 30, tzinfo=UTC)
STOCKHOLM = ZoneInfo("Europe/Stockholm")


@pytest.mark.parametrize(
    ("stamp", "at", "note"),
    [
        ("2026-03-20T09:28:31Z", datetime(2026, 3, 20, 9, 28, 31, tzinfo=UTC), ""),
        ("2026-03-20t09:28:31z", datetime(2026, 3, 20, 9, 28, 31, tzinfo=UTC), ""),
        ("2026-03-20 09:28:31Z", datetime(2026, 3, 20, 9, 28, 31, tzinfo=UTC), ""),
        ("2026-03-20T09:28:31.123456789Z", datetime(2026, 3, 20, 9, 28, 31, 123456, tzinfo=UTC), ""),
        ("2026-03-20T11:28:31+02", datetime(2026, 3, 20, 9, 28, 31, tzinfo=UTC), ""),
        ("2026-03-20T11:28:31+02:00", datetime(2026, 3, 20, 9, 28, 31, tzinfo=UTC), ""),
        ("2026-03-16T09:28:31Z", datetime(2026, 3, 16, 9, 28, 31, tzinfo=UTC), ""),  # an offline queue
        ("2026-03-20T09:28:31", datetime(2026, 3, 20, 9, 28, 31, tzinfo=UTC), NO_ZONE),
        ("2026-03-20T10:28:31", datetime(2026, 3, 20, 9, 28, 31, tzinfo=UTC), NO_ZONE),  # Stockholm's
        ("2026-03-20T10:28:31Z", datetime(2026, 3, 20, 10, 28, 31, tzinfo=UTC), CLOCK_AHEAD),  # local time marked Z
        ("2031-01-01T00:00:00Z", RECEIVED, CLOCK_AHEAD),
        ("1970-01-01T00:00:17Z", RECEIVED, CLOCK_NOT_SET),
        ("2000-01-01T00:00:17Z", RECEIVED, CLOCK_NOT_SET),
        ("12026-03-20T09:28:31Z", RECEIVED, CLOCK_NOT_SET),
        ("0001-01-01T00:00:00+14:00", RECEIVED, CLOCK_NOT_SET),
        ("yesterday", RECEIVED, CLOCK_NOT_SET),
        ("", RECEIVED, NO_TIME),
        (None, RECEIVED, NO_TIME),
        (1774000000, RECEIVED, NO_TIME),
    ],
)
def test_a_stamp_is_believed_or_replaced(stamp: object, at: datetime, note: str) -> None:
    assert moment(stamp, RECEIVED, STOCKHOLM) == (at, note)


def test_times_to_stations_have_no_fractions() -> None:
    assert ocpp_time(RECEIVED + timedelta(milliseconds=250)) == "2026-03-20T09:30:00Z"


async def test_a_session_keeps_the_stations_time_and_the_time_of_receipt(portal: Portal) -> None:
    async with portal.station() as station:
        await station.start(1, TAG, timestamp="2026-03-20T09:28:31Z")
        await station.stop(1, timestamp="2026-03-20T10:28:31Z")
    session = portal.session()
    assert (session["started_at"], session["duration_s"]) == (datetime(2026, 3, 20, 9, 28, 31, tzinfo=UTC), 3600)
    assert datetime.now(UTC) - session["logged_at"] < timedelta(seconds=10)


@pytest.mark.parametrize(
    ("began", "ended", "note"),
    [
        ("1970-01-01T00:00:10Z", "1970-01-01T01:00:10Z", CLOCK_NOT_SET),
        (None, None, NO_TIME),
        ("2026-03-20T09:28:31Z", "2026-03-20T08:00:00Z", "stop before start"),
    ],
)
async def test_a_session_with_a_wrong_clock_is_stored_with_a_note(
    portal: Portal, began: str | None, ended: str | None, note: str
) -> None:
    async with portal.station() as station:
        await station.start(1, TAG, timestamp=began)
        await station.stop(1, timestamp=ended)
    session = portal.session()
    assert session["note"] == note
    assert session["duration_s"] >= 0
