"""Where sites and stations are: checked coordinates, kept within the scope, with old and new in the event log."""

import json

import pytest

from data import addresses, edits, grid_controllers, nodes, sites, stations, topology
from data.database import Sql
from data.edits import Record
from data.errors import AlreadyExists, ChangedMeanwhile, InvalidInput, NotFound, NotPermitted
from data.scope import Scope
from data.stations import NewStation
from tests.conftest import People

HERE = {"latitude": 59.3598, "longitude": 18.0066}
NOWHERE = {"latitude": None, "longitude": None}


def place(scope: Scope, record: Record, row_id: int, **wanted: object) -> None:
    seen = edits.read(scope, record, row_id)
    edits.save(scope, record, row_id, seen, wanted)


def test_a_position_is_kept_to_a_tenth_of_a_metre_and_noted(people: People) -> None:
    place(people.bob, addresses.SITE, people.solna, latitude=59.35980049, longitude=18, city=" Solna ")
    kept = edits.read(people.bob, addresses.SITE, people.solna)
    assert (kept["latitude"], kept["longitude"], kept["city"]) == (59.3598, 18.0, "Solna")
    assert addresses.of_site(people.bob, people.solna) == (59.3598, 18.0)
    rows = people.alice.database.query("SELECT details FROM event WHERE kind = 'configuration changed'").to_pylist()
    assert json.loads(rows[-1]["details"])["changes"] == {
        "latitude": [None, 59.3598],
        "longitude": [None, 18.0],
        "city": ["", "Solna"],
    }


@pytest.mark.parametrize(
    "wrong",
    [
        {"latitude": 90.1, "longitude": 0},
        {"latitude": 0, "longitude": -180.5},
        {"latitude": float("nan"), "longitude": 0},
        {"latitude": 10**400, "longitude": 0},
        {"latitude": "59", "longitude": 18},
        {"latitude": True, "longitude": 18},
        {"latitude": 59},
        {"longitude": 18},
        {"latitude": 59, "longitude": None},
        {"street": "x" * 201},
        {"city": 5},
    ],
)
def test_what_is_no_place_on_earth_is_refused(people: People, wrong: dict[str, object]) -> None:
    with pytest.raises(InvalidInput):
        place(people.alice, addresses.SITE, people.solna, **wrong)
    assert addresses.of_site(people.alice, people.solna) is None


def test_a_position_is_taken_away_as_a_whole(people: People) -> None:
    place(people.alice, addresses.SITE, people.solna, **HERE)
    with pytest.raises(InvalidInput, match="Latitude and Longitude go together"):
        place(people.alice, addresses.SITE, people.solna, longitude=None)
    place(people.alice, addresses.SITE, people.solna, **NOWHERE)
    assert addresses.of_site(people.alice, people.solna) is None


def test_two_who_move_a_pin_along_different_axes_do_not_make_a_third_place(people: People) -> None:
    place(people.alice, addresses.SITE, people.solna, **HERE)
    place(people.bob, addresses.SITE, people.solna, latitude=60)
    with pytest.raises(ChangedMeanwhile):
        edits.save(people.alice, addresses.SITE, people.solna, HERE, HERE | {"longitude": 17})
    assert addresses.of_site(people.alice, people.solna) == (60.0, 18.0066)


def test_who_may_not_change_a_site_does_not_place_it(people: People) -> None:
    for scope, refusal in ((people.sam, NotPermitted), (people.charlie, NotFound), (people.dana, NotFound)):
        with pytest.raises(refusal):
            edits.save(scope, addresses.SITE, people.solna, NOWHERE, HERE)
    assert addresses.of_site(people.charlie, people.solna) is None


def test_only_a_station_on_no_floor_has_an_address_of_its_own(people: People) -> None:
    floor = sites.create_floor(people.alice, people.solna, "P1")
    outdoors = stations.create_station(people.alice, NewStation(people.solna, "Gate", "Gate"))
    indoors = stations.create_station(people.alice, NewStation(people.solna, "00004079", "00004079", floor))
    for scope in (people.alice, people.bob, people.sam):
        place(scope, addresses.STATION, outdoors, street=str(scope.user_id), **HERE)
        with pytest.raises(NotFound):
            edits.save(scope, addresses.STATION, indoors, NOWHERE, HERE)
    for scope in (people.charlie, people.dana):
        with pytest.raises(NotFound):
            edits.read(scope, addresses.STATION, outdoors)


def test_stations_on_the_site_itself_stand_on_its_map(people: People) -> None:
    floor = sites.create_floor(people.alice, people.solna, "P1")
    gate, door = (
        stations.create_station(people.alice, NewStation(people.solna, name, name)) for name in ("Gate", "Door")
    )
    place(people.bob, addresses.STATION, gate, **HERE)
    place(people.bob, addresses.STATION, door, **HERE)
    topology.move(people.alice, f"station:{door}", f"site:{people.solna}", f"floor:{floor}")
    (shown,) = addresses.placed_stations(people.sam, people.solna)
    assert shown == (gate, "Gate", HERE["latitude"], HERE["longitude"], "never")
    for scope in (people.charlie, people.dana):
        assert addresses.placed_stations(scope, people.solna) == []


def test_a_grid_controller_has_a_name_a_unique_id_and_on_no_floor_an_address(people: People) -> None:
    first, second = (
        grid_controllers.create_grid_controller(people.alice, people.solna, name, name) for name in ("GC 1", "GC 2")
    )
    place(people.bob, topology.GRID_CONTROLLER, first, name="GC Solna", description="Cellar")
    place(people.bob, addresses.GRID_CONTROLLER, first, **HERE)
    assert edits.read(people.sam, topology.GRID_CONTROLLER, first)["name"] == "GC Solna"
    with pytest.raises(AlreadyExists):
        place(people.alice, topology.GRID_CONTROLLER, second, charge_box_id="GC 1")
    for record in (topology.GRID_CONTROLLER, addresses.GRID_CONTROLLER):
        with pytest.raises(NotPermitted):
            place(people.sam, record, first, **({"name": "x"} if "name" in record.fields else NOWHERE))
        for scope in (people.charlie, people.dana):
            with pytest.raises(NotFound):
                edits.read(scope, record, first)


def test_the_map_shows_the_placed_sites_of_the_scope_in_their_worst_state(people: People) -> None:
    place(people.alice, addresses.SITE, people.solna, **HERE)
    place(people.alice, addresses.SITE, people.lund, latitude=55.7, longitude=13.2)
    for number, name in enumerate(("Gate", "Yard"), start=1):
        station = stations.create_station(people.alice, NewStation(people.solna, name, name))
        online = "INSERT INTO station_state (station_id, connected, registered_at) VALUES ($id, TRUE, now())"
        people.alice.database.write([Sql(online, {"id": station})])
        if number == 2:
            fault = """INSERT INTO outlet_state (station_id, connector_id, status, status_at, logged_at)
                       VALUES ($id, 1, 'Faulted', now(), now())"""
            people.alice.database.write([Sql(fault, {"id": station})])
    system = nodes.find(people.alice, nodes.SYSTEM)
    lund, solna = addresses.placed_sites(people.alice, system)
    assert (lund.name, lund.state, lund.stations) == ("Lund", "never", 0)
    assert (solna.name, solna.state, solna.stations, solna.available) == ("Solna", "fault", 2, 1)
    assert [site.name for site in addresses.placed_sites(people.bob, system)] == ["Solna"]
    assert addresses.placed_sites(people.dana, system) == []
    gate = nodes.find(people.alice, f"site:{people.lund}")
    assert [site.name for site in addresses.placed_sites(people.alice, gate)] == ["Lund"]
