"""Floors: who may see and bring a map, whatever the address or callback, and how stations are moved on it."""

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from data import floor_maps, floor_positions, folders, node_changes, sites, stations
from data.floor_positions import Move
from data.stations import NewStation
from tests.conftest import People
from tests.data.test_jpeg import picture
from tests.pages.conftest import Visitor

Visit = Callable[..., Visitor]
UPLOADED, NAMED, OF = "floor-map-upload.contents", "floor-map-upload.filename", "floor-general-seen.data"
MOVED, PRESSED = "positions-moved.data", "positions-save.n_clicks"
HERE = [0.25, 0.75]


@pytest.fixture
def floor(people: People) -> int:
    return sites.create_floor(people.alice, people.solna, "P1")


@pytest.fixture
def station(people: People, floor: int) -> int:
    return stations.create_station(people.alice, NewStation(people.solna, "00004079", "00004079", floor))


@pytest.fixture
def with_map(people: People, floor: int, tmp_path: Path) -> str:
    """The address of the floor's map."""
    return floor_maps.bring(people.alice, tmp_path, floor, "plan.jpg", picture()).url


def bring(visitor: Visitor, floor: int, content: bytes, name: str = "plan.jpg") -> TestResponse:
    sent = "data:image/jpeg;base64," + base64.b64encode(content).decode()
    return visitor.call("floor-map-fault.children", {UPLOADED: sent, NAMED: name, OF: {"row": floor}}, [UPLOADED])


def follow(visitor: Visitor, floor: int, moved: dict[str, Any], pressed: str = PRESSED) -> TestResponse:
    part = "positions-side.children" if pressed == MOVED else "positions-conflict.is_open"
    (output,) = (key for key in visitor.app.callback_map if part in key)
    shown = {"floor": floor, "picture": "", "has_stations": True}
    return visitor.call(output, {MOVED: moved, "positions-shown.data": shown}, [pressed])


def a_move(station: int, wanted: Any, seen: Any = None) -> dict[str, Any]:
    return {str(station): {"seen": seen, "wanted": wanted}}


@pytest.mark.parametrize("name", ["alice", "bob"])
def test_a_map_is_brought_by_who_may_change_the_floor(visitor: Visit, people: People, floor: int, name: str) -> None:
    answer = bring(visitor(name), floor, picture(), "my plan.jpg")
    assert "The map is uploaded" in answer.text
    found = floor_maps.of_floor(people.alice, floor)
    assert found is not None
    page = visitor(name).page(f"/configuration?node=floor:{floor}&tab=general")
    assert found.url in page
    assert "my plan.jpg" in page


def test_a_file_that_is_no_jpg_is_refused_at_the_field(visitor: Visit, people: People, floor: int) -> None:
    alice = visitor("alice")
    assert "is no JPG picture" in bring(alice, floor, picture("PNG")).text
    assert "is larger than 2 MB" in bring(alice, floor, b"x" * 2_100_000).text
    assert floor_maps.of_floor(people.alice, floor) is None
    sent = {UPLOADED: "data:image/jpeg;base64,!!", OF: {"row": floor}}
    assert alice.call("floor-map-fault.children", sent, [UPLOADED]).status_code == 400


@pytest.mark.parametrize("name", ["alice", "bob", "sam"])
def test_a_map_is_shown_to_who_may_see_the_floor_and_kept_nowhere(visitor: Visit, with_map: str, name: str) -> None:
    with visitor(name).client.get(with_map) as answer:
        assert (answer.status_code, answer.mimetype) == (200, "image/jpeg")
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'"
        tag = answer.headers["ETag"]
    with visitor(name).client.get(with_map, headers={"If-None-Match": tag}) as again:
        assert again.status_code == 304


def test_a_map_is_not_there_for_others(visitor: Visit, with_map: str, floor: int, tmp_path: Path) -> None:
    for name in ("charlie", "dana"):
        assert visitor(name).client.get(with_map).status_code == 404
        for tab in ("general", "position"):
            page = visitor(name).page(f"/configuration?node=floor:{floor}&tab={tab}")
            assert "floor-map/" not in page
            assert "P1" not in page
    assert visitor().client.get(with_map).status_code == 302
    alice = visitor("alice").client
    for address in (f"/floor-map/{floor + 99}", "/floor-map/-1", "/floor-map/../secret_key", f"/floor-map/{10**30}"):
        assert alice.get(address).status_code in (302, 404)
    (file,) = folders.of_floors(tmp_path).iterdir()
    file.unlink()
    assert alice.get(with_map).status_code == 404


def test_who_may_not_change_a_floor_neither_brings_nor_removes_its_map(
    visitor: Visit, people: People, with_map: str, floor: int
) -> None:
    kept = floor_maps.of_floor(people.alice, floor)
    clicked = {"floor-map-remove.submit_n_clicks": 1, OF: {"row": floor}}
    for name, statuses in (("sam", (403,)), ("dana", (403,)), ("charlie", (200, 204, 404))):
        answers = (
            bring(visitor(name), floor, picture(size=(9, 9))),
            visitor(name).call("floor-map-removed.children", clicked),
        )
        assert all(answer.status_code in statuses for answer in answers)
        assert not any("floor-map/" in answer.text for answer in answers)
    assert floor_maps.of_floor(people.alice, floor) == kept
    page = visitor("sam").page(f"/configuration?node=floor:{floor}&tab=general")
    assert with_map in page
    assert "Upload map" not in page
    assert "Remove map" not in page


