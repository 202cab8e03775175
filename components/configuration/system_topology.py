"""System, Topology: the nodes in a table; creating, renaming, moving and removing them (manual: Topology)."""

from typing import Any

import dash_bootstrap_components as dbc
from dash import ALL, ClientsideFunction, Input, Output, State, callback, clientside_callback, ctx, dcc, html, no_update
from dash.exceptions import PreventUpdate
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from components import messages
from components.access import allow, current_scope
from components.configuration import topology_panel, topology_table
from components.configuration.topology_table import BELOW, KINDS
from components.menus import icon
from data import stations, topology, unknown_callers
from data.errors import AlreadyExists, InvalidInput, NotFound, PortalError
from data.nodes import SYSTEM, Node
from data.scope import Role, Scope
from data.stations import NewOutlet, NewStation
from data.topology import Row

TITLE = lazy_gettext("Topology")
READERS = (Role.ADMINISTRATOR, Role.SUPPORT_USER)
WRITERS = (Role.ADMINISTRATOR,)
ACTIONS = (
    ("create", "bi-plus-lg", lazy_gettext("Create")),
    ("rename", "bi-pencil", lazy_gettext("Rename")),
    ("move", "bi-arrows-move", lazy_gettext("Move")),
    ("remove", "bi-trash", lazy_gettext("Remove")),
)
FIELDS = {"Name": "name", "ChargeboxId": "charge_box_id", "Outlets": "outlets", "Mode": "mode"}
"""The data's word for a field → the field of the panel."""


def layout(scope: Scope, node: Node) -> html.Div:
    can_change = scope.role in WRITERS
    rows = topology.rows(scope)
    table = html.Table(
        [topology_table.head(), html.Tbody(topology_table.body(rows, SYSTEM), id="topology-rows")],
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
            *([_bulk(), *_buttons()] if can_change else []),
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
            dcc.Store(id="topology-mode", data="create"),
            dcc.Store(id="topology-live"),
            html.Span(id="topology-subject", hidden=True, **{"data-subject": "topology"}),
        ],
        className="cp-fill cp-split cp-topology",
    )


def register() -> None:
    _register_looks()
    _register_changes()
    clientside_callback(
        ClientsideFunction("forms", "changed_any"),
        Output("topology-live", "data"),
        Input("live-changes", "data"),
        State("topology-subject", "id"),
        prevent_initial_call=True,
    )


def _register_looks() -> None:
    @callback(
        Output("topology-selected", "data"),
        Input({"topology-node": ALL}, "n_clicks"),
        prevent_initial_call=True,
    )
    @allow(*READERS)
    def select(clicks: list[int | None]) -> str:
        if not any(clicks) or not ctx.triggered_id:
            raise PreventUpdate
        return str(ctx.triggered_id["topology-node"])

    @callback(
        Output("topology-rows", "children"),
        Output("topology-summary", "children"),
        Output("topology-callers", "children"),
        Input("topology-selected", "data"),
        Input("topology-live", "data"),
        prevent_initial_call=True,
    )
    @allow(*READERS)
    def show(selected: str, _live: Any) -> tuple[Any, ...]:
        scope = current_scope()
        rows = topology.rows(scope)
        chosen = topology_table.path(rows, selected)[-1]
        return topology_table.body(rows, chosen.ref), topology_table.summary(rows), _callers(scope, chosen)

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
        return topology_panel.panel(rows, chosen, mode), bool(topology_table.why_kept(chosen))

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


