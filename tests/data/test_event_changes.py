"""What an event keeps of a user's change is read again: field, old and new value, and no secret."""

import json
import re

import pytest

from data import edits, log_tables, news, services, topology
from data.alarm_tables import EVENTS
from data.duckdb_engine import DuckDB
from data.event_changes import FieldChange, of_details
from data.events import LONGEST_DETAILS, EventKind, details_json, event
from data.log_tables import page
from data.message_log import MASK
from data.scope import PORTAL, Scope
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
