"""Charging station, OCPP configuration: the parameters as read from the station, saved one by one (manual: OCPP)."""

import time
from datetime import datetime
from typing import Any

import dash_bootstrap_components as dbc
from dash import ALL, ClientsideFunction, Input, Output, State, callback, clientside_callback, ctx, dcc, html, no_update
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from components import live, messages, navigator, texts, typed_confirmation
from components.access import OPERATORS, allow, current_scope
from components.control.log import LOOKS
from components.format import timestamp
from components.forms import written_id
from components.menus import icon
from components.pressed import OfText, telling
from components.texts import said
from components.typed_confirmation import Question
from data import command_log, commands, parameters, station_settings
from data.command_kinds import MASK, is_secret_key, may_cut_off
from data.command_rows import State as CommandState
from data.errors import InvalidInput
from data.nodes import Node
from data.scope import Scope

TITLE = lazy_gettext("OCPP configuration")
SHOWN_COMMANDS = 200
AGREED = ("parameters-go", "parameters-typed")
CUTS_OFF = "bi-shield-exclamation is-fault"


def layout(scope: Scope, node: Node) -> html.Div:
    read_at = _read_at(scope, node)
    upload = html.Button(
        [icon("bi-arrow-up-circle"), _("Upload")],
        id="parameters-upload",
        type="button",
        className="btn btn-secondary btn-sm",
        title=_("Read all parameters from the station again"),
    )
    name = _("Find parameter")
    label = html.Label(name, htmlFor="parameters-find", className="visually-hidden")
    find = dbc.Input(id="parameters-find", type="search", placeholder=name, size="sm")
    head = html.Div(
        [
            html.H2(_("OCPP configuration"), className="flex-fill"),
            html.Span(_when(read_at, node), id="parameters-read", className="cp-t12 cp-2nd"),
            html.Div([label, find], style={"width": "180px"}),
            upload,
        ],
        className="card-header d-flex flex-wrap gap-2 align-items-center",
    )
    warning = _("Wrong parameters may stop the station from working. Unknown values are never sent.")
    marked = _("marks those that may cut the station off: you are asked before they are sent.")
    return html.Div(
        [
            html.Section(
                [
                    head,
                    html.P(
                        [icon("bi-exclamation-triangle me-1"), warning, icon(f"mx-1 {CUTS_OFF}"), marked],
                        className="px-3 cp-t13 cp-2nd",
                    ),
                    html.Div(_table(scope, node, ""), id="parameters-table", className="overflow-auto"),
                ],
                className="card",
                **{"aria-label": str(TITLE)},
            ),
            typed_confirmation.dialog("parameters"),
            dcc.Store(id="control-node", data=node.ref),
            dcc.Store(id="parameters-live"),
            dcc.Store(id="parameters-pressed"),
            dcc.Store(id="parameters-drawn", data=str(read_at)),
        ]
    )


def register() -> None:
    clientside_callback(
        ClientsideFunction("control", "changed"),
        Output("parameters-live", "data"),
        Input("live-changes", "data"),
        State("control-node", "data"),
        prevent_initial_call=True,
    )

    @callback(
        Output("parameters-table", "children"),
        Input("parameters-find", "value"),
        State("control-node", "data"),
        prevent_initial_call=True,
    )
    @allow(*OPERATORS)
    def find(text: str | None, node: str) -> Any:
        return _table(current_scope(), _node(node), text or "")

    @callback(
        Output({"parameter-said": ALL}, "children"),
        Output("parameters-table", "children", allow_duplicate=True),
        Output("parameters-read", "children"),
        Output("parameters-drawn", "data"),
        Input("parameters-live", "data"),
        State("control-node", "data"),
        State("parameters-find", "value"),
        State({"parameter-said": ALL}, "id"),
        State("parameters-drawn", "data"),
        prevent_initial_call=True,
    )
    @allow(*OPERATORS)
    def follow(
        _live: Any, node: str, text: str | None, ids: list[dict[str, str]], drawn: str | None
    ) -> tuple[Any, ...]:
        """Show answers on their rows. The table comes anew only when the station was read again: people type in it."""
        scope, chosen = current_scope(), _node(node)
        said, read_at = _answers(scope, chosen), _read_at(scope, chosen)
        answers = [said.get(one["parameter-said"], "") for one in ids]
        if str(read_at) == drawn:
            return answers, no_update, no_update, no_update
        return answers, _table(scope, chosen, text or ""), _when(read_at, chosen), str(read_at)

    _register_giving()


