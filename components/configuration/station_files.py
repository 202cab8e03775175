"""Charging station, Files: the logs it uploaded to the FTP server, to fetch and to remove."""

from typing import Any

from dash import ClientsideFunction, Input, Output, State, callback, clientside_callback, dcc, html
from dash.exceptions import PreventUpdate
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from components import files, messages, navigator
from components.access import OPERATORS, allow, current_scope
from components.configuration import file_table
from components.format import number, timestamp
from components.pressed import OfNumber
from components.texts import said
from data import station_files
from data.errors import NotFound
from data.nodes import Node
from data.scope import Scope

TITLE = lazy_gettext("Files")


def layout(scope: Scope, node: Node) -> html.Div:
    text = _("Logs come here after Upload log on the tab Control. A file is shown when it has come whole.")
    return html.Div(
        [
            html.Section(
                [
                    html.Div(html.H2(_("Files of the station")), className="card-header"),
                    html.P(text, className="px-3 cp-t13 cp-2nd"),
                    html.Div(_table(scope, node), id="files-table", className="overflow-auto"),
                ],
                className="card",
                **{"aria-label": str(TITLE)},
            ),
            dcc.Store(id="files-node", data=node.ref),
            dcc.Store(id="files-live"),
            dcc.Store(id="files-pressed"),
            dcc.Store(id="files-removed"),
        ]
    )


def register() -> None:
    clientside_callback(
        ClientsideFunction("control", "files"),
        Output("files-live", "data"),
        Input("live-changes", "data"),
        prevent_initial_call=True,
    )

    @callback(
        Output("files-table", "children"),
        Input("files-live", "data"),
        Input("files-removed", "data"),
        State("files-node", "data"),
        prevent_initial_call=True,
    )
    @allow(*OPERATORS)
    def follow(_live: Any, _removed: Any, node: str) -> Any:
        chosen = navigator.chosen_node(node)
        assert chosen is not None
        return _table(current_scope(), chosen)

    @callback(
        Output("files-removed", "data"),
        Input("files-pressed", "data"),
        prevent_initial_call=True,
    )
    @allow(*OPERATORS)
    def remove(pressed: OfNumber | None) -> int:
        if not pressed:
            raise PreventUpdate
        try:
            station_files.remove(current_scope(), files.folder(), pressed["of"])
            messages.say(_("The file is removed"))
        except NotFound as error:
            messages.say(_("That did not work"), said(error), True)
        return pressed["of"]


def _table(scope: Scope, node: Node) -> Any:
    found = station_files.of_node(scope, node)
    if not found:
        return html.P(_("The station has not uploaded any file yet."), className="px-3 cp-2nd")
    titles = (_("File"), _("Size, kB"), _("Received"))
    return file_table.table(titles, [_row(one, node) for one in found])


def _row(one: dict[str, Any], node: Node) -> html.Tr:
    remove = file_table.remove_button(one["name"], "files-pressed", one["file_id"])
    fetch = html.A(one["name"], href=f"/files/{one['file_id']}", download=one["name"], className="text-break")
    return html.Tr(
        [
            html.Th(fetch, scope="row", className="fw-normal", style=file_table.NAME),
            html.Td(number(one["size_bytes"] / 1000, 1)),
            html.Td(timestamp(one["received_at"], node.time_zone)),
            html.Td(remove),
        ],
        key=one["file_id"],
    )
