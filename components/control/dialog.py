"""The question before a command: its values, what it will do to whom, and for grave ones the ChargeboxId to type."""

from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html
from flask_babel import LazyString, lazy_gettext
from flask_babel import gettext as _

from components.control.board import NO_OUTLET, TITLES, WARNINGS
from components.form_fields import written_id
from components.texts import in_language
from data.command_kinds import Danger, Kind, Outcome, Target
from data.command_parameters import Parameter
from data.texts import few

LABELS: dict[str, LazyString] = {
    "type": lazy_gettext("Type"),
    "image": lazy_gettext("Software image"),
    "location": lazy_gettext("Location, in place of the portal's FTP server"),
    "retrieve_at": lazy_gettext("Not before"),
    "retries": lazy_gettext("Retries"),
    "retry_interval": lazy_gettext("Retry interval, s"),
    "update": lazy_gettext("Update"),
    "id_tag": lazy_gettext("RFID"),
    "parent_id_tag": lazy_gettext("Parent RFID"),
    "charging_profile": lazy_gettext("Charging profile"),
    "transaction_id": lazy_gettext("Transaction"),
    "since": lazy_gettext("From"),
    "until": lazy_gettext("To"),
    "message": lazy_gettext("Message"),
    "reservation_id": lazy_gettext("Reservation"),
    "profile": lazy_gettext("Charging profile"),
    "profile_id": lazy_gettext("Profile"),
    "purpose": lazy_gettext("Purpose"),
    "stack_level": lazy_gettext("Stack level"),
    "duration_s": lazy_gettext("Duration, s"),
    "unit": lazy_gettext("Unit"),
    "vendor_id": lazy_gettext("Vendor"),
    "message_id": lazy_gettext("Message"),
    "data": lazy_gettext("Data"),
    "log_type": lazy_gettext("Log"),
    "install_at": lazy_gettext("Install not before"),
    "signing_certificate": lazy_gettext("Signing certificate"),
    "signature": lazy_gettext("Signature"),
    "certificate_type": lazy_gettext("Kind"),
    "certificate": lazy_gettext("Certificate"),
    "certificate_hash": lazy_gettext("Certificate, as Get certificate ids names it"),
}
TIMES = ("retrieve_at", "install_at", "since", "until")
OBJECTS = ("charging_profile", "profile", "certificate_hash")
CERTIFICATES = ("certificate", "signing_certificate")
HIDDEN = ("transaction_id", "charging_profile")
"""What the portal knows better, or what no button here is for."""
WAITS = {
    "3600": lazy_gettext("1 hour"),
    "86400": lazy_gettext("1 day"),
    "604800": lazy_gettext("1 week"),
}


def needs_question(kind: Kind) -> bool:
    """Tell whether a command is given at once when its button is pressed."""
    asks = [parameter for parameter in kind.parameters if parameter.name not in HIDDEN]
    return kind.danger is not Danger.NONE or kind.target is Target.EITHER or bool(asks)


def modal() -> dbc.Modal:
    """Return the closed dialog; a page has one."""
    return dbc.Modal(
        [
            dbc.ModalHeader(dbc.ModalTitle(id="control-title"), close_button=False),
            dbc.ModalBody(id="control-question"),
            dbc.ModalFooter(
                [
                    html.Button(
                        _("Cancel"), id="control-cancel", type="button", className="btn btn-ghost", autoFocus=True
                    ),
                    html.Button(id="control-send", type="button", className="btn btn-primary"),
                ]
            ),
        ],
        id="control-dialog",
        centered=True,
        scrollable=True,
        labelledby="control-title",
    )


