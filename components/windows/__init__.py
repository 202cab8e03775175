"""The windows of the Dashboard (manual: Overview panel).

A window is a module with TITLE, PAGE (which shows the details; its title leads there for those who have that page),
SUBJECTS (the changes after which it is drawn again; "minute" for ages, which change by themselves), ROLES and
`build(scope, node) -> Content`. It gets a line in WINDOWS.
"""

from collections.abc import Iterable
from types import ModuleType
from typing import Any

from dash import dcc, html

from components import format
from components.access import may_see
from components.windows import (
    active_alarms,
    charging_now,
    energy_30_days,
    energy_by_month,
    event_log,
    latest_sessions,
    ongoing_sessions,
    outlet_use,
    own_sessions,
    own_tags,
    power_now,
    site_map,
    station_status,
    top_stations,
)
from data.nodes import Node
from data.scope import Role, Scope

WINDOWS: dict[str, ModuleType] = {
    "charging_now": charging_now,
    "energy_by_month": energy_by_month,
    "own_sessions": own_sessions,
    "own_tags": own_tags,
    "station_status": station_status,
    "power_now": power_now,
    "active_alarms": active_alarms,
    "ongoing_sessions": ongoing_sessions,
    "latest_sessions": latest_sessions,
    "energy_30_days": energy_30_days,
    "outlet_use": outlet_use,
    "top_stations": top_stations,
    "site_map": site_map,
    "event_log": event_log,
}


SHOWN = 4


def available(role: Role) -> list[str]:
    """Give the kinds of window that a role may choose, the default four first."""
    return [kind for kind, window in WINDOWS.items() if role in window.ROLES]


def chosen(role: Role, choice: str = "") -> list[str]:
    """Give the four kinds that a Dashboard shows, in their order.

    Args:
        choice: kinds with commas between, as a user keeps them; the default kinds take the place of what is not there.
    """
    kinds = available(role)
    wanted = [kind for kind in choice.split(",") if kind in kinds]
    return list(dict.fromkeys([*wanted, *kinds]))[:SHOWN]


def concerned(kinds: Iterable[str], subjects: Iterable[str]) -> list[str]:
    """Give those of the kinds that show something of the changed subjects."""
    changed = set(subjects)
    return [kind for kind in kinds if changed & set(WINDOWS[kind].SUBJECTS)]


def card(kind: str, scope: Scope, node: Node | None) -> html.Section:
    """Build a whole window."""
    return html.Section(
        inside(kind, scope, node),
        id={"window": kind},
        className="card h-100",
        **{"aria-labelledby": f"{kind}-title"},
    )


def inside(kind: str, scope: Scope, node: Node | None) -> list[html.Div]:
    """Build what a window shows now."""
    window = WINDOWS[kind]
    content = window.build(scope, node)
    title: Any = content.title or str(window.TITLE)
    path, _mark, query = window.PAGE.partition("?")
    if may_see(scope.role, path):
        query = "&".join(filter(None, [query, f"node={node.ref}" if node else ""]))
        title = dcc.Link(title, href=f"{path}?{query}".rstrip("?"), className="text-reset cp-title-link")
    badge = [html.Span(format.number(content.count), className="badge ms-2")] if content.count else []
    name = html.H2([title, *badge], id=f"{kind}-title", className="flex-fill")
    head = html.Div([name, *([content.beside] if content.beside else [])], className="card-header")
    return [head, html.Div(content.children, className="d-flex flex-column flex-fill cp-window-body")]
