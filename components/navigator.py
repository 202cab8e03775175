"""The Navigator: the tree of nodes that scopes every page (manual: Navigation).

The tree itself is drawn by `assets/navtree.js`, which only draws the rows in sight. The chosen node stands in the
address as `?node=<kind>:<id>`; without one it is the whole system. A page's layout gets it as text and asks
`chosen_node`.
"""

from typing import Any
from urllib.parse import parse_qsl

import dash
import dash_bootstrap_components as dbc
from dash import ClientsideFunction, Input, dcc, html
from flask_babel import gettext as _

from components.access import current_scope
from components.states import STATES, glyph
from data import nodes
from data.nodes import Node
from data.scope import Role, Scope


def chosen_node(ref: str | None) -> Node | None:
    """Return the node of an address, the system without one; None for an EV user, who has own sessions only.

    Raises:
        NotFound: there is no such node for this user.
    """
    scope = current_scope()
    if scope.role is Role.EV_USER and not ref:
        return None
    return nodes.find(scope, ref or nodes.SYSTEM)


def chosen_node_of(search: str | None) -> Node | None:
    """Return the node of an address's query, for callbacks that take `State("url", "search")`."""
    return chosen_node(dict(parse_qsl((search or "").removeprefix("?"))).get("node"))


def called(node: Node) -> str:
    """Return what a page calls a node: an outlet's own name is its number."""
    if node.kind != "outlet":
        return node.name
    station = node.path[-2][1]
    return station + ", " + _("outlet %(number)s", number=node.name)


def heading(node: Node, more: str = "") -> html.Span:
    """Return what a page's heading says of its node, and more; assets/navigator.js lets the name follow the tree."""
    if node.kind == "outlet":
        (ref, name), more = node.path[-2], ", " + _("outlet %(number)s", number=node.name)
    else:
        ref, name = node.path[-1]
    return html.Span([html.Span(name, **{"data-node-name": ref}), more], className="cp-sub")


def rows(scope: Scope) -> dict[str, Any]:
    """Return the user's tree for the browser: (ref, parent, kind, name, state) a node, parents first."""
    tree = [(node.ref, node.parent, node.kind, node.name, node.state) for node in nodes.tree(scope)]
    return {"zone": nodes.find(scope, nodes.SYSTEM).time_zone, "nodes": tree}


def layout(can_move: bool = False) -> html.Aside:
    """Return the column (a drawer on small screens) with search, states and the tree.

    Args:
        can_move: whether its user may drag charging stations and grid controllers to another place.
    """
    head = html.Div(
        [
            html.H2(_("Navigator")),
            _button("collapse", "bi-arrows-collapse", _("Collapse all"), "d-none d-xl-inline-flex"),
            _button("hide", "bi-layout-sidebar-inset", _("Hide Navigator")),
        ],
        className="cp-nav-head",
    )
    search = html.Div(
        [
            html.I(className="bi bi-search", **{"aria-hidden": "true"}),
            html.Label(_("Find node"), htmlFor="navigator-find", className="visually-hidden"),
            dbc.Input(id="navigator-find", type="search", placeholder=_("Find node"), size="sm"),
            html.Kbd("/", **{"aria-hidden": "true"}),
        ],
        className="cp-find",
    )
    facets = html.Div(
        [_facet(name) for name in STATES],
        className="cp-facets",
        role="group",
        **{"aria-label": _("Show outlets by state")},
    )
    return html.Aside(
        [
            head,
            html.Div([search, facets], className="cp-nav-tools"),
            html.Div(id="navigator-tree", className="cp-tree-scroll"),
        ],
        id="navigator",
        className="cp-navigator",
        **{"aria-label": _("Navigator"), **_words(), **({"data-moves": ""} if can_move else {})},
    )


def stores() -> list[Any]:
    """Return the store that brings the tree to the browser."""
    return [dcc.Store(id="navigator-nodes")]


def register_callbacks(app: dash.Dash) -> None:
    app.clientside_callback(ClientsideFunction("navigator", "show"), Input("navigator-nodes", "data"))
    app.clientside_callback(ClientsideFunction("navigator", "choose"), Input("url", "search"))


def _facet(name: str) -> html.Button:
    look = STATES[name]
    word = html.Span(str(look.word), className="visually-hidden")
    return html.Button(
        [glyph(look), html.Span(className="cp-facet-count"), word],
        className=f"cp-facet {look.colour}",
        title=str(look.word),
        type="button",
        **{"aria-pressed": "false", "data-facet": name},
    )


def _button(action: str, icon: str, label: str, classes: str = "") -> html.Button:
    return html.Button(
        html.I(className=f"bi {icon}", **{"aria-hidden": "true"}),
        className=f"btn btn-ghost btn-icon {classes}",
        title=label,
        type="button",
        **{"aria-label": label, "data-navigator": action},
    )


def _words() -> dict[str, str]:
    """Return the texts the tree needs, as data attributes: glyphs and words of the states, and its sentences."""
    words = {
        "data-outlet": _("Outlet"),
        "data-grid-controller": _("Grid controller"),
        "data-nothing": _("No node found"),
        "data-tree": _("Nodes"),
    }
    for name, look in STATES.items():
        words[f"data-word-{name}"] = str(look.word)
        words[f"data-glyph-{name}"] = look.glyph
    return words
