"""The time line under a diagram: an overview to drag in, presets, From and To. All of them move together.

The overview is a figure of its own with a selection on it: a diagram of ten years needs other points than its overview.
Periods are whole days of the node's zone.
"""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import dash_bootstrap_components as dbc
import plotly.graph_objects as go
import pyarrow as pa
from dash import html
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from components import plots
from components.diagrams import charts
from data.diagrams import Period

EARLIEST = date(2000, 1, 1)
DEFAULT_DAYS = 30
PRESETS = {
    "1": lazy_gettext("Today"),
    "7": lazy_gettext("7 days"),
    "30": lazy_gettext("30 days"),
    "365": lazy_gettext("12 months"),
    "all": lazy_gettext("All"),
}
TOP = 1.1  # of the overview; its highest bar ends at 1
TYPED_MS = 800  # a date is typed in three parts
# The longest period in days that a step is chosen for by itself, and that it can be asked for.
LONGEST = {
    "hour": (3, 100),
    "day": (120, 3700),
    "week": (740, 10_000),
    "month": (3700, 10_000),
    "year": (10_000, 10_000),
}


def read(first: str | None, last: str | None, whole: Period) -> Period | None:
    """Read From and To; none when they are no days, the wrong way round or out of all bounds."""
    try:
        period = Period(date.fromisoformat(first or ""), date.fromisoformat(last or ""), whole.time_zone)
    except ValueError:
        return None
    return period if EARLIEST <= period.first <= period.last <= _latest_day(whole) else None


def nearest(first: str | None, last: str | None, whole: Period) -> Period:
    """Return the period nearest to From and To that can be shown; for what is no day, the end of all time."""
    ends = []
    for text, otherwise in ((first, whole.first), (last, whole.last)):
        try:
            day = date.fromisoformat(text or "")
        except ValueError:
            day = otherwise
        ends.append(min(max(day, EARLIEST), _latest_day(whole)))
    return Period(*sorted(ends), whole.time_zone)


def _latest_day(whole: Period) -> date:
    return whole.last + timedelta(days=366)


def latest(days: int, whole: Period) -> Period:
    """Return the last so many days."""
    return Period(whole.last - timedelta(days=days - 1), whole.last, whole.time_zone)


def preset(name: str, whole: Period) -> Period:
    """Return the period of a preset."""
    return whole if name == "all" else latest(int(name), whole)


def preset_of(period: Period, whole: Period) -> str | None:
    """Return the preset that a period is of, if any."""
    return next((name for name in PRESETS if preset(name, whole) == period), None)


def dragged(event: Mapping[str, Any], whole: Period) -> Period | None:
    """Return the days nearest to what was dragged in the overview; none when nothing was."""
    drawn = (event.get("selections") or [{}])[-1]
    ends = [
        event.get(f"selections[0].{key}", drawn.get(key) if isinstance(drawn, dict) else None) for key in ("x0", "x1")
    ]
    try:
        since, until = sorted(datetime.fromisoformat(str(end)) for end in ends)
        first, after = ((end + timedelta(hours=12)).date() for end in (since, until))
    except (ValueError, OverflowError):
        return None
    last = max(first, after - timedelta(days=1))
    return Period(min(max(first, whole.first), whole.last), max(min(last, whole.last), whole.first), whole.time_zone)


def step_of(asked: str, period: Period) -> str:
    """Return the step to draw: the one asked for if the period is not too long for it, else one that suits it."""
    if asked in LONGEST and period.days <= LONGEST[asked][1]:
        return asked
    return next(step for step, (suits, _most) in LONGEST.items() if period.days <= suits)


def whole(first_session: datetime | None, time_zone: str) -> Period:
    """Return all the time there is: from the first session, but at least the default period, to today."""
    last = datetime.now(ZoneInfo(time_zone)).date()
    default = last - timedelta(days=DEFAULT_DAYS - 1)
    first = first_session.astimezone(ZoneInfo(time_zone)).date() if first_session else default
    return Period(max(EARLIEST, min(first, default)), last, time_zone)


def overview_step(whole: Period) -> str:
    """Return the step of the overview's bars: some hundred fit."""
    return max(step_of("", whole), "day", key=list(LONGEST).index)


def layout(rows: pa.Table, period: Period, whole: Period) -> html.Section:
    """Return the time line; rows: `data.diagrams.sessions` of all time in `overview_step`s."""
    overview = plots.graph(_overview(rows, period, whole), {"doubleClick": False}, id="timeline-overview")
    told = _("Energy of all time; the chosen period is marked. From and To below do the same as dragging in it.")
    presets = dbc.RadioItems(
        id="timeline-preset",
        name="timeline-preset",
        options=[{"label": str(label), "value": name} for name, label in PRESETS.items()],
        value=preset_of(period, whole),
        className="cp-seg",
        inputClassName="btn-check",
        labelClassName="btn btn-sm",
        labelCheckedClassName="active",
    )
    dates = [_day("from", _("From"), period.first, whole), _day("to", _("To"), period.last, whole)]
    bar = [
        html.H3(_("Time line"), id="timeline-title", className="me-2"),
        html.Div(presets, role="group", **{"aria-labelledby": "timeline-title"}),
        html.Div(dates, className="ms-auto d-flex align-items-center gap-2 flex-wrap"),
    ]
    return html.Section(
        [
            html.Div(overview, role="img", className="cp-overview", **{"aria-label": told}),
            html.Div(bar, className="cp-bar px-4 pb-3 pt-2 border-top"),
        ],
        **{"aria-labelledby": "timeline-title"},
    )


def mark(period: Period) -> dict[str, Any]:
    """Return the selection that marks a period in the overview."""
    x0, x1 = (datetime.combine(day, time()).isoformat() for day in (period.first, period.last + timedelta(days=1)))
    return {"type": "rect", "xref": "x", "yref": "y", "x0": x0, "x1": x1, "y0": 0, "y1": TOP, "line": {"width": 2}}


def _day(name: str, label: str, day: date, whole: Period) -> html.Div:
    identity = f"timeline-{name}"
    day_input = dbc.Input(
        id=identity,
        type="date",
        value=day.isoformat(),
        min=EARLIEST.isoformat(),
        max=whole.last.isoformat(),
        size="sm",
        debounce=TYPED_MS,
    )
    return html.Div(
        [html.Label(label, htmlFor=identity, className="cp-t13 cp-2nd"), day_input],
        className="d-flex align-items-center gap-2",
    )


def _overview(rows: pa.Table, period: Period, whole: Period) -> go.Figure:
    energy = rows["energy_kwh"].to_pylist()
    shares = pa.array([value / (max(energy) or 1) for value in energy], pa.float64())
    chart = charts.bars(rows.append_column("share", shares), overview_step(whole), "share", "", 0)
    end = datetime.combine(whole.last + timedelta(days=1), time())
    chart.update_traces(hoverinfo="skip", hovertemplate=None, unselected={"marker": {"opacity": 0.35}})
    return chart.update_layout(
        height=90,
        margin={"l": 44, "r": 12, "t": 4, "b": 22},
        bargap=0,
        dragmode="select",
        selectdirection="h",
        hovermode=False,
        newselection={"mode": "immediate", "line": {"width": 2}},
        selections=[mark(period)],
        xaxis={"range": [datetime.combine(whole.first, time()), end], "fixedrange": True},
        yaxis={"visible": False, "fixedrange": True, "range": [0, TOP]},
    )
