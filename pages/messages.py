"""Messages: what a node's stations and the central system said to each other, newest first."""

from typing import Any
from urllib.parse import quote

import dash
from dash import dcc, html
from flask_babel import gettext as _

from components import navigator, session_messages
from components.access import current_scope
from data import message_log

dash.register_page(__name__, path="/messages", name="Messages")

ERRORS = "1"


def layout(node: str | None = None, action: str = "", errors: str = "", **_query: str) -> list[Any]:
    scope, chosen = current_scope(), navigator.chosen_node(node)
    messages = message_log.newest(scope, chosen, action or None, errors == ERRORS)
    base = "/messages?" + (f"node={quote(node)}" if node else "")
    links = [
        _link(_("All"), base, not action and not errors),
        _link(_("Errors only"), f"{base}&errors={ERRORS}", errors == ERRORS),
        *(_link(name, f"{base}&action={quote(name)}", action == name) for name in message_log.actions(scope, chosen)),
    ]
    title = [html.H1(_("Messages")), html.Span(chosen.name if chosen else "", className="cp-sub")]
    rows = [session_messages.face(message) for message in messages] or html.P(_("No messages are kept here."))
    return [
        html.Div(title, className="cp-head"),
        html.Nav(links, className="d-flex flex-wrap gap-2 mb-3", **{"aria-label": _("Filter messages")}),
        html.Div(html.Div(rows, className="card-body"), className="card"),
    ]


def _link(text: str, href: str, is_current: bool) -> html.Div:
    current = {"aria-current": "page"} if is_current else {}
    look = "btn btn-sm btn-primary" if is_current else "btn btn-sm btn-secondary"
    return html.Div(dcc.Link(text, href=href, className=look), **current)
