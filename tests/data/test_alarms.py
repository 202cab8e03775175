"""The tables of Alarms: scope, order, filters and pages of active alarms, alarm history and event log; Clear."""

from datetime import UTC, datetime, timedelta

import pytest

from data import alarm_clearing, alarm_tables, alarms, log_tables, nodes, paging, stations
from data.alarm_tables import ACTIVE, EVENTS, HISTORY
from data.alarms import Alarm
from data.database import Sql
from data.duckdb_engine import DuckDB
from data.errors import Gone, InvalidInput, NotFound, NotPermitted
from data.events import EventKind, event
from data.filters import FilterModel
from data.log_tables import LogTable
from data.scope import Scope
from data.stations import NewOutlet, NewStation
from tests.conftest import People

RAISED = datetime(2026, 3, 20, 12, 0, tzinfo=UTC)
NEWEST_FIRST: list[dict[str, str]] = []


@pytest.fixture
def placed(people: People) -> dict[str, int]:
    """A station with two outlets in Solna, one in Lund."""
    outlets = (NewOutlet(1), NewOutlet(2))
    return {
        name: stations.create_station(people.alice, NewStation(site, f"CB-{name}", name, outlets=outlets))
        for name, site in (("00003239", people.solna), ("00004082", people.lund))
    }


@pytest.fixture
def raised(database: DuckDB, people: People, placed: dict[str, int]) -> None:
    """Two alarms of the station in Solna, the second an hour later, and one of the station in Lund."""
    solna, lund = placed.values()
    rows = [
        Alarm("Fuse", "OverCurrentFailure", people.solna, solna, 1, "The fuse has blown", "", "", RAISED),
        _no_network(people.solna, solna, RAISED + timedelta(hours=1)),
        _no_network(people.lund, lund, RAISED + timedelta(minutes=1)),
    ]
    database.write(alarms.raised(*rows), [("alarm", solna), ("alarm", lund)])


def _no_network(site_id: int, station_id: int, at: datetime) -> Alarm:
    return Alarm("No network", "No network", site_id, station_id, 0, "No network contact", "", "", at)


def _nodes(scope: Scope, table: LogTable, node: str | None = None, filters: FilterModel | None = None) -> list[str]:
    chosen = nodes.find(scope, node) if node else None
    rows = log_tables.page(scope, table, chosen, filters or {}, NEWEST_FIRST, 0, 100).rows.to_pylist()
    return [row["node"] for row in rows]


@pytest.mark.usefixtures("raised")
def test_active_alarms_stand_newest_first_with_their_node_and_the_sites_time(people: People) -> None:
    page = log_tables.page(people.bob, ACTIVE, None, {}, NEWEST_FIRST, 0, 100)

    station, connector = page.rows.to_pylist()
    assert (station["node"], connector["node"]) == ("00003239", "00003239 Connector: 1")
    assert (station["severity"], connector["severity"]) == ("Major", "Critical")
    assert connector["raised"] == datetime(2026, 3, 20, 13, 0)  # noqa: DTZ001 - Stockholm's
    assert page.count == 2


@pytest.mark.usefixtures("raised")
def test_each_user_sees_the_alarms_of_own_sites_and_an_ev_user_none(people: People) -> None:
    assert len(_nodes(people.alice, ACTIVE)) == len(_nodes(people.sam, ACTIVE)) == 3
    assert _nodes(people.charlie, ACTIVE) == ["00004082"]
    with pytest.raises(NotPermitted):
        _nodes(people.dana, ACTIVE)


@pytest.mark.usefixtures("raised")
def test_the_chosen_node_limits_every_table(people: People, placed: dict[str, int]) -> None:
    assert _nodes(people.alice, ACTIVE, f"station:{placed['00004082']}") == ["00004082"]
    assert len(_nodes(people.alice, ACTIVE, f"site:{people.solna}")) == 2


@pytest.mark.usefixtures("raised")
def test_a_node_is_found_by_station_and_connector(people: People) -> None:
    contains = {"filterType": "text", "type": "contains", "filter": "3239 connector: 1"}

    assert _nodes(people.alice, ACTIVE, filters={"node": contains}) == ["00003239 Connector: 1"]


@pytest.mark.usefixtures("raised")
def test_a_day_of_a_filter_is_the_sites_day(people: People) -> None:
    on = {"filterType": "date", "type": "equals", "dateFrom": "2026-03-20 00:00:00"}
    assert log_tables.count(people.alice, ACTIVE, None, {"raised": on}) == 3
    assert log_tables.count(people.alice, ACTIVE, None, {"raised": on | {"dateFrom": "2026-03-21"}}) == 0


