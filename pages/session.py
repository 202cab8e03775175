"""Charging session (manual: Statistics, Show): one session in a window of its own."""

from typing import Any

import dash

from components import navigator, session_window
from components.access import current_scope
from components.filter_chips import link, read_link
from data import sessions

dash.register_page(__name__, path_template="/session/<session_id>", name="Charging session")


def layout(session_id: str = "", node: str | None = None, f: str = "", sort: str = "", **_query: str) -> Any:
    scope, chosen = current_scope(), navigator.chosen_node(node)
    session = sessions.find(scope, session_id)
    shown = read_link(f, sort, sessions.columns(scope))
    place = sessions.place(scope, chosen, shown.filters, shown.order, session_id)
    query = "&".join(filter(None, [f"node={node}" if node else "", link(shown.filters, shown.order)]))
    return session_window.layout(session, sessions.curve(scope, session), place, query)
