"""What is told of a node or user that was there before: who took it away, and only of what was theirs to see."""

from dataclasses import replace
from pathlib import Path

import pytest

from data import (
    addresses,
    edits,
    gone,
    grid_controllers,
    node_changes,
    nodes,
    sites,
    station_settings,
    stations,
    topology,
    user_changes,
    user_details,
)
from data.errors import Gone, NotFound
from data.stations import NewOutlet, NewStation
from tests.conftest import People
from tests.support.imports import take_file


@pytest.fixture
def gate(people: People) -> int:
    return stations.create_station(people.alice, NewStation(people.solna, "CB", "West gate", outlets=(NewOutlet(1),)))


def outlet_of(people: People, station: int) -> int:
    rows = people.alice.database.query("SELECT outlet_id FROM outlet WHERE station_id = $id", {"id": station})
    return int(rows["outlet_id"][0].as_py())


def test_who_removed_a_node_is_told_to_who_might_have_seen_it_only(people: People, gate: int) -> None:
    alice = people.alice
    removed = {
        "floor": (sites.create_floor(alice, people.solna, "Deck P1"), topology.FLOOR, "floor Deck P1"),
        "grid_controller": (
            grid_controllers.create_grid_controller(alice, people.solna, "Cellar", "GC"),
            topology.GRID_CONTROLLER,
            "grid controller Cellar",
        ),
        "station": (gate, station_settings.STATION, "charging station West gate"),
    }
    for kind, (number, record, called) in removed.items():
        node_changes.remove(alice, kind, number)
        for look in (
            lambda scope: nodes.find(scope, f"{kind}:{number}"),  # noqa: B023 - called at once
            lambda scope: edits.read(scope, record, number),  # noqa: B023
        ):
            for scope in (alice, people.sam, people.bob):
                with pytest.raises(Gone, match=rf"^Alice Example removed the {called} at 20\d\d-"):
                    look(scope)
            for scope in (people.charlie, people.dana):
                with pytest.raises(NotFound, match=rf"There is no (node )?[a-z_ ]+:?{number}\."):
                    look(scope)
        with pytest.raises(Gone, match=f"removed the {called}"):
            node_changes.remove(alice, kind, number)


def test_an_outlet_is_gone_with_its_station_or_by_an_import(people: People, gate: int, tmp_path: Path) -> None:
    outlet = outlet_of(people, gate)
    node_changes.remove(people.alice, "station", gate)
    with pytest.raises(Gone, match="Alice Example removed the charging station West gate at "):
        edits.read(people.bob, station_settings.OUTLET, outlet)
    file = tmp_path / "topology.csv"
    for outlets in (2, 1):
        file.write_text(f"site,floor,charge_box_id,name,outlets,connector,mode\nSolna,,CB2,East gate,{outlets},,\n")
        take_file(people.alice.database, "topology", file)
    [removed] = people.alice.database.query("SELECT outlet_id FROM outlet WHERE removed_at IS NOT NULL")[0].to_pylist()
    with pytest.raises(Gone, match="Somebody removed the outlet 2 of East gate at "):  # the command line has no user
        edits.read(people.bob, station_settings.OUTLET, removed)
    by_alice = "UPDATE import SET user_id = $id"
    people.alice.database.write([edits.Sql(by_alice, {"id": people.alice.user_id})])
    with pytest.raises(Gone, match="Alice Example removed the outlet 2 of East gate at "):
        edits.read(people.bob, station_settings.OUTLET, removed)


def test_where_a_node_was_moved_is_told_and_of_another_site_only_that_it_is(people: People, gate: int) -> None:
    floor = sites.create_floor(people.alice, people.solna, "P1")
    topology.move(people.alice, f"station:{gate}", f"site:{people.solna}", f"floor:{floor}")
    with pytest.raises(Gone, match="Alice Example moved the charging station West gate to Solna, P1 at "):
        edits.read(people.bob, addresses.STATION, gate)
    topology.move(people.alice, f"station:{gate}", f"floor:{floor}", f"site:{people.lund}")
    for record, number in ((station_settings.STATION, gate), (station_settings.OUTLET, outlet_of(people, gate))):
        with pytest.raises(Gone, match="Alice Example moved the charging station West gate to another site at "):
            edits.read(people.bob, record, number)
        assert edits.read(people.charlie, record, number)


def test_who_lost_a_site_is_told_who_changed_that_and_everybody_else_nothing(people: People) -> None:
    seen = user_details.read(people.alice, people.bob.user_id).details
    assert gone.shut_out(people.bob) is None
    user_changes.save(people.alice, people.bob.user_id, seen, replace(seen, site_ids=(people.lund,)))
    assert str(gone.shut_out(people.bob)).startswith("Alice Example changed your sites at ")
    assert gone.shut_out(people.charlie) is None


def test_who_deleted_a_user_is_told_to_administrators(people: People) -> None:
    user_changes.remove(people.alice, people.dana.user_id)
    with pytest.raises(Gone, match="Alice Example removed the user dana@portal.example at "):
        user_details.read(people.alice, people.dana.user_id)
