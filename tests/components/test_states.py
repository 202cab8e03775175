"""The state language: no state without glyph, colour and word."""

import flask
import pytest
from flask_babel import Babel

from components.states import SEVERITIES, STATES, counted, pill, severity, state
from data import catalogs


def test_every_node_state_has_a_look_of_its_own() -> None:
    assert set(STATES) == {"available", "charging", "fault", "never"}
    for looks in (STATES, SEVERITIES):
        assert len({look.colour for look in looks.values()}) == len(looks)
        assert len({look.glyph for look in looks.values()}) == len(looks)
        assert len({str(look.word) for look in looks.values()}) == len(looks)


def test_state_is_said_in_a_word_beside_its_glyph() -> None:
    for look in STATES.values():
        for shown in (state(look), pill(look)):
            glyph, word = shown.children
            assert look.glyph in glyph.className
            assert word == str(look.word)
            assert look.colour in shown.className


@pytest.mark.parametrize(
    ("locale", "said"),
    [
        ("en", ["1 available", "2 charging", "1 fault", "2 never online"]),
        ("sv", ["1 ledig", "2 laddar", "1 med fel", "2 aldrig anslutna"]),
    ],
)
def test_outlets_of_a_state_are_counted_as_each_language_does(locale: str, said: list[str]) -> None:
    catalogs.compile_changed()
    server = flask.Flask(__name__)
    Babel(server, default_translation_directories=str(catalogs.FOLDER), locale_selector=lambda: locale)
    with server.test_request_context():
        assert [counted(each, 1 + number % 2) for number, each in enumerate(STATES)] == said


@pytest.mark.parametrize(
    ("kind", "code", "name"),
    [
        ("Hardware fault", "ReaderFailure", "critical"),
        ("Hardware fault", "ConnectorLockFailure", "major"),
        ("Hardware fault", "PowerMeterFailure", "major"),
        ("Fuse", "OverCurrentFailure", "critical"),
        ("Temperature", "HighTemperature", "major"),
        ("No network", "No network", "major"),
        ("Not registered", "Not registered", "minor"),
    ],
)
def test_an_alarm_has_its_severity(kind: str, code: str, name: str) -> None:
    assert severity(kind, code) == SEVERITIES[name]
