"""Floor, Charging station position: stations on the floor's map, moved by mouse, touch or keys (manual: Floor level).

What is moved stands in the store `positions-moved` until it is saved: for each station the place it had when it was
first moved, and the place it is wanted at. assets/maps_floor.js draws the stations and writes that store.
"""

from collections.abc import Mapping, Sequence, Set
from typing import Any, TypedDict

from dash import ClientsideFunction, Input, Output, State, callback, clientside_callback, ctx, dcc, html, no_update
from flask import abort
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from components import conflicts, messages
from components.access import OPERATORS, allow, current_scope
from components.callback_request import UNREADABLE
from components.configuration import floor_plan
from components.texts import said
from data import floor_maps, floor_positions, gone, nodes
from data.edits import Change
from data.floor_positions import Move, Place, Standing
from data.nodes import Node
from data.scope import Scope
from data.topology import FLOOR

TITLE = lazy_gettext("Charging station position")


class Moved(TypedDict):
    """A move as the browser keeps it; None is off the map."""

    seen: list[float | int] | None
    wanted: list[float | int] | None


class Shown(TypedDict):
    """What `floor_plan.shown` gave."""

    floor: int


def layout(scope: Scope, node: Node) -> html.Div:
    found = floor_maps.of_floor(scope, node.id)
    standing = floor_positions.of_floor(scope, node.id)
    may_write = scope.role in FLOOR.roles
    card = html.Div(floor_plan.card(node, found, standing, may_write), id="positions-card", className="cp-plan-card")
    side = html.Div(floor_plan.side(standing, {}, None, may_write), id="positions-side", className="cp-side")
    return html.Div(
        [
            html.Div([card, side], className="cp-split cp-positions"),
            floor_plan.save_bar(may_write),
            conflicts.dialog("positions"),
            dcc.Store(id="positions-shown", data=floor_plan.shown(node, found, standing)),
            dcc.Store(id="positions-kept", data=floor_plan.kept(standing)),
            dcc.Store(id="positions-moved", data={}),
            dcc.Store(id="positions-chosen"),
            dcc.Store(id="positions-live"),
        ],
        className="cp-form-page cp-fills",
    )


def register() -> None:
    clientside_callback(
        ClientsideFunction("floorplan", "changed"),
        Output("positions-live", "data"),
        Input("live-changes", "data"),
        State("positions-kept", "data"),
        prevent_initial_call=True,
    )
    clientside_callback(
        ClientsideFunction("floorplan", "draw"),
        Input("positions-kept", "data"),
        Input("positions-moved", "data"),
        Input("positions-chosen", "data"),
    )

    _register_acting()
    _register_following()


def _register_acting() -> None:
    # What is pressed has a callback of its own: Dash drops its answer when the same callback is asked again meanwhile.
    @callback(
        Output("positions-moved", "data", allow_duplicate=True),
        Output("positions-conflict", "is_open"),
        Output("positions-conflict-text", "children"),
        Input("positions-save", "n_clicks"),
        Input("positions-discard", "n_clicks"),
        Input("positions-look", "n_clicks"),
        Input("positions-overwrite", "n_clicks"),
        Input("positions-theirs", "n_clicks"),
        State("positions-moved", "data"),
        State("positions-shown", "data"),
        prevent_initial_call=True,
    )
    @allow(*OPERATORS)
    def act(
        _save: int | None,
        _discard: int | None,
        _look: int | None,
        _overwrite: int | None,
        _theirs: int | None,
        moved: dict[str, Moved],
        shown: Shown,
    ) -> tuple[Any, ...]:
        pressed = {prop.rpartition("-")[2].removesuffix(".n_clicks") for prop in ctx.triggered_prop_ids}
        return _done(shown["floor"], _moves(moved), pressed)


