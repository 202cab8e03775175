"""What the cards are built of: a card's frame, rows, text fields and what is wrong with one."""

import json
from typing import Any

import dash_bootstrap_components as dbc
from dash import html
from flask_babel import LazyString, lazy_gettext

LABELS: dict[str, LazyString] = {
    "dashboard_windows": lazy_gettext("Dashboard windows"),
    "first_name": lazy_gettext("First name"),
    "last_name": lazy_gettext("Last name"),
    "email": lazy_gettext("Email"),
    "password": lazy_gettext("Current password"),
    "new_password": lazy_gettext("New password"),
    "new_password_again": lazy_gettext("New password again"),
    "language": lazy_gettext("Language"),
    "theme": lazy_gettext("Theme"),
    "email_at_alarm": lazy_gettext("Email at alarm"),
    "time_zone": lazy_gettext("Time zone"),
}
"""The word of each setting, in the order of the cards."""


def section(title: str, text: str, *fields: Any) -> html.Section:
    head = html.Header([html.H2(title), html.P(text)])
    return html.Section([head, html.Div(list(fields), className="cp-fields")], className="cp-sec")


def row(*fields: Any) -> html.Div:
    return html.Div(list(fields), className="cp-row2")


def field(name: str, value: str, **props: Any) -> html.Div:
    identity = {"setting": name}
    return html.Div(
        [
            dbc.Label(str(LABELS[name]), html_for=written(identity)),
            dbc.Input(**{"id": identity, "value": value, "type": "text", "debounce": True, **props}),
            html.Div(id={"setting-fault": name}, className="form-text is-fault", **{"aria-live": "polite"}),
        ]
    )


def written(identity: dict[str, Any]) -> str:
    """Write an id of several parts as Dash does in the browser."""
    return json.dumps(identity, separators=(",", ":"))
