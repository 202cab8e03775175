"""The picture of a floor: one at a time, in the data folder, for who may see the floor."""

import json
from pathlib import Path

import pytest

from data import floor_maps, folders, node_changes, sites
from data.errors import InvalidInput, NotFound, NotPermitted
from tests.conftest import People
from tests.data.test_jpeg import picture


@pytest.fixture
def floor(people: People) -> int:
    return sites.create_floor(people.alice, people.solna, "P1")


def kept_files(data: Path) -> list[str]:
    return [file.name for file in folders.of_floors(data).iterdir()]


def test_a_better_scan_takes_the_place_of_the_first(people: People, floor: int, tmp_path: Path) -> None:
    assert floor_maps.of_floor(people.alice, floor) is None
    first = floor_maps.bring(people.alice, tmp_path, floor, "plan.jpg", picture())
    second = floor_maps.bring(people.bob, tmp_path, floor, "/home/bob/scan\n.jpg", picture(size=(320, 220)))
    assert (second.name, second.width_px, second.height_px) == ("scan.jpg", 320, 220)
    assert second.uploaded_by == "Bob Example"
    assert first.url != second.url
    found, path = floor_maps.find(people.sam, tmp_path, floor)
    assert found == second
    assert path.stat().st_size == second.size_bytes
    assert kept_files(tmp_path) == [path.name]
    floor_maps.remove(people.bob, tmp_path, floor)
    assert kept_files(tmp_path) == []
    sql = "SELECT text, details FROM event WHERE text LIKE '%map of floor%' ORDER BY logged_at"
    noted = people.alice.database.query(sql).to_pylist()
    assert [event["text"].split()[1] for event in noted] == ["uploaded", "replaced", "removed"]
    assert [json.loads(event["details"])["changes"]["map"] for event in noted] == [
        [None, "plan.jpg"],
        ["plan.jpg", "scan.jpg"],
        ["scan.jpg", None],
    ]


def test_the_same_file_again_is_the_same_map(people: People, floor: int, tmp_path: Path) -> None:
    for _time in range(2):
        floor_maps.bring(people.alice, tmp_path, floor, "plan.jpg", picture())
    assert floor_maps.find(people.alice, tmp_path, floor)[1].is_file()


def test_a_refused_file_leaves_the_map_that_was_there(people: People, floor: int, tmp_path: Path) -> None:
    kept = floor_maps.bring(people.alice, tmp_path, floor, "plan.jpg", picture())
    with pytest.raises(InvalidInput):
        floor_maps.bring(people.alice, tmp_path, floor, "plan.jpg", picture("PNG"))
    assert floor_maps.of_floor(people.alice, floor) == kept
    assert len(kept_files(tmp_path)) == 1


def test_who_may_not_change_a_floor_brings_and_removes_no_map(people: People, floor: int, tmp_path: Path) -> None:
    kept = floor_maps.bring(people.alice, tmp_path, floor, "plan.jpg", picture())
    for scope, refusal in ((people.sam, NotPermitted), (people.charlie, NotFound), (people.dana, NotFound)):
        with pytest.raises(refusal):
            floor_maps.bring(scope, tmp_path, floor, "mine.jpg", picture(size=(9, 9)))
        with pytest.raises(refusal):
            floor_maps.remove(scope, tmp_path, floor)
    for scope in (people.charlie, people.dana):
        with pytest.raises(NotFound):
            floor_maps.find(scope, tmp_path, floor)
    assert floor_maps.of_floor(people.alice, floor) == kept


def test_the_map_of_a_removed_floor_is_not_there(people: People, floor: int, tmp_path: Path) -> None:
    floor_maps.bring(people.alice, tmp_path, floor, "plan.jpg", picture())
    node_changes.remove(people.alice, "floor", floor)
    with pytest.raises(NotFound):
        floor_maps.find(people.alice, tmp_path, floor)
