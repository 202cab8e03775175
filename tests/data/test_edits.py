"""Saving what a form changes: only over what it had seen, within the scope, with old and new in the event log."""

import json
from typing import Any

import pytest

from data import edits, node_changes, sites, stations
from data.database import Revision
from data.errors import AlreadyExists, ChangedMeanwhile, InvalidInput, NotFound, NotPermitted, PortalError
from data.grid_controllers import create_grid_controller
from data.station_settings import STATION
from data.stations import NewStation
from data.topology import FLOOR, SITE, SYSTEM
from tests.conftest import People


def events(people: People) -> list[dict[str, Any]]:
    rows = people.alice.database.query("SELECT * FROM event WHERE kind = 'configuration changed' ORDER BY logged_at")
    return list(rows.to_pylist())


def test_a_change_is_kept_and_noted_with_old_and_new(people: People) -> None:
    seen = edits.read(people.bob, SITE, people.solna)
    edits.save(people.bob, SITE, people.solna, seen, seen | {"name": "Solna C", "description": " Garage "})
    assert edits.read(people.bob, SITE, people.solna) == seen | {"name": "Solna C", "description": "Garage"}
    (event,) = events(people)
    assert event["text"] == "bob@portal.example changed Name, Description of site Solna."
    assert (event["site_id"], event["user_id"]) == (people.solna, people.bob.user_id)
    assert json.loads(event["details"])["changes"] == {"name": ["Solna", "Solna C"], "description": ["", "Garage"]}


def test_saving_without_a_change_writes_nothing(people: People) -> None:
    seen = edits.read(people.alice, SITE, people.solna)
    edits.save(people.alice, SITE, people.solna, seen, seen)
    assert events(people) == []


def test_the_second_of_two_is_told_who_changed_what_and_nothing_is_lost(people: People) -> None:
    seen = edits.read(people.alice, SITE, people.solna)
    edits.save(people.bob, SITE, people.solna, seen, {"name": "Bob's"})
    with pytest.raises(ChangedMeanwhile) as refusal:
        edits.save(people.alice, SITE, people.solna, seen, {"name": "Alice's", "description": "new"})
    (change,) = refusal.value.changes
    assert (change.field, change.old, change.new, change.who) == ("name", "Solna", "Bob's", "Bob Example")
    assert change.at == events(people)[0]["logged_at"]
    assert edits.read(people.alice, SITE, people.solna)["description"] == ""
    assert len(events(people)) == 1


def test_nobody_is_told_of_a_save_that_was_refused(people: People) -> None:
    seen = edits.read(people.alice, SITE, people.solna)
    edits.save(people.bob, SITE, people.solna, seen, {"name": "Bob's"})
    before = people.alice.database.changes(Revision()).revision
    for wanted in ("Alice's", "Lund"):
        with pytest.raises(PortalError):
            edits.save(people.alice, SITE, people.solna, seen, {"name": wanted})
    assert not people.alice.database.changes(before).changed


def test_two_who_change_different_fields_do_not_meet(people: People) -> None:
    seen = edits.read(people.alice, SITE, people.solna)
    edits.save(people.bob, SITE, people.solna, seen, {"name": "Bob's"})
    edits.save(people.alice, SITE, people.solna, seen, {"description": "Alice's"})
    now = edits.read(people.alice, SITE, people.solna)
    assert (now["name"], now["description"]) == ("Bob's", "Alice's")


def test_a_name_stands_once_and_the_refusal_names_the_field(people: People) -> None:
    seen = edits.read(people.alice, SITE, people.solna)
    with pytest.raises(AlreadyExists) as refusal:
        edits.save(people.alice, SITE, people.solna, seen, {"name": "Lund"})
    assert refusal.value.field == "name"
    p1, p2 = (sites.create_floor(people.alice, people.solna, name) for name in ("P1", "P2"))
    elsewhere = sites.create_floor(people.alice, people.lund, "P9")
    with pytest.raises(AlreadyExists):
        edits.save(people.alice, FLOOR, p2, {"name": "P2"}, {"name": "P1"})
    edits.save(people.alice, FLOOR, p1, {"name": "P1"}, {"name": "P9"})
    assert edits.read(people.alice, FLOOR, elsewhere) == {"name": "P9", "description": ""}


