"""A node dropped on another place: administrators are asked and then it moves; what cannot be is refused in words."""

from collections.abc import Callable
from typing import Any

import pytest

from data import nodes, stations
from data.stations import NewStation
from tests.conftest import People
from tests.pages.conftest import Visitor

Visit = Callable[..., Visitor]
OUTPUT = "..move-question.is_open...move-text.children...move-seen.data.."


@pytest.fixture
def station(people: People) -> str:
    return f"station:{stations.create_station(people.alice, NewStation(people.solna, 'CP1', 'West'))}"


def drop(somebody: Visitor, node: str, to: str, by: str = "move-wanted.data", seen: str = "") -> Any:
    values = {"move-wanted.data": {"node": node, "to": to}, "move-seen.data": seen}
    return somebody.call(OUTPUT, values, changed=[by])


def test_a_dropped_station_moves_when_it_is_agreed(visitor: Visit, people: People, station: str) -> None:
    alice, to = visitor("alice"), f"site:{people.lund}"
    asked = drop(alice, station, to).json["response"]
    assert asked["move-question"]["is_open"] is True
    assert "Move West from Solna to Lund?" in str(asked["move-text"])
    assert nodes.find(people.alice, station).site_id == people.solna
    assert drop(alice, station, to, "move-keep.n_clicks").json["response"]["move-question"]["is_open"] is False
    assert nodes.find(people.alice, station).site_id == people.solna
    seen = asked["move-seen"]["data"]
    assert seen == f"site:{people.solna}"
    late = drop(alice, station, to, "move-do.n_clicks", "floor:1").json
    assert "was changed meanwhile" in str(late["sideUpdate"])
    moved = drop(alice, station, to, "move-do.n_clicks", seen).json
    assert "West is moved" in str(moved["sideUpdate"])
    assert nodes.find(people.alice, station).site_id == people.lund


def test_a_drop_where_it_stands_asks_nothing(visitor: Visit, people: People, station: str) -> None:
    assert drop(visitor("alice"), station, f"site:{people.solna}").status_code == 204


def test_what_cannot_move_is_refused_in_words(visitor: Visit, people: People, station: str) -> None:
    alice = visitor("alice")
    refused = drop(alice, f"site:{people.lund}", station, "move-do.n_clicks").json
    assert "only stations and grid controllers move" in str(refused["sideUpdate"])
    assert "There is no node site:99" in str(drop(alice, station, "site:99").json["sideUpdate"])


@pytest.mark.parametrize("name", ["bob", "sam", "dana"])
def test_only_administrators_move(visitor: Visit, people: People, station: str, name: str) -> None:
    somebody = visitor(name)
    assert drop(somebody, station, f"site:{people.lund}", "move-do.n_clicks").status_code == 403
    assert "move-wanted" not in somebody.shell()
    assert "data-moves" not in somebody.shell()
