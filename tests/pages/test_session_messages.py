"""A session's window: its messages once per role, id tags masked for support users, none for EV users; its curve."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from data import message_log, sessions
from data.database import Sql
from data.duckdb_engine import DuckDB
from data.errors import NotPermitted
from data.message_log import MASK, Message
from tests.conftest import People
from tests.pages.conftest import Visitor

Visit = Callable[..., Visitor]
STARTED = datetime(2026, 3, 20, 12, 0, tzinfo=UTC)
START = '[2,"1","StartTransaction",{"connectorId":1,"idTag":"04A2B3C4"}]'
TITLE = "Messages behind the session"


@pytest.fixture(autouse=True)
def charged(database: DuckDB, people: People) -> None:
    """Dana's session in Solna, its start, and a message of the other outlet."""
    insert = "INSERT INTO charging_station (site_id, name, charge_box_id) VALUES ($site, 'A', 'A') RETURNING station_id"
    [made] = database.write([Sql(insert, {"site": people.solna})])
    station = made["station_id"][0].as_py()
    insert = """INSERT INTO session (session_id, charge_box_id, connector_id, started_at, ended_at, energy_kwh,
                    authentication, logged_at, duration_s, site_id, station_id, user_id)
                VALUES ('S-1', 'A', 1, $at, '2026-03-20 13:00:00+00', 4.75, 1, $at, 3600, $site, $station, $user)"""
    params = {"at": STARTED, "site": people.solna, "station": station, "user": people.dana.user_id}
    messages = [
        Message(STARTED, station, people.solna, "in", "call", "StartTransaction", "1", 1, None, None, START),
        Message(STARTED, station, people.solna, "in", "call", "StatusNotification", "2", 2, None, None, "[2]"),
    ]
    database.write([Sql(insert, params), message_log.logged(messages)])


@pytest.mark.parametrize(("name", "tag"), [("alice", "04A2B3C4"), ("bob", "04A2B3C4"), ("sam", MASK)])
def test_the_window_shows_the_messages_of_the_sessions_outlet(people: People, name: str, tag: str) -> None:
    scope = getattr(people, name)

    [message] = message_log.of_session(scope, sessions.find(scope, "S-1"))

    assert (message["action"], f"{message['logged']:%H:%M}") == ("StartTransaction", "13:00")
    assert f'"idTag": "{tag}"' in message["frame"]


@pytest.mark.parametrize(("name", "is_shown"), [("alice", True), ("bob", True), ("sam", True), ("dana", False)])
def test_an_ev_user_gets_the_window_without_messages(visitor: Visit, name: str, is_shown: bool) -> None:
    page = visitor(name).page("/session/S-1")

    assert "Charging session" in page
    assert (TITLE in page, "StartTransaction" in page) == (is_shown, is_shown)


def test_messages_are_neither_given_to_an_ev_user_nor_of_another_site(people: People) -> None:
    session = sessions.find(people.dana, "S-1")

    with pytest.raises(NotPermitted):
        message_log.of_session(people.dana, session)
    assert message_log.of_session(people.charlie, session) == []


def test_the_window_says_that_its_curve_is_a_mean_when_the_meter_values_are_gone(
    database: DuckDB, visitor: Visit
) -> None:
    power = "INSERT INTO outlet_power SELECT $at, site_id, station_id, 1, 7000 FROM charging_station"
    gone = "UPDATE power_summed SET until = $end, kept_since = $end"
    database.write([Sql(power, {"at": STARTED}), Sql(gone, {"end": STARTED + timedelta(days=1)})])

    page = visitor("dana").page("/session/S-1")

    assert "Mean power of every ten minutes" in page
    assert "Power, kW" in page
    assert "Energy, kWh" not in page
