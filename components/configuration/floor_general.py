"""Floor, General: its name, and the picture that its stations are placed on (manual: Floor level)."""

import base64
import binascii
from typing import Any, TypedDict

from dash import (
    ClientsideFunction,
    Input,
    Output,
    State,
    callback,
    clientside_callback,
    dcc,
    html,
    no_update,
    set_props,
)
from dash.exceptions import PreventUpdate
from flask import abort
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from components import files, form_fields, forms, messages
from components.access import OPERATORS, allow, current_scope
from components.callback_request import UNREADABLE
from components.format import NO_BREAK, number, timestamp
from components.forms import Field, Form, Section
from components.menus import icon
from components.texts import said
from data import floor_maps, jpeg, nodes
from data.errors import InvalidInput, NotFound
from data.floor_maps import FloorMap
from data.nodes import Node
from data.scope import Scope
from data.topology import FLOOR
from data.values import LONGEST_NAME

TITLE = lazy_gettext("General")

FORM = Form(
    "floor-general",
    FLOOR,
    (
        Section(
            lazy_gettext("General"),
            lazy_gettext("The name is shown in the Navigator."),
            (
                Field(
                    "name",
                    lazy_gettext("Name"),
                    longest=LONGEST_NAME,
                ),
                Field("description", lazy_gettext("Description"), kind="area"),
            ),
        ),
    ),
)


class Seen(TypedDict):
    """Which floor the page shows."""

    row: int


def layout(scope: Scope, node: Node) -> html.Div:
    text = _("Used on the tab Charging station position. Without a map, place the stations directly on the site.")
    content = [
        html.Div(_panel(scope, node), id="floor-map"),
        # Above what it is of: on a phone the save bar covers what is below.
        html.Div(id="floor-map-fault", className="form-text is-fault m-0", role="alert"),
        *([_drop_zone()] if scope.role in FLOOR.roles else []),
    ]
    section = form_fields.section_of(_("Map of the floor"), text, content)
    page = forms.layout(FORM, scope, node.id, [section])
    page.children.append(dcc.Store(id="floor-map-live"))
    return page


def register() -> None:
    forms.register(FORM)
    clientside_callback(
        ClientsideFunction("forms", "changed"),
        Output("floor-map-live", "data"),
        Input("live-changes", "data"),
        State(f"{FORM.id}-save", "data-subject"),
        prevent_initial_call=True,
    )

    clientside_callback(
        ClientsideFunction("floorplan", "choose"),
        Output("floor-map-zone", "data-chosen-by"),
        Input("floor-map-zone", "id"),
    )

    @callback(
        Output("floor-map", "children"),
        Input("floor-map-live", "data"),
        State(f"{FORM.id}-seen", "data"),
        prevent_initial_call=True,
    )
    @allow(*OPERATORS)
    def follow(_live: Any, seen: Seen) -> Any:
        scope = current_scope()
        try:
            return _panel(scope, nodes.find(scope, f"floor:{seen['row']}"))
        except NotFound:  # the form says who took it away
            return no_update

    @callback(
        Output("floor-map-fault", "children"),
        Input("floor-map-upload", "contents"),
        State("floor-map-upload", "filename"),
        State(f"{FORM.id}-seen", "data"),
        prevent_initial_call=True,
    )
    @allow(*FLOOR.roles)
    def bring(contents: str | None, name: str | None, seen: Seen) -> str:
        if not contents:  # it was set free for the next file
            raise PreventUpdate
        return _bring(seen["row"], name or "", contents)

    @callback(
        Output("floor-map-removed", "children"),
        Input("floor-map-remove", "submit_n_clicks"),
        State(f"{FORM.id}-seen", "data"),
        prevent_initial_call=True,
    )
    @allow(*FLOOR.roles)
    def remove(clicks: int | None, seen: Seen) -> str:
        if clicks:
            scope = current_scope()
            try:
                floor_maps.remove(scope, files.folder(), seen["row"])
            except NotFound as error:
                messages.say(_("That did not work"), said(error), True)
            _show(scope, seen["row"])
        return ""


def _bring(floor_id: int, name: str, contents: str) -> str:
    """Keep an uploaded file as the floor's map; return what is wrong with it."""
    scope = current_scope()
    try:
        content = base64.b64decode(contents.partition(",")[2], validate=True)
    except (binascii.Error, ValueError):
        abort(400, UNREADABLE)
    set_props("floor-map-upload", {"contents": None})  # so that the same file can be chosen again
    try:
        floor_maps.bring(scope, files.folder(), floor_id, name, content)
    except InvalidInput as error:
        return said(error)
    messages.say(_("The map is uploaded"))
    _show(scope, floor_id)
    return ""


def _show(scope: Scope, floor_id: int) -> None:
    set_props("floor-map", {"children": _panel(scope, nodes.find(scope, f"floor:{floor_id}"))})


def _panel(scope: Scope, node: Node) -> list[Any]:
    """Return the floor's map and what is known of it."""
    found = floor_maps.of_floor(scope, node.id)
    if found is None:
        return [html.P(_("This floor has no map yet."), className="cp-2nd m-0")]
    alt = _("Map of floor %(name)s", name=node.name)
    size = {"width": found.width_px, "height": found.height_px}  # keeps its place until it comes
    picture = html.Img(src=found.url, alt=alt, className="cp-plan cp-floor-picture", **size)
    return [html.Div([picture, _facts(found, node, scope.role in FLOOR.roles)], className="cp-floor-map")]


def _facts(found: FloorMap, node: Node, may_write: bool) -> html.Div:
    uploaded = _("%(time)s by %(name)s", time=timestamp(found.uploaded_at, node.time_zone), name=found.uploaded_by)
    facts = (
        (_("File"), found.name),
        (_("Size"), f"{number(found.size_bytes / 1000)}{NO_BREAK}kB"),
        (_("Pixels"), f"{found.width_px} × {found.height_px}"),
        (_("Uploaded"), uploaded),
    )
    listed = html.Dl([part for name, value in facts for part in (html.Dt(name), html.Dd(value))], className="cp-dl")
    look = "btn btn-secondary btn-sm"
    download = html.A([icon("bi-download"), _("Download")], href=found.url, download=found.name, className=look)
    remove = dcc.ConfirmDialogProvider(
        html.Button([icon("bi-trash"), _("Remove map")], type="button", className=f"{look} is-fault"),
        id="floor-map-remove",
        message=_(
            "Remove the map of floor %(name)s? The stations keep their positions for the next one.", name=node.name
        ),
    )
    done = html.Span(id="floor-map-removed")
    return html.Div([listed, html.Div([download, *([remove, done] if may_write else [])], className="cp-floor-does")])


def _drop_zone() -> html.Div:
    """Return where a map is dropped or chosen; assets/maps_floor.js refuses files that are too large at once."""
    largest = jpeg.LARGEST >> 20
    choose = html.Button(_("Upload map"), type="button", className="btn btn-secondary btn-sm ms-2")
    upload = dcc.Upload(
        [
            icon("bi-image fs-5 d-block mb-2"),
            html.B(_("Drop a map here, or"), className="fw-semibold"),
            choose,
            html.Div(
                _("JPG, at most %(mb)d MB. The stations keep their positions.", mb=largest), className="mt-2 cp-t12"
            ),
        ],
        id="floor-map-upload",
        className="cp-drop",
        className_active="cp-drop is-over",
        style={},
        style_active={},
    )
    told = _("The file is larger than %(mb)d MB. Choose a smaller one.", mb=largest)
    return html.Div(upload, id="floor-map-zone", **{"data-largest": str(jpeg.LARGEST), "data-too-large": told})