def test_a_column_that_there_is_not_is_refused(people: People) -> None:
    with pytest.raises(InvalidInput, match="password"):
        log_tables.count(people.alice, HISTORY, None, {"password": {"type": "equals", "filter": "x"}})


@pytest.mark.usefixtures("raised")
def test_clear_moves_an_alarm_to_the_history_with_the_users_name(people: People) -> None:
    newest, _oldest = alarms.active(people.bob)

    alarm_clearing.clear(people.bob, [newest["alarm_id"]])

    assert _nodes(people.bob, ACTIVE) == ["00003239 Connector: 1"]
    [past] = log_tables.page(people.alice, HISTORY, None, {}, NEWEST_FIRST, 0, 100).rows.to_pylist()
    assert (past["node"], past["description"], past["cleared_by"]) == ("00003239", "No network contact", "Bob Example")
    noted, *_before = log_tables.page(people.alice, EVENTS, None, {}, NEWEST_FIRST, 0, 100).rows.to_pylist()
    assert (noted["kind"], noted["node"], noted["done_by"]) == ("alarm cleared", "00003239", "Bob Example")


@pytest.mark.usefixtures("raised")
def test_who_is_second_to_clear_an_alarm_is_told_who_was_first(database: DuckDB, people: People) -> None:
    first, second = alarms.active(people.bob)
    alarm_clearing.clear(people.bob, [first["alarm_id"]])
    with pytest.raises(Gone, match=f"^Bob Example cleared the alarm {first['description']} at 20"):
        alarm_clearing.clear(people.alice, [first["alarm_id"]])
    with pytest.raises(NotFound, match="There is no alarm"):
        alarm_clearing.clear(people.charlie, [first["alarm_id"]])
    database.write(alarms.cleared(second["station_id"], second["connector_id"], {second["kind"]}, datetime.now(UTC)))
    with pytest.raises(Gone, match=f"^The alarm {second['description']} cleared by itself at 20"):
        alarm_clearing.clear(people.alice, [second["alarm_id"]])


@pytest.mark.usefixtures("raised")
def test_an_alarm_out_of_scope_cannot_be_cleared(people: People) -> None:
    [of_lund] = alarms.active(people.charlie)

    with pytest.raises(NotFound):
        alarm_clearing.clear(people.bob, [of_lund["alarm_id"]])

    assert len(alarms.active(people.alice)) == 3


@pytest.mark.usefixtures("raised")
def test_a_clear_is_taken_back_by_who_did_it_and_the_alarm_is_as_it_was(people: People) -> None:
    before = alarms.active(people.bob)
    ids = alarm_clearing.clear(people.bob, [alarm["alarm_id"] for alarm in before])
    with pytest.raises(NotFound):
        alarm_clearing.undo(people.alice, ids)

    assert sorted(alarm_clearing.undo(people.bob, ids)) == sorted(ids)

    assert [alarm | {"repeated_at": None} for alarm in alarms.active(people.bob)] == [
        alarm | {"repeated_at": None} for alarm in before
    ]
    assert _nodes(people.alice, HISTORY) == []
    with pytest.raises(NotFound):
        alarm_clearing.undo(people.bob, ids)


@pytest.mark.usefixtures("raised")
def test_a_clear_is_not_taken_back_once_the_station_raised_the_alarm_itself(
    database: DuckDB, people: People, placed: dict[str, int]
) -> None:
    ids = alarm_clearing.clear(people.bob, [alarms.active(people.bob)[0]["alarm_id"]])
    database.write(alarms.raised(_no_network(people.solna, placed["00003239"], datetime.now(UTC))))

    with pytest.raises(NotFound):
        alarm_clearing.undo(people.bob, ids)

    assert len(alarms.active(people.bob)) == 2


@pytest.mark.usefixtures("raised")
def test_a_clear_is_not_taken_back_once_the_outlet_told_its_status(
    database: DuckDB, people: People, placed: dict[str, int]
) -> None:
    fuse = alarms.active(people.bob)[1]
    ids = alarm_clearing.clear(people.bob, [fuse["alarm_id"]])
    told = """INSERT INTO outlet_state (station_id, connector_id, status, status_at, logged_at)
              VALUES ($id, 1, 'Available', now(), now())"""
    database.write([Sql(told, {"id": placed["00003239"]})])

    with pytest.raises(NotFound):
        alarm_clearing.undo(people.bob, ids)


