"""Charging station, OCPP configuration: the parameters as read from the station, saved one by one (manual: OCPP)."""

import time
from datetime import datetime
from hashlib import blake2b
from typing import Any

import dash_bootstrap_components as dbc
from dash import (
    ClientsideFunction,
    Input,
    Output,
    State,
    callback,
    clientside_callback,
    ctx,
    dcc,
    html,
    no_update,
)
from flask_babel import gettext as _
from flask_babel import lazy_gettext, pgettext

from components import live, messages, navigator, typed_confirmation
from components.access import OPERATORS, allow, current_scope
from components.configuration import parameter_table, station_answers
from components.configuration.parameter_table import CUTS_OFF
from components.format import timestamp
from components.menus import icon
from components.pressed import OfTyped
from components.texts import said
from components.typed_confirmation import Question
from data import command_log, commands, parameters, station_settings
from data.command_kinds import MASK, is_secret_key, may_cut_off
from data.errors import InvalidInput
from data.nodes import Node
from data.scope import Scope

TITLE = lazy_gettext("OCPP configuration")
AGREED = ("parameters-go", "parameters-typed")


def layout(scope: Scope, node: Node) -> html.Div:
    shown = now, when, waits = _shown(scope, node)
    upload = html.Button(
        [icon("bi-arrow-up-circle"), _("Upload")],
        id="parameters-upload",
        type="button",
        className="btn btn-secondary btn-sm",
        title=_("Read all parameters from the station again"),
    )
    head = html.Div(
        [
            html.H2(_("OCPP configuration"), className="flex-fill"),
            html.Span(when, id="parameters-read", className="cp-t12 cp-2nd"),
            *_finder(),
            upload,
        ],
        className="card-header d-flex flex-wrap gap-2 align-items-center",
    )
    return html.Div(
        [
            html.Section(
                [
                    head,
                    html.Div(waits, id="parameters-reading", role="status", className="px-3 cp-t13 text-break"),
                    _warning(),
                    html.Div(parameter_table.table(), id="parameters-table", className="overflow-auto"),
                ],
                className="card",
                **{"aria-label": str(TITLE)},
            ),
            typed_confirmation.dialog("parameters"),
            dcc.Store(id="control-node", data=node.ref),
            dcc.Store(id="parameters-live"),
            dcc.Store(id="parameters-pressed"),
            dcc.Store(id="parameters-sent"),
            dcc.Store(id="parameters-now", data=now),
            dcc.Store(id="parameters-version", data=_version(shown)),
        ]
    )


def _finder() -> list[Any]:
    """Return the ways to see some rows only; assets/parameters.js counts them."""
    name = _("Find parameter")
    shown = {"all": _("All"), "editable": _("Editable"), "changed": pgettext("parameters", "Changed")}
    options = [
        {"label": [text, " ", html.Span(**{"data-count": which})], "value": which} for which, text in shown.items()
    ]
    which = dbc.RadioItems(
        id="parameters-which",
        options=options,
        value="all",
        input_class_name="btn-check",
        label_class_name="btn btn-sm",
        class_name="cp-seg",
    )
    return [
        html.Div(which, role="group", **{"aria-label": _("Shown parameters")}),
        html.Div(
            [
                html.Label(name, htmlFor="parameters-find", className="visually-hidden"),
                dbc.Input(id="parameters-find", type="search", placeholder=name, size="sm"),
            ],
            style={"width": "180px"},
        ),
    ]


def _warning() -> html.P:
    warning = _("Wrong parameters may stop the station from working. Unknown values are never sent.")
    marked = _("marks those that may cut the station off: you are asked before they are sent.")
    inside = [icon("bi-exclamation-triangle me-1"), warning, icon(f"mx-1 {CUTS_OFF}"), marked]
    return html.P(inside, className="px-3 cp-t13 cp-2nd")


def register() -> None:
    clientside_callback(
        ClientsideFunction("control", "changed"),
        Output("parameters-live", "data"),
        Input("live-changes", "data"),
        State("control-node", "data"),
        prevent_initial_call=True,
    )
    clientside_callback(
        ClientsideFunction("parameters", "find"), Input("parameters-find", "value"), Input("parameters-which", "value")
    )
    clientside_callback(  # one with an output is called for a new page too
        ClientsideFunction("parameters", "draw"), Output("parameters-unread", "hidden"), Input("parameters-now", "data")
    )
    clientside_callback(ClientsideFunction("parameters", "sent"), Input("parameters-sent", "data"))
    _register_following()
    _register_giving()


def _register_following() -> None:
    @callback(
        Output("parameters-now", "data"),
        Output("parameters-version", "data"),
        Output("parameters-read", "children"),
        Output("parameters-reading", "children"),
        Input("parameters-live", "data"),
        State("control-node", "data"),
        State("parameters-version", "data"),
        prevent_initial_call=True,
    )
    @allow(*OPERATORS)
    def follow(_live: Any, node: str, version: str | None) -> tuple[Any, ...]:
        """Tell the browser what the station has and answered now: it knows what is being typed."""
        shown = now, when, waits = _shown(current_scope(), _node(node))
        return (no_update,) * 4 if version == _version(shown) else (now, _version(shown), when, waits)


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
        State("control-node", "data"),
        State("parameters-typed", "value"),
        prevent_initial_call=True,
    )
    @allow(*OPERATORS)
    def give(
        pressed: OfTyped | None,
        upload: int | None,
        _go: int | None,
        _submit: int | None,
        _stay: int | None,
        node: str,
        word: str | None,
    ) -> tuple[Any, ...]:
        scope, chosen = current_scope(), _node(node)
        sure, sent = typed_confirmation.shut(), no_update
        try:
            if ctx.triggered_id == "parameters-upload" and upload:
                commands.request(scope, "read_configuration", [chosen.id])
                is_there = station_settings.about(scope, chosen.id)["connected"]
                waits = "" if is_there else _("It is away. It is asked when it connects within an hour.")
                messages.say(_("The station is asked for its parameters"), waits)
            elif ctx.triggered_id in ("parameters-pressed", *AGREED) and pressed:
                key, value = pressed["of"], pressed["typed"]
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


def _when(read_at: datetime | None, node: Node) -> str:
    return _("Read from the station %(time)s", time=timestamp(read_at, node.time_zone)) if read_at else ""


def _shown(scope: Scope, node: Node) -> tuple[dict[str, Any], str, list[Any]]:
    """Return what the browser draws, when it was read from the station, and how far the newest reading is."""
    about = station_settings.about(scope, node.id)
    readings = command_log.newest_by_key(scope, node, "read_configuration")
    reading = next((one for one in readings if not one["parameters"].get("key")), None)
    changes = command_log.newest_by_key(scope, node, "change_configuration")
    said = station_answers.of_changes(changes, reading, about, node.time_zone)
    rows = parameter_table.rows(parameters.of_station(scope, node.id), said)
    told = station_answers.of_reading(reading, about, [row["key"] for row in rows], node.time_zone)
    waits = [html.P(told, className="mb-2")] if told else []
    return {"node": node.ref, "rows": rows}, _when(about["parameters_read_at"], node), waits


def _version(shown: tuple[Any, ...]) -> str:
    """Return what differs as soon as anything does that is drawn."""
    return blake2b(repr(shown).encode(), digest_size=16).hexdigest()
