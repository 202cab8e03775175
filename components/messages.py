"""What the portal tells its user in passing: a message at the lower right, gone after 6 s; a refusal stays."""

from typing import Any

import dash_bootstrap_components as dbc
from dash import html, set_props
from flask_babel import gettext as _

SHOWN_MS = 6000


def container() -> html.Div:
    """Return the place where messages appear; the shell has one."""
    return html.Div(
        id="messages", className="toast-container position-fixed bottom-0 end-0 p-3", **{"aria-live": "polite"}
    )


def say(title: str, text: str = "", refused: bool = False, action: Any = None) -> None:
    """Show a message from within a callback.

    Args:
        action: a button that takes back what was done, or a link to what is told of.
    """
    close = html.Button(type="button", className="btn-close ms-auto", **{"aria-label": _("Close"), "data-dismiss": ""})
    message = dbc.Toast(
        [text, action] if action else text,
        header=[html.Strong(title, className="flex-fill"), close],
        is_open=True,
        duration=None if refused else SHOWN_MS,
        className="cp-message" + (" is-refused" if refused else ""),
    )
    set_props("messages", {"children": message})


def say_unexpected(reference: str) -> None:
    """Show that something went wrong on the portal's side, with the number support can find in the log."""
    say(
        _("That did not work"),
        _("The fault is on our side and has been logged as %(reference)s.", reference=reference),
        True,
    )
