"""Station status: how many outlets are in which state, in all and for each part of the node."""

from collections.abc import Iterable

from dash import dcc, html
from flask_babel import gettext as _
from flask_babel import lazy_gettext, ngettext

from components import format, states
from components.access import OPERATORS
from components.windows.content import SHOWN, Content, empty, listed
from data import outlets
from data.nodes import SYSTEM, Node
from data.outlets import OutletCounts
from data.scope import Role, Scope

TITLE = lazy_gettext("Station status")
PAGE = "/configuration"
GLYPH = "bi-ev-station"
SUBJECTS = ("topology", "station_state", "outlet_state", "open_transaction", "alarm")
ROLES = OPERATORS


def build(scope: Scope, node: Node) -> Content:
    parts = outlets.counts(scope, node)
    total = {state: sum(getattr(part, state) for part in parts) for state in states.STATES}
    station_count = sum(part.stations for part in parts) if node.kind not in ("station", "outlet") else 1
    if not station_count:
        return _no_stations(scope)
    outlet_count = sum(total.values())
    caption = _(
        "%(outlets)s on %(stations)s",
        outlets=ngettext("outlet", "outlets", outlet_count),
        stations=format.number(station_count) + format.NO_BREAK + ngettext("station", "stations", station_count),
    )
    head = html.Div(
        [
            html.Span([format.number(outlet_count), " ", html.Small(caption)], className="cp-kpi"),
            *states.shares(total),
        ],
        className="card-body pt-0 pb-2 d-flex flex-column gap-2 flex-grow-0",
    )
    return Content([head, listed(_table(parts[:SHOWN]), len(parts))])


def _no_stations(scope: Scope) -> Content:
    title = _("No charging stations here")
    if scope.role is not Role.ADMINISTRATOR:
        return empty(GLYPH, title, _("An administrator can add them."))
    add = dcc.Link(_("Open Topology"), href=f"/configuration?node={SYSTEM}&tab=topology", className="btn btn-secondary")
    return empty(GLYPH, title, _("Sites, floors and charging stations are created or imported in Topology."), add)


def _table(parts: Iterable[OutletCounts]) -> html.Table:
    columns = (_("Node"), _("States"), _("Outlets"), _("Charging"), _("Fault"))
    return html.Table(
        [
            html.Thead(html.Tr([html.Th(column) for column in columns]), className="visually-hidden"),
            html.Tbody([_row(part) for part in parts]),
        ],
        className="table table-hover table-sm",
    )


def _row(part: OutletCounts) -> html.Tr:
    name = _("Outlet %(number)s", number=part.name) if part.ref.startswith("outlet:") else format.identity(part.name)
    return html.Tr(
        [
            html.Td(dcc.Link(name, href=f"?node={part.ref}", className="text-decoration-none"), style={"width": "36%"}),
            html.Td(states.bar({state: getattr(part, state) for state in states.STATES})),
            html.Td(format.number(part.outlets), className="cp-num cp-2nd", style={"width": 44}),
            _count("charging", part.charging),
            _count("fault", part.fault),
        ]
    )


def _count(state: str, count: int) -> html.Td:
    look = states.STATES[state]
    inside = [html.I(className=f"bi {look.glyph} cp-t11", **{"aria-hidden": "true"}), f" {format.number(count)}"]
    return html.Td(
        inside if count else html.Span("0", className="cp-3rd"), className=f"cp-num {look.colour}", style={"width": 52}
    )
