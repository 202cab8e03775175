"""How the table of User provisioning looks: its columns, cells, role filter, and what stands in an empty one."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pyarrow as pa
from dash import html
from flask_babel import gettext as _
from flask_babel import lazy_gettext, ngettext

from components.filter_chips import Heading, clear_button
from components.format import number
from components.menus import ROLES, icon
from data.filters import FilterModel
from data.scope import Role
from data.user_table import ROLE_WORDS

HEADINGS: Mapping[str, Heading] = {
    "name": Heading(lazy_gettext("Name"), 140, shown=True),
    "email": Heading(lazy_gettext("Email"), 190, shown=True, fills=True),
    "role": Heading(lazy_gettext("Role"), 132, shown=True),
    "site": Heading(lazy_gettext("Site"), 108, shown=True),
    "rfid": Heading(lazy_gettext("RFID"), 126, shown=True),
    "at_alarm": Heading(lazy_gettext("Email at alarm"), 116, shown=True),
    "last_login": Heading(lazy_gettext("Last login"), 116, shown=True),
    "find": Heading(lazy_gettext("Search"), 120),
}
_ROLE_OF = {word: role for role, word in ROLE_WORDS.items()}


def cells(rows: pa.Table) -> list[dict[str, Any]]:
    """Write the rows of a `user_table.Page` as the table shows them."""
    words = {"All sites": _("All sites"), "Yes": _("Yes"), "No": _("No")}
    return [
        row
        | {
            "role": str(ROLES[_ROLE_OF[row["role"]]]),
            "site": words.get(row["site"], row["site"]),
            "at_alarm": words.get(row["at_alarm"], ""),
            "last_login": f"{row['last_login']:%Y-%m-%d}" if isinstance(row["last_login"], datetime) else _("Never"),
        }
        for row in rows.to_pylist()
    ]


def roles(counts: Mapping[Role, int], filters: FilterModel) -> list[html.Button]:
    """Return the buttons that narrow the table to a role, each with how many there are."""
    chosen = chosen_role(filters)
    every = _segment(_("All"), sum(counts.values()), "", is_chosen=chosen is None)
    return [
        every,
        *(_segment(str(ROLES[role]), count, ROLE_WORDS[role], role is chosen) for role, count in counts.items()),
    ]


def in_chips(filters: FilterModel) -> dict[str, Any]:
    """Return the filters that are shown as chips: the role's button and the search field show their own."""
    shown_elsewhere = {"find", *(["role"] if chosen_role(filters) else [])}
    return {name: filtered for name, filtered in filters.items() if name not in shown_elsewhere}


def chosen_role(filters: FilterModel) -> Role | None:
    """Return the role that the table is narrowed to by its button."""
    filtered = filters.get("role", {})
    return _ROLE_OF.get(str(filtered.get("filter"))) if filtered.get("type") == "equals" else None


def foot(count: int, everything: int) -> list[Any]:
    """Return how many rows there are."""
    of = ngettext("of %(all)s user", "of %(all)s users", everything, all=number(everything))
    return [html.Span([html.B(number(count), className="fw-semibold"), html.Span(f" {of}", className="cp-2nd")])]


def empty(node: str, filters: int, table_id: str) -> list[Any]:
    """Return what stands in a table without rows."""
    if filters:
        text = ngettext(
            "%(num)d filter is active for %(node)s.", "%(num)d filters are active for %(node)s.", filters, node=node
        )
        title = html.H2(_("Nothing matches the filters"), className="h3")
        return [icon("bi-funnel"), title, html.P(text), clear_button(table_id, "btn-secondary")]
    hint = _("Who charges here, and who administers this site, is listed here.")
    return [icon("bi-people"), html.H2(_("No users here"), className="h3"), html.P(hint)]


def _segment(text: str, count: int, word: str, is_chosen: bool) -> html.Button:
    return html.Button(
        f"{text} {number(count)}",
        type="button",
        className="btn btn-sm" + (" active" if is_chosen else ""),
        **{"data-users-role": word, "aria-pressed": "true" if is_chosen else "false"},
    )
