"""Giving commands from a page that has the Control board: from the button to the row in the database."""

from datetime import UTC, datetime, timedelta
from typing import Any, TypedDict
from zoneinfo import ZoneInfo

from dash import ALL, Input, Output, State, callback, ctx, no_update
from dash.exceptions import PreventUpdate
from flask import abort
from flask_babel import gettext as _

from components import live, messages
from components.access import OPERATORS, allow, current_scope
from components.callback_request import UNREADABLE
from components.control import dialog
from components.control.board import NO_OUTLET
from components.texts import said
from data import command_log, commands, controlled, nodes, software_images
from data.command_kinds import KINDS
from data.command_rows import State as CommandState
from data.errors import InvalidInput, NotFound
from data.scope import Scope

OWN_FIELDS = ("outlet", "wait_s", "stop_on_failures", "typed")
NOTHING_ASKED = (no_update,) * 5
"""The dialog stays shut; the answer carries what is said."""


class Button(TypedDict):
    """A button of the board."""

    command: str
    outlet: int


class Act(TypedDict):
    """A button of the log of commands. what: cancel or stop which command_id, cancel or retry which batch_id."""

    what: str
    which: int | str


class Pressed(TypedDict):
    of: Button


class Acted(TypedDict):
    of: Act


class Asked(TypedDict):
    """What the dialog asks about: a command, for which outlet and stations, and the names that they are called by."""

    kind: str
    connector_id: int
    stations: list[int]
    names: list[str]


def register() -> None:
    """Make the callbacks; once, for all pages with a board."""
    _register_asking()
    _register_sending()
    _register_acting()


def _register_asking() -> None:
    @callback(
        Output("control-dialog", "is_open"),
        Output("control-title", "children"),
        Output("control-question", "children"),
        Output("control-send", "children"),
        Output("control-asked", "data"),
        Input("control-pressed", "data"),
        Input("control-cancel", "n_clicks"),
        State("control-node", "data"),
        State("control-chosen", "data"),
        prevent_initial_call=True,
    )
    @allow(*OPERATORS)
    def ask(pressed: Pressed | None, _cancel: int | None, node: str, chosen: list[str] | None) -> tuple[Any, ...]:
        if ctx.triggered_id == "control-cancel":
            return False, *[no_update] * 4
        if not pressed:
            raise PreventUpdate
        button = pressed["of"]
        if button["command"] not in KINDS:
            abort(400, UNREADABLE)
        return _ask(current_scope(), node, chosen, button["command"], button["outlet"])


def _register_sending() -> None:
    @callback(
        Output("control-fault", "children"),
        Output("control-dialog", "is_open", allow_duplicate=True),
        Input("control-send", "n_clicks"),
        State("control-asked", "data"),
        State({"control-field": ALL}, "value"),
        State({"control-field": ALL}, "id"),
        State("control-node", "data"),
        prevent_initial_call=True,
    )
    @allow(*OPERATORS)
    def send(
        clicks: int | None,
        asked: Asked,
        values: list[str | int | float | None],
        ids: list[dict[str, str]],
        node: str,
    ) -> tuple[Any, Any]:
        if not clicks:
            raise PreventUpdate
        if asked["kind"] not in KINDS:
            abort(400, UNREADABLE)
        given = dict(zip((one["control-field"] for one in ids), values, strict=True))
        try:
            _give(current_scope(), node, asked, given)
        except (InvalidInput, NotFound) as error:
            return said(error), no_update
        return "", False


def _register_acting() -> None:
    @callback(
        Output("control-acted", "data"),
        Input("control-acting", "data"),
        prevent_initial_call=True,
    )
    @allow(*OPERATORS)
    def act(pressed: Acted | None) -> Any:
        if not pressed:
            raise PreventUpdate
        scope = current_scope()
        try:
            match pressed["of"]:
                case {"what": "retry", "which": str(batch_id)}:
                    commands.retry_failed(scope, batch_id)
                case {"what": "cancel", "which": str(batch_id)}:
                    found = command_log.batch(scope, batch_id)
                    queued = [one["command_id"] for one in found if one["state"] == CommandState.QUEUED]
                    commands.cancel(scope, queued)
                case {"what": "cancel", "which": int(command_id)}:
                    if not commands.cancel(scope, [command_id]):
                        messages.say(_("Too late to cancel"), _("The command was already sent to the station."), True)
                case {"what": "stop", "which": int(command_id)}:
                    if commands.stop_waiting(scope, [command_id]):
                        messages.say(_("Nobody waits any longer"), _("What the station does goes on."))
                case _:
                    abort(400, UNREADABLE)
        except (InvalidInput, NotFound) as error:
            messages.say(_("That did not work"), said(error), True)
        return str(datetime.now(UTC))


