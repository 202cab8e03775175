"""Every kind of event has a word, and its sentence is said in the reader's language."""

from flask import Flask
from flask_babel import Babel, force_locale

from components import event_kinds, texts
from data import catalogs
from data.events import EventKind
from data.texts import told, words


def test_every_kind_has_a_word_of_its_own() -> None:
    assert set(event_kinds.WORDS) == set(EventKind)
    assert len({event_kinds.word(kind) for kind in EventKind}) == len(EventKind)


def test_a_kind_of_an_older_portal_stands_as_it_is() -> None:
    assert event_kinds.word("station lost") == "Station lost"


def test_a_sentence_is_said_in_the_language_of_the_reader() -> None:
    text = told("The service %(service)s takes notifications again.", service="Roaming")
    row = {"text": str(text), **words(text)._asdict()}
    catalogs.compile_changed()
    server = Flask(__name__)
    Babel(server, default_translation_directories=str(catalogs.FOLDER))
    with server.app_context():
        with force_locale("sv"):
            assert event_kinds.sentence(row) == "Tjänsten Roaming tar emot aviseringar igen."
        with force_locale("en"):
            assert event_kinds.sentence(row) == text


def test_a_sentence_without_words_stands_as_it_is() -> None:
    assert event_kinds.sentence({"text": "Bob logged in.", "template": None, "arguments": None}) == "Bob logged in."


def test_ocpps_word_is_said_as_ocpp_has_it_or_in_the_language_of_the_reader() -> None:
    row = {"template": None, "arguments": None}
    catalogs.compile_changed()
    server = Flask(__name__)
    Babel(server, default_translation_directories=str(catalogs.FOLDER))
    with server.app_context(), force_locale("sv"):
        assert texts.kept("RebootRequired", row) == "Omstart krävs"
        assert texts.kept("MyOwnAnswer", row) == "MyOwnAnswer"
    with server.app_context(), force_locale("en"):
        assert texts.kept("RebootRequired", row) == "RebootRequired"
