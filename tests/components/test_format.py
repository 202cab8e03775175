"""How durations, times, numbers and identities are written."""

from datetime import UTC, datetime

import flask
import pytest
from flask_babel import Babel

from components import format
from components.format import NO_BREAK


def plain(text: str) -> str:
    """Check that nothing in a value can break into two lines, and return it with usual spaces."""
    assert " " not in text
    return text.replace(NO_BREAK, " ")


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (59.6, "1 min 00 s"),
        (61, "1 min 01 s"),
        (5581, "1 h 33 min 01 s"),
        (19010, "5 h 16 min 50 s"),
        (360000, "100 h 00 min 00 s"),
    ],
)
def test_duration_goes_to_the_second(seconds: float, text: str) -> None:
    assert plain(format.duration(seconds)) == text


@pytest.mark.parametrize(("seconds", "text"), [(30, "0 min"), (3060, "51 min"), (7440, "2 h 04 min")])
def test_short_duration_goes_to_the_minute(seconds: float, text: str) -> None:
    assert plain(format.duration_short(seconds)) == text


@pytest.mark.parametrize(("seconds", "text"), [(-5, "0 min"), (3060, "51 min"), (7440, "2 h"), (200000, "2 d")])
def test_age_has_one_unit(seconds: float, text: str) -> None:
    assert plain(format.age(seconds)) == text


def test_time_is_shown_in_the_zone_of_the_site() -> None:
    summer, winter = datetime(2026, 7, 20, 13, 42, 8, tzinfo=UTC), datetime(2026, 1, 20, 13, 42, 8, tzinfo=UTC)
    assert plain(format.timestamp(summer, "Europe/Stockholm")) == "2026-07-20 15:42:08"
    assert plain(format.timestamp(winter, "Europe/Stockholm")) == "2026-01-20 14:42:08"
    assert format.clock(summer, "UTC") == "13:42:08"


def test_what_is_not_known_is_empty_and_zero_is_zero() -> None:
    assert (format.timestamp(None, "UTC"), format.number(None), format.quantity(None, "kWh")) == ("", "", "")
    assert (format.number(0), plain(format.quantity(0, "kWh"))) == ("0", "0.0 kWh")


def test_thousands_stand_apart() -> None:
    assert plain(format.number(71204)) == "71 204"
    assert plain(format.quantity(3412.54, "kWh")) == "3 412.5 kWh"


@pytest.mark.parametrize(
    ("text", "zeros", "rest"),
    [("00004079", "0000", "4079"), ("00Solna", "00", "Solna"), ("0", "", "0"), ("000", "", "000")],
)
def test_leading_zeros_step_back_and_the_identity_stays_whole(text: str, zeros: str, rest: str) -> None:
    parts = format.identity(text).children
    if zeros:
        assert (parts[0].children, parts[0].className, parts[1]) == (zeros, "cp-id-z", rest)
    else:
        assert parts == text


def test_a_swedish_reader_gets_a_decimal_comma() -> None:
    server = flask.Flask(__name__)
    Babel(server, locale_selector=lambda: "sv")
    with server.test_request_context():
        assert format.quantity(3412.5, "kWh") == "3\u00a0412,5\u00a0kWh"
