"""What the page Import calls kinds of files, their columns, and how far an import is."""

from collections.abc import Mapping

from flask_babel import LazyString, lazy_gettext

from components.texts import said
from data.errors import InvalidInput

KINDS: Mapping[str, LazyString] = {
    "sessions": lazy_gettext("Charging sessions"),
    "topology": lazy_gettext("Topology"),
    "users": lazy_gettext("Users"),
}
"""In the order of the tabs; the first is the page's without a choice."""

ABOUT: Mapping[str, LazyString] = {
    "sessions": lazy_gettext(
        "Past charging sessions, for example of another portal. Those already here are not doubled."
    ),
    "topology": lazy_gettext(
        "Sites, floors, charging stations and outlets. Charging stations already here are changed or moved."
    ),
    "users": lazy_gettext("Users with their RFID and sites. Users already here, known by their email, are changed."),
}

COLUMNS: Mapping[str, LazyString] = {
    "authentication": lazy_gettext("Authentication"),
    "charge_box_id": lazy_gettext("ChargeboxId"),
    "connector": lazy_gettext("Connector"),
    "connector_id": lazy_gettext("Outlet id"),
    "email": lazy_gettext("Email"),
    "email_at_alarm": lazy_gettext("Email at alarm"),
    "ended_at": lazy_gettext("End time"),
    "energy_kwh": lazy_gettext("Energy, kWh"),
    "first_name": lazy_gettext("First name"),
    "floor": lazy_gettext("Floor"),
    "id_tag": lazy_gettext("RFID"),
    "last_name": lazy_gettext("Last name"),
    "logged_at": lazy_gettext("Server log date"),
    "meter_start_kwh": lazy_gettext("Energy meter value at start, kWh"),
    "meter_stop_kwh": lazy_gettext("Energy meter value at end, kWh"),
    "mode": lazy_gettext("Mode"),
    "name": lazy_gettext("Logical name"),
    "outlets": lazy_gettext("Outlets"),
    "password": lazy_gettext("Password"),
    "rfid": lazy_gettext("RFID"),
    "role": lazy_gettext("Role"),
    "session_id": lazy_gettext("Session identity"),
    "site": lazy_gettext("Site"),
    "started_at": lazy_gettext("Start time"),
    "time_zone": lazy_gettext("Time zone"),
}

OUTCOMES: Mapping[str, LazyString] = {
    "created": lazy_gettext("New"),
    "changed": lazy_gettext("Changed"),
    "unchanged": lazy_gettext("Unchanged"),
}

STATES: Mapping[str, LazyString] = {
    "uploaded": lazy_gettext("Waits"),
    "checking": lazy_gettext("Is checked"),
    "checked": lazy_gettext("Waits"),
    "running": lazy_gettext("Runs"),
    "done": lazy_gettext("Done"),
    "failed": lazy_gettext("Broken off"),
    "undoing": lazy_gettext("Is undone"),
    "undone": lazy_gettext("Undone"),
}


def why(column: str, value: str, reason: str) -> str:
    """Say what is wrong with a column of a line, in the user's language."""
    return said(InvalidInput(str(COLUMNS.get(column, column)), value or None, reason))