def _register_giving() -> None:
    @callback(
        Output("parameters-live", "data", allow_duplicate=True),
        *(Output(*f"parameters-{part}".rsplit(".", 1)) for part in typed_confirmation.PARTS),
        Input("parameters-pressed", "data"),
        Input("parameters-upload", "n_clicks"),
        Input("parameters-go", "n_clicks"),
        Input("parameters-typed", "n_submit"),
        Input("parameters-stay", "n_clicks"),
        State({"parameter": ALL}, "value"),
        State({"parameter": ALL}, "id"),
        State("control-node", "data"),
        State("parameters-typed", "value"),
        prevent_initial_call=True,
    )
    @allow(*OPERATORS)
    def give(
        pressed: OfText | None,
        upload: int | None,
        _go: int | None,
        _submit: int | None,
        _stay: int | None,
        values: list[str | None],
        ids: list[dict[str, str]],
        node: str,
        word: str | None,
    ) -> tuple[Any, ...]:
        scope, chosen = current_scope(), _node(node)
        sure = typed_confirmation.shut()
        try:
            if ctx.triggered_id == "parameters-upload" and upload:
                commands.request(scope, "read_configuration", [chosen.id])
                messages.say(_("The station is asked for its parameters"))
            elif ctx.triggered_id in ("parameters-pressed", *AGREED) and pressed:
                typed = {one.get("parameter"): value for one, value in zip(ids, values, strict=False)}
                key, value = pressed["of"], typed.get(pressed["of"]) or ""
                question = _question(chosen, key, value)
                word = word if ctx.triggered_id in AGREED else None
                if question and question.word != word:
                    sure = typed_confirmation.asked(question, word)
                else:
                    _save(scope, chosen, key, value)
            live.hurry()
        except InvalidInput as error:
            messages.say(_("That did not work"), said(error), True)
        return time.time(), *sure


def _question(node: Node, key: str, value: str) -> Question | None:
    """Ask before a parameter is changed by which the station finds the portal."""
    if not may_cut_off(key):
        return None
    text = _(
        "%(key)s of %(name)s becomes %(value)s. If that is wrong, the station loses the portal, and somebody must go "
        "there.",
        key=key,
        name=node.name,
        value=MASK if is_secret_key(key) else value or _("empty"),
    )
    return Question(text, node.name, _("Save %(name)s", name=key))


def _save(scope: Scope, node: Node, key: str, value: str) -> None:
    if is_secret_key(key) and not value:  # what is kept is not shown: nothing typed is nothing meant
        raise InvalidInput(key, None, "is missing.")
    commands.request(scope, "change_configuration", [node.id], {"key": key, "value": value})


def _node(ref: str) -> Node:
    chosen = navigator.chosen_node(ref)
    assert chosen is not None
    return chosen


def _read_at(scope: Scope, node: Node) -> datetime | None:
    read_at: datetime | None = station_settings.about(scope, node.id)["parameters_read_at"]
    return read_at


def _when(read_at: datetime | None, node: Node) -> str:
    return _("Read from the station %(time)s", time=timestamp(read_at, node.time_zone)) if read_at else ""


def _matching(found: list[dict[str, Any]], text: str) -> list[dict[str, Any]]:
    return [one for one in found if text.strip().lower() in one["key"].lower()]


def _answers(scope: Scope, node: Node) -> dict[str, Any]:
    """Return what became of the newest change of each parameter, by key."""
    said: dict[str, Any] = {}
    for one in command_log.of_node(scope, node, SHOWN_COMMANDS):
        if one["kind"] == "change_configuration":
            said.setdefault(str(one["parameters"]["key"]), _said(one))
    return said


def _said(command: dict[str, Any]) -> html.Span:
    look = LOOKS[CommandState(command["state"])]
    text = texts.kept(command["answer"], command) or str(look.word)
    return html.Span([icon(f"{look.glyph} me-1"), text], className="cp-t12 text-nowrap")


def _table(scope: Scope, node: Node, text: str) -> Any:
    found = parameters.of_station(scope, node.id)
    shown = _matching(found, text)
    if not found:
        return html.P(_("No parameters have been read from the station yet. Press Upload."), className="px-3 cp-2nd")
    if not shown:
        return html.P(_("No parameter has this in its name."), className="px-3 cp-2nd")
    said = _answers(scope, node)
    head = html.Thead(
        html.Tr([html.Th(text, scope="col") for text in (_("Parameter"), _("Value"), _("Edit"), _("Answer"))])
    )
    rows = [_row(one, said.get(one["key"], "")) for one in shown]
    return html.Table([head, html.Tbody(rows)], className="table table-hover mb-0 cp-parameters")


def _row(one: dict[str, Any], said: Any) -> html.Tr:
    key = one["key"]
    is_secret = is_secret_key(key)
    mark: list[Any] = []
    if may_cut_off(key) and not one["readonly"]:
        mark = [icon(f"me-1 {CUTS_OFF}"), html.Span(_("May cut the station off"), className="visually-hidden")]
    label = key if one["readonly"] else html.Label(key, htmlFor=written_id({"parameter": key}))
    if one["readonly"]:
        value, save = (
            html.Span(_("Kept secret") if is_secret else one["value"], className="text-break"),
            html.Span(_("Read only"), className="cp-t12 cp-3rd"),
        )
    else:
        value = dbc.Input(
            id={"parameter": key},
            value="" if is_secret else one["value"],
            type="password" if is_secret else "text",
            placeholder=_("Kept secret") if is_secret else "",
            maxlength=500,
            size="sm",
        )
        save = html.Button(
            _("Save"),
            type="button",
            className="btn btn-secondary btn-sm",
            **{"aria-label": _("Save %(name)s", name=key), **telling("parameters-pressed", key)},
        )
    return html.Tr(
        [
            html.Th([*mark, label], scope="row", className="fw-normal text-break"),
            html.Td(value),
            html.Td(save),
            html.Td(html.Div(said, id={"parameter-said": key}, role="status")),
        ],
        key=key,
    )
