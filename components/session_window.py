"""A charging session in a window of its own: the manual's parameters, its power and energy curve, its neighbours."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import flask
import plotly.graph_objects as go
import pyarrow as pa
from dash import dcc, html
from flask import Response, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext, pgettext
from flask_login import current_user

from components import plots, session_messages, theme
from components.access import current_scope, may_see
from components.filter_chips import Heading, link
from components.format import duration, identity, number, quantity
from data import sessions
from data.errors import DatabaseUnavailable, NotFound
from data.sessions import Place

HEADINGS: Mapping[str, Heading] = {
    "start": Heading(lazy_gettext("Start session"), 166, shown=True),
    "duration": Heading(lazy_gettext("Duration"), 136, shown=True, numeric=True, filter_unit="min", raw_unit="s"),
    "energy": Heading(lazy_gettext("Energy"), 122, shown=True, unit="kWh", numeric=True),
    "station": Heading(lazy_gettext("Station"), 150, shown=True, renderer="IdentityCell"),
    "outlet": Heading(lazy_gettext("Outlet"), 100, shown=True, numeric=True),
    "site": Heading(lazy_gettext("Site"), 130, shown=True, fills=True),
    "end": Heading(lazy_gettext("End time"), 178),
    "node": Heading(lazy_gettext("Node Identity"), 160),
    "auth": Heading(lazy_gettext("Authentication"), 150),
    "session": Heading(lazy_gettext("Session identity"), 180),
    "logged": Heading(lazy_gettext("Server log date"), 178),
    "email": Heading(lazy_gettext("Email"), 220),
    "meter": Heading(lazy_gettext("Energy meter value"), 170, unit="kWh", numeric=True),
    "rfid": Heading(lazy_gettext("RFID"), 140),
}
"""The columns of the statistics table in their order; the manual's names."""

CONFIGURATION, PROVISIONING = "/configuration", "/provisioning"
"""Where its nodes and its user are shown, to who has those pages."""

FILL = {"fill": "tozeroy", "fillcolor": "rgba(90, 140, 230, .15)"}  # under the power line, in both themes


def layout(session: Mapping[str, Any], samples: pa.Table, place: Place | None, query: str) -> html.Article:
    """Return the window.

    Args:
        session: what `sessions.find` gave.
        place: where it stands in the table it was opened from; none when it was opened by itself.
        query: that table's address, without the question mark.
    """
    subtitle = [
        identity(session["station"]),
        ", " + _("outlet %(number)s", number=session["outlet"]),
        f", {session['site']}",
    ]
    head = html.Div(
        [
            html.Div(
                [html.H1(_("Charging session")), html.Div(subtitle, className="cp-t13 cp-2nd")], className="flex-fill"
            ),
            _copy_link(f"{flask.request.host_url}session/{session['session']}"),
        ],
        className="card-header d-flex",
    )
    body = [
        html.Div(_parameters(session), className="col-md-5"),
        html.Div(_curve(session, samples), className="col-md-7"),
        *session_messages.section(current_scope(), session),
    ]
    return html.Article(
        [head, html.Div(html.Div(body, className="row g-4"), className="card-body"), _foot(place, query)],
        className="card cp-session",
    )


def _copy_link(address: str) -> html.Button:
    icon = html.I(className="bi bi-link-45deg", **{"aria-hidden": "true"})
    name = _("Copy link")
    return html.Button(
        icon,
        type="button",
        className="btn btn-ghost btn-icon",
        title=name,
        **{"aria-label": name, "data-copy": address, "data-copied": _("Link copied")},
    )


def cells(rows: pa.Table) -> list[dict[str, Any]]:
    """Write the rows of a `sessions.Page` as the table shows them."""
    written = {
        "start": _second,
        "end": _second,
        "logged": _second,
        "duration": duration,
        "energy": lambda value: number(value, 1),
        "meter": lambda value: number(value, 1),
        "auth": _authentication,
    }
    return [
        {name: written[name](value) if name in written else value for name, value in row.items()}
        for row in rows.to_pylist()
    ]


def _authentication(kept: str | None) -> str:
    """Write how a session was allowed, which is kept in the manual's English."""
    return {"Anonymous (0)": _("Anonymous (0)"), "RFID (1)": _("RFID (1)")}.get(kept or "", "")


def register(server: flask.Flask) -> None:
    """Answer 404 for a session that there is not, or not for this user; the page says so too."""

    @server.after_request
    def missing(response: Response) -> Response:
        prefix, _slash, session_id = request.path.removeprefix("/").partition("/")
        if prefix == "session" and response.status_code == 200 and current_user.is_authenticated:
            try:
                sessions.find(current_scope(), session_id)
            except NotFound:
                response.status_code = 404
            except DatabaseUnavailable:
                pass  # the page says so, and comes by itself afterwards
        return response


