"""How events are said on the screen: what their kinds are called, and their sentences."""

from collections.abc import Mapping
from typing import Any

from flask_babel import LazyString, lazy_gettext

from components import texts
from data.events import EventKind

WORDS: Mapping[str, LazyString] = {
    EventKind.STATION_REFUSED: lazy_gettext("Station refused"),
    EventKind.CONNECTED: lazy_gettext("Connected"),
    EventKind.DISCONNECTED: lazy_gettext("Disconnected"),
    EventKind.BOOTED: lazy_gettext("Booted"),
    EventKind.STATION_ERROR: lazy_gettext("Station error"),
    EventKind.BROKEN_FRAME: lazy_gettext("Broken frame"),
    EventKind.ODD_MESSAGE: lazy_gettext("Odd message"),
    EventKind.ODD_TRANSACTION: lazy_gettext("Odd transaction"),
    EventKind.OUTLET_FOUND: lazy_gettext("Outlet found"),
    EventKind.FIRMWARE: lazy_gettext("Firmware"),
    EventKind.DIAGNOSTICS: lazy_gettext("Diagnostics"),
    EventKind.DATA_TRANSFER: lazy_gettext("Data transfer"),
    EventKind.ALARM_CLEARED: lazy_gettext("Alarm cleared"),
    EventKind.LOGGED_IN: lazy_gettext("Logged in"),
    EventKind.LOG_IN_FAILED: lazy_gettext("Log-in failed"),
    EventKind.LOGGED_OUT: lazy_gettext("Logged out"),
    EventKind.USER_CHANGED: lazy_gettext("User changed"),
    EventKind.NEWS: lazy_gettext("News"),
    EventKind.CONFIGURED: lazy_gettext("Configuration changed"),
    EventKind.COMMAND: lazy_gettext("Command"),
    EventKind.MAIL: lazy_gettext("Mail"),
    EventKind.FILE: lazy_gettext("File"),
    EventKind.SECURITY: lazy_gettext("Security"),
    EventKind.SERVICE: lazy_gettext("Service"),
    EventKind.IMPORTED: lazy_gettext("Import"),
}


def word(kind: str) -> str:
    """Return the word of a kind as it is kept; a kind of an older portal stands as it is."""
    return str(WORDS.get(kind, kind.capitalize()))


def sentence(row: Mapping[str, Any]) -> str:
    """Say a row of the event log in the user's language."""
    return texts.kept(row["text"], row)
