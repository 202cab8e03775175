"""Diagrams of what does not work: alarms raised, and the share of time without any."""

from functools import partial

import plotly.graph_objects as go
import pyarrow as pa
import pyarrow.compute as pc
from flask_babel import gettext, lazy_gettext
from flask_babel import gettext as _

from components.access import OPERATORS
from components.diagrams import charts
from components.diagrams.diagram import Diagram
from components.format import number
from data import diagrams

START = lazy_gettext("Start")
ALARMS = lazy_gettext("Alarms")


def _draw_alarms(rows: pa.Table, step: str) -> go.Figure:
    kinds = sorted(set(rows["kind"].to_pylist()))
    starts = sorted(set(rows["start"].to_pylist()))
    counts = {(row["start"], row["kind"]): row["alarms"] for row in rows.to_pylist()}
    columns = {kind: [counts.get((start, kind), 0) for start in starts] for kind in kinds}
    return charts.stacked(pa.table({"start": starts, **columns}), step, {kind: gettext(kind) for kind in kinds}, "")


def _shape_availability(rows: pa.Table) -> pa.Table:
    percent = pc.multiply(pc.divide(rows["available_s"], rows["known_s"]), 100.0)
    return pa.table({"start": rows["start"], "percent": percent})


def _available(rows: pa.Table) -> tuple[str, str]:
    share = pc.sum(rows["available_s"]).as_py() / pc.sum(rows["known_s"]).as_py()
    return number(share * 100, 2), "% " + _("of the time without alarm")


FAULTS = Diagram(
    lazy_gettext("Faults"),
    lazy_gettext("Alarms raised"),
    "bi-exclamation-triangle",
    {"start": START, "kind": lazy_gettext("Alarm"), "alarms": ALARMS},
    diagrams.faults,
    lambda rows: rows,
    _draw_alarms,
    lambda rows: (number(pc.sum(rows["alarms"]).as_py() or 0), _("alarms")),
    roles=OPERATORS,
)
AVAILABILITY = Diagram(
    lazy_gettext("Availability"),
    lazy_gettext("Time without alarm, %"),
    "bi-heart-pulse",
    {"start": START, "percent": lazy_gettext("Availability, %")},
    diagrams.availability,
    _shape_availability,
    partial(charts.share, column="percent"),
    _available,
    roles=OPERATORS,
)
