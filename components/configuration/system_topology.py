"""System, Topology: the nodes in a table; creating, renaming, moving and removing them (manual: Topology)."""

from typing import Any

import dash_bootstrap_components as dbc
from dash import ClientsideFunction, Input, Output, State, callback, clientside_callback, ctx, dcc, html, no_update
from dash.exceptions import PreventUpdate
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from components.access import allow, current_scope
from components.configuration import topology_changes, topology_panel, topology_table
from components.configuration.topology_changes import WRITERS
from components.imports import link as import_link
from components.menus import icon
from components.pressed import OfText
from data import topology, unknown_callers
from data.nodes import SYSTEM, Node
from data.scope import Role, Scope
from data.topology import Row

TITLE = lazy_gettext("Topology")
READERS = (Role.ADMINISTRATOR, Role.SUPPORT_USER)
ACTIONS = (
    ("create", "bi-plus-lg", lazy_gettext("Create")),
    ("rename", "bi-pencil", lazy_gettext("Rename")),
    ("move", "bi-arrows-move", lazy_gettext("Move")),
    ("remove", "bi-trash", lazy_gettext("Remove")),
)


def layout(scope: Scope, node: Node) -> html.Div:
    can_change = scope.role in WRITERS
    rows = topology.rows(scope)
    table = html.Table(
        [topology_table.head(), html.Tbody(topology_table.body(rows, SYSTEM, "", can_change), id="topology-rows")],
        className="table table-hover table-sm mb-0",
    )
    head = html.Div(
        [
            html.H2(
                [
                    _("Topology"),
                    " ",
                    html.Span(topology_table.summary(rows), id="topology-summary", className="cp-2nd fw-normal ms-2"),
                ],
                className="flex-fill",
            ),
            *([*import_link.link(scope, "topology"), *_buttons()] if can_change else []),
        ],
        className="card-header flex-wrap gap-2",
    )
    panel = topology_panel.panel(rows, rows[0], "create") if can_change else []
    return html.Div(
        [
            html.Section(
                [head, html.Div(table, className="overflow-auto")], className="card", **{"aria-label": str(TITLE)}
            ),
            html.Div(
                [
                    html.Section(
                        panel,
                        id="topology-panel",
                        className="card",
                        hidden=not can_change,
                        **_named(_("Change the topology")),
                    ),
                    html.Section(
                        _callers(scope, rows[0]),
                        id="topology-callers",
                        className="card",
                        **_named(_("Unknown callers")),
                    ),
                ],
                className="d-grid gap-3 align-content-start",
            ),
            *([_menu()] if can_change else []),
            _question(),
            dcc.Store(id="topology-selected", data=SYSTEM),
            dcc.Store(id="topology-folded", data=""),
            dcc.Store(id="topology-mode", data="create"),
            dcc.Store(id="topology-pressed"),
            dcc.Store(id="topology-taken"),
            dcc.Store(id="topology-live"),
            html.Span(id="topology-subject", hidden=True, **{"data-subject": "topology"}),
        ],
        className="cp-fill cp-split cp-topology",
    )


def register() -> None:
    _register_looks()
    topology_changes.register()
    clientside_callback(
        ClientsideFunction("forms", "changed_any"),
        Output("topology-live", "data"),
        Input("live-changes", "data"),
        State("topology-subject", "id"),
        prevent_initial_call=True,
    )
    clientside_callback(
        ClientsideFunction("topology", "drawn"), Input("topology-panel", "children"), prevent_initial_call=True
    )
    clientside_callback(
        ClientsideFunction("topology", "asked"), Input("topology-question", "is_open"), prevent_initial_call=True
    )
    clientside_callback(
        ClientsideFunction("topology", "called"), Input("topology-callers", "children"), prevent_initial_call=True
    )


