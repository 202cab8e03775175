"""The tabs Connection: a station's days, reasons and quirks, and the worst of many stations, for who may see them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from components import live
from data import connection_days, connection_quality, nodes, stations
from data.connection_days import Day
from data.database import Changes, Revision, Sql
from data.duckdb_engine import DuckDB
from data.errors import NotPermitted
from data.events import EventKind, event
from data.latencies import Latencies
from data.stations import NewOutlet, NewStation
from data.texts import told
from tests.conftest import People
from tests.pages.conftest import Visitor

Visit = Callable[..., Visitor]
QUIRK = told("The station sent a frame that is no OCPP-J message.")
TODAY = datetime.now(UTC).astimezone(ZoneInfo("Europe/Stockholm")).date()


def day(station_id: int, age: int, connected_s: float, *latencies_ms: float) -> Day:
    answers = Latencies()
    for latency_ms in latencies_ms:
        answers.add(latency_ms)
    closed = (1, 2, 0, 0, 0, 0)
    return Day(station_id, TODAY - timedelta(days=age), 86400, connected_s, 3, *closed, answers.kept, "", 5 * 3600, 4)


@pytest.fixture
def station(database: DuckDB, people: People) -> str:
    """Two stations in Solna: A was connected half of yesterday and sent rubbish, B all of it."""
    a, b = (
        stations.create_station(people.alice, NewStation(people.solna, name, name, outlets=(NewOutlet(1),)))
        for name in "AB"
    )
    noted = event(EventKind.BROKEN_FRAME, QUIRK, site_id=people.solna, station_id=a)
    days = [day(a, 1, 43200, *[40] * 95, *[900] * 5), day(a, 50, 86400), day(b, 1, 86400)]
    database.write([noted, connection_days.written(days)])
    return f"station:{a}"


def test_days_tell_connections_silence_and_answers_and_quirks_are_counted(people: People, station: str) -> None:
    node = nodes.find(people.bob, station)

    long_ago, yesterday = connection_quality.days(people.bob, node)

    assert (yesterday["share"], yesterday["connects"], yesterday["closed"]) == (50, 3, 3)
    assert (yesterday["silent_s"], yesterday["silences"]) == (5 * 3600, 4)
    assert 35 <= yesterday["median_ms"] <= yesterday["p95_ms"] <= 50
    assert (long_ago["share"], long_ago["median_ms"], long_ago["ping_ms"]) == (100, None, None)
    assert [(one["text"], one["hours"]) for one in connection_quality.quirks(people.bob, node)] == [(QUIRK, 1)]


def test_the_worst_connected_station_of_the_week_comes_first(people: People, station: str) -> None:
    first, second = connection_quality.worst(people.sam, nodes.find(people.sam, nodes.SYSTEM))

    assert (first["ref"], first["name"], first["site"], first["share"]) == (station, "A", "Solna", 50)
    assert (second["name"], second["share"], second["p95_ms"]) == ("B", 100, None)


@pytest.mark.parametrize(("name", "is_shown"), [("alice", True), ("bob", True), ("sam", True), ("charlie", False)])
def test_the_tabs_are_there_for_who_may_see_the_station(
    visitor: Visit, people: People, station: str, name: str, is_shown: bool
) -> None:
    visiting = visitor(name)

    assert (QUIRK in visiting.page(f"/configuration?node={station}&tab=connection")) == is_shown
    listed = visiting.page(f"/configuration?node=site:{people.solna}&tab=connection")
    assert (f"{station}&tab=connection" in listed.replace("\\u0026", "&")) == is_shown


def test_a_quirk_is_told_in_the_readers_language(
    database: DuckDB, people: People, visitor: Visit, station: str
) -> None:
    database.write([Sql("UPDATE portal_user SET language = 'sv' WHERE user_id = $id", {"id": people.bob.user_id})])

    page = visitor("bob").page(f"/configuration?node={station}&tab=connection")

    assert QUIRK not in page
    assert "Stationen skickade något som inte är ett OCPP-J-meddelande." in page


def test_written_days_are_told_to_open_pages_of_operators_only(people: People) -> None:
    written = Changes(Revision(), frozenset({connection_days.CHANGED}), reset=False)

    assert live.update(people.bob, written, {})["changed"] == {"connection_day": [0]}
    assert live.update(people.dana, written, {})["changed"] == {}


def test_nothing_is_told_of_other_sites_or_to_an_ev_user(people: People, station: str) -> None:
    node = nodes.find(people.bob, station)

    assert connection_quality.days(people.charlie, node) == []
    assert connection_quality.worst(people.charlie, nodes.find(people.bob, f"site:{people.solna}")) == []
    assert connection_quality.quirks(people.charlie, node) == []
    for read in (connection_quality.days, connection_quality.worst, connection_quality.quirks):
        with pytest.raises(NotPermitted):
            read(people.dana, node)
