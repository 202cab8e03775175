"""Figures speak the language of their reader."""

import flask
import plotly.graph_objects as go
import pytest
from flask_babel import Babel

from components import plots


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("en", {"decimal": ".", "dayMonth": "%b %-d", "march": "March", "may": "May", "sunday": "Sunday"}),
        ("sv", {"decimal": ",", "dayMonth": "%-d %b", "march": "mars", "may": "maj", "sunday": "Söndag"}),
    ],
)
def test_a_figure_writes_dates_and_numbers_as_its_reader_does(language: str, written: dict[str, str]) -> None:
    server = flask.Flask(__name__)
    Babel(server, locale_selector=lambda: language)
    with server.test_request_context():
        graph = plots.graph(go.Figure(), {"doubleClick": False}, id="drawn")
    told = graph.config["locales"][graph.config["locale"]]["format"]
    told |= {"march": told["months"][2], "may": told["shortMonths"][4], "sunday": told["days"][0]}
    assert {name: told[name] for name in written} == written
    assert told["thousands"] == "\u00a0"
    assert (graph.id, graph.config["doubleClick"]) == ("drawn", False)