def _stations(scope: Scope, node: str, chosen: list[str] | None) -> list[dict[str, Any]]:
    """Return the stations a command is for: the node's own, or those that were chosen of it."""
    found = controlled.stations(scope, nodes.find(scope, node))
    return found if chosen is None else [one for one in found if str(one["station_id"]) in chosen]


def _ask(scope: Scope, node: str, chosen: list[str] | None, name: str, connector_id: int) -> tuple[Any, ...]:
    kind = KINDS[name]
    stations = _stations(scope, node, chosen)
    if not stations:
        messages.say(_("No station is chosen"), _("Choose one or more in the table first."), True)
        return NOTHING_ASKED
    names = [one["name"] for one in stations]
    asked: Asked = {
        "kind": name,
        "connector_id": connector_id,
        "stations": [one["station_id"] for one in stations],
        "names": names,
    }
    if not dialog.needs_question(kind):
        _give(scope, node, asked, {})
        return NOTHING_ASKED
    outlets = [1, 2, 3, 4]
    defaults: dict[str, str] = {}
    if len(stations) == 1:
        own = controlled.outlets(scope, nodes.find(scope, f"station:{stations[0]['station_id']}"))
        outlets = [one["connector_id"] for one in own]
        if any(one["mode"] == "OPEN" for one in own if connector_id in (NO_OUTLET, one["connector_id"])):
            defaults["id_tag"] = "PORTAL"
    images = (
        [image.name for image in software_images.images(scope)]
        if any(one.name == "image" for one in kind.parameters)
        else []
    )
    title = dialog.verb(kind)
    if connector_id != NO_OUTLET:
        title = _("%(command)s, outlet %(number)s", command=title, number=connector_id)
    return True, title, dialog.question(kind, connector_id, outlets, names, defaults, images), dialog.verb(kind), asked


def _give(scope: Scope, node: str, asked: Asked, given: dict[str, Any]) -> None:
    """Queue a command.

    Raises:
        InvalidInput: a value cannot be taken, or what is to be typed was not.
    """
    kind, names = KINDS[asked["kind"]], asked["names"]
    parameters = {
        name: _value(scope, node, name, value)
        for name, value in given.items()
        if name not in OWN_FIELDS and value not in (None, "")
    }
    if dialog.is_grave(kind, parameters) and str(given.get("typed") or "").strip() != dialog.confirmation(names):
        raise InvalidInput(_("Confirmation"), None, _("is missing: type %(word)s.", word=dialog.confirmation(names)))
    outlet = given.get("outlet") or (asked["connector_id"] if asked["connector_id"] != NO_OUTLET else None)
    commands.request(
        scope,
        kind.name,
        asked["stations"],
        parameters,
        connector_id=int(outlet) if outlet else None,
        expires_at=datetime.now(UTC) + timedelta(seconds=int(given.get("wait_s") or 3600)),
        stop_on_failures=int(given["stop_on_failures"]) if given.get("stop_on_failures") else None,
    )
    live.hurry()
    messages.say(
        _("%(command)s is on its way", command=dialog.verb(kind)), _("Commands shows what the station answers.")
    )


def _value(scope: Scope, node: str, name: str, value: Any) -> Any:
    """Return a value as a command takes it: a time is the site's."""
    if name not in dialog.TIMES:
        return value
    try:
        at = datetime.fromisoformat(str(value))
    except ValueError:
        raise InvalidInput(str(dialog.LABELS[name]), value, "must be a time.") from None
    return at.replace(tzinfo=ZoneInfo(nodes.find(scope, node).time_zone))
