"""Live updates: what reaches which page."""

from pathlib import Path
from typing import Any, NamedTuple

import pytest
from flask import Flask
from flask.ctx import RequestContext
from flask_babel import Babel

from components import live
from components.live import Feed
from data import stations
from data.database import Change, Changes, Database, Revision, Sql
from data.errors import DatabaseUnavailable
from data.flight import RemoteDatabase
from data.scope import Scope
from tests.conftest import People


@pytest.fixture(autouse=True)
def _ask_every_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "ASK_EVERY_S", 0.0)


class Stations(NamedTuple):
    solna: int
    lund: int


@pytest.fixture
def two(people: People) -> Stations:
    """A station at each site, which have reported in."""
    new = [stations.NewStation(people.solna, "A1", "A1"), stations.NewStation(people.lund, "B1", "B1")]
    both = Stations(*stations.create_stations(people.alice, new))
    insert = "INSERT INTO station_state (station_id, connected, registered_at) VALUES ($id, TRUE, now())"
    people.alice.database.write([Sql(insert, {"id": station_id}) for station_id in both])
    return both


def touch(database: Database, *changed: Change) -> None:
    database.write([Sql("UPDATE system SET description = ''")], changed=changed)


def test_page_that_opens_reads_everything(database: Database) -> None:
    assert Feed(database).since(Revision()).reset


def test_page_gets_what_changed_since_its_revision_and_nothing_twice(database: Database) -> None:
    feed = Feed(database)
    opened = feed.since(Revision())
    touch(database, ("alarm", 1))
    first = feed.since(opened.revision)
    touch(database, ("alarm", 2), ("session", 7))
    assert first.changed == {("alarm", 1)}
    assert feed.since(first.revision).changed == {("alarm", 2), ("session", 7)}
    assert feed.since(opened.revision).changed == {("alarm", 1), ("alarm", 2), ("session", 7)}
    assert not feed.since(feed.since(opened.revision).revision).changed


def test_page_of_another_owners_time_reads_everything(database: Database) -> None:
    assert Feed(database).since(Revision("another", 3)).reset


def test_page_that_slept_too_long_reads_everything(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "REMEMBERED", 3)
    feed = Feed(database)
    opened = feed.since(Revision())
    for number in range(5):
        touch(database, ("alarm", number))
        latest = feed.since(opened.revision)
    assert latest.reset


def test_many_pages_ask_the_owner_once(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "ASK_EVERY_S", 60.0)
    feed = Feed(database)
    opened = feed.since(Revision())
    touch(database, ("alarm", 1))
    assert not feed.since(opened.revision).changed


def test_owner_that_is_away_is_said_to_be_away_until_it_is_back(tmp_path: Path) -> None:
    feed = Feed(RemoteDatabase(tmp_path))
    for _ in range(2):
        with pytest.raises(DatabaseUnavailable):
            feed.since(Revision())
    assert feed.away_since is not None


def changes(*changed: Change) -> Changes:
    return Changes(Revision("now", 1), frozenset(changed), reset=False)


def told_to(scope: Scope, *changed: Change) -> dict[str, Any]:
    """Return what a page of this user is told of changes."""
    all_changes = changes(*changed)
    return live.update(scope, all_changes, Feed(scope.database).states(scope, all_changes))


def test_new_states_come_with_the_change(people: People, two: Stations) -> None:
    told = told_to(people.alice, ("outlet_state", two.solna))
    assert told["states"] == {f"station:{two.solna}": "available", **_outlets(people, two.solna)}


def _outlets(people: People, station_id: int) -> dict[str, str]:
    rows = people.alice.database.query("SELECT outlet_id FROM outlet WHERE station_id = $id", {"id": station_id})
    return {f"outlet:{outlet_id}": "available" for outlet_id in rows["outlet_id"].to_pylist()}


def test_site_administrator_hears_of_own_sites_only(people: People, two: Stations) -> None:
    both = [(subject, id_) for subject in live.STATION_SUBJECTS for id_ in two]
    sites = [(subject, id_) for subject in ("session", "event") for id_ in (people.solna, people.lund)]
    told = told_to(people.bob, *both, *sites, ("user", 1), ("event", 0))
    assert told["changed"] == {
        **{subject: [two.solna] for subject in live.STATION_SUBJECTS},
        "session": [people.solna],
        "event": [people.solna],
        "user": [],  # not which one
    }
    assert not any(str(two.lund) == ref.partition(":")[2] for ref in told["states"] if ref.startswith("station:"))


def test_administrator_hears_of_everything(people: People, two: Stations) -> None:
    told = told_to(people.alice, ("alarm", two.lund), ("event", 0), ("user", 1))
    assert told["changed"] == {"alarm": [two.lund], "event": [0], "user": [1]}


def test_ev_user_hears_that_something_charged_and_not_where(people: People, two: Stations) -> None:
    told = told_to(people.dana, ("session", people.solna), ("alarm", two.solna), ("outlet_state", two.solna))
    assert told == {"changed": {"session": []}, "states": {}, "followed": ["session"]}


def test_after_a_lost_connection_every_subject_is_read_again(people: People) -> None:
    told = live.update(people.bob, Changes(Revision("now", 1), frozenset(), reset=True), {})
    assert told["changed"] == dict.fromkeys(live.SUBJECTS)


def test_users_of_the_same_sites_share_one_question(people: People, two: Stations) -> None:
    feed = Feed(people.alice.database)
    outlet = changes(("outlet_state", two.solna))
    assert feed.states(people.alice, outlet) is feed.states(people.sam, outlet)
    assert feed.states(people.charlie, outlet) == {}


def test_what_pages_share_is_made_once_until_something_changes_and_apart_for_other_sites(
    database: Database, people: People
) -> None:
    feed, made = Feed(database), iter(range(10))

    def ask(scope: Scope) -> int:
        with said_in_english():
            return feed.once(scope, "window", lambda: next(made))

    feed.since(Revision())
    first = ask(people.alice)
    assert ask(people.alice) == ask(people.alice) == first
    assert len({first, ask(people.bob), ask(people.charlie), ask(people.dana)}) == 4
    touch(database, ("alarm", 1))
    feed.since(Revision())
    assert ask(people.alice) != first


def test_what_could_not_be_made_is_tried_again(database: Database, people: People) -> None:
    feed = Feed(database)
    feed.since(Revision())
    with said_in_english():
        with pytest.raises(DatabaseUnavailable):
            feed.once(people.alice, "window", _fail)
        assert feed.once(people.alice, "window", lambda: "made") == "made"


def said_in_english() -> RequestContext:
    app = Flask(__name__)
    Babel(app)
    return app.test_request_context()


def _fail() -> str:
    raise DatabaseUnavailable
