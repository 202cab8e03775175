"""What the text of a field means, and which text means nothing."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from data.errors import InvalidInput
from data.imports import fields

STOCKHOLM = ZoneInfo("Europe/Stockholm")


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("7.78", 7.78),
        ("7,78", 7.78),
        ("1.234,5", 1234.5),
        ("1,234.5", 1234.5),
        ("1,234,567", 1234567),
        ("0", 0),
        ("", None),
    ],
)
def test_decimal_marks_of_either_kind_are_read(text: str, number: float | None) -> None:
    assert fields.decimal("energy_kwh", text, most=1e7) == number


@pytest.mark.parametrize(
    ("text", "reason"),
    [("abc", "is not a number."), ("nan", "is not a number."), ("inf", "is not a number."), ("-1", "is negative."),
     ("1-2,3", "is not a number."), ("20000", "is more than 10,000. Is the unit the right one?")],
)  # fmt: skip
def test_what_is_no_amount_is_refused(text: str, reason: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        fields.decimal("energy_kwh", text, most=10_000)
    assert (refused.value.field, refused.value.value, refused.value.reason) == ("energy_kwh", text, reason)


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-03-20 15:42:08", "2026-03-20T14:42:08"),
        ("2026-07-20T15:42", "2026-07-20T13:42:00"),
        ("2026-03-20T15:42:08Z", "2026-03-20T15:42:08"),
        ("2026-03-20T15:42:08+05:00", "2026-03-20T10:42:08"),
        ("2026-03-29 02:30:00", "2026-03-29T01:30:00"),  # skipped by the clock in spring
        ("2025-10-26 02:30:00", "2025-10-26T00:30:00"),  # came twice in autumn
    ],
)
def test_a_time_without_an_offset_is_the_sites(text: str, utc: str) -> None:
    assert fields.time("started_at", text, STOCKHOLM) == datetime.fromisoformat(utc).replace(tzinfo=UTC)


def test_of_an_hour_that_came_twice_the_one_after_the_start_is_taken() -> None:
    start = datetime(2025, 10, 26, 0, 50, tzinfo=UTC)
    assert fields.time("ended_at", "2025-10-26 02:10:00", STOCKHOLM, not_before=start) == start + timedelta(minutes=20)


def test_years_without_their_century_are_shifted() -> None:
    with pytest.raises(InvalidInput, match="add 2000 years"):
        fields.time("started_at", "0014-11-18 15:40:26", STOCKHOLM)
    shifted = fields.time("started_at", "0014-11-18 15:40:26", STOCKHOLM, shift_years=2000)
    assert shifted == datetime(2014, 11, 18, 14, 40, 26, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "is not a time. Write it as 2026-03-20 15:42:08."),
        ("20/03/2026 15:42", "is not a time. Write it as 2026-03-20 15:42:08."),
        ("2026-02-30 15:42:08", "is not a time. Write it as 2026-03-20 15:42:08."),
        ("2026-03-20", "has no time of day. Write it as 2026-03-20 15:42:08."),
        ("9999-12-31 23:59:59", "lies in the future."),
    ],
)
def test_what_is_no_past_time_is_refused(text: str, reason: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        fields.time("started_at", text, STOCKHOLM)
    assert refused.value.reason == reason


@pytest.mark.parametrize(("text", "meaning"), [("yes", True), ("TRUE", True), ("1", True), ("No", False), ("", False)])
def test_yes_and_no_are_understood(text: str, meaning: bool) -> None:
    assert fields.yes_or_no("email_at_alarm", text) is meaning


def test_anything_else_is_neither_yes_nor_no() -> None:
    with pytest.raises(InvalidInput, match="must be yes or no"):
        fields.yes_or_no("email_at_alarm", "perhaps")


@pytest.mark.parametrize("zone", ["Europe", "Europe/Atlantis", "../passwd", "x" * 5000])
def test_what_is_no_time_zone_is_refused(zone: str) -> None:
    assert fields.time_zone("time_zone", "Europe/Stockholm") == "Europe/Stockholm"
    with pytest.raises(InvalidInput, match="is no time zone"):
        fields.time_zone("time_zone", zone)
