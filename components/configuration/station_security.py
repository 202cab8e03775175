"""Charging station, Security: the password it must come with, and the least security profile."""

from typing import Any, TypedDict

import dash_bootstrap_components as dbc
from dash import Input, Output, State, callback, dcc, html
from dash.exceptions import PreventUpdate
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from components import messages, navigator
from components.access import OPERATORS, allow, current_scope
from components.configuration.service_secrets import shown_with_copy
from components.form_fields import section_of
from components.format import timestamp
from components.menus import icon
from components.pressed import telling
from components.texts import said
from data import station_certificates, station_passwords, station_security
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


class Button(TypedDict):
    """what: make, send, forget, require, or revoke which serial number."""

    what: str
    which: str


class Pressed(TypedDict):
    of: Button


def layout(scope: Scope, node: Node) -> html.Div:
    return html.Div(
        [
            html.Div(_sections(scope, node), id="security-sections", className="card cp-form"),
            dcc.Store(id="security-node", data=node.ref),
            dcc.Store(id="security-pressed"),
        ]
    )


def register() -> None:
    @callback(
        Output("security-sections", "children"),
        Input("security-pressed", "data"),
        State("security-profile", "value"),
        State("security-node", "data"),
        prevent_initial_call=True,
    )
    @allow(*OPERATORS)
    def change(pressed: Pressed | None, profile: str, ref: str) -> Any:
        if not pressed:
            raise PreventUpdate
        scope, node = current_scope(), navigator.chosen_node(ref)
        assert node is not None
        try:
            made = _changed(scope, node.id, pressed["of"], profile)
        except InvalidInput as error:
            messages.say(_("That did not work"), said(error), True)
            made = ""
        return _sections(scope, node, made)


def _changed(scope: Scope, station_id: int, button: Button, profile: str) -> str:
    """Do what a button says; return a password to show once, or nothing."""
    match button["what"]:
        case "revoke":
            station_certificates.revoke(scope, station_id, button["which"])
            messages.say(_("The certificate is revoked"))
        case "make":
            return station_security.make_password(scope, station_id)
        case "send":
            station_security.send_password(scope, station_id)
            messages.say(_("The new password is on its way to the station"))
        case "forget":
            station_security.remove_password(scope, station_id)
            messages.say(_("The password is removed"))
        case "require":
            station_security.require_profile(scope, station_id, int(profile) if profile in PROFILES else -1)
            messages.say(_("Saved"))
    return ""


def _sections(scope: Scope, node: Node, made: str = "") -> list[html.Section]:
    state = station_security.of_station(scope, node.id)
    found = station_certificates.certificates(scope, node.id)
    return [_password(state, made), _profile(state), _certificates(found, node.time_zone)]


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
    buttons = [_button("make", _("Make new password")), _button("send", _("Send a new password"))]
    buttons.append(_button("forget", _("Remove password"), "btn-outline-danger", is_hidden=not state["has_password"]))
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
            html.Div(_button("require", _("Save"), "btn-primary")),
        ],
    )


def _certificates(found: list[dict[str, Any]], zone: str) -> html.Section:
    text = _(
        "Signed by the portal when the station asks for it: under Control, Ask for a message (security), "
        "SignChargePointCertificate. A station asks over a connection with its password. The portal itself asks it to "
        "renew a certificate that expires within 30 days."
    )
    rows = [_certificate(one, zone) for one in found] or [html.P(_("There is none yet."), className="cp-2nd mb-0")]
    return section_of(_("Certificates"), text, rows)


def _certificate(one: dict[str, Any], zone: str) -> html.Div:
    if one["revoked_at"]:
        until: Any = _("revoked %(time)s", time=timestamp(one["revoked_at"], zone))
    else:
        until = _("valid until %(time)s", time=timestamp(one["expires_at"], zone))
    name = _("Revoke certificate %(number)s", number=one["serial_number"])
    revoke = html.Button(
        _("Revoke"),
        type="button",
        className="btn btn-outline-danger btn-sm",
        hidden=bool(one["revoked_at"]),
        **{"aria-label": name, **telling("security-pressed", Button(what="revoke", which=one["serial_number"]))},
    )
    return html.Div(
        [
            html.Code(one["serial_number"], className="text-break flex-fill"),
            html.Span(until, className="cp-t12"),
            revoke,
        ],
        className="d-flex flex-wrap align-items-center gap-2",
    )


def _button(name: str, text: str, look: str = "btn-secondary", is_hidden: bool = False) -> html.Button:
    told = telling("security-pressed", Button(what=name, which=""))
    return html.Button(text, type="button", className=f"btn {look} btn-sm", hidden=is_hidden, **told)