def _register_changes() -> None:
    @callback(
        Output({"topology-fault": ALL}, "children"),
        Output("topology-selected", "data", allow_duplicate=True),
        Input("topology-do", "n_clicks"),
        State("topology-selected", "data"),
        State("topology-mode", "data"),
        State({"topology-field": ALL}, "value"),
        State({"topology-field": ALL}, "id"),
        State({"topology-fault": ALL}, "id"),
        prevent_initial_call=True,
    )
    @allow(*WRITERS)
    def do(
        clicks: int | None,
        selected: str,
        mode: str,
        values: list[str | None],
        ids: list[dict[str, str]],
        fault_ids: list[dict[str, str]],
    ) -> tuple[list[str], Any]:
        if not clicks:
            raise PreventUpdate
        form = {one["topology-field"]: value or "" for one, value in zip(ids, values, strict=False)}
        faults, chosen = _do(current_scope(), selected, mode, form)
        return [faults.get(one["topology-fault"], "") for one in fault_ids], chosen

    @callback(
        Output("topology-question", "is_open"),
        Output("topology-question-text", "children"),
        Input("topology-remove", "n_clicks"),
        Input("topology-keep", "n_clicks"),
        Input("topology-confirm", "n_clicks"),
        State("topology-selected", "data"),
        prevent_initial_call=True,
    )
    @allow(*WRITERS)
    def ask(_remove: int | None, _keep: int | None, _confirm: int | None, selected: str) -> tuple[bool, Any]:
        if ctx.triggered_id != "topology-remove":
            return False, no_update
        row = topology_table.path(topology.rows(current_scope()), selected)[-1]
        text = _(
            "Remove %(kind)s %(name)s? Its charging sessions stay in Statistics.",
            kind=KINDS[row.kind][1],
            name=row.name,
        )
        return True, text

    @callback(
        Output("topology-selected", "data", allow_duplicate=True),
        Input("topology-confirm", "n_clicks"),
        State("topology-selected", "data"),
        prevent_initial_call=True,
    )
    @allow(*WRITERS)
    def remove(clicks: int | None, selected: str) -> str:
        if not clicks:
            raise PreventUpdate
        scope = current_scope()
        row = _row(scope, selected)
        if row.kind not in ("site", "floor", "station", "grid_controller"):
            raise NotFound("node", selected)
        stations.remove(scope, row.kind, int(row.ref.partition(":")[2]))
        messages.say(_("%(name)s is removed", name=row.name))
        return row.parent or SYSTEM

    @callback(
        Output("topology-selected", "data", allow_duplicate=True),
        Input({"topology-take": ALL}, "n_clicks"),
        State("topology-selected", "data"),
        prevent_initial_call=True,
    )
    @allow(*WRITERS)
    def take_in(clicks: list[int | None], selected: str) -> str:
        if not any(clicks) or not ctx.triggered_id:
            raise PreventUpdate
        scope, charge_box_id = current_scope(), str(ctx.triggered_id["topology-take"])
        site_id, floor_id = _place(topology.rows(scope), selected)
        station_id = stations.create_station(scope, NewStation(site_id, charge_box_id, charge_box_id, floor_id))
        messages.say(_("%(name)s is taken in", name=charge_box_id), _("It can connect from now on."))
        return f"station:{station_id}"


def _do(scope: Scope, selected: str, mode: str, form: dict[str, str]) -> tuple[dict[str, str], Any]:
    """Create, rename or move; return what is wrong by field, and what is selected then."""
    try:
        row = _row(scope, selected)
        if mode == "rename":
            topology.rename(scope, row.ref, row.name, form.get("name", ""))
            done, chosen = _("%(name)s is renamed", name=row.name), row.ref
        elif mode == "move":
            topology.move(scope, row.ref, form.get("place", ""))
            done, chosen = _("%(name)s is moved", name=row.name), row.ref
        else:
            chosen = _create(scope, row, form)
            done = _("%(name)s is created", name=form.get("name", ""))
    except InvalidInput as error:
        return {FIELDS.get(error.field, "name"): str(error)}, no_update
    except AlreadyExists as error:
        return {
            "charge_box_id" if "ChargeboxId" in error.kind or "controller" in error.kind else "name": str(error)
        }, no_update
    except PortalError as error:
        messages.say(str(error), refused=True)
        return {}, no_update
    messages.say(done)
    return {}, chosen


def _create(scope: Scope, row: Row, form: dict[str, str]) -> str:
    kind, name = form.get("kind", ""), form.get("name", "").strip()
    charge_box_id = form.get("charge_box_id", "").strip()
    if kind not in BELOW.get(row.kind, ()):
        raise InvalidInput("Type", kind, "cannot be created here.")
    if kind == "site":
        return f"site:{stations.create_site(scope, name)}"
    site_id, floor_id = _place(topology.rows(scope), row.ref)
    if kind == "floor":
        return f"floor:{stations.create_floor(scope, site_id, name)}"
    if kind == "grid_controller":
        number = stations.create_grid_controller(scope, site_id, name, charge_box_id, floor_id)
        return f"grid_controller:{number}"
    count = int(form["outlets"]) if form.get("outlets", "").isdecimal() and len(form["outlets"]) == 1 else 0
    outlets = [NewOutlet(n, form.get("connector", ""), form.get("mode", "")) for n in range(1, count + 1)]
    return f"station:{stations.create_station(scope, NewStation(site_id, charge_box_id, name, floor_id, outlets))}"


def _row(scope: Scope, ref: str) -> Row:
    for row in topology.rows(scope):
        if row.ref == ref:
            return row
    raise NotFound("node", ref)


def _place(rows: list[Row], ref: str) -> tuple[int, int | None]:
    """Return the site_id and floor_id that a node stands in."""
    numbers = {row.kind: int(row.ref.partition(":")[2]) for row in topology_table.path(rows, ref)}
    if "site" not in numbers:
        raise InvalidInput("Node", None, "must be a site or a floor. Select one first.")
    return numbers["site"], numbers.get("floor")


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
        )
        for name, glyph, label in ACTIONS
    ]


def _named(name: str) -> dict[str, str]:
    return {"aria-label": name}


def _bulk() -> dcc.Link:
    return dcc.Link([icon("bi-upload"), _("Import")], href="/import?kind=topology", className="btn btn-ghost btn-sm")


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
    keep = html.Button(_("Cancel"), id="topology-keep", type="button", className="btn btn-ghost")
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
