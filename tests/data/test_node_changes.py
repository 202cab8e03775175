"""Nodes and services are made, changed and removed in one commit with their event, and what is refused leaves none."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

import pyarrow as pa
import pytest

from data import grid_controllers, node_changes, services, sites, stations
from data.database import Batch, Change, Changes, Database, Revision, Sql
from data.errors import AlreadyExists, HasChildren, NotFound, PortalError
from data.scope import Scope
from data.stations import NewStation
from tests.conftest import People


class Breaking(Database):
    """A database that goes away after the first commit that changes something."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._is_away = False

    def query(self, sql: str, params: Mapping[str, object] | None = None) -> pa.Table:
        return self._database.query(sql, params)

    def write(self, statements: Sequence[Sql | Batch], changed: Iterable[Change] = ()) -> list[pa.Table]:
        assert not self._is_away, "a second commit"
        self._is_away = bool(list(changed))
        return self._database.write(statements, changed)

    def changes(self, since: Revision) -> Changes:
        return self._database.changes(since)


def texts(scope: Scope) -> list[str]:
    return list(scope.database.query("SELECT text FROM event ORDER BY logged_at")["text"].to_pylist())


MADE: dict[str, tuple[Callable[[Scope, People], object], str]] = {
    "site": (lambda alice, people: sites.create_site(alice, "Kista"), "created the site Kista."),
    "floor": (lambda alice, people: sites.create_floor(alice, people.solna, "P1"), "created the floor P1."),
    "grid controller": (
        lambda alice, people: grid_controllers.create_grid_controller(alice, people.solna, "North", "gc-1"),
        "created the grid controller gc-1.",
    ),
    "station": (
        lambda alice, people: stations.create_station(alice, NewStation(people.solna, "CP1", "West")),
        "created the charging station CP1.",
    ),
    "service": (lambda alice, people: services.create(alice, "map", "Maps", "Maps Ltd"), "added the service Maps."),
    "removed site": (
        lambda alice, people: node_changes.remove(alice, "site", people.lund),
        "removed the site Lund.",
    ),
}


@pytest.mark.parametrize("what", MADE)
def test_a_change_and_its_event_are_one_commit(people: People, what: str) -> None:
    do, text = MADE[what]
    do(replace(people.alice, database=Breaking(people.alice.database)), people)
    assert texts(people.alice) == [f"alice@portal.example {text}"]


def test_a_services_secrets_and_removal_are_noted_with_the_change(people: People) -> None:
    service_id, _secrets = services.create(people.alice, "map", "Maps", "Maps Ltd")
    services.renew_secrets(replace(people.alice, database=Breaking(people.alice.database)), service_id)
    services.remove(replace(people.alice, database=Breaking(people.alice.database)), service_id)
    assert [text.partition(" ")[2] for text in texts(people.alice)] == [
        "added the service Maps.",
        "renewed the secrets of the service Maps.",
        "removed the service Maps.",
    ]


def test_what_is_refused_leaves_no_event(people: People) -> None:
    sites.create_floor(people.alice, people.solna, "P1")
    before = texts(people.alice)
    refused: list[tuple[type[PortalError], Callable[[], object]]] = [
        (AlreadyExists, lambda: sites.create_site(people.alice, "Solna")),
        (AlreadyExists, lambda: sites.create_floor(people.alice, people.solna, "P1")),
        (HasChildren, lambda: node_changes.remove(people.alice, "site", people.solna)),
        (NotFound, lambda: node_changes.remove(people.alice, "floor", 999)),
    ]
    for error, do in refused:
        with pytest.raises(error):
            do()
    assert texts(people.alice) == before
