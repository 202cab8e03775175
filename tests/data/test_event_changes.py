"""What an event keeps of a user's change is read again: field, old and new value, and no secret."""

import json
import re
from dataclasses import replace

import pytest

from data import edits, grid_controllers, log_tables, news, nodes, services, sites, stations, topology
from data.alarm_tables import EVENTS
from data.database import Sql
from data.duckdb_engine import DuckDB
from data.event_changes import FieldChange, of_details
from data.events import LONGEST_DETAILS, EventKind, details_json, event
from data.filters import FilterModel
from data.log_tables import page
from data.message_log import MASK
from data.scope import PORTAL, Scope
from data.stations import NewStation
from tests.conftest import People


def test_a_column_is_called_as_its_form_calls_it() -> None:
    details = {"record": "site:7", "changes": {"postal_code": ["", "171 41"], "latitude": [None, 59.36]}}
    assert of_details(json.dumps(details)) == [
        FieldChange("Postal code", "", "171 41"),
        FieldChange("Latitude", None, 59.36),
    ]


def test_a_secret_stays_masked_even_if_it_was_kept() -> None:
    details = {"record": "portal_user:7", "changes": {"password": ["old secret", "new secret"]}}
    assert of_details(json.dumps(details)) == [FieldChange("Password", MASK, MASK)]


@pytest.mark.parametrize(
    "details", [None, "", "{", "[]", '{"frame": "x"}', '{"record": "site:1", "changes": {"name": 5}}']
)
def test_details_that_tell_of_no_change_or_were_cut_say_nothing(details: str | None) -> None:
    assert of_details(details) == []


def test_news_keep_what_was_edited(people: People) -> None:
    news_id = news.write(people.alice, "Green", "Words")
    news.edit(people.alice, news_id, "Greener", "Words")
    details = page(people.alice, EVENTS, None, {}, [], 0, 1).rows.to_pylist()[0]["details"]
    assert of_details(details) == [FieldChange("Title", "Green", "Greener")]


def test_every_field_of_a_service_has_its_name(people: People) -> None:
    names = dict.fromkeys(services.SERVICE.fields, ["", "x"])
    told = of_details(json.dumps({"record": "service:1", "changes": names}))
    assert [change.title for change in told] == [field.title for field in services.SERVICE.fields.values()]


def test_long_details_keep_every_change_and_show_what_was_shortened() -> None:
    changes = {
        "title": ["", "Green"],
        "text": ["Old words. " * 360, "New words. " * 360],
        "map": [None, {"notes": ["Åäö" * 900], "size": 7}],
    }

    kept = details_json({"record": "news:1", "changes": changes})

    title, text, map_ = of_details(kept)
    assert len(kept) <= LONGEST_DETAILS
    assert title == FieldChange("Title", "", "Green")
    assert re.fullmatch("Old words. .+…", str(text.old))
    assert re.fullmatch("New words. .+…", str(text.new))
    assert re.fullmatch("{'notes': \\['Åäö.+…'\\], 'size': 7}", str(map_.new))


def test_a_value_that_leaves_the_details_short_is_kept_whole(people: People) -> None:
    long = "A garage under the square. " * 30
    _describe(people.alice, people.solna, long)
    details = page(people.alice, EVENTS, None, {}, [], 0, 1).rows.to_pylist()[0]["details"]
    assert of_details(details) == [FieldChange("Description", "", long.strip())]


@pytest.fixture
def changed(database: DuckDB, people: People) -> People:
    """Two sites with other descriptions, one with another place, and a password that an older portal kept."""
    _describe(people.alice, people.solna, 'Under "Torget" – 100 % grön')
    _describe(people.alice, people.lund, "By the water")
    for details in (
        {"record": f"site:{people.lund}", "changes": {"latitude": [None, 59.36]}},
        {"record": "portal_user:7", "changes": {"password": ["old-secret", "new-secret"]}},
    ):
        note = event(EventKind.CONFIGURED, "Somebody changed something.", user_id=people.alice.user_id, details=details)
        database.write([note], [("event", 0)])
    database.write([event(EventKind.BOOTED, "It booted.", details={"frame": "water"})], [("event", 0)])
    return people


@pytest.mark.parametrize(
    ("kind", "typed", "rows"),
    [
        ("contains", "torget", 1),
        ("contains", 'Under "Torget" – 100 % GRÖN', 1),
        ("contains", "– → By the water", 1),
        ("contains", "water", 1),
        ("endsWith", "water", 1),
        ("contains", "59.36", 1),
        ("contains", "59,36", 1),
        ("contains", "%", 1),
        ("contains", "beskrivning", 2),
        ("contains", "Latitud", 1),
        ("contains", "record", 0),
        ("contains", "secret", 0),
        ("contains", 'description":', 0),
        ("notContains", "water", 4),
    ],
)
def test_the_filter_of_the_event_log_finds_the_changes_that_a_row_shows(
    changed: People, kind: str, typed: str, rows: int
) -> None:
    """Field names in every language, old and new values; nothing of how they are kept, and no secret."""
    only = {"text": {"type": kind, "filter": typed}}
    assert log_tables.count(changed.alice, EVENTS, None, only) == rows


