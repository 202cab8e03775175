"""Configuration (manual: Configuration): the tabs of the node chosen in the Navigator."""

from collections.abc import Iterable
from typing import Any

import dash
from dash import dcc, html
from flask_babel import LazyString, lazy_gettext
from flask_babel import gettext as _

from components import navigator, states
from components.access import current_scope
from components.configuration import TABS
from data import nodes
from data.nodes import Node
from data.scope import Scope

dash.register_page(__name__, path="/configuration", name="Configuration")

HEADINGS: dict[str, LazyString] = {
    "system": lazy_gettext("System configuration"),
    "site": lazy_gettext("Site configuration"),
    "floor": lazy_gettext("Floor configuration"),
    "station": lazy_gettext("Charging station configuration"),
    "grid_controller": lazy_gettext("Grid controller configuration"),
    "outlet": lazy_gettext("Outlet configuration"),
}


def layout(node: str | None = None, tab: str = "", **_query: str) -> list[Any]:
    scope, chosen = current_scope(), navigator.chosen_node(node)
    assert chosen is not None  # the page is not an EV user's
    title = [html.H1(str(HEADINGS[chosen.kind])), navigator.heading(chosen), *_state(scope, chosen)]
    head = html.Div(title, className="cp-head")
    tabs = TABS.get(chosen.kind, {})
    if not tabs or _is_of_others(scope, chosen):
        return [head, _nothing(scope, chosen)]
    shown = tab if tab in tabs else next(iter(tabs))
    return [head, _tabs(chosen, tabs, shown), tabs[shown].layout(scope, chosen)]


def _is_of_others(scope: Scope, node: Node) -> bool:
    """Tell whether a node is the system for somebody who has some of its sites only."""
    return node.kind == "system" and scope.site_ids is not None


def _state(scope: Scope, node: Node) -> list[Any]:
    """Return the state of a charging station or outlet."""
    found = nodes.states(scope, [node.station_id] if node.station_id else [])
    return [states.pill(states.STATES[found[node.ref]], node.ref)] if node.ref in found else []


def _tabs(node: Node, tabs: Iterable[str], shown: str) -> html.Nav:
    links = []
    for name in tabs:
        current = {"aria-current": "page"} if name == shown else {}
        look = "nav-link active" if name == shown else "nav-link"
        title = str(TABS[node.kind][name].TITLE)
        link = dcc.Link(title, href=f"/configuration?node={node.ref}&tab={name}", className=look)
        links.append(html.Div(link, **current))
    return html.Nav(links, className="nav nav-underline cp-tabs", **{"aria-label": _("Configuration")})


def _nothing(scope: Scope, node: Node) -> html.Div:
    if _is_of_others(scope, node):
        title, text = _("Choose a site"), _("Choose one of your sites in the Navigator to configure it.")
    else:
        title, text = _("Nothing to configure"), _("This node has no settings. Choose another in the Navigator.")
    find = html.Button(_("Find node"), type="button", className="btn btn-secondary", **{"data-navigator": "find"})
    return html.Div([html.H3(title), html.P(text), find], className="cp-empty cp-fill")


for _kind in TABS.values():
    for _module in _kind.values():
        _module.register()
