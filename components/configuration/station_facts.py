"""What a charging station says of itself, in a section of its form General."""

from typing import Any

from dash import html
from flask_babel import gettext as _

from components import form_fields
from components.configuration.followed import follow, followed
from components.format import NOTHING, quantity, timestamp
from data import station_settings
from data.nodes import Node
from data.scope import Scope

NAME = "station-facts"
PROTOCOLS = {"ocpp1.6": "1.6, WebSocket", "ocpp1.5": "1.5, SOAP"}


def section(scope: Scope, node: Node) -> html.Section:
    return form_fields.section_of(
        _("Station"), _("As the station tells it."), [followed(NAME, _facts, scope, node, class_name="")]
    )


def register() -> None:
    follow(NAME, _facts, "changed")


def _facts(scope: Scope, node: Node) -> list[Any]:
    about = station_settings.about(scope, node.id)
    if not about["registered_at"]:
        return [html.P(_("The station has not connected."), className="cp-2nd m-0")]
    facts = {
        _("Model"): " ".join(part for part in (about["vendor"], about["reported_model"]) if part),
        _("Serial number"): about["serial_number"],
        _("Software"): about["firmware_version"],
        _("OCPP"): PROTOCOLS.get(about["protocol"], about["protocol"]),
        _("Energy meter value"): quantity(station_settings.meter_kwh(scope, node.id), "kWh"),
        _("First online"): timestamp(about["registered_at"], node.time_zone),
        _("Last start"): timestamp(about["booted_at"], node.time_zone),
    }
    rows = [part for name, value in facts.items() for part in (html.Dt(name), html.Dd(value or NOTHING))]
    return [html.Dl(rows, className="cp-dl cp-facts text-break")]