def question(
    kind: Kind,
    connector_id: int,
    outlets: list[int],
    stations: list[str],
    defaults: dict[str, str],
    images: list[str],
) -> list[Any]:
    """Return the dialog's body.

    Args:
        connector_id: the outlet it is for; NO_OUTLET lets choose where a choice is.
        outlets: the numbers to choose from.
        stations: whom it is for, by name.
        defaults: what stands in a field at first, by parameter.
        images: the names of the software images there are.
    """
    parts: list[Any] = [html.P([html.B(in_language(few(stations)))], className="mb-2")]
    if kind.name in WARNINGS:
        parts.append(html.P(str(WARNINGS[kind.name]), className="cp-2nd"))
    if kind.target is Target.EITHER and connector_id == NO_OUTLET:
        parts.append(_outlet(outlets))
    fields = [one._replace(choices=tuple(images)) if one.name == "image" else one for one in kind.parameters]
    parts += [_field(one, defaults) for one in fields if one.name not in HIDDEN]
    parts.append(_wait())
    if len(stations) > 1:
        parts.append(_stop_on_failures())
    if kind.danger is Danger.BREAKS or kind.name == "reboot":
        parts.append(_typed(kind, stations))
    parts.append(html.Div(id="control-fault", className="form-text is-fault", role="alert"))
    return parts


def confirmation(stations: list[str]) -> str:
    """Return what must be typed before a grave command: the one station's name, or how many there are."""
    return stations[0] if len(stations) == 1 else str(len(stations))


def is_grave(kind: Kind, values: dict[str, Any]) -> bool:
    return kind.danger is Danger.BREAKS or (kind.name == "reboot" and values.get("type") == "Hard")


def verb(kind: Kind) -> str:
    return str(TITLES[kind.name])


def _outlet(outlets: list[int]) -> html.Div:
    options = [{"value": "", "label": _("The whole station")}]
    options += [{"value": str(number), "label": _("Outlet %(number)s", number=number)} for number in outlets]
    return _labelled("outlet", _("Outlet"), dbc.Select(id={"control-field": "outlet"}, options=options, value=""))


def _field(parameter: Parameter, defaults: dict[str, str]) -> html.Div:
    name, label = {"control-field": parameter.name}, str(LABELS.get(parameter.name, parameter.label))
    value = defaults.get(parameter.name) or parameter.default
    if parameter.choices:
        first = [] if parameter.required else [{"value": "", "label": ""}]
        options = [*first, *({"value": one, "label": one} for one in parameter.choices)]
        control: Any = dbc.Select(id=name, options=options, value=value or options[0]["value"])
    elif parameter.name in OBJECTS:
        control = dbc.Textarea(id=name, value=value, rows=6, placeholder="{ … }")
    elif parameter.name in CERTIFICATES:
        control = dbc.Textarea(id=name, value=value, rows=6, placeholder="-----BEGIN CERTIFICATE-----")
    else:
        kind = "datetime-local" if parameter.name in TIMES else "text"
        control = dbc.Input(id=name, value=value, type=kind, maxlength=4000)
    if not parameter.required:
        label = _("%(field)s (may be empty)", field=label)
    return _labelled(parameter.name, label, control)


def _wait() -> html.Div:
    options = [{"value": seconds, "label": str(text)} for seconds, text in WAITS.items()]
    control = dbc.Select(id={"control-field": "wait_s"}, options=options, value="3600")
    return _labelled("wait_s", _("If the station is away, wait for it"), control)


def _stop_on_failures() -> html.Div:
    control = dbc.Input(id={"control-field": "stop_on_failures"}, type="number", min=1, step=1)
    return _labelled(
        "stop_on_failures", _("Stop after so many failures; so many stations at a time (may be empty)"), control
    )


def _typed(kind: Kind, stations: list[str]) -> html.Div:
    word = confirmation(stations)
    if kind.name == "reboot":
        text = _("For a hard reboot type %(word)s", word=word)
    elif kind.done_when is Outcome.INSTALLED:
        text = _("Type %(word)s to update", word=word)
    else:
        text = _("Type %(word)s to go on", word=word)
    return _labelled("typed", text, dbc.Input(id={"control-field": "typed"}, autoComplete="off"))


def _labelled(name: str, label: str, control: Any) -> html.Div:
    return html.Div([dbc.Label(label, html_for=written_id({"control-field": name})), control], className="mb-3")


def stores() -> list[dcc.Store]:
    """Return what the dialog keeps: the command asked about, and which stations it is for."""
    return [dcc.Store(id=name) for name in ("control-pressed", "control-asked", "control-acting")]
