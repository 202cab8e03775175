"""Diagrams of how much is used: power, and outlets in use over time and by hour of the week."""

import plotly.graph_objects as go
import pyarrow as pa
import pyarrow.compute as pc
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from components.access import OPERATORS
from components.diagrams import charts
from components.diagrams.diagram import Diagram, Fact
from components.format import number, quantity
from data import diagrams, power
from data.diagrams import Period
from data.nodes import Node
from data.scope import Scope

START = lazy_gettext("Start")
DAYS = (
    lazy_gettext("Monday"),
    lazy_gettext("Tuesday"),
    lazy_gettext("Wednesday"),
    lazy_gettext("Thursday"),
    lazy_gettext("Friday"),
    lazy_gettext("Saturday"),
    lazy_gettext("Sunday"),
)


def _read_power(scope: Scope, node: Node, period: Period, step: str) -> pa.Table:
    return power.per_step(scope, node, period.since, period.until, period.time_zone, step)


def _shape_power(rows: pa.Table) -> pa.Table:
    kw = {name: pc.divide(rows[f"{name}_w"], 1000.0) for name in ("mean", "peak")}
    return pa.table({"start": rows["start"], "mean_kw": kw["mean"], "peak_kw": kw["peak"]})


def _power_facts(rows: pa.Table) -> list[Fact]:
    return [Fact(_("Mean power"), quantity(_mean(rows, "mean_w") / 1000, "kW"))]


def _mean(rows: pa.Table, column: str) -> float:
    """Weigh each step by its hours; what is not known has none."""
    weighted = pc.sum(pc.multiply(rows[column], rows["hours"])).as_py()
    return float(weighted / pc.sum(rows["hours"]).as_py()) if weighted else 0.0


def _shape_used(rows: pa.Table) -> pa.Table:
    """Leave the weights out; nobody in the whole period is nothing to show."""
    shown = rows.drop_columns("hours")
    return shown if pc.any(pc.greater(rows["outlets"], 0)).as_py() else shown.slice(0, 0)


def _draw_week(rows: pa.Table, _step: str) -> go.Figure:
    found = {(row["weekday"], row["hour"]): row["outlets"] for row in rows.to_pylist()}
    values = [[found.get((day, hour)) for hour in range(24)] for day in range(1, 8)]
    return charts.week(values, [str(day)[:3] for day in DAYS], _("outlets"))


def _busiest(rows: pa.Table) -> list[Fact]:
    row = max(rows.to_pylist(), key=lambda row: row["outlets"])
    return [Fact(_("Busiest hour"), f"{DAYS[row['weekday'] - 1]} {row['hour']:02}:00")]


def _mean_used(rows: pa.Table) -> tuple[str, str]:
    return number(_mean(rows, "outlets"), 1), _("outlets in use on average")


POWER = Diagram(
    lazy_gettext("Power"),
    lazy_gettext("Mean and peak, kW"),
    "bi-speedometer2",
    {"start": START, "mean_kw": lazy_gettext("Mean power, kW"), "peak_kw": lazy_gettext("Peak power, kW")},
    _read_power,
    _shape_power,
    lambda rows, step: charts.lines(rows, step, {"mean_kw": _("Mean"), "peak_kw": _("Peak")}, "kW", 1),
    lambda rows: (number((pc.max(rows["peak_w"]).as_py() or 0) / 1000, 1), _("kW at the peak")),
    _power_facts,
    roles=OPERATORS,
)
OUTLETS = Diagram(
    lazy_gettext("Outlet use"),
    lazy_gettext("Outlets in use at a time"),
    "bi-plug",
    {"start": START, "outlets": lazy_gettext("Outlets in use")},
    diagrams.outlets_in_use,
    _shape_used,
    lambda rows, step: charts.bars(rows, step, "outlets", _("outlets"), 1),
    _mean_used,
)
WEEK = Diagram(
    lazy_gettext("Hours of the week"),
    lazy_gettext("When outlets are used"),
    "bi-grid-3x3",
    {
        "weekday": lazy_gettext("Weekday, Monday is 1"),
        "hour": lazy_gettext("Hour"),
        "outlets": lazy_gettext("Outlets in use"),
    },
    diagrams.hours_of_week,
    _shape_used,
    _draw_week,
    _mean_used,
    _busiest,
    has_steps=False,
)
