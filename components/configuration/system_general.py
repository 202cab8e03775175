"""System, General: name, description, time zone, and the addresses that charging stations connect to."""

from dash import html
from flask_babel import lazy_gettext

from components import forms
from components.configuration.time_zones import time_zones
from components.forms import Field, Form, Section
from data.nodes import Node
from data.scope import Scope
from data.topology import SYSTEM
from data.values import LONGEST_NAME, LONGEST_URL

TITLE = lazy_gettext("General")

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
                    lazy_gettext("SOAP, such as https://portal.example/Ocpp/CentralSystemService15"),
                    longest=LONGEST_URL,
                    can_copy=True,
                ),
                Field(
                    "ocpp16_url",
                    lazy_gettext("OCPP 1.6 Url"),
                    lazy_gettext("WebSocket, such as wss://portal.example/Ocpp/websocket"),
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
)


def layout(scope: Scope, node: Node) -> html.Div:
    return forms.layout(FORM, scope, node.id)


def register() -> None:
    forms.register(FORM)
