"""Where stations stand on their floor's map: fractions of it, moved by who may change the floor, never silently."""

import json

import pytest

from data import floor_positions, node_changes, sites, stations, topology
from data.errors import Gone, InvalidInput, NotFound, NotPermitted
from data.floor_positions import Move, Place
from data.stations import NewStation
from tests.conftest import People

HERE, THERE = (0.25, 0.75), (0.5, 0.125)


@pytest.fixture
def floor(people: People) -> int:
    return sites.create_floor(people.alice, people.solna, "P1")


@pytest.fixture
def station(people: People, floor: int) -> int:
    return stations.create_station(people.alice, NewStation(people.solna, "00004079", "00004079", floor))


def place_of(people: People, floor: int) -> Place | None:
    (standing,) = floor_positions.of_floor(people.alice, floor)
    return standing.place


def test_a_station_is_placed_moved_and_taken_off_with_old_and_new_noted(
    people: People, floor: int, station: int
) -> None:
    for seen, wanted in ((None, HERE), (HERE, (0.5, 0.75)), ((0.5, 0.75), None)):
        assert floor_positions.move(people.bob, floor, {station: Move(seen, wanted)}) == {}
        assert place_of(people, floor) == wanted
    sql = "SELECT text, details, station_id FROM event WHERE text LIKE '%on the map%' ORDER BY logged_at"
    noted = people.alice.database.query(sql).to_pylist()
    assert noted[0]["text"] == "bob@portal.example changed X on the map, Y on the map of charging station 00004079."
    assert [json.loads(event["details"])["changes"] for event in noted] == [
        {"plan_x": [None, 0.25], "plan_y": [None, 0.75]},
        {"plan_x": [0.25, 0.5]},
        {"plan_x": [0.5, None], "plan_y": [0.75, None]},
    ]
    assert {event["station_id"] for event in noted} == {station}


def test_the_second_of_two_movers_is_told_and_their_other_moves_are_kept(
    people: People, floor: int, station: int
) -> None:
    other = stations.create_station(people.alice, NewStation(people.solna, "00004082", "00004082", floor))
    floor_positions.move(people.alice, floor, {station: Move(None, HERE)})
    floor_positions.move(people.bob, floor, {station: Move(HERE, (0.3, 0.75))})
    refused = floor_positions.move(people.alice, floor, {station: Move(HERE, (0.25, 0.5)), other: Move(None, THERE)})
    ((change, *_rest),) = refused.values()
    assert (list(refused), change.who) == ([station], "Bob Example")
    assert [one.place for one in floor_positions.of_floor(people.alice, floor)] == [(0.3, 0.75), THERE]


@pytest.mark.parametrize("gone_first", [True, False])
def test_no_station_moves_with_one_that_was_removed_which_is_named(
    people: People, floor: int, station: int, gone_first: bool
) -> None:
    gone = stations.create_station(people.alice, NewStation(people.solna, "00004082", "West gate", floor))
    node_changes.remove(people.alice, "station", gone)
    moves = {station: Move(None, HERE), gone: Move(None, THERE)}
    in_order = dict(sorted(moves.items(), key=lambda one: one[0], reverse=gone_first))
    with pytest.raises(NotFound, match="Alice Example removed the charging station West gate at "):
        floor_positions.move(people.bob, floor, in_order)
    assert place_of(people, floor) is None


@pytest.mark.parametrize("wanted", [(1.1, 0.5), (0.5, -0.1), (float("nan"), 0.5), (0.5, None), ("0.5", 0.5)])
def test_a_place_outside_the_picture_is_refused(
    people: People, floor: int, station: int, wanted: tuple[float, float]
) -> None:
    with pytest.raises(InvalidInput):
        floor_positions.move(people.alice, floor, {station: Move(None, wanted)})
    assert place_of(people, floor) is None


def test_who_may_not_change_a_floor_moves_nothing(people: People, floor: int, station: int) -> None:
    elsewhere = sites.create_floor(people.alice, people.lund, "P9")
    move = {station: Move(None, HERE)}
    for scope, refusal in ((people.sam, NotPermitted), (people.charlie, NotFound), (people.dana, NotFound)):
        with pytest.raises(refusal):
            floor_positions.move(scope, floor, move)
    for scope in (people.alice, people.charlie):  # a floor of one's own is no way to a station of another
        with pytest.raises(NotFound):
            floor_positions.move(scope, elsewhere, move)
    for scope in (people.charlie, people.dana):
        with pytest.raises(NotFound):
            floor_positions.of_floor(scope, floor)
    assert place_of(people, floor) is None


def test_a_station_that_moves_to_another_floor_is_not_on_its_map(people: People, floor: int, station: int) -> None:
    upstairs = sites.create_floor(people.alice, people.solna, "P2")
    floor_positions.move(people.alice, floor, {station: Move(None, HERE)})
    topology.move(people.alice, f"station:{station}", f"floor:{floor}", f"floor:{floor}")
    assert place_of(people, floor) == HERE
    topology.move(people.alice, f"station:{station}", f"floor:{floor}", f"floor:{upstairs}")
    assert place_of(people, upstairs) is None
    with pytest.raises(Gone, match=r"Alice Example moved the charging station \S+ to Solna, P2 at "):
        floor_positions.move(people.bob, floor, {station: Move(HERE, THERE)})