def test_stations_of_a_site_that_fall_silent_within_a_minute_are_one_cause(database: DuckDB, people: People) -> None:
    for place, (site, seconds) in enumerate(
        [(people.solna, 0), (people.solna, 50), (people.solna, 100), (people.solna, 500), (people.lund, 0)]
    ):
        new = NewStation(site, f"CB-{place}", f"{place}")
        station_id = stations.create_station(people.alice, new)
        database.write(alarms.raised(_no_network(site, station_id, RAISED + timedelta(seconds=seconds))))

    [cause] = alarms.causes(people.alice)

    assert (cause["site_name"], cause["stations"]) == ("Solna", 3)
    assert cause["began_at"] == datetime(2026, 3, 20, 13, 0)  # noqa: DTZ001 - Stockholm's
    assert alarms.causes(people.charlie) == alarms.causes(people.dana) == []
    first = min(alarm["alarm_id"] for alarm in alarms.active(people.bob))
    assert [alarm["cause_id"] for alarm in alarms.active(people.bob)] == [None, first, first, first]


@pytest.mark.usefixtures("raised")
def test_alarms_are_counted_by_severity_in_scope(people: People) -> None:
    assert alarm_tables.severities(people.alice, None) == {"Critical": 1, "Major": 2}
    assert alarm_tables.severities(people.charlie, None) == {"Major": 1}


@pytest.mark.usefixtures("raised")
def test_what_the_station_cleared_itself_says_so_and_counts_its_repeats(
    database: DuckDB, people: People, placed: dict[str, int]
) -> None:
    station_id = placed["00004082"]
    database.write(alarms.raised(_no_network(people.lund, station_id, RAISED + timedelta(minutes=2))))
    recovered = alarms.cleared(station_id, 0, {"No network"}, RAISED + timedelta(minutes=3))
    database.write(recovered, [("alarm", station_id)])

    [past] = log_tables.page(people.charlie, HISTORY, None, {}, NEWEST_FIRST, 0, 100).rows.to_pylist()

    assert (past["cleared_by"], past["repeats"], past["site"]) == ("Station", 1, "Lund")
    assert past["cleared"] == datetime(2026, 3, 20, 13, 3)  # noqa: DTZ001 - Stockholm's


def test_the_event_log_of_a_site_administrator_holds_own_sites_only(database: DuckDB, people: People) -> None:
    database.write(
        [
            event(EventKind.LOG_IN_FAILED, "Somebody failed to log in."),
            event(EventKind.STATION_REFUSED, "An unknown station was refused.", charge_box_id="CB-9"),
            event(EventKind.LOGGED_IN, "Bob logged in.", site_id=people.solna, user_id=people.bob.user_id),
        ],
        [("event", 0)],
    )

    assert _nodes(people.bob, EVENTS) == ["Solna"]
    assert set(_nodes(people.alice, EVENTS)) == {"Charge Portal", "CB-9", "Solna"}
    today = {"filterType": "date", "type": "lessThan", "dateFrom": "2100-01-01"}
    assert log_tables.count(people.alice, EVENTS, None, {"logged": today}) == 3


@pytest.fixture
def small_buckets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paging, "SORTABLE_ROWS", 7)


@pytest.fixture
def long_history(database: DuckDB, people: People, placed: dict[str, int]) -> None:
    """Three hundred cleared alarms, nine minutes apart, at two stations."""
    insert = """
        INSERT INTO alarm_history
        SELECT n, 'Fuse', 'OverCurrentFailure', CASE n % 2 WHEN 0 THEN $solna ELSE $lund END,
               CASE n % 2 WHEN 0 THEN $a ELSE $b END, n % 3, 'Tripped', '', '', $raised + to_minutes(n * 9), n % 5,
               $raised + to_minutes(n * 9 + 5), CASE n % 4 WHEN 0 THEN $alice END
        FROM range(300) numbers(n)"""
    a, b = placed.values()
    params = {
        "solna": people.solna, "lund": people.lund, "a": a, "b": b, "raised": RAISED, "alice": people.alice.user_id,
    }  # fmt: skip
    database.write([Sql(insert, params)], [("alarm", a)])


@pytest.mark.usefixtures("small_buckets", "long_history")
@pytest.mark.parametrize("column", list(HISTORY.columns))
@pytest.mark.parametrize("direction", ["asc", "desc"])
def test_pages_of_any_order_are_the_sorted_table_cut_in_pieces(people: People, column: str, direction: str) -> None:
    order = [{"colId": column, "sort": direction}]

    def pages(rows: int) -> list[int]:
        found = [
            log_tables.page(people.alice, HISTORY, None, {}, order, start, start + rows)
            for start in range(0, 300, rows)
        ]
        return [alarm_id for page in found for alarm_id in page.rows["alarm_id"].to_pylist()]

    assert pages(40) == pages(300)
    values = log_tables.page(people.alice, HISTORY, None, {}, order, 0, 300).rows[column].to_pylist()
    assert values == sorted(values, reverse=direction == "desc")
