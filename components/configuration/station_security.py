"""Charging station, Security: the password it must come with, and the least security profile."""

from typing import Any

import dash_bootstrap_components as dbc
from dash import Input, Output, State, callback, dcc, html
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from components import messages, navigator
from components.access import OPERATORS, allow, current_scope
from components.configuration.service_secrets import shown_with_copy
from components.forms import section_of
from components.menus import icon
from components.pressed import pressed
from data import station_passwords, station_security
from data.errors import InvalidInput
from data.nodes import Node
from data.scope import Scope

TITLE = lazy_gettext("Security")
PROFILES = {
    "0": lazy_gettext("0: the ChargeboxId alone"),
    "1": lazy_gettext("1: a password"),
    "2": lazy_gettext("2: a password over TLS"),
    "3": lazy_gettext("3: a certificate over TLS"),
}


def layout(scope: Scope, node: Node) -> html.Div:
    return html.Div(
        [
            html.Div(_sections(scope, node), id="security-sections", className="card cp-form"),
            dcc.Store(id="security-node", data=node.ref),
        ]
    )


def register() -> None:
    @callback(
        Output("security-sections", "children"),
        Input("security-make", "n_clicks"),
        Input("security-send", "n_clicks"),
        Input("security-forget", "n_clicks"),
        Input("security-require", "n_clicks"),
        State("security-profile", "value"),
        State("security-node", "data"),
        prevent_initial_call=True,
    )
    @allow(*OPERATORS)
    def change(
        _make: int | None, _send: int | None, _forget: int | None, _require: int | None, profile: str, ref: str
    ) -> Any:
        scope, node = current_scope(), navigator.chosen_node(ref)
        assert node is not None
        try:
            made = _changed(scope, node.id, str(pressed().get("id")), profile)
        except InvalidInput as error:
            messages.say(_("That did not work"), str(error), True)
            made = ""
        return _sections(scope, node, made)


def _changed(scope: Scope, station_id: int, button: str, profile: str) -> str:
    """Do what a button says; return a password to show once, or nothing."""
    match button:
        case "security-make":
            return station_security.make_password(scope, station_id)
        case "security-send":
            station_security.send_password(scope, station_id)
            messages.say(_("The new password is on its way to the station"))
        case "security-forget":
            station_security.remove_password(scope, station_id)
            messages.say(_("The password is removed"))
        case "security-require":
            station_security.require_profile(scope, station_id, int(profile) if profile in PROFILES else -1)
            messages.say(_("Saved"))
    return ""


def _sections(scope: Scope, node: Node, made: str = "") -> list[html.Section]:
    state = station_security.of_station(scope, node.id)
    return [_password(state, made), _profile(state)]


def _password(state: dict[str, Any], made: str) -> html.Section:
    if made:
        told: Any = [
            html.P(_("Enter this in the station now: it is not shown again."), className="fw-semibold mb-2"),
            shown_with_copy(_("Password"), made),
            shown_with_copy(station_security.AUTHORIZATION_KEY, station_passwords.authorization_key(made)),
        ]
    elif state["has_password"]:
        told = html.P([icon("bi-lock-fill me-1"), _("The station must come with its password.")])
    else:
        told = html.P([icon("bi-unlock me-1"), _("The station may come without a password.")])
    waiting = _("A new password is given out. As before until the station has come with it.")
    buttons = [_button("security-make", _("Make new password")), _button("security-send", _("Send a new password"))]
    if state["has_password"]:
        buttons.append(_button("security-forget", _("Remove password"), "btn-outline-danger"))
    hint = _(
        "Make: shown once, to enter in the station; a first one is asked for from the next connection on. "
        "Send: the connected station is told it, nobody sees it. An old one stays valid until the station has come "
        "with the new one."
    )
    return section_of(
        _("Password"),
        _("User name is the ChargeboxId. Only the password's hash is kept."),
        [
            html.Div(told, id="security-told", **{"aria-live": "polite"}),
            html.P(waiting, className="cp-2nd") if state["is_changing"] and not made else None,
            html.Div(buttons, className="d-flex flex-wrap gap-2"),
            html.Div(hint, className="form-text"),
        ],
    )


def _profile(state: dict[str, Any]) -> html.Section:
    options = [{"value": key, "label": str(text)} for key, text in PROFILES.items()]
    select = dbc.Select(id="security-profile", options=options, value=str(state["profile"]))
    came = state["came_with"]
    hint = _("The station last came with %(profile)s.", profile=PROFILES[str(came)]) if came is not None else ""
    return section_of(
        _("Security profile"),
        _("The least that is let in, as OCPP numbers it. What comes with less is refused."),
        [
            html.Div([dbc.Label(_("Security profile"), html_for="security-profile"), select]),
            html.Div(hint, className="form-text") if hint else None,
            _button("security-require", _("Save"), "btn-primary"),
        ],
    )


def _button(name: str, text: str, look: str = "btn-secondary") -> html.Button:
    return html.Button(text, id=name, type="button", className=f"btn {look} btn-sm")