def figure(samples: pa.Table) -> go.Figure:
    """Return power as steps, each up to the reading that told it, and energy as a line over the session's time."""
    chart = go.Figure(
        layout={"template": theme.template(), "height": 340, "margin": {"l": 36, "r": 36, "t": 30, "b": 30}}
    )
    power, energy = sessions.line(samples, "power_kw"), sessions.line(samples, "energy_kwh")
    if power.num_rows:
        line = {"shape": "vh", "width": 2}
        fill = {} if power["power_kw"].null_count else FILL  # Plotly would fill the silences too
        chart.add_scatter(**_points(power), name=_("Power, kW"), line=line, **fill)
    if energy.num_rows:
        line = {"dash": "dash", "width": 2}
        chart.add_scatter(**_points(energy), name=_("Energy, kWh"), yaxis="y2", line=line)
    chart.update_layout(
        showlegend=True,  # a lone line's too, which tells its unit
        xaxis={"tickformat": "%H:%M\n%Y-%m-%d"},
        yaxis2={
            "overlaying": "y",
            "side": "right",
            "showgrid": False,
            "rangemode": "tozero",
            "tickmode": "auto",
            "nticks": 5,
        },
    )
    return chart


def _points(line: pa.Table) -> dict[str, Any]:
    """Return a line of `sessions.line` as Plotly draws it; a value alone between silences is a dot."""
    at, values = (column.to_pylist() for column in line.columns)
    return {"x": at, "y": values, "mode": "lines+markers", "marker": {"size": 3}}


def _parameters(session: Mapping[str, Any]) -> list[Any]:
    station = identity(session["station"])
    groups = (
        (
            pgettext("session", "Charging"),
            (_("Start time"), _time(session["start"])),
            (_("Duration"), duration(session["duration"])),
            (_("End time"), _time(session["end"])),
            (_("Energy"), quantity(session["energy"], "kWh")),
            (_("Energy meter value"), quantity(session["meter"], "kWh")),
        ),
        (
            _("Where"),
            (_("Site"), _node_link(session["site"], session["site_ref"])),
            (_("Charging station"), _node_link(station, session["station_ref"])),
            (_("Node Identity"), session["node"]),
            (_("Outlet Id"), _node_link(number(session["outlet"]), session["station_ref"] and session["outlet_ref"])),
        ),
        (
            _("Identification"),
            (_("Authentication"), _authentication(session["auth"])),
            (_("Email"), _user_link(session["email"] or "")),
            (_("Session identity"), session["session"]),
            (_("Server log date"), _time(session["logged"])),
        ),
    )
    notes = [html.P(session["note"], className="cp-t12 cp-2nd mt-3")] if session["note"] else []
    return [part for title, *rows in groups for part in _group(title, rows)] + notes


def _group(title: str, rows: list[tuple[str, Any]]) -> list[Any]:
    terms = [part for name, value in rows for part in (html.Dt(name), html.Dd(value))]
    return [html.H2(title, className="mb-2 mt-3"), html.Dl(terms, className="cp-dl")]


def _node_link(text: Any, ref: str | None) -> Any:
    if not ref or not may_see(current_scope().role, CONFIGURATION):
        return text
    return html.A(text, href=f"{CONFIGURATION}?node={ref}")


def _user_link(email: str) -> Any:
    if not email or not may_see(current_scope().role, PROVISIONING):
        return email
    return html.A(email, href=f"{PROVISIONING}?{link({'email': {'type': 'equals', 'filter': email}}, [])}")


def _curve(session: Mapping[str, Any], samples: pa.Table) -> list[Any]:
    is_whole = session["has_meter_values"]
    heading = _("Power and energy during the session") if is_whole else _("Power during the session")
    title = html.H2(heading, className="mb-2 mt-3")
    if samples.num_rows == 0:
        text = html.P(_("The station sent no meter values during this session, or they are no longer kept."))
        icon = html.I(className="bi bi-graph-up", **{"aria-hidden": "true"})
        return [title, html.Div([icon, html.H3(_("No curve")), text], className="cp-empty")]
    name = _("Power and energy of session %(session)s over time", session=session["session"])
    graph = html.Div(plots.graph(figure(samples)), role="img", **{"aria-label": name})
    if is_whole:
        return [title, graph]
    told = _(
        "Mean power of every ten minutes: the meter values, and with them the energy over time, are no longer kept."
    )
    return [title, graph, html.P(told, className="cp-t12 cp-2nd mb-0")]


def _foot(place: Place | None, query: str) -> html.Div:
    if place is None:
        return html.Div(className="card-footer", hidden=True)
    text = _(
        "%(position)s of %(count)s in the filtered table", position=number(place.position), count=number(place.count)
    )
    return html.Div(
        [
            _neighbour(_("Previous"), "bi-chevron-up", place.previous, query),
            _neighbour(_("Next"), "bi-chevron-down", place.following, query),
            html.Span(text, className="cp-t12 cp-2nd"),
        ],
        className="card-footer d-flex gap-2 align-items-center",
    )


def _neighbour(title: str, icon: str, session_id: str | None, query: str) -> Any:
    children = [html.I(className=f"bi {icon}", **{"aria-hidden": "true"}), title]
    if session_id is None:
        return html.Button(children, disabled=True, className="btn btn-secondary btn-sm")
    return dcc.Link(children, href=f"/session/{session_id}?{query}", className="btn btn-secondary btn-sm")


def _second(at: datetime) -> str:
    return f"{at:%Y-%m-%d\u00a0%H:%M:%S}"


def _time(at: datetime) -> str:
    tenths = f".{at.microsecond // 100_000}" if at.microsecond else ""
    return _second(at) + tenths
