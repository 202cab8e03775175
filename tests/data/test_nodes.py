"""The Navigator's tree: who sees which nodes, in which state, and what a node limits."""

from datetime import UTC, datetime

import pytest

from data import (
    node_changes,
    nodes,
    ongoing_sessions,
    outlets,
    power,
    sites,
    stations,
)
from data.database import Database, Sql
from data.errors import NotFound
from data.outlets import OutletCounts
from data.scope import Scope
from data.stations import NewOutlet, NewStation
from tests.conftest import People

NOW = datetime(2026, 3, 20, 12, 0, tzinfo=UTC)


@pytest.fixture
def gate(people: People) -> int:
    """A station with two outlets on floor P1 of Solna."""
    floor = sites.create_floor(people.alice, people.solna, "P1")
    new = NewStation(people.solna, "00004079", "Gate", floor, [NewOutlet(1), NewOutlet(2)])
    return stations.create_station(people.alice, new)


def _run(database: Database, sql: str, **params: object) -> None:
    database.write([Sql(sql, params)])


def _register(database: Database, station_id: int) -> None:
    _run(
        database,
        "INSERT INTO station_state (station_id, connected, registered_at) VALUES ($s, TRUE, now())",
        s=station_id,
    )


def _start(database: Database, station_id: int, connector_id: int, user_id: int | None = None) -> None:
    sql = """INSERT INTO open_transaction (transaction_id, station_id, site_id, connector_id, charge_box_id, user_id,
                                           authentication, started_at, logged_at, power_w, measured_at)
             SELECT 7, station_id, site_id, $c, charge_box_id, $u, 1, $now, $now, 11000, $now
             FROM charging_station WHERE station_id = $s"""
    _run(database, sql, s=station_id, c=connector_id, u=user_id, now=NOW)


def _alarm(database: Database, station_id: int, connector_id: int) -> None:
    sql = """INSERT INTO alarm (alarm_id, kind, code, site_id, station_id, connector_id, description,
                                raised_at, repeated_at)
             VALUES (1, 'Fuse', 'GroundFailure', 0, $s, $c, 'x', now(), now())"""
    _run(database, sql, s=station_id, c=connector_id)


def _states(scope: Scope) -> list[str]:
    """The station's state, then its outlets'."""
    return [node.state for node in nodes.tree(scope) if node.kind in ("station", "outlet")]


def test_parents_come_before_children_and_siblings_by_name(people: People, gate: int) -> None:
    tree = nodes.tree(people.alice)
    assert [(node.kind, node.name) for node in tree] == [
        ("system", "Charge Portal"),
        ("site", "Lund"),
        ("site", "Solna"),
        ("floor", "P1"),
        ("station", "Gate"),
        ("outlet", "1"),
        ("outlet", "2"),
    ]
    seen = {None}
    for node in tree:
        assert node.parent in seen
        seen.add(node.ref)


def test_a_site_administrator_sees_no_node_of_another_site(people: People, gate: int) -> None:
    assert [node.name for node in nodes.tree(people.charlie)] == ["Charge Portal", "Lund"]
    refs = [node.ref for node in nodes.tree(people.bob) if node.kind != "system"]
    for ref in refs:
        assert nodes.find(people.bob, ref).ref == ref
        with pytest.raises(NotFound):
            nodes.find(people.charlie, ref)
    assert nodes.states(people.charlie, [gate]) == {}


def test_an_ev_user_has_no_navigator(people: People, gate: int) -> None:
    assert nodes.tree(people.dana) == []
    with pytest.raises(NotFound):
        nodes.find(people.dana, nodes.SYSTEM)


@pytest.mark.parametrize(
    "ref", ["", "site", "site:", "site:x", "site:-1", "site:99", "moon:1", "site:9999999999", "system:2"]
)
def test_what_is_no_node_is_not_found(people: People, ref: str) -> None:
    with pytest.raises(NotFound):
        nodes.find(people.alice, ref)


def test_a_removed_station_and_its_outlets_are_gone(people: People, gate: int) -> None:
    node_changes.remove(people.alice, "station", gate)
    assert {node.kind for node in nodes.tree(people.alice)} == {"system", "site", "floor"}


def test_a_node_knows_the_way_from_the_system(people: People, gate: int) -> None:
    outlet = nodes.find(people.alice, next(node.ref for node in nodes.tree(people.alice) if node.kind == "outlet"))
    assert [name for _ref, name in outlet.path] == ["Charge Portal", "Solna", "P1", "Gate", "1"]
    assert outlet.time_zone == "Europe/Stockholm"


