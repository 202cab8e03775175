"""Charging now: the user's own running sessions with energy, power and since when."""

from datetime import UTC, datetime
from typing import Any

import plotly.graph_objects as go
import pyarrow as pa
from dash import html
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from components import format, plots, states, theme
from components.windows.content import Content, empty
from data import own_charging, sessions
from data.nodes import Node
from data.scope import Role, Scope

TITLE = lazy_gettext("Charging now")
PAGE = "/statistics"
SUBJECTS = ("open_transaction", "minute")
ROLES = (Role.EV_USER,)

FEWEST_SAMPLES = 2  # that make a curve
FILL = "rgba(58, 130, 230, .14)"


def build(scope: Scope, _node: Node | None) -> Content:
    running = own_charging.running(scope)
    if not running:
        when = _("When your car starts to charge, you see its power and energy here.")
        return empty("bi-lightning-charge", _("Nothing is charging"), when)
    look = states.STATES["charging"]
    pill = html.Span([states.glyph(look), str(look.word)], className=f"cp-pill {look.colour}")
    now = datetime.now(UTC)
    still = {"ended_at": now, "has_meter_values": True}  # which are deleted of finished ones alone
    drawn = [_session(one, sessions.curve(scope, {**one, **still}), now) for one in running]
    return Content([html.Div(drawn, className="cp-window-scroll cp-own-sessions")], beside=pill)


def curve(samples: pa.Table) -> go.Figure:
    """Draw the power of a session since its start; samples: of `data.sessions.curve`."""
    power = sessions.line(samples, "power_kw")
    line = go.Scatter(
        x=power["measured_at"].to_pylist(),
        y=power["power_kw"].to_pylist(),
        mode="lines",
        line={"width": 2},
        fill="none" if power["power_kw"].null_count else "tozeroy",  # Plotly would fill the silences too
        fillcolor=FILL,
        hovertemplate="%{y:.1f} kW<extra></extra>",
    )
    return go.Figure(
        line,
        {
            "template": theme.template(),
            "margin": {"l": 4, "r": 4, "t": 4, "b": 20},
            "showlegend": False,
            "uirevision": "keep",
            "xaxis": {"nticks": 4, "fixedrange": True, "tickformat": "%H:%M", "hoverformat": "%H:%M"},
            "yaxis": {"visible": False, "fixedrange": True, "rangemode": "tozero"},
        },
    )


def _session(running: dict[str, Any], samples: pa.Table, now: datetime) -> html.Div:
    since = format.clock(running["started_at"], running["time_zone"])[:5]
    lasted = format.duration_short((now - running["started_at"]).total_seconds())
    power = "" if running["power_w"] is None else format.quantity(running["power_w"] / 1000, "kW")
    energy = format.number(running["energy_kwh"] or 0, 1)
    head = html.Div(
        [
            html.Span([energy, " ", html.Small("kWh")], className="cp-kpi cp-kpi-large flex-fill"),
            *([_fact(power, _("Power"))] if power else []),
            _fact(lasted, _("Since %(time)s", time=since)),
        ],
        className="d-flex flex-wrap align-items-end column-gap-4",
    )
    return html.Div([head, *_power(samples, since, power), _place(running)], className="card-body pt-0 cp-own-session")


def _fact(value: str, what: str) -> html.Div:
    told = [html.B(value, className="fw-semibold cp-tab"), html.Div(what, className="cp-t12 cp-2nd")]
    return html.Div(told, className="text-end text-nowrap")


def _power(samples: pa.Table, since: str, power: str) -> list[html.Div]:
    samples = samples.filter(samples["power_kw"].is_valid())
    if samples.num_rows < FEWEST_SAMPLES:
        return []
    told = _("Power since %(time)s, now %(power)s", time=since, power=power)
    graph = plots.graph(curve(samples), style={"height": "100%"})
    return [html.Div(graph, className="cp-own-curve", role="img", **{"aria-label": told})]


def _place(running: dict[str, Any]) -> html.Div:
    parking = [_("place %(name)s", name=running["parking"])] if running["parking"] else []
    where = ", ".join(part for part in (running["site"], running["floor"], *parking) if part)
    outlet = _("outlet %(number)s", number=running["connector_id"])
    return html.Div(
        [
            html.I(className="bi bi-geo-alt", **{"aria-hidden": "true"}),
            html.Span(where, className="flex-fill"),
            html.Span([format.identity(running["station"]), f", {outlet}"]),
        ],
        className="d-flex gap-2 align-items-center cp-t13 cp-2nd mt-1",
    )