def test_a_map_is_removed_and_the_stations_keep_their_places(
    visitor: Visit, people: People, with_map: str, floor: int, station: int
) -> None:
    floor_positions.move(people.alice, floor, {station: Move(None, (0.25, 0.75))})
    answer = visitor("bob").call(
        "floor-map-removed.children", {"floor-map-remove.submit_n_clicks": 1, OF: {"row": floor}}
    )
    assert "This floor has no map yet" in answer.text
    assert floor_maps.of_floor(people.alice, floor) is None
    assert floor_positions.of_floor(people.alice, floor)[0].place == (0.25, 0.75)
    assert "This floor has no map" in visitor("bob").page(f"/configuration?node=floor:{floor}&tab=position")


@pytest.mark.usefixtures("with_map")
def test_moved_stations_are_told_and_saved(visitor: Visit, people: People, floor: int, station: int) -> None:
    alice = visitor("alice")
    answer = follow(alice, floor, a_move(station, HERE), MOVED).json["response"]
    assert "1 station moved: 00004079" in str(answer["positions-changes"])
    assert "is-dirty" in answer["positions-bar"]["className"]
    assert "Every station is on the map" in json.dumps(answer["positions-side"])
    assert floor_positions.of_floor(people.alice, floor)[0].place is None
    saved = follow(alice, floor, a_move(station, HERE))
    assert "Your changes are saved" in saved.text
    assert saved.json["response"]["positions-moved"]["data"] == {}
    assert floor_positions.of_floor(people.alice, floor)[0].place == (0.25, 0.75)
    page = visitor("sam").page(f"/configuration?node=floor:{floor}&tab=position")
    assert "[0.25, 0.75]" in page
    assert "data-closed" in page


@pytest.mark.usefixtures("with_map")
def test_moving_over_somebodys_move_asks_then_overwrites_or_discards(
    visitor: Visit, people: People, floor: int, station: int
) -> None:
    floor_positions.move(people.bob, floor, {station: Move(None, (0.5, 0.5))})
    alice = visitor("alice")
    asked = follow(alice, floor, a_move(station, HERE)).json["response"]
    assert asked["positions-conflict"]["is_open"] is True
    assert "Bob Example moved 00004079 at" in str(asked["positions-conflict-text"])
    assert asked["positions-moved"]["data"] == a_move(station, HERE)
    theirs = follow(alice, floor, a_move(station, HERE), "positions-theirs.n_clicks").json["response"]
    assert theirs["positions-moved"]["data"] == {}
    assert floor_positions.of_floor(people.alice, floor)[0].place == (0.5, 0.5)
    follow(alice, floor, a_move(station, HERE), "positions-overwrite.n_clicks")
    assert floor_positions.of_floor(people.alice, floor)[0].place == (0.25, 0.75)


@pytest.mark.usefixtures("with_map")
@pytest.mark.parametrize("pressed", [MOVED, PRESSED])
def test_who_moved_a_station_that_is_gone_is_told_which_and_keeps_the_other_moves(
    visitor: Visit, people: People, floor: int, station: int, pressed: str
) -> None:
    gone = stations.create_station(people.alice, NewStation(people.solna, "00004082", "00004082", floor))
    node_changes.remove(people.alice, "station", gone)
    moved = a_move(station, HERE) | a_move(gone, HERE)
    answer = follow(visitor("bob"), floor, moved, pressed)
    assert "No longer on this floor" in answer.text
    assert "Alice Example removed the charging station 00004082" in answer.text
    left = answer.json["response"]["positions-moved"]["data"]
    assert left == ({} if pressed == PRESSED else a_move(station, HERE))
    place = floor_positions.of_floor(people.alice, floor)[0].place
    assert place == (tuple(HERE) if pressed == PRESSED else None)
    discarded = follow(visitor("bob"), floor, moved, "positions-discard.n_clicks")
    assert "00004082" not in discarded.text


@pytest.mark.usefixtures("with_map")
def test_who_may_not_change_the_floor_moves_no_station(
    visitor: Visit, people: People, floor: int, station: int
) -> None:
    elsewhere = sites.create_floor(people.alice, people.lund, "P9")
    for name in ("sam", "charlie", "dana"):
        for where in (floor, elsewhere):
            answer = follow(visitor(name), where, a_move(station, HERE))
            assert "Your changes are saved" not in answer.text
            assert name == "sam" or "00004079" not in answer.text
    assert floor_positions.of_floor(people.alice, floor)[0].place is None


@pytest.mark.parametrize(
    "moved",
    [
        {"x": {"seen": None, "wanted": HERE}},
        {"1": {"seen": None}},
        {"1": {"seen": None, "wanted": [0.5]}},
        {"1": {"seen": None, "wanted": [0.5, 2]}},
        {"1": {"seen": [0.5, float("nan")], "wanted": HERE}},
        {"1": {"seen": [10**400, 0], "wanted": HERE}},
        {"1": {"seen": None, "wanted": ["0.5", 0]}},
        {"1" * 50: {"seen": None, "wanted": HERE}},
        {"²": {"seen": None, "wanted": HERE}},
    ],
    ids=str,
)
def test_a_move_that_no_page_sends_is_refused(
    visitor: Visit, people: People, floor: int, station: int, moved: dict[str, Any]
) -> None:
    assert follow(visitor("alice"), floor, moved).status_code == 400
