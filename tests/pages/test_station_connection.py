"""The tab Connection of a charging station: its days and quirks, for who may see the station."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from data import connection_quality, message_log, nodes, stations
from data.duckdb_engine import DuckDB
from data.errors import NotPermitted
from data.events import EventKind, event
from data.message_log import Message
from data.stations import NewOutlet, NewStation
from tests.conftest import People
from tests.pages.conftest import Visitor

Visit = Callable[..., Visitor]
QUIRK = "The station sent a frame that is no OCPP-J message."


@pytest.fixture
def station(database: DuckDB, people: People) -> str:
    """A station in Solna that came twice, went once, sent rubbish and answered in 40 ms after a minute of silence."""
    station_id = stations.create_station(people.alice, NewStation(people.solna, "A", "A", outlets=(NewOutlet(1),)))
    kinds = (EventKind.CONNECTED, EventKind.DISCONNECTED, EventKind.CONNECTED, EventKind.BROKEN_FRAME)
    noted = [event(kind, QUIRK, site_id=people.solna, station_id=station_id) for kind in kinds]
    noon = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0) - timedelta(days=2)
    at = [noon, noon + timedelta(seconds=60)]
    said = [
        Message(at[0], station_id, people.solna, "in", "call", "Heartbeat", "1", None, None, None, "[]"),
        Message(at[1], station_id, people.solna, "in", "result", "Reset", "2", None, None, 40.0, "[]"),
    ]
    database.write([*noted, message_log.logged(said)])
    return f"station:{station_id}"


def test_days_tell_connections_silence_and_answers_and_quirks_are_counted(people: People, station: str) -> None:
    node = nodes.find(people.bob, station)

    today, before = connection_quality.days(people.bob, node)

    assert (today["connects"], today["closed"], today["median_ms"]) == (2, 1, None)
    assert (before["connects"], before["median_ms"], before["p95_ms"], before["silent_s"]) == (0, 40, 40, 60)
    assert [(one["text"], one["hours"]) for one in connection_quality.quirks(people.bob, node)] == [(QUIRK, 1)]


@pytest.mark.parametrize(("name", "is_shown"), [("alice", True), ("bob", True), ("sam", True), ("charlie", False)])
def test_the_tab_is_there_for_who_may_see_the_station(visitor: Visit, station: str, name: str, is_shown: bool) -> None:
    assert (QUIRK in visitor(name).page(f"/configuration?node={station}&tab=connection")) == is_shown


def test_nothing_is_told_of_other_sites_or_to_an_ev_user(people: People, station: str) -> None:
    node = nodes.find(people.bob, station)

    assert connection_quality.days(people.charlie, node) == []
    assert connection_quality.quirks(people.charlie, node) == []
    with pytest.raises(NotPermitted):
        connection_quality.days(people.dana, node)
