"""Power now: the power of all outlets today, with yesterday for comparison."""

from datetime import UTC, datetime, timedelta
from math import isnan, nan
from zoneinfo import ZoneInfo

import plotly.graph_objects as go
from dash import html
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from components import format, navigator, plots, theme
from components.access import OPERATORS
from components.windows.content import Content, empty
from data import power
from data.nodes import Node
from data.scope import Scope

TITLE = lazy_gettext("Power now")
PAGE = "/diagrams?d=power"
SUBJECTS = ("open_transaction", "minute")
ROLES = OPERATORS

# Clear enough on both themes, so that a switch of theme need not touch them.
GHOST = "#8b929d"
FILL = "rgba(58, 130, 230, .14)"

Point = tuple[datetime, float | None]
"""A time, and the power in W when it is known."""

LABEL_WIDTH = timedelta(hours=3)
LONGEST_GAP = timedelta(seconds=3 * power.BUCKET_S)


def build(scope: Scope, node: Node) -> Content:
    now = datetime.now(UTC)
    midnight = now.astimezone(ZoneInfo(node.time_zone)).replace(hour=0, minute=0, second=0, microsecond=0)
    yesterday = midnight - timedelta(days=1)
    curve = power.over_time(scope, node, yesterday.astimezone(UTC), power.bucket(now))  # whole buckets only
    kw = power.now_w(scope, node, now) / 1000
    if not curve.num_rows and not kw:
        return empty("bi-activity", _("No meter values"), _("No station has sent meter values since yesterday."))
    points = [*zip(curve["at"].to_pylist(), curve["power_w"].to_pylist(), strict=True), (now, kw * 1000)]
    shown = format.number(kw, 1 if kw < 100 else 0)
    head = [
        html.Span([shown, " ", html.Small("kW")], className="cp-kpi"),
        html.Span(_peak(points, midnight, node.time_zone), className="cp-t13 cp-2nd"),
    ]
    graph = plots.graph(figure(points, midnight, node.time_zone), style={"height": "100%"})
    told = _("Power of %(node)s today beside yesterday, now %(power)s kW", node=navigator.called(node), power=shown)
    drawn = html.Div(graph, className="flex-fill mt-1 cp-power", role="img", **{"aria-label": told})
    inside = [html.Div(head, className="d-flex align-items-baseline justify-content-between flex-wrap"), drawn]
    return Content([html.Div(inside, className="card-body pt-0 d-flex flex-column flex-fill", style={"minHeight": 0})])


def figure(curve: list[Point], midnight: datetime, time_zone: str) -> go.Figure:
    """Draw today's power over yesterday's.

    Args:
        curve: power in W by time, from yesterday's midnight to now.
        midnight: the start of today in the zone.
    """
    zone, day = ZoneInfo(time_zone), timedelta(days=1)
    points = [(at.astimezone(zone), watts / 1000) for at, watts in _with_gaps(curve)]
    today = [(at.replace(tzinfo=None), kw) for at, kw in points if at >= midnight]
    before = [(at.replace(tzinfo=None) + day, kw) for at, kw in points if at < midnight]
    lines = [
        _line(today, _("Today"), {"width": 2}, marked=len(today) - 1),
        _line(before, _("Yesterday"), {"color": GHOST, "width": 1.5, "dash": "dot"}),
        # Plotly fills across the holes of a line, so the area is a line of its own that falls to zero there.
        go.Scatter(
            x=[at for at, _kw in today],
            y=[0 if isnan(kw) else kw for _at, kw in today],
            mode="none",
            fill="tozeroy",
            fillcolor=FILL,
            hoverinfo="skip",
        ),
    ]
    start = midnight.replace(tzinfo=None)
    return go.Figure(
        lines,
        {
            "template": theme.template(),
            "margin": {"l": 34, "r": 8, "t": 6, "b": 22},
            "showlegend": False,
            "uirevision": "keep",
            "xaxis": {"tickformat": "%H:%M", "dtick": 4 * 3600e3, "range": [start, start + day]},
            "yaxis": {"nticks": 5},
            "annotations": [
                _label(today[-1], "<b>" + _("Now") + "</b>", xanchor="left", xshift=8),
                *_name(before, today[-1]),
            ],
        },
    )


def _name(before: list[tuple[datetime, float]], now: tuple[datetime, float]) -> list[dict[str, object]]:
    """Name yesterday's line at its peak in what is left of today, where nothing else is drawn."""
    free = [(at, kw) for at, kw in before if at > now[0] + LABEL_WIDTH and not isnan(kw)]
    peak = max(free, key=lambda point: point[1], default=None)
    return [_label(peak, _("Yesterday"), yanchor="bottom")] if peak else []


def _label(point: tuple[datetime, float], text: str, **place: object) -> dict[str, object]:
    return {"x": point[0], "y": point[1], "text": text, "showarrow": False, **place}


def _line(
    points: list[tuple[datetime, float]], name: str, line: dict[str, object], marked: int | None = None
) -> go.Scatter:
    times, kilowatts = zip(*points, strict=True) if points else ((), ())
    look = {"mode": "lines"} if marked is None else {"mode": "lines+markers", "marker": {"size": [0] * marked + [7]}}
    return go.Scatter(x=times, y=kilowatts, name=name, line=line, hovertemplate="%{y:.1f} kW", **look)


def _with_gaps(curve: list[Point]) -> list[tuple[datetime, float]]:
    """Put a hole where no station measured for a while, so that no line is drawn across it."""
    points: list[tuple[datetime, float]] = []
    for at, watts in curve:
        if points and at - points[-1][0] > LONGEST_GAP:
            points += [(points[-1][0] + timedelta(seconds=1), nan), (at - timedelta(seconds=1), nan)]
        points.append((at, nan if watts is None else watts))
    return points


def _peak(curve: list[Point], midnight: datetime, time_zone: str) -> str:
    today = [(watts, at) for at, watts in curve if at >= midnight and watts is not None]
    if not today:
        return ""
    watts, at = max(today)
    time = format.clock(at, time_zone)[:5]
    return _("Peak today %(power)s at %(time)s", power=format.quantity(watts / 1000, "kW", 0), time=time)
