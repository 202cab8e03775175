"""Energy by month: the user's own, this month beside the five before."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import plotly.graph_objects as go
from dash import html
from flask_babel import format_date, lazy_gettext, ngettext
from flask_babel import gettext as _

from components import format, plots, theme
from components.windows.content import Content, empty
from data import diagrams
from data.diagrams import Period
from data.nodes import Node
from data.scope import Role, Scope

TITLE = lazy_gettext("Energy by month")
PAGE = "/diagrams"
SUBJECTS = ("session", "minute")
ROLES = (Role.EV_USER,)

MONTHS = 6
GHOST = "rgba(139, 146, 157, .62)"  # clear enough on both themes


def build(scope: Scope, node: Node | None) -> Content:
    zone = diagrams.time_zone(scope, node)
    today = datetime.now(ZoneInfo(zone)).date()
    first_days = months(today)
    rows = diagrams.sessions(scope, node, Period(first_days[0], today, zone), "month").to_pylist()
    found = {row["start"].date(): row for row in rows}
    energies = [(found[day]["energy_kwh"] or 0.0) if day in found else 0.0 for day in first_days]
    if not found:
        return empty("bi-bar-chart", _("Nothing was charged"), _("The energy of your sessions appears here."))
    count = found[first_days[-1]]["sessions"] if first_days[-1] in found else 0
    told = ngettext("%(count)s charging session", "%(count)s charging sessions", count, count=format.number(count))
    beside = html.Span(told, className="cp-t13 cp-2nd")
    return Content([_inside(first_days, energies)], title=_month(today, "LLLL"), beside=beside)


def months(today: date) -> list[date]:
    """Return the first days of this month and of those before it, the oldest first."""
    count = today.year * 12 + today.month - 1
    return [date(number // 12, number % 12 + 1, 1) for number in range(count - MONTHS + 1, count + 1)]


def bars(names: list[str], energies: list[float]) -> go.Figure:
    """Draw a bar a month, the last one in the colour of what is now."""
    *before, now = zip(names, energies, strict=True)
    traces = [_bars(before, marker={"color": GHOST}), _bars([now])]
    return go.Figure(
        traces[::-1],  # the first one has the template's first colour
        {
            "template": theme.template(),
            "margin": {"l": 4, "r": 4, "t": 18, "b": 20},
            "showlegend": False,
            "barmode": "overlay",
            "bargap": 0.42,
            "hovermode": "closest",
            "uirevision": "keep",
            "xaxis": {
                "type": "category",
                "categoryorder": "array",
                "categoryarray": names,
                "fixedrange": True,
                "ticks": "",
            },
            "yaxis": {"visible": False, "fixedrange": True},
        },
    )


def _bars(months_and_energies: list[tuple[str, float]], **props: Any) -> go.Bar:
    return go.Bar(
        x=[name for name, _energy in months_and_energies],
        y=[energy for _name, energy in months_and_energies],
        texttemplate="%{y:,.0f}",
        textposition="outside",
        cliponaxis=False,
        hovertemplate="%{y:,.1f} kWh<extra></extra>",
        **props,
    )


def _inside(first_days: list[date], energies: list[float]) -> html.Div:
    names = [_month(day, "LLL") for day in first_days]
    told = _("Energy by month, %(first)s to %(last)s", first=names[0], last=names[-1])
    graph = plots.graph(bars(names, energies), style={"height": "100%"})
    energy = [format.number(energies[-1], 1), " ", html.Small("kWh")]
    compared = html.Span(_compared(energies[-1], energies[-2], first_days[-2]), className="cp-t13 cp-2nd")
    return html.Div(
        [
            html.Div(
                [html.Span(energy, className="cp-kpi"), compared],
                className="d-flex flex-wrap align-items-baseline justify-content-between column-gap-3",
            ),
            html.Div(graph, className="flex-fill cp-own-months", role="img", **{"aria-label": told}),
        ],
        className="card-body pt-0 d-flex flex-column flex-fill",
        style={"minHeight": 0},
    )


def _compared(now: float, before: float, month: date) -> str:
    energy, name = format.quantity(abs(now - before), "kWh", 0), format_date(month, "LLLL")
    if round(now - before) == 0:
        return _("As much as in %(month)s", month=name)
    if now < before:
        return _("%(energy)s less than in %(month)s", energy=energy, month=name)
    return _("%(energy)s more than in %(month)s", energy=energy, month=name)


def _month(day: date, form: str) -> str:
    return str(format_date(day, form)).rstrip(".").capitalize()
