"""Diagrams that compare: charging stations, users."""

import plotly.graph_objects as go
import pyarrow as pa
import pyarrow.compute as pc
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from components.access import OPERATORS
from components.diagrams import charts
from components.diagrams.diagram import Diagram
from components.format import number
from data import diagrams

ENERGY = lazy_gettext("Energy, kWh")
SESSIONS = lazy_gettext("Charging sessions")


def _shape(rows: pa.Table) -> pa.Table:
    return rows.select(["name", "energy_kwh", "sessions"])


def _shape_users(rows: pa.Table) -> pa.Table:
    return _shape(rows).set_column(0, "name", pc.fill_null(rows["name"], _("Not known")))


def _draw(rows: pa.Table, _step: str) -> go.Figure:
    return charts.ranking(rows["name"].to_pylist(), rows["energy_kwh"].to_pylist(), "kWh")


def _total(rows: pa.Table) -> tuple[str, str]:
    return number(pc.sum(rows["energy_kwh"]).as_py() or 0), _("kWh by those shown")


STATIONS = Diagram(
    lazy_gettext("Top stations"),
    lazy_gettext("Energy per station"),
    "bi-ev-station",
    {"name": lazy_gettext("Station"), "energy_kwh": ENERGY, "sessions": SESSIONS},
    diagrams.stations,
    _shape,
    _draw,
    _total,
    has_steps=False,
)
USERS = Diagram(
    lazy_gettext("Users"),
    lazy_gettext("Energy per user"),
    "bi-people",
    {"name": lazy_gettext("Email"), "energy_kwh": ENERGY, "sessions": SESSIONS},
    diagrams.users,
    _shape_users,
    _draw,
    _total,
    has_steps=False,
    roles=OPERATORS,
)