FOREIGN, THEIR_FLOOR = 'Malmö\\ "C], "', "L1 öst"


@pytest.fixture
def moved(people: People) -> People:
    """A station of Solna, and a grid controller of its floor P1, that have moved to a floor of another site."""
    alice = people.alice
    site = sites.create_site(alice, FOREIGN)
    here, there = sites.create_floor(alice, people.solna, "P1"), sites.create_floor(alice, site, THEIR_FLOOR)
    station = stations.create_station(alice, NewStation(people.solna, "00004079", "Gate"))
    controller = grid_controllers.create_grid_controller(alice, people.solna, "Cellar", "GC", here)
    topology.move(alice, f"station:{station}", f"site:{people.solna}", f"floor:{there}")
    topology.move(alice, f"grid_controller:{controller}", f"floor:{here}", f"floor:{there}")
    return people


def _moves(scope: Scope, filters: FilterModel = {}) -> list[list[FieldChange]]:  # noqa: B006 - never written
    rows = page(scope, EVENTS, None, filters, [], 0, 9).rows.to_pylist()
    return [changes for row in rows if (changes := of_details(row["details"]))]


def _site_and_floor(site: str, floor: str) -> list[list[FieldChange]]:
    """Return what is told of both moves, the newest first."""
    return [[FieldChange("Site", "Solna", site), FieldChange("Floor", before, floor)] for before in ("P1", None)]


def test_where_a_node_has_moved_to_is_another_site_for_who_does_not_see_it(moved: People) -> None:
    for scope in (moved.alice, moved.sam):
        assert _moves(scope) == _site_and_floor(FOREIGN, THEIR_FLOOR)
    assert _moves(moved.bob) == _site_and_floor("another site", "another site")
    site = next(node for node in nodes.tree(moved.alice) if node.name == FOREIGN)
    both = replace(moved.bob, site_ids=frozenset({moved.solna, int(site.ref.partition(":")[2])}))
    assert _moves(both) == _site_and_floor(FOREIGN, THEIR_FLOOR)


@pytest.mark.parametrize("typed", ["Malmö", "öst", "C], ", "L1", "\\u00f6", "Solna → Malmö"])
def test_no_filter_finds_where_a_node_has_moved_to_for_who_does_not_see_it(moved: People, typed: str) -> None:
    for kind, there, not_there in (("contains", 2, 0), ("notContains", 0, 2)):
        only = {"text": {"type": kind, "filter": typed}}
        assert len(_moves(moved.bob, only)) == not_there
        if "u00f6" not in typed:
            assert len(_moves(moved.alice, only)) == there
    for said in ("another site", "en annan anläggning", "P1 → another site"):
        found = _moves(moved.bob, {"text": {"type": "contains", "filter": said}})
        assert len(found) == (1 if "P1" in said else 2)
        assert not _moves(moved.alice, {"text": {"type": "contains", "filter": said}})


def test_a_node_that_stays_on_its_site_is_told_with_its_floors(people: People) -> None:
    floor = sites.create_floor(people.alice, people.solna, "P1")
    station = stations.create_station(people.alice, NewStation(people.solna, "00004079", "Gate"))
    topology.move(people.alice, f"station:{station}", f"site:{people.solna}", f"floor:{floor}")
    assert _moves(people.bob) == [[FieldChange("Floor", None, "P1")]]


def test_details_of_a_move_that_were_cut_say_nothing_to_who_sees_some_sites(people: People) -> None:
    cut = '{"record": "charging_station:7", "changes": {"site_id": ["Solna", "Lund"'
    insert = (
        "INSERT INTO event (logged_at, kind, text, site_id, user_id, details) VALUES (now(), 'x', 'x', $site, 1, $cut)"
    )
    people.alice.database.write([Sql(insert, {"site": people.solna, "cut": cut})], [("event", people.solna)])
    details = page(people.bob, EVENTS, None, {}, [], 0, 1).rows["details"].to_pylist()
    assert details == [None]


def test_what_the_portal_does_at_a_station_is_its_own_doing(database: DuckDB, people: People) -> None:
    at_station = {"site_id": people.solna, "charge_box_id": "CP1"}
    doers = {"It booted.": None, "The portal changed it.": PORTAL, "alice changed it.": people.alice.user_id}
    for text, user_id in doers.items():
        database.write([event(EventKind.CONFIGURED, text, user_id=user_id, **at_station)], [("event", people.solna)])
    database.write([event(EventKind.MAIL, "Mails wait.")], [("event", 0)])

    shown = {row["text"]: row["done_by"] for row in page(people.alice, EVENTS, None, {}, [], 0, 4).rows.to_pylist()}

    assert shown == {
        "It booted.": "Station",
        "The portal changed it.": "Charge Portal",
        "alice changed it.": "Alice Example",
        "Mails wait.": "Charge Portal",
    }


def _describe(scope: Scope, site_id: int, text: str) -> None:
    seen = edits.read(scope, topology.SITE, site_id)
    edits.save(scope, topology.SITE, site_id, seen, {"description": text})