def test_a_station_takes_the_worst_state_of_its_outlets(people: People, gate: int) -> None:
    database = people.alice.database
    assert _states(people.alice) == ["never", "never", "never"]
    _register(database, gate)
    assert _states(people.alice) == ["available", "available", "available"]
    _start(database, gate, 2)
    assert _states(people.alice) == ["charging", "available", "charging"]
    _alarm(database, gate, 1)
    assert _states(people.alice) == ["fault", "fault", "charging"]


def test_an_alarm_of_the_whole_station_concerns_every_outlet(people: People, gate: int) -> None:
    _register(people.alice.database, gate)
    _alarm(people.alice.database, gate, 0)
    assert _states(people.alice) == ["fault", "fault", "fault"]


def test_changed_states_are_the_trees(people: People, gate: int) -> None:
    _register(people.alice.database, gate)
    _start(people.alice.database, gate, 1)
    tree = {node.ref: node.state for node in nodes.tree(people.alice) if node.kind in ("station", "outlet")}
    assert nodes.states(people.alice, [gate]) == tree


@pytest.mark.parametrize("kind", ["system", "site", "floor", "station"])
def test_outlets_are_counted_by_state_for_each_part(people: People, gate: int, kind: str) -> None:
    _register(people.alice.database, gate)
    _start(people.alice.database, gate, 1)
    ref = next(node.ref for node in reversed(nodes.tree(people.alice)) if node.kind == kind)
    counts = outlets.counts(people.alice, nodes.find(people.alice, ref))
    assert sum(part.charging for part in counts) == 1
    assert sum(part.available for part in counts) == 1
    assert len(counts) == (2 if kind == "station" else 1)


def test_counts_stay_in_scope(people: People, gate: int) -> None:
    assert outlets.counts(people.charlie, nodes.find(people.charlie, nodes.SYSTEM)) == []
    (solna,) = outlets.counts(people.bob, nodes.find(people.bob, nodes.SYSTEM))
    assert solna == OutletCounts(f"site:{people.solna}", "Solna", 1, 0, 0, 0, 2)


def test_everybody_sees_only_the_ongoing_sessions_in_scope(people: People, gate: int) -> None:
    _start(people.alice.database, gate, 1, people.dana.user_id)
    shown = {
        name: ongoing_sessions.ongoing(getattr(people, name), None).num_rows
        for name in ("alice", "bob", "charlie", "dana")
    }
    assert shown == {"alice": 1, "bob": 1, "charlie": 0, "dana": 1}


def test_only_fresh_samples_count_as_power_now(people: People, gate: int) -> None:
    _start(people.alice.database, gate, 1)
    system = nodes.find(people.alice, nodes.SYSTEM)
    assert power.now_w(people.alice, system, NOW) == 11000
    assert power.now_w(people.alice, system, NOW + 2 * power.SAMPLES_FRESH) == 0


def test_power_comes_from_samples_and_else_from_the_register(people: People, gate: int) -> None:
    insert = """INSERT INTO meter_value
                    (station_id, connector_id, measured_at, logged_at, measurand, phase, value, unit)
                VALUES ($s, $c, to_timestamp($at), now(), $measurand, $phase, $value, 'W')"""
    rows = [
        (1, 0, "Power.Active.Import", None, 3000.0),
        (1, 300, "Power.Active.Import", "L1", 2000.0),
        (1, 300, "Power.Active.Import", "L2", 3000.0),
        (2, 0, "Energy.Active.Import.Register", None, 1000.0),
        (2, 300, "Energy.Active.Import.Register", None, 1500.0),
        (2, 7200, "Energy.Active.Import.Register", None, 9000.0),  # two hours of silence say nothing
    ]
    for connector, at, measurand, phase, value in rows:
        _run(people.alice.database, insert, s=gate, c=connector, at=at, measurand=measurand, phase=phase, value=value)
    system = nodes.find(people.alice, nodes.SYSTEM)
    since, until = datetime.fromtimestamp(0, UTC), datetime.fromtimestamp(86400, UTC)
    curve = power.over_time(people.alice, system, since, until)
    assert curve["power_w"].to_pylist() == [4000.0 + 6000.0, None]
    assert power.over_time(people.charlie, nodes.find(people.charlie, nodes.SYSTEM), since, until).num_rows == 0
