"""Alarms are kept in English and told in the language of their reader."""

import flask
import pytest
from flask_babel import Babel

from components import texts
from components.alarm_tables import described
from data import catalogs


@pytest.mark.parametrize(
    ("kept", "told"),
    [
        ("No network contact", "Ingen nätverkskontakt"),
        ("Connector lock failure (E7, stuck)", "Fel på kontaktlåset (E7, stuck)"),
        ("Failure to read power meter.", "Det går inte att läsa elmätaren"),
        ("What a station made up", "What a station made up"),
    ],
)
def test_the_portals_words_are_translated_and_the_stations_are_not(kept: str, told: str) -> None:
    catalogs.compile_changed()
    server = flask.Flask(__name__)
    Babel(server, default_translation_directories=str(catalogs.FOLDER), locale_selector=lambda: "sv")
    with server.test_request_context():
        assert texts.language() == "sv"
        assert described(kept) == told
