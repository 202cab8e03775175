"""The messages behind a charging session, each to be opened."""

from collections.abc import Mapping
from typing import Any

from dash import html
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from components.format import number
from data import message_log, message_table
from data.scope import Scope

KINDS = {kind: lazy_gettext(word) for kind, word in message_table.KINDS.items()}


def section(scope: Scope, session: Mapping[str, Any]) -> list[Any]:
    """Return the section; none for who may not see messages.

    Args:
        session: what `sessions.find` gave.
    """
    if scope.role not in message_log.READERS:
        return []
    messages = message_log.of_session(scope, session)
    started_us = round(session["started_at"].timestamp() * 1_000_000)
    address = f"/messages?node=station:{session['station_id']}&at={started_us}"
    everything = html.A(_("All messages of the station at that time"), href=address, className="ms-3 fs-6 fw-normal")
    title = html.H2([_("Messages behind the session"), everything], className="mb-2 mt-3")
    if not messages:
        text = _("No messages of this session are kept.")
        return [html.Div([title, html.P(text, className="cp-2nd")], className="col-12")]
    return [html.Div([title, *(face(message) for message in messages)], className="col-12")]


def face(message: Mapping[str, Any]) -> html.Details:
    """Return a message that opens to its frame."""
    incoming = message["direction"] == "in"
    icon = html.I(className=f"bi bi-arrow-{'down' if incoming else 'up'}", **{"aria-hidden": "true"})
    way = _("from the station") if incoming else _("to the station")
    parts = [f"{message['action'] or ''} {KINDS[message['kind']]}".strip(), way]
    if message["latency_ms"] is not None:
        parts.append(_("after %(latency)s ms", latency=number(message["latency_ms"], 0)))
    at = html.Span(f"{message['logged']:%H:%M:%S}", className="cp-2nd")
    summary = html.Summary([icon, " ", at, " ", ", ".join(parts)])
    frame = html.Pre(message["frame"], tabIndex="0", className="cp-t12", style={"whiteSpace": "pre-wrap"})
    return html.Details([summary, frame])
