"""What Topology does with a node: creating below it, renaming, moving and removing it, taking in unknown callers."""

from typing import Any

from dash import ALL, Input, Output, State, callback, ctx, dcc, html, no_update
from dash.exceptions import PreventUpdate
from flask_babel import gettext as _

from components import messages
from components.access import allow, current_scope
from components.configuration import topology_table
from components.configuration.topology_table import BELOW, KINDS
from components.pressed import OfText
from components.texts import said
from data import grid_controllers, node_changes, sites, stations, topology, unknown_callers
from data.errors import AlreadyExists, ChangedMeanwhile, InvalidInput, NotFound, PortalError
from data.nodes import SYSTEM
from data.scope import Role, Scope
from data.stations import NewOutlet, NewStation
from data.topology import Row

WRITERS = (Role.ADMINISTRATOR,)
FIELDS = {"Name": "name", "ChargeboxId": "charge_box_id", "Outlets": "outlets", "Mode": "mode"}
"""The data's word for a field → the field of the panel."""


def register() -> None:
    _register_panel()
    _register_removal()
    _register_taking_in()


def _register_panel() -> None:
    @callback(
        Output({"topology-fault": ALL}, "children"),
        Output({"topology-field": ALL}, "value"),
        Output("topology-selected", "data", allow_duplicate=True),
        Output("topology-folded", "data", allow_duplicate=True),
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
    ) -> tuple[list[str], list[Any], Any, str]:
        if not clicks:
            raise PreventUpdate
        form = {one["topology-field"]: value or "" for one, value in zip(ids, values, strict=False)}
        faults, now, chosen = _do(current_scope(), selected, mode, form)
        told = [faults.get(one["topology-fault"], "") for one in fault_ids]
        return told, [now.get(one["topology-field"], no_update) for one in ids], chosen, ""


def _register_removal() -> None:
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
        node_changes.remove(scope, row.kind, int(row.ref.partition(":")[2]))
        messages.say(_("%(name)s is removed", name=row.name))
        return row.parent or SYSTEM


def _register_taking_in() -> None:
    @callback(
        Output("topology-selected", "data", allow_duplicate=True),
        Input("topology-taken", "data"),
        State("topology-selected", "data"),
        prevent_initial_call=True,
    )
    @allow(*WRITERS)
    def take_in(pressed: OfText | None, selected: str) -> Any:
        if not pressed:
            raise PreventUpdate
        scope, charge_box_id = current_scope(), pressed["of"]
        site_id, floor_id = _place(topology.rows(scope), selected)
        try:
            station_id = stations.create_station(scope, NewStation(site_id, charge_box_id, charge_box_id, floor_id))
        except AlreadyExists:
            _tell_taken(scope, charge_box_id)
            return no_update
        messages.say(_("%(name)s is taken in", name=charge_box_id), _("It can connect from now on."))
        return f"station:{station_id}"


def _do(scope: Scope, selected: str, mode: str, form: dict[str, str]) -> tuple[dict[str, str], dict[str, str], Any]:
    """Create, rename or move; return what is wrong and what stands there now, by field, and what is selected then."""
    try:
        row = _row(scope, selected)
        chosen = row.ref
        if mode == "rename":
            topology.rename(scope, row.ref, form.get("seen", ""), form.get("name", ""))
            done = _("%(name)s is renamed", name=row.name)
        elif mode == "move":
            topology.move(scope, row.ref, form.get("seen", ""), form.get("place", ""))
            done = _("%(name)s is moved", name=row.name)
        else:
            created = _create(scope, row, form)
            # Stations are created one after the other; what is created to hold others comes next itself.
            chosen = created if created.partition(":")[0] in BELOW else row.ref
            done = _("%(name)s is created", name=form.get("name", ""))
    except ChangedMeanwhile as error:  # saving again is over what is told now
        now = _row(scope, selected)
        field, seen = ("place", now.parent or "") if mode == "move" else ("name", now.name)
        return {field: said(error)}, {"seen": seen}, no_update
    except InvalidInput as error:
        return {FIELDS.get(error.field, "name"): said(error)}, {}, no_update
    except AlreadyExists as error:
        field = "charge_box_id" if "ChargeboxId" in error.kind or "controller" in error.kind else "name"
        return {field: said(error)}, {}, no_update
    except PortalError as error:
        messages.say(said(error), refused=True)
        return {}, {}, no_update
    messages.say(done)
    return {}, {}, chosen


def _create(scope: Scope, row: Row, form: dict[str, str]) -> str:
    kind, name = form.get("kind", ""), form.get("name", "").strip()
    charge_box_id = form.get("charge_box_id", "").strip()
    if kind not in BELOW.get(row.kind, ()):
        raise InvalidInput("Type", kind, "cannot be created here.")
    if kind == "site":
        return f"site:{sites.create_site(scope, name)}"
    site_id, floor_id = _place(topology.rows(scope), row.ref)
    if kind == "floor":
        return f"floor:{sites.create_floor(scope, site_id, name)}"
    if kind == "grid_controller":
        number = grid_controllers.create_grid_controller(scope, site_id, name, charge_box_id, floor_id)
        return f"grid_controller:{number}"
    count = int(form["outlets"]) if form.get("outlets", "").isdecimal() and len(form["outlets"]) == 1 else 0
    outlets = [NewOutlet(n, form.get("connector", ""), form.get("mode", "")) for n in range(1, count + 1)]
    return f"station:{stations.create_station(scope, NewStation(site_id, charge_box_id, name, floor_id, outlets))}"


def _tell_taken(scope: Scope, charge_box_id: str) -> None:
    """Say who took in a caller before, as what, with a link to it."""
    row = next((row for row in topology.rows(scope) if row.charge_box_id == charge_box_id), None)
    if row is None:  # and somebody has removed it since
        messages.say(_("%(name)s was taken in and removed meanwhile", name=charge_box_id), _("Take it in again."))
        return
    who = unknown_callers.taken_by(scope, charge_box_id) or _("Somebody")
    text = _("%(who)s took it in as %(node)s.", who=who, node=row.name)
    look = dcc.Link(_("Look at %(node)s", node=row.name), href=f"/configuration?node={row.ref}")
    messages.say(_("%(name)s is taken in already", name=charge_box_id), text, action=html.Div(look))


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