def _register_following() -> None:
    @callback(
        Output("positions-kept", "data"),
        Output("positions-moved", "data"),
        Output("positions-side", "children"),
        Output("positions-changes", "children"),
        Output("positions-bar", "className"),
        Input("positions-moved", "data"),
        Input("positions-chosen", "data"),
        Input("positions-live", "data"),
        State("positions-shown", "data"),
        prevent_initial_call=True,
    )
    @allow(*OPERATORS)
    def follow(moved: dict[str, Moved], chosen: int | None, _live: Any, shown: Shown) -> tuple[Any, ...]:
        scope = current_scope()
        standing = floor_positions.of_floor(scope, shown["floor"])
        moves = _open(_moves(moved), standing)
        _tell_gone(scope, _moves(moved).keys() - {station.station_id for station in standing})
        return (
            floor_plan.kept(standing),
            _sent(moves),
            floor_plan.side(standing, moves, chosen, scope.role in FLOOR.roles),
            *floor_plan.changes([station.name for station in standing if station.station_id in moves]),
        )

    @callback(
        Output("positions-card", "children"),
        Output("positions-shown", "data"),
        Input("positions-live", "data"),
        State("positions-shown", "data"),
        prevent_initial_call=True,
    )
    @allow(*OPERATORS)
    def show_another(_live: Any, shown: Shown) -> tuple[Any, Any]:
        """Draw the plan anew when its picture was replaced, or when there is one now."""
        scope = current_scope()
        node, found = nodes.find(scope, f"floor:{shown['floor']}"), floor_maps.of_floor(scope, shown["floor"])
        standing = floor_positions.of_floor(scope, node.id)
        now = floor_plan.shown(node, found, standing)
        if now == shown:
            return no_update, no_update
        return floor_plan.card(node, found, standing, scope.role in FLOOR.roles), now


def _moves(moved: dict[str, Moved]) -> dict[int, Move]:
    """Read what the browser keeps; anything else is answered 400."""
    if not all(key.isdecimal() and len(key) < 10 for key in moved):
        abort(400, UNREADABLE)
    return {int(key): Move(_place(one["seen"]), _place(one["wanted"])) for key, one in moved.items()}


def _place(sent: list[float | int] | None) -> Place | None:
    if sent is None:
        return None
    if len(sent) != 2 or not all(0 <= part <= 1 for part in sent):
        abort(400, UNREADABLE)
    return float(sent[0]), float(sent[1])


def _open(moves: Mapping[int, Move], standing: Sequence[Standing]) -> dict[int, Move]:
    """Return the moves that are to be saved: of stations that are there and stand elsewhere."""
    now = {station.station_id: station.place for station in standing}
    return {number: one for number, one in moves.items() if number in now and one.wanted != now[number]}


def _tell_gone(scope: Scope, station_ids: Set[int]) -> None:
    """Say who took stations away that were moved here and not saved."""
    told = [said(gone.missing(scope, "charging_station", station_id)) for station_id in sorted(station_ids)]
    if told:
        messages.say(_("No longer on this floor"), " ".join(told), True)


def _sent(moves: Mapping[int, Move]) -> dict[str, Moved]:
    return {str(number): {"seen": _written(one.seen), "wanted": _written(one.wanted)} for number, one in moves.items()}


def _written(place: Place | None) -> list[float | int] | None:
    return None if place is None else [*place]


def _done(floor_id: int, sent: dict[int, Move], pressed: set[str]) -> tuple[Any, ...]:
    """Save or discard; return the moves that are left, whether there is a conflict, and what it is."""
    scope = current_scope()
    standing = floor_positions.of_floor(scope, floor_id)
    now = {station.station_id: station.place for station in standing}
    sent = {} if "discard" in pressed else sent
    moves = _open(sent, standing)
    if "theirs" in pressed:
        moves = {number: one for number, one in moves.items() if one.seen == now[number]}
    if "overwrite" in pressed:
        moves = {number: one._replace(seen=now[number]) for number, one in moves.items()}
    refused: Mapping[int, Sequence[Change]] = {}
    if pressed & {"save", "overwrite"} and moves:
        refused = floor_positions.move(scope, floor_id, moves)
        if len(refused) < len(moves):
            messages.say(_("Your changes are saved"))
        moves = {number: one for number, one in moves.items() if number in refused}
    _tell_gone(scope, sent.keys() - now.keys())
    return _sent(moves), bool(refused), floor_plan.told(scope, standing, refused) if refused else no_update
