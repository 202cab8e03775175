"""Charging station, Control: its outlets, the Control board and the commands (manual: Control)."""

from typing import Any

from dash import Input, Output, State, callback, dcc, html
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from components import navigator
from components.access import OPERATORS, allow, current_scope
from components.control import outlets, panel
from components.format import timestamp
from components.menus import icon
from data import controlled, station_settings
from data.nodes import Node
from data.scope import Scope

TITLE = lazy_gettext("Control")


def layout(scope: Scope, node: Node) -> html.Div:
    closed = panel.reasons(scope, node.id)
    contact = [
        html.Span(_contact(scope, node), id="control-contact", className="cp-live text-wrap"),
        dcc.Link(_("Messages"), href=f"/messages?node={node.ref}", className="btn btn-ghost btn-sm"),
    ]
    left = [
        html.Div(_cards(scope, node), id="control-outlets", className="cp-two"),
        panel.board_card(closed, html.Span(contact, className="d-inline-flex align-items-center gap-2")),
    ]
    return panel.layout(scope, node, left)


def register() -> None:
    panel.register()

    @callback(
        Output("control-outlets", "children"),
        Output("control-contact", "children"),
        Input("control-live", "data"),
        State("control-node", "data"),
        prevent_initial_call=True,
    )
    @allow(*OPERATORS)
    def follow(_live: Any, node: str) -> tuple[Any, Any]:
        scope, chosen = current_scope(), navigator.chosen_node(node)
        assert chosen is not None
        return _cards(scope, chosen), _contact(scope, chosen)


def _cards(scope: Scope, node: Node) -> list[html.Section]:
    return outlets.cards(controlled.outlets(scope, node), node.time_zone, panel.reasons(scope, node.id))


def _contact(scope: Scope, node: Node) -> list[Any]:
    about = station_settings.about(scope, node.id)
    if not about["last_heard_at"]:
        return [icon("bi-dash-circle-dotted"), _("Never connected: commands wait for it")]
    when = timestamp(about["last_heard_at"], node.time_zone)
    if about["connected"]:
        return [icon("bi-broadcast is-ok"), _("Last contact %(time)s", time=when)]
    return [icon("bi-broadcast"), _("Away since %(time)s: commands wait for it", time=when)]
