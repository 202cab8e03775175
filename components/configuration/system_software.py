"""System, Software: the images that stations fetch for an update; administrators and support users bring them."""

from typing import Any

import dash_bootstrap_components as dbc
from dash import ClientsideFunction, Input, Output, State, callback, clientside_callback, dcc, html
from dash.exceptions import PreventUpdate
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from components import files, messages
from components.access import OPERATORS, allow, current_scope
from components.configuration import file_table
from components.format import number, timestamp
from components.pressed import OfNumber
from components.texts import said
from data import nodes, software_images
from data.errors import NotFound
from data.nodes import Node
from data.scope import Role, Scope

TITLE = lazy_gettext("Software")
WRITERS = (Role.ADMINISTRATOR, Role.SUPPORT_USER)


def layout(scope: Scope, node: Node) -> html.Div:
    may_write = scope.role in software_images.MAY_WRITE
    return html.Div(
        [
            html.Section(
                [
                    html.Div(html.H2(_("Software images")), className="card-header"),
                    html.Div(_table(scope, node.time_zone), id="software-table", className="overflow-auto"),
                    *([_form()] if may_write else []),
                ],
                className="card",
                **{"aria-label": str(TITLE)},
            ),
            dcc.Store(id="software-live"),
            dcc.Store(id="software-pressed"),
            dcc.Store(id="software-removed"),
            dcc.Store(id="software-brought"),
        ]
    )


def register() -> None:
    clientside_callback(
        ClientsideFunction("control", "files"),
        Output("software-live", "data"),
        Input("live-changes", "data"),
        prevent_initial_call=True,
    )
    clientside_callback(
        ClientsideFunction("control", "bring"),
        Output("software-brought", "data"),
        Input("software-upload", "n_clicks"),
        State("software-model", "value"),
        prevent_initial_call=True,
    )

    @callback(
        Output("software-table", "children"),
        Input("software-live", "data"),
        Input("software-removed", "data"),
        Input("software-brought", "data"),
        prevent_initial_call=True,
    )
    @allow(*OPERATORS)
    def follow(_live: Any, _removed: Any, _brought: Any) -> Any:
        scope = current_scope()
        return _table(scope, nodes.find(scope, nodes.SYSTEM).time_zone)

    @callback(
        Output("software-removed", "data"),
        Input("software-pressed", "data"),
        prevent_initial_call=True,
    )
    @allow(*WRITERS)
    def remove(pressed: OfNumber | None) -> int:
        if not pressed:
            raise PreventUpdate
        try:
            software_images.remove(current_scope(), files.folder(), pressed["of"])
            messages.say(_("The software image is removed"))
        except NotFound as error:
            messages.say(_("That did not work"), said(error), True)
        return pressed["of"]


def _form() -> html.Div:
    model = html.Div(
        [
            dbc.Label(_("For model (empty: any)"), html_for="software-model"),
            dbc.Input(id="software-model", maxlength=100),
        ]
    )
    upload = html.Button(
        _("Upload software image"),
        id="software-upload",
        type="button",
        className="btn btn-primary",
        **{
            "data-largest": software_images.LARGEST,
            "data-too-large": files.too_large(),
            "data-unreachable": _("The portal cannot be reached. Try again."),
        },
    )
    said = html.Div(id="software-said", className="w-100 cp-t13", role="status")
    return html.Div([model, upload, said], className="card-footer d-flex flex-wrap align-items-end gap-3")


def _table(scope: Scope, zone: str) -> Any:
    found = software_images.images(scope)
    if not found:
        return html.P(_("There are no software images yet."), className="px-3 cp-2nd")
    may_write = scope.role in software_images.MAY_WRITE
    titles = (_("File"), _("Model"), _("Size, kB"), _("SHA-256"), _("Uploaded"))
    return file_table.table(titles, [_row(image, zone, may_write) for image in found])


def _row(image: software_images.Image, zone: str, may_write: bool) -> html.Tr:
    remove = file_table.remove_button(image.name, "software-pressed", image.image_id)
    return html.Tr(
        [
            html.Th(image.name, scope="row", className="fw-normal text-break", style=file_table.NAME),
            html.Td(image.model or _("Any")),
            html.Td(number(image.size_bytes / 1000, 1)),
            html.Td(html.Code(image.sha256, className="cp-t12 text-break"), style={"minWidth": "22ch"}),
            html.Td(f"{timestamp(image.uploaded_at, zone)}, {image.uploaded_by}"),
            html.Td(remove if may_write else None),
        ],
        key=image.image_id,
    )