def test_a_charge_box_id_stands_once_among_stations_and_grid_controllers(people: People) -> None:
    station = stations.create_station(people.alice, NewStation(people.solna, "CB-1", "00001"))
    create_grid_controller(people.alice, people.solna, "Main fuse", "GC-1")
    seen = edits.read(people.alice, STATION, station)
    assert list(edits.taken(people.alice, STATION, station, {"charge_box_id": "GC-1"})) == ["charge_box_id"]
    assert edits.taken(people.alice, STATION, station, {"charge_box_id": "CB-1"}) == {}
    with pytest.raises(AlreadyExists):
        edits.save(people.alice, STATION, station, seen, {"charge_box_id": "GC-1"})
    with pytest.raises(AlreadyExists):
        stations.create_station(people.alice, NewStation(people.solna, "GC-1", "00002"))
    with pytest.raises(AlreadyExists):
        create_grid_controller(people.alice, people.solna, "Second", "CB-1")
    with pytest.raises(InvalidInput, match="the station's address ends with it"):
        stations.create_station(people.alice, NewStation(people.solna, "CB/3", "00003"))


@pytest.mark.parametrize(
    ("field", "value", "mark"),
    [
        ("name", "Sol\tna", "Name has an invisible character, number 4: U+0009 (tab)."),
        ("name", "Solna \u202eC", "Name has an invisible character, number 7: U+202E (right-to-left override)."),
        ("description", "East\nor \0west", "Description has an invisible character, number 9: U+0000 (null)."),
    ],
)
def test_a_character_that_nobody_sees_is_told_by_its_place_and_name(field: str, value: str, mark: str) -> None:
    assert edits.check(SITE, {field: value})[field].sentence == f"{mark} Delete it."


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", " "),
        ("name", "x" * 101),
        ("name", "two\nlines"),
        ("name", 5),
        ("description", "x" * 1001),
        ("time_zone", "Europe/Atlantis"),
        ("time_zone", None),
        ("ocpp16_url", "https://portal.example"),
        ("ocpp16_url", "wss://"),
        ("ocpp16_url", "wss://portal.example:99999/"),
        ("ocpp15_url", "javascript:alert(1)"),
        ("ftp_url", "ftp://two words"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_changed(people: People, field: str, value: object) -> None:
    seen = edits.read(people.alice, SYSTEM, 1)
    with pytest.raises(InvalidInput):
        edits.save(people.alice, SYSTEM, 1, seen, {"description": "new", field: value})
    assert edits.read(people.alice, SYSTEM, 1) == seen


def test_who_may_not_change_a_record_changes_nothing(people: People) -> None:
    floor = sites.create_floor(people.alice, people.solna, "P1")
    before = events(people)
    for scope, refusal in ((people.sam, NotPermitted), (people.charlie, NotFound), (people.dana, NotFound)):
        for record, row_id in ((SITE, people.solna), (FLOOR, floor)):
            with pytest.raises(refusal):
                edits.save(scope, record, row_id, {"name": "Solna"}, {"name": "Mine"})
    for scope, refusal in ((people.sam, NotPermitted), (people.bob, NotFound), (people.dana, NotFound)):
        with pytest.raises(refusal):
            edits.save(scope, SYSTEM, 1, {"name": "Charge Portal"}, {"name": "Mine"})
    assert events(people) == before


def test_what_was_removed_cannot_be_read_or_changed(people: People) -> None:
    node_changes.remove(people.alice, "site", people.lund)
    for attempt in (
        lambda: edits.read(people.alice, SITE, people.lund),
        lambda: edits.save(people.alice, SITE, people.lund, {"name": "Lund"}, {"name": "New"}),
    ):
        with pytest.raises(PortalError):
            attempt()


def test_open_pages_are_told_of_a_change(people: People) -> None:
    before = people.alice.database.changes(people.alice.database.changes(Revision()).revision)
    edits.save(people.alice, SITE, people.solna, {"name": "Solna"}, {"name": "New"})
    changed = people.alice.database.changes(before.revision).changed
    assert changed == {("topology", people.solna), ("event", people.solna)}
