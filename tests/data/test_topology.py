"""Topology: what the tab shows, renaming, moving, and callers nobody knows."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest

from data import event_changes, grid_controllers, node_changes, nodes, sites, stations, topology, unknown_callers
from data.database import Sql
from data.errors import ChangedMeanwhile, InvalidInput, NotFound, NotPermitted, PortalError
from data.event_changes import FieldChange
from data.stations import NewStation
from tests.conftest import People


def test_every_node_stands_below_its_parent_with_its_sub_nodes_counted(people: People) -> None:
    floor = sites.create_floor(people.alice, people.solna, "P1")
    station = stations.create_station(people.alice, NewStation(people.solna, "00004079", "Gate", floor))
    rows = {row.ref: row for row in topology.rows(people.sam)}
    assert rows["system:1"].children == 2
    assert rows[f"site:{people.solna}"].children == 1
    assert rows[f"station:{station}"].parent == f"floor:{floor}"
    assert rows[f"station:{station}"].charge_box_id == "00004079"
    assert list(rows).index(f"floor:{floor}") < list(rows).index(f"station:{station}")
    with pytest.raises(NotPermitted):
        topology.rows(people.bob)


def test_a_station_moves_with_its_alarms_and_the_event_says_from_where(people: People) -> None:
    floor = sites.create_floor(people.alice, people.lund, "L1")
    station = stations.create_station(people.alice, NewStation(people.solna, "00004079", "Gate"))
    topology.move(people.alice, f"station:{station}", f"site:{people.solna}", f"floor:{floor}")
    moved = nodes.find(people.charlie, f"station:{station}")
    assert (moved.site_id, moved.floor_id) == (people.lund, floor)
    with pytest.raises(NotFound):
        nodes.find(people.bob, f"station:{station}")
    noted = people.alice.database.query("SELECT text, details FROM event ORDER BY logged_at").to_pylist()[-1]
    assert noted["text"] == "alice@portal.example changed Site, Floor of charging station Gate."
    by_name = [FieldChange("Site", "Solna", "Lund"), FieldChange("Floor", None, "L1")]
    assert event_changes.of_details(noted["details"]) == by_name
    with pytest.raises(ChangedMeanwhile, match="changed Site or floor from Solna to L1"):
        topology.move(people.alice, f"station:{station}", f"site:{people.solna}", f"site:{people.lund}")
    topology.move(people.alice, f"station:{station}", f"floor:{floor}", f"site:{people.lund}")
    assert nodes.find(people.alice, f"station:{station}").floor_id is None


def test_what_goes_on_at_a_station_stays_with_it_when_two_move_it_at_once(people: People) -> None:
    database, uppsala = people.alice.database, sites.create_site(people.alice, "Uppsala", "Europe/Stockholm")
    station = stations.create_station(people.alice, NewStation(people.solna, "00004079", "Gate"))
    begin = """INSERT INTO open_transaction (transaction_id, station_id, site_id, connector_id, charge_box_id,
                   authentication, started_at, logged_at)
               SELECT 7, station_id, site_id, 1, charge_box_id, 1, now(), now() FROM charging_station"""
    database.write([Sql(begin)])

    def move(to: int) -> None:
        with suppress(ChangedMeanwhile):
            topology.move(people.alice, f"station:{station}", topology.parent_of(here), f"site:{to}")

    with ThreadPoolExecutor() as pool:
        for _round in range(20):
            here = nodes.find(people.alice, f"station:{station}")
            list(pool.map(move, {people.solna, people.lund, uppsala} - {here.site_id}))
            [goes_on] = database.query("SELECT site_id FROM open_transaction").to_pylist()
            assert goes_on["site_id"] == nodes.find(people.alice, f"station:{station}").site_id


def test_only_stations_and_grid_controllers_move_and_only_to_sites_and_floors(people: People) -> None:
    floor = sites.create_floor(people.alice, people.solna, "P1")
    station = stations.create_station(people.alice, NewStation(people.solna, "00004079", "Gate"))
    with pytest.raises(InvalidInput):
        topology.move(people.alice, f"floor:{floor}", f"site:{people.solna}", f"site:{people.lund}")
    with pytest.raises(InvalidInput):
        topology.move(people.alice, f"station:{station}", f"site:{people.solna}", "system:1")
    for scope in (people.bob, people.sam, people.dana):
        with pytest.raises(PortalError):
            topology.move(scope, f"station:{station}", f"site:{people.solna}", f"floor:{floor}")


def test_renaming_keeps_to_what_was_seen_and_to_administrators(people: People) -> None:
    site = f"site:{people.solna}"
    topology.rename(people.alice, site, "Solna", "Solna C")
    with pytest.raises(ChangedMeanwhile):
        topology.rename(people.alice, site, "Solna", "Solna D")
    for ref in ("outlet:1", "system:1", "site:x", ""):
        with pytest.raises(NotFound):
            topology.rename(people.alice, ref, "", "New")
    for scope in (people.bob, people.sam, people.dana):
        with pytest.raises(NotPermitted):
            topology.rename(scope, site, "Solna C", "Mine")


def test_a_station_is_not_created_on_a_floor_of_another_site_or_a_removed_one(people: People) -> None:
    floor = sites.create_floor(people.alice, people.lund, "L1")
    with pytest.raises(NotFound):
        stations.create_station(people.alice, NewStation(people.solna, "A", "A", floor))
    node_changes.remove(people.alice, "floor", floor)
    with pytest.raises(NotFound):
        stations.create_station(people.alice, NewStation(people.lund, "A", "A", floor))


def test_creating_and_removing_is_in_the_event_log(people: People) -> None:
    floor = sites.create_floor(people.alice, people.solna, "P1")
    node_changes.remove(people.alice, "floor", floor)
    texts = people.alice.database.query("SELECT text FROM event ORDER BY logged_at")["text"].to_pylist()
    assert texts == ["alice@portal.example created the floor P1.", "alice@portal.example removed the floor P1."]


def test_unknown_callers_are_counted_bounded_and_gone_once_configured(people: People) -> None:
    now = datetime.now(UTC)
    for number in range(unknown_callers.MOST_KEPT + 2):
        at = now + timedelta(seconds=number)
        people.alice.database.write(unknown_callers.noted(f"S{number}", "192.0.2.1", "OCPP 1.6", at, 1))
    people.alice.database.write(unknown_callers.noted("S50", "192.0.2.2", "OCPP 1.6", now + timedelta(hours=1), 4))
    found = unknown_callers.latest(people.alice)
    assert len(found) == unknown_callers.MOST_KEPT
    assert (found[0]["charge_box_id"], found[0]["calls"], found[0]["address"]) == ("S50", 5, "192.0.2.2")
    stations.create_station(people.alice, NewStation(people.solna, "S50", "Gate"))
    grid_controllers.create_grid_controller(people.alice, people.solna, "Cellar", "S201")
    assert unknown_callers.latest(people.sam)[0]["charge_box_id"] == "S200"
    for scope in (people.bob, people.dana):
        with pytest.raises(NotPermitted):
            unknown_callers.latest(scope)
