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
from components.configuration import parameter_table
from components.configuration.parameter_table import CUTS_OFF
from components.control.log import LOOKS
from components.format import timestamp
from components.menus import icon
from components.pressed import OfText
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


def layout(scope: Scope, node: Node) -> html.Div:
    found, said, read_at = parameters.of_station(scope, node.id), _answers(scope, node), _read_at(scope, node)
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
                        [
                            icon("bi-exclamation-triangle me-1"),
                            warning,
                            icon(f"mx-1 {CUTS_OFF}"),
                            marked,
                        ],
                        className="px-3 cp-t13 cp-2nd",
                    ),
                    html.Div(parameter_table.table(found, said, {}), id="parameters-table", className="overflow-auto"),
                    html.P(
                        _("No parameter has this in its name."),
                        id="parameters-none",
                        className="px-3 py-2 cp-2nd",
                        hidden=True,
                    ),
                ],
                className="card",
                **{"aria-label": str(TITLE)},
            ),
            typed_confirmation.dialog("parameters"),
            dcc.Store(id="control-node", data=node.ref),
            dcc.Store(id="parameters-live"),
            dcc.Store(id="parameters-pressed"),
            dcc.Store(id="parameters-sent"),
            dcc.Store(id="parameters-now"),
            dcc.Store(id="parameters-version", data=_version(found, read_at)),
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

    clientside_callback(
        ClientsideFunction("parameters", "find"),
        Output({"parameter-row": ALL}, "hidden"),
        Output("parameters-none", "hidden"),
        Input("parameters-find", "value"),
        Input({"parameter-row": ALL}, "id"),
    )
    clientside_callback(
        ClientsideFunction("parameters", "take"),
        Output({"parameter": ALL}, "value"),
        Output({"parameter-kept": ALL}, "children"),
        Output("parameters-version", "data"),
        Input("parameters-now", "data"),
        State({"parameter": ALL}, "id"),
        State({"parameter": ALL}, "value"),
        State({"parameter-kept": ALL}, "id"),
        State({"parameter-kept": ALL}, "children"),
    )
    clientside_callback(ClientsideFunction("parameters", "sent"), Input("parameters-sent", "data"))
    _register_following()
    _register_giving()


def _register_following() -> None:
    @callback(
        Output({"parameter-said": ALL}, "children"),
        Output("parameters-table", "children"),
        Output("parameters-now", "data"),
        Output("parameters-read", "children"),
        Input("parameters-live", "data"),
        State("control-node", "data"),
        State("parameters-version", "data"),
        State({"parameter-said": ALL}, "id"),
        State({"parameter": ALL}, "id"),
        State({"parameter": ALL}, "value"),
        State({"parameter-kept": ALL}, "id"),
        State({"parameter-kept": ALL}, "children"),
        prevent_initial_call=True,
    )
    @allow(*OPERATORS)
    def follow(
        _live: Any,
        node: str,
        version: str | None,
        ids: list[dict[str, str]],
        typed_ids: list[dict[str, str]],
        typed: list[str | None],
        kept_ids: list[dict[str, str]],
        kept: list[str | None],
    ) -> tuple[Any, ...]:
        """Show answers on their rows, and tell the browser what the station has now: it knows what is being typed.

        Only when the station has other parameters than before the table comes anew, with what was typed.
        """
        scope, chosen = current_scope(), _node(node)
        found, said, read_at = parameters.of_station(scope, chosen.id), _answers(scope, chosen), _read_at(scope, chosen)
        answers = [said.get(one.get("parameter-said", ""), "") for one in ids]
        if version == _version(found, read_at):
            return answers, *[no_update] * 3
        before = {one.get("parameter-kept"): value for one, value in zip(kept_ids, kept, strict=False)}
        fields = {one.get("parameter", ""): value or "" for one, value in zip(typed_ids, typed, strict=False)}
        table: Any = no_update
        if [one.get("parameter-said") for one in ids] != [one["key"] for one in found] or fields.keys() != {
            one["key"] for one in found if not one["readonly"]
        }:
            drafts = {key: value for key, value in fields.items() if value != (before.get(key) or "")}
            table = parameter_table.table(found, said, drafts)
        values = {one["key"]: one["value"] for one in found if not is_secret_key(one["key"])}
        now = {"version": _version(found, read_at), "values": values}
        return answers, table, now, _when(read_at, chosen)


def _register_giving() -> None:
    @callback(
        Output("parameters-live", "data", allow_duplicate=True),
        Output("parameters-sent", "data"),
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
        sure, sent = typed_confirmation.shut(), no_update
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
                    sent = {"key": key, "value": value}
            live.hurry()
        except InvalidInput as error:
            messages.say(_("That did not work"), said(error), True)
        return time.time(), sent, *sure


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


def _version(found: list[dict[str, Any]], read_at: datetime | None) -> str:
    """Return what differs as soon as something was read from the station, or taken by it."""
    return str(max((one["read_at"] for one in found), default=None)) + str(read_at)


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