def _register_looks() -> None:
    @callback(
        Output("topology-selected", "data"),
        Output("topology-folded", "data"),
        Input("topology-pressed", "data"),
        State("topology-selected", "data"),
        State("topology-folded", "data"),
        prevent_initial_call=True,
    )
    @allow(*READERS)
    def select(pressed: OfText | None, selected: str, folded: str) -> tuple[Any, str]:
        """Select another node, which opens it; close or open the selected one."""
        if not pressed:
            raise PreventUpdate
        if pressed["of"] != selected:
            return pressed["of"], ""
        return no_update, "" if folded == selected else selected

    @callback(
        Output("topology-rows", "children"),
        Output("topology-summary", "children"),
        Output("topology-callers", "children"),
        Input("topology-selected", "data"),
        Input("topology-folded", "data"),
        Input("topology-live", "data"),
        prevent_initial_call=True,
    )
    @allow(*READERS)
    def show(selected: str, folded: str, _live: Any) -> tuple[Any, ...]:
        scope = current_scope()
        rows = topology.rows(scope)
        chosen = topology_table.path(rows, selected)[-1]
        body = topology_table.body(rows, chosen.ref, folded, scope.role in WRITERS)
        return body, topology_table.summary(rows), _callers(scope, chosen)

    @callback(
        Output("topology-panel", "children"),
        Output("topology-remove", "disabled"),
        Input("topology-selected", "data"),
        Input("topology-mode", "data"),
        prevent_initial_call=True,
    )
    @allow(*WRITERS)
    def fill(selected: str, mode: str) -> tuple[Any, bool]:
        rows = topology.rows(current_scope())
        chosen = topology_table.path(rows, selected)[-1]
        return topology_panel.panel(rows, chosen, mode), bool(topology_table.why_kept(rows, chosen))

    @callback(
        Output("topology-mode", "data"),
        Input("topology-create", "n_clicks"),
        Input("topology-rename", "n_clicks"),
        Input("topology-move", "n_clicks"),
        prevent_initial_call=True,
    )
    @allow(*WRITERS)
    def choose(_create: int | None, _rename: int | None, _move: int | None) -> str:
        return str(ctx.triggered_id).removeprefix("topology-")

    @callback(
        Output("topology-id", "hidden"),
        Output("topology-outlets", "hidden"),
        Input({"topology-field": "kind"}, "value"),
        prevent_initial_call=True,
    )
    @allow(*WRITERS)
    def suit(kind: str | None) -> tuple[bool, bool]:
        return kind in ("site", "floor"), kind != "station"


def _callers(scope: Scope, row: Row) -> list[Any]:
    place = row.name if row.kind in ("site", "floor") else ""
    return topology_panel.callers(unknown_callers.latest(scope), place, scope.role in WRITERS)


def _buttons() -> list[html.Button]:
    return [
        html.Button(
            [icon(glyph), str(label)],
            id=f"topology-{name}",
            type="button",
            className="btn btn-sm " + ("btn-outline-danger" if name == "remove" else "btn-secondary"),
            disabled=name == "remove",
            **({} if name == "remove" else {"data-leaves": ""}),
        )
        for name, glyph, label in ACTIONS
    ]


def _named(name: str) -> dict[str, str]:
    return {"aria-label": name}


def _menu() -> html.Ul:
    """Return the menu that a right-click on a node opens; it presses the buttons above the table."""
    keys = {"create": "Ins", "rename": "F2", "move": "", "remove": "Del"}
    items = [
        html.Li(
            html.Button(
                [icon(glyph), str(label), html.Kbd(keys[name], **{"aria-hidden": "true"}) if keys[name] else None],
                type="button",
                className="dropdown-item",
                role="menuitem",
                **{"data-press": f"topology-{name}"},
            ),
            role="none",
        )
        for name, glyph, label in ACTIONS
    ]
    return html.Ul(
        items, id="topology-menu", className="dropdown-menu cp-row-menu", role="menu", **{"aria-label": _("Node menu")}
    )


def _question() -> dbc.Modal:
    keep = html.Button(_("Cancel"), id="topology-keep", type="button", className="btn btn-ghost", autoFocus=True)
    confirm = html.Button(_("Remove node"), id="topology-confirm", type="button", className="btn btn-danger")
    return dbc.Modal(
        [
            dbc.ModalHeader(dbc.ModalTitle(_("Remove"), tag="h2"), close_button=False),
            dbc.ModalBody(id="topology-question-text"),
            dbc.ModalFooter([keep, confirm]),
        ],
        id="topology-question",
        is_open=False,
        centered=True,
    )
