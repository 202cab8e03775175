"""What the tab Charging station position is made of: the plan, the stations beside it, and the save bar."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import dash_bootstrap_components as dbc
import dash_leaflet as dl
from dash import dcc, html
from flask_babel import gettext as _
from flask_babel import ngettext

from components import maps, states
from components.format import clock, identity
from components.forms import BAR, BAR_DIRTY
from components.menus import icon
from data import nodes
from data.edits import Change
from data.floor_maps import FloorMap
from data.floor_positions import Move, Place, Standing
from data.nodes import Node
from data.scope import Scope


def looks() -> dict[str, states.Look]:
    """Return the states as a plan shows them: what charges is in use."""
    charging = states.STATES["charging"]._replace(word=_("In use"))
    available = states.STATES["available"]._replace(colour="is-ok")
    return {**states.STATES, "available": available, "charging": charging}


def kept(standing: Sequence[Standing]) -> list[dict[str, Any]]:
    """Return the stations as assets/maps_floor.js draws them."""
    return [{"id": one.station_id, "name": one.name, "state": one.state, "at": one.place} for one in standing]


def shown(node: Node, found: FloorMap | None, standing: Sequence[Standing]) -> dict[str, Any]:
    """Return what a card is of: the floor, its picture, and whether there are stations."""
    return {"floor": node.id, "picture": found.sha256 if found else "", "has_stations": bool(standing)}


def card(node: Node, found: FloorMap | None, standing: Sequence[Standing], may_write: bool) -> html.Section:
    """Return the plan with its legend, or what is missing for one."""
    if found is None:
        text = _("Upload the map of the floor first: tab General.")
        link = dcc.Link(
            _("Open General"), href=f"/configuration?node={node.ref}&tab=general", className="btn btn-secondary"
        )
        return _empty("bi-map", _("This floor has no map"), text, link)
    if not standing:
        return _empty(
            "bi-ev-station", _("No stations on this floor"), _("Create charging stations on it, or move some here.")
        )
    legend = [states.state(look) for look in looks().values()]
    hint = [html.Span(_("Drag a station to move it"), className="ms-auto cp-2nd")] if may_write else []
    foot = html.Div(
        [*legend, *hint], className="card-footer d-flex column-gap-4 row-gap-1 align-items-center flex-wrap"
    )
    drawn = html.Div(plan(node, found, may_write), className="cp-plan-box")
    return html.Section(
        [drawn, foot], className="card", key=found.sha256, **{"aria-label": _("Map of floor %(name)s", name=node.name)}
    )


def plan(node: Node, found: FloorMap, may_write: bool) -> html.Div:
    """Return the floor's picture as a map."""
    bounds = [[0, 0], [found.height_px, found.width_px]]
    alt = _("Map of floor %(name)s", name=node.name)
    drawn = dl.Map(
        children=[dl.ImageOverlay(url=found.url, bounds=bounds, alt=alt, className="cp-plan")],
        crs="Simple",
        bounds=bounds,
        minZoom=-6,
        maxZoom=3,
        zoomSnap=0.25,
        zoomControl=False,
        attributionControl=False,
        trackViewport=False,
    )
    words = {state: {"look": one.colour, "glyph": one.glyph, "word": str(one.word)} for state, one in looks().items()}
    props = {
        "data-size": json.dumps([found.width_px, found.height_px]),
        "data-looks": json.dumps(words, ensure_ascii=False),
        **({} if may_write else {"data-closed": ""}),
    }
    label = _("Map of floor %(name)s with charging stations", name=node.name)
    return maps.frame(drawn, "plan", label, **props)


def side(standing: Sequence[Standing], moves: Mapping[int, Move], chosen: int | None, may_write: bool) -> list[Any]:
    """Return what stands beside the plan: the stations that are not on it, and the chosen one."""
    places = {
        one.station_id: moves[one.station_id].wanted if one.station_id in moves else one.place for one in standing
    }
    missing = [one for one in standing if places[one.station_id] is None]
    shown = [one for one in standing if one.station_id == chosen and places[chosen] is not None]
    return [
        _tray(missing, may_write),
        *(_chosen(one, places[one.station_id] or (0, 0), may_write) for one in shown),
    ]


def changes(names: Sequence[str]) -> tuple[Any, str]:
    """Return what the save bar says of moved stations, and its class."""
    if not names:
        return _("No changes to save"), BAR
    text = ngettext(
        "%(num)d station moved: %(names)s", "%(num)d stations moved: %(names)s", len(names), names=", ".join(names)
    )
    return [icon("bi-pencil-square me-2"), text], BAR_DIRTY


