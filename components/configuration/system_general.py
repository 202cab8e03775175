"""System, General: name, description, time zone, and the addresses that charging stations connect to."""

from collections.abc import Mapping
from typing import Any

from dash import html
from flask_babel import lazy_gettext, ngettext

from components import forms
from components.configuration.time_zones import time_zones
from components.format import number
from components.forms import Field, Form, Section
from data import station_settings
from data.nodes import Node
from data.scope import Scope
from data.topology import SYSTEM
from data.values import LONGEST_NAME, LONGEST_URL

TITLE = lazy_gettext("General")

ADDRESSES = {
    "ocpp15_url": ("ocpp1.5", lazy_gettext("SOAP, such as https://portal.example/Ocpp/CentralSystemService15")),
    "ocpp16_url": ("ocpp1.6", lazy_gettext("WebSocket, such as wss://portal.example/Ocpp/websocket")),
}
"""Column of the form → what stations speak that are entered it, and what it looks like."""


def _hints(scope: Scope, _system_id: int) -> Mapping[str, Any]:
    """Say under each address how many stations use it."""
    count = station_settings.count_by_protocol(scope)
    return {name: f"{such_as}. {_used(count.get(protocol, 0))}" for name, (protocol, such_as) in ADDRESSES.items()}


def _used(count: int) -> str:
    return ngettext("Used by %(count)s station.", "Used by %(count)s stations.", count, count=number(count))


FORM = Form(
    "system-general",
    SYSTEM,
    (
        Section(
            lazy_gettext("General"),
            lazy_gettext("Shown in the Navigator and in alarm emails."),
            (
                Field(
                    "name",
                    lazy_gettext("System name"),
                    longest=LONGEST_NAME,
                ),
                Field("description", lazy_gettext("Description"), kind="area"),
                Field(
                    "time_zone",
                    lazy_gettext("Time zone"),
                    lazy_gettext("For new sites and for pages of the whole system."),
                    kind="select",
                    options=time_zones,
                ),
            ),
        ),
        Section(
            lazy_gettext("Communication"),
            lazy_gettext("Addresses to enter in charging stations. A station that loses its address loses contact."),
            (
                Field(
                    "ocpp15_url",
                    lazy_gettext("OCPP 1.5 Url"),
                    longest=LONGEST_URL,
                    can_copy=True,
                ),
                Field(
                    "ocpp16_url",
                    lazy_gettext("OCPP 1.6 Url"),
                    longest=LONGEST_URL,
                    can_copy=True,
                ),
                Field(
                    "ftp_url",
                    lazy_gettext("FTP Server"),
                    lazy_gettext("Log files from stations, and software images for them."),
                    longest=LONGEST_URL,
                    can_copy=True,
                ),
            ),
        ),
    ),
    hints=_hints,
)


def layout(scope: Scope, node: Node) -> html.Div:
    return forms.layout(FORM, scope, node.id)


def register() -> None:
    forms.register(FORM)
