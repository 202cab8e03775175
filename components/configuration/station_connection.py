"""Charging station, Connection: how well it stays in contact over weeks, why connections closed, and what was odd."""

from datetime import timedelta
from typing import Any

import pyarrow as pa
from dash import dcc, html
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from components import plots
from components.configuration.connection_tables import card, milliseconds, percent, table
from components.configuration.followed import follow, followed
from components.diagrams import charts
from components.format import duration_short, number
from components.texts import kept
from data import connection_quality
from data.connection_days import Closed
from data.nodes import Node
from data.scope import Scope

TITLE = lazy_gettext("Connection")
NAME = "station-connection"
SHOWN_DAYS = 28
LEAST_SHOWN = timedelta(days=6)  # of the axis: one day alone would be told in hours
MANY = 6  # connections a day: fewer are no reason for fractions on the axis

REASONS = {
    Closed.STATION: lazy_gettext("The station closed it"),
    Closed.NETWORK: lazy_gettext("The line broke"),
    Closed.NEWER: lazy_gettext("The station connected anew"),
    Closed.PORTAL: lazy_gettext("The portal closed it: it restarted, or the station may not stay"),
    Closed.SILENCE: lazy_gettext("The station fell silent (OCPP 1.5)"),
    Closed.PROTOCOL: lazy_gettext("The station broke the rules of WebSocket"),
}


def layout(scope: Scope, node: Node) -> html.Div:
    return followed(NAME, _cards, scope, node)


def register() -> None:
    follow(NAME, _cards, "connection")


def _cards(scope: Scope, node: Node) -> list[html.Section]:
    days = connection_quality.days(scope, node)
    messages = dcc.Link(_("Messages"), href=f"/messages?node={node.ref}", className="btn btn-secondary btn-sm ms-auto")
    charted = _charts(days) if days else html.P(_("The station has not connected."), className="card-body cp-2nd mb-0")
    cards = [card(_("Contact in the last 13 weeks"), charted, beside=messages)]
    if days:
        cards += [
            card(_("Contact by day"), _by_day(days[: -SHOWN_DAYS - 1 : -1])),
            card(_("Why connections closed in the last 13 weeks"), _reasons(days)),
        ]
    return [*cards, card(_("Quirks met in the last four weeks"), _quirks(scope, node))]


def _charts(days: list[dict[str, Any]]) -> html.Div:
    columns = ("share", "connects", "median_ms", "p95_ms")
    rows = pa.table({"start": [day["day"] for day in days], **{name: [day[name] for day in days] for name in columns}})
    few = {"dtick": 1} if max(day["connects"] for day in days) < MANY else {}
    latencies = {"median_ms": _("Half"), "p95_ms": _("95 of 100")}
    figures = {
        _("Time connected, percent"): charts.share(rows, "day", "share").update_yaxes(range=[0, 101]),
        _("Connections"): charts.bars(rows, "day", "connects", "", 0).update_yaxes(few),
        _("Answers within, ms"): charts.lines(rows, "day", latencies, "ms", 0),
    }
    first, last = days[0]["day"], days[-1]["day"]
    before = min(first, last - LEAST_SHOWN) - timedelta(days=1)
    span = (f"{before:%Y-%m-%d} 12:00", f"{last:%Y-%m-%d} 12:00")
    return html.Div([_chart(title, figure, span) for title, figure in figures.items()], className="card-body row gy-3")


def _chart(title: str, figure: Any, span: tuple[str, str]) -> html.Div:
    figure.update_layout(uirevision="keep", margin={"l": 44, "r": 8, "b": 24}).update_yaxes(title=None)
    figure.update_xaxes(range=span)
    graph = plots.graph(figure, style={"height": "180px"})
    drawn = html.Div(graph, role="img", **{"aria-label": title})
    return html.Div([html.H3(title, className="cp-t13"), drawn], className="col-12 col-xl-4")


def _by_day(days: list[dict[str, Any]]) -> Any:
    titles = [
        _("Day"),
        _("Time connected"),
        _("Connections"),
        _("Closed"),
        _("Longest silence"),
        _("Silences"),
        _("Half and 95 of 100 answers within, ms"),
        _("Half of the pings within, ms"),
    ]
    rows = [
        [
            html.Span(f"{day['day']:%Y-%m-%d}", className="text-nowrap"),
            percent(day["share"]),
            number(day["connects"]),
            number(day["closed"]),
            duration_short(day["silent_s"]),
            number(day["silences"]),
            f"{milliseconds(day['median_ms'])} / {milliseconds(day['p95_ms'])}"
            if day["median_ms"]
            else milliseconds(None),
            milliseconds(day["ping_ms"]),
        ]
        for day in days
    ]
    return table(titles, rows, "")


def _reasons(days: list[dict[str, Any]]) -> Any:
    counts = {reason: sum(day[f"closed_{reason}"] for day in days) for reason in Closed}
    rows = [
        [str(REASONS[reason]), number(count)]
        for reason, count in sorted(counts.items(), key=lambda counted: -counted[1])
        if count
    ]
    return table([_("Reason"), _("Times")], rows, _("No connection closed."))


def _quirks(scope: Scope, node: Node) -> Any:
    rows = [
        [kept(one["text"], one), number(one["hours"]), f"{one['last']:%Y-%m-%d\u00a0%H:%M}"]
        for one in connection_quality.quirks(scope, node)
    ]
    titles = [_("What was odd"), _("Hours in which it was met"), _("Last")]
    return table(titles, rows, _("Nothing was odd about this station."))
