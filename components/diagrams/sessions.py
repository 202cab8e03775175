"""Diagrams of the charging sessions over time: energy, number, durations, authentication."""

from functools import partial

import pyarrow as pa
import pyarrow.compute as pc
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from components.access import OPERATORS
from components.diagrams import charts
from components.diagrams.diagram import Diagram, Fact
from components.format import duration_short, number, quantity
from data import diagrams

START = lazy_gettext("Start")
SESSIONS = lazy_gettext("Charging sessions")


def _mean(rows: pa.Table, total: str, count: str) -> float | None:
    counted = _sum(rows, count)
    return _sum(rows, total) / counted if counted else None


def _sum(rows: pa.Table, column: str) -> float:
    return float(pc.sum(rows[column]).as_py() or 0)


def _facts(rows: pa.Table) -> list[Fact]:
    """Tell the same of every diagram of sessions, so that they can be compared."""
    mean_s = _mean(rows, "duration_s", "sessions")
    return [
        Fact(_("Charging sessions"), number(_sum(rows, "sessions"))),
        Fact(_("Mean energy"), quantity(_mean(rows, "energy_kwh", "measured"), "kWh")),
        Fact(_("Mean duration"), "" if mean_s is None else duration_short(mean_s)),
    ]


def _shape_energy(rows: pa.Table) -> pa.Table:
    return rows.select(["start", "energy_kwh", "sessions"])


def _shape_count(rows: pa.Table) -> pa.Table:
    return rows.select(["start", "sessions"])


def _shape_duration(rows: pa.Table) -> pa.Table:
    minutes = pc.divide(pc.divide(rows["duration_s"], pc.cast(rows["sessions"], pa.float64())), 60.0)
    return rows.select(["start", "sessions"]).append_column("minutes", minutes).select(["start", "minutes", "sessions"])


def _shape_session_energy(rows: pa.Table) -> pa.Table:
    known = rows.filter(pc.greater(rows["measured"], 0))
    mean = pc.divide(known["energy_kwh"], pc.cast(known["measured"], pa.float64()))
    return known.select(["start", "sessions"]).append_column("mean_kwh", mean).select(["start", "mean_kwh", "sessions"])


def _shape_authentication(rows: pa.Table) -> pa.Table:
    """Give each authentication a column, so that a step is one row."""
    starts = sorted(set(rows["start"].to_pylist()))
    counts = {(row["start"], row["authentication"]): row["sessions"] for row in rows.to_pylist()}
    columns = {
        name: [counts.get((start, code), 0) for start in starts] for code, name in ((1, "rfid"), (0, "anonymous"))
    }
    return pa.table({"start": pa.array(starts, pa.timestamp("us")), **columns})


ENERGY = Diagram(
    lazy_gettext("Energy"),
    lazy_gettext("kWh of the sessions"),
    "bi-bar-chart",
    {"start": START, "energy_kwh": lazy_gettext("Energy, kWh"), "sessions": SESSIONS},
    diagrams.sessions,
    _shape_energy,
    partial(charts.bars, column="energy_kwh", unit="kWh", decimals=1),
    lambda rows: (number(_sum(rows, "energy_kwh")), "kWh"),
    _facts,
)
COUNT = Diagram(
    SESSIONS,
    lazy_gettext("Number of sessions"),
    "bi-layers-fill",
    {"start": START, "sessions": SESSIONS},
    diagrams.sessions,
    _shape_count,
    partial(charts.bars, column="sessions", unit="", decimals=0),
    lambda rows: (number(_sum(rows, "sessions")), _("sessions")),
    _facts,
)
DURATION = Diagram(
    lazy_gettext("Average duration"),
    lazy_gettext("How long sessions last"),
    "bi-clock",
    {"start": START, "minutes": lazy_gettext("Average duration, min"), "sessions": SESSIONS},
    diagrams.sessions,
    _shape_duration,
    partial(charts.bars, column="minutes", unit="min", decimals=0),
    lambda rows: (duration_short(_mean(rows, "duration_s", "sessions") or 0), _("on average")),
    _facts,
)
SESSION_ENERGY = Diagram(
    lazy_gettext("Average energy"),
    lazy_gettext("kWh a session"),
    "bi-battery-half",
    {"start": START, "mean_kwh": lazy_gettext("Average energy, kWh"), "sessions": SESSIONS},
    diagrams.sessions,
    _shape_session_energy,
    partial(charts.bars, column="mean_kwh", unit="kWh", decimals=1),
    lambda rows: (number(_mean(rows, "energy_kwh", "measured"), 1), _("kWh a session")),
    _facts,
)
AUTHENTICATION = Diagram(
    lazy_gettext("Authentication"),
    lazy_gettext("RFID and anonymous"),
    "bi-person-badge",
    {"start": START, "rfid": lazy_gettext("RFID (1)"), "anonymous": lazy_gettext("Anonymous (0)")},
    diagrams.by_authentication,
    _shape_authentication,
    lambda rows, step: charts.stacked(rows, step, {"rfid": _("RFID"), "anonymous": _("Anonymous")}, ""),
    lambda rows: (number(_sum(rows, "sessions")), _("sessions")),
    roles=OPERATORS,
)