def told(scope: Scope, standing: Sequence[Standing], refused: Mapping[int, Sequence[Change]]) -> list[html.P]:
    """Say who moved the same stations meanwhile."""
    zone = nodes.find(scope, nodes.SYSTEM).time_zone
    return [html.P(_moved(one.name, refused[one.station_id][0], zone)) for one in standing if one.station_id in refused]


def _moved(name: str, change: Change, zone: str) -> str:
    if change.who is None or change.at is None:
        return _("%(station)s was moved meanwhile.", station=name)
    return _("%(who)s moved %(station)s at %(time)s.", who=change.who, station=name, time=clock(change.at, zone)[:5])


def save_bar(may_write: bool) -> html.Div:
    discard = html.Button(_("Discard"), id="positions-discard", type="button", className="btn btn-ghost btn-sm")
    save = html.Button(_("Save"), id="positions-save", type="button", className="btn btn-primary btn-sm")
    leave = {"data-leave": _("Your changes are not saved. Leave the page?"), "data-discard": _("Discard your changes?")}
    said = html.Span(_("No changes to save"), id="positions-changes", role="status")
    return html.Div([said, discard, save], id="positions-bar", className=BAR, hidden=not may_write, **leave)


def _tray(missing: Sequence[Standing], may_write: bool) -> html.Section:
    rows = [_waiting(one, may_write) for one in missing]
    hint = _("Drag to the map, or press Place to put it in the middle.")
    if not missing:
        hint = _("Every station is on the map.")
    elif not may_write:
        hint = ""
    body = html.Div([*rows, html.P(hint, className="form-text m-0")], className="card-body pt-0 d-grid gap-2")
    return _card("positions-tray", [html.H2(_("Not on the map"), id="positions-tray")], body)


def _waiting(one: Standing, may_write: bool) -> html.Div:
    look = looks()[one.state]
    name = html.Span(
        [states.glyph(look), identity(one.name), _hidden(str(look.word))], className=f"cp-state {look.colour}"
    )
    place = html.Button(
        _("Place"),
        type="button",
        className="btn btn-ghost btn-sm",
        **{"data-plan": "place", "data-station": str(one.station_id), "aria-label": _("Place %(name)s", name=one.name)},
    )
    return html.Div(
        [name, *([place] if may_write else [])],
        className="cp-off-map",
        draggable="true" if may_write else "false",
        key=one.station_id,
        **{"data-station": str(one.station_id)},
    )


def _chosen(one: Standing, place: Place, may_write: bool) -> html.Section:
    head = [
        html.H2(identity(one.name), id="positions-chosen-name", className="flex-fill"),
        states.pill(looks()[one.state]),
    ]
    fields = html.Div(
        [_axis("x", _("X"), place[0], may_write), _axis("y", _("Y"), place[1], may_write)], className="cp-row2"
    )
    off = html.Button(
        [icon("bi-map"), _("Take off the map")],
        type="button",
        className="btn btn-secondary btn-sm",
        **{"data-plan": "off", "data-station": str(one.station_id)},
    )
    station = dcc.Link(
        [icon("bi-ev-station"), _("Open station")],
        href=f"/configuration?node=station:{one.station_id}",
        className="btn btn-secondary btn-sm",
    )
    hint = html.P(_("Arrow keys move 1 %, with Shift 5 %. Enter saves."), className="form-text m-0")
    fault = html.P(
        _("X and Y must be numbers from 0 to 100."),
        id="positions-fault",
        className="form-text is-fault m-0",
        role="alert",
        hidden=True,
    )
    inside = [fields, fault, *([hint, off] if may_write else []), station]
    return _card("positions-chosen-name", head, html.Div(inside, className="card-body pt-0 d-grid gap-3"))


def _axis(axis: str, label: str, fraction: float, may_write: bool) -> html.Div:
    control = dbc.Input(
        id=f"positions-{axis}",
        type="number",
        min=0,
        max=100,
        step="any",
        value=round(fraction * 100, 1),
        disabled=not may_write,
        class_name="cp-axis",
    )
    group = dbc.InputGroup([control, dbc.InputGroupText("%")])
    return html.Div([dbc.Label(label, html_for=f"positions-{axis}"), group])


def _card(title_id: str, head: list[Any], body: html.Div) -> html.Section:
    return html.Section(
        [html.Div(head, className="card-header"), body], className="card", **{"aria-labelledby": title_id}
    )


def _empty(glyph: str, title: str, text: str, *link: Any) -> html.Section:
    inside = [icon(glyph), html.H3(title), html.P(text), *link]
    return html.Section(html.Div(inside, className="cp-empty flex-fill"), className="card")


def _hidden(word: str) -> html.Span:
    return html.Span(word, className="visually-hidden")
