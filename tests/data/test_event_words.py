"""Events keep what their sentences are made of, beside the sentences."""

import ast
from pathlib import Path

import pytest

from data import news, node_changes, services, sites
from data.alarm_tables import EVENTS
from data.duckdb_engine import DuckDB
from data.events import EventKind, event
from data.log_tables import page
from data.texts import Told, listed, retold, told, words
from tests.conftest import People


def _newest(people: People) -> dict[str, str | None]:
    return dict(page(people.alice, EVENTS, None, {}, [], 0, 1).rows.to_pylist()[0])


def test_a_told_text_comes_back_from_what_was_kept_of_it() -> None:
    kind = told("site")
    text = told(
        "%(who)s changed %(fields)s of %(kind)s %(name)s.",
        who="alice",
        fields=listed([told("Name")]),
        kind=kind,
        name=7,
    )

    again = retold(str(text), *words(text))

    assert isinstance(again, Told)
    assert again == "alice changed Name of site 7."
    assert isinstance(again.values["kind"], Told)
    assert again.values["name"] == 7


@pytest.mark.parametrize(
    ("template", "arguments"),
    [
        (None, None),
        ("Another sentence.", None),
        ("%(who)s logged in.", '{"another": 1}'),
        ("%(who)s logged in.", "{"),
        ("%(who)s logged in.", "[]"),
        ("%(who)s logged in.", '{"who": {"template": "Bob"}}'),
        ("100 % of it", '{"who": 1}'),
    ],
)
def test_words_that_do_not_make_the_text_are_left_alone(template: str | None, arguments: str | None) -> None:
    text = retold("Bob logged in.", template, arguments)
    assert (text, isinstance(text, Told)) == ("Bob logged in.", False)


def test_an_event_keeps_its_sentence_in_english_and_its_words(database: DuckDB, people: People) -> None:
    text = told("%(who)s logged in from %(address)s.", who="bob", address="192.0.2.1")
    database.write([event(EventKind.LOGGED_IN, text)], [("event", 0)])

    row = _newest(people)

    assert row["text"] == "bob logged in from 192.0.2.1."
    assert (row["template"], row["arguments"]) == (text.template, '{"who": "bob", "address": "192.0.2.1"}')


def test_an_event_without_words_has_its_sentence_only(database: DuckDB, people: People) -> None:
    database.write([event(EventKind.LOGGED_IN, "Somebody logged in.")], [("event", 0)])
    row = _newest(people)
    assert (row["text"], row["template"], row["arguments"]) == ("Somebody logged in.", None, None)


def test_the_name_of_a_row_that_is_found_in_the_commit_stands_in_the_words_too(people: People) -> None:
    site_id = sites.create_site(people.alice, 'Hötorget "north"', "Europe/Stockholm")
    node_changes.remove(people.alice, "site", site_id)

    row = _newest(people)

    assert row["text"] == 'alice@portal.example removed the site Hötorget "north".'
    assert isinstance(retold(str(row["text"]), row["template"], row["arguments"]), Told)


def test_the_words_of_what_users_do_make_the_sentence(people: People) -> None:
    news.write(people.alice, "100 % green", "From today on.")
    services.create(people.alice, "charging", "Roaming", "Somebody")
    rows = page(people.alice, EVENTS, None, {}, [], 0, 2).rows.to_pylist()
    assert [isinstance(retold(row["text"], row["template"], row["arguments"]), Told) for row in rows] == [True, True]


@pytest.mark.parametrize("folder", ["data", "csms"])
def test_sentences_of_events_are_told(folder: str) -> None:
    """One that is a plain literal where it is noted would be read in English by everybody."""
    places = {"event": 1, "note": 2, "note_oddity": 2}
    plain = []
    for path in sorted((Path(__file__).parents[2] / folder).rglob("*.py")):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call):
                name = getattr(call.func, "attr", getattr(call.func, "id", ""))
                text = call.args[places[name]] if len(call.args) > places.get(name, len(call.args)) else None
                if isinstance(text, ast.JoinedStr | ast.Constant):
                    plain.append(f"{path.name}:{call.lineno}")
    assert plain == []
