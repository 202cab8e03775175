# ruff: noqa: S608 - tables and column expressions come from constants, values are bound
"""The users as User provisioning lists them: searched, filtered, sorted, within the chosen node."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from data import filters, paging
from data.errors import InvalidInput
from data.filters import FilterModel, SortModel
from data.nodes import Node
from data.paging import EXCEL_ROWS, Column, Run, Terms, at, text
from data.scope import Condition, Role, Scope
from data.texts import N_, told

ROLE_WORDS = {
    Role.EV_USER: "EV user",
    Role.SITE_ADMINISTRATOR: "Site administrator",
    Role.ADMINISTRATOR: "Administrator",
    Role.SUPPORT_USER: "Support user",
}
"""Role → what stands in the column `role`, most frequent first."""
OF_SITES = (Role.EV_USER, Role.SITE_ADMINISTRATOR)
"""Who charges at a site, and who administers it: the others manage the whole system."""
READERS = (Role.ADMINISTRATOR, Role.SITE_ADMINISTRATOR)
COLUMNS: Mapping[str, Column] = {
    "name": text("name"),
    "email": text("email"),
    "role": text("role", {word: word for word in ROLE_WORDS.values()}),
    "site": text("site", {"All sites": "All sites"}),
    "rfid": text("rfid"),
    "at_alarm": text("at_alarm", {"Yes": "Yes", "No": "No"}),
    "last_login": at("last_login_at"),
    "find": text("name || ' ' || email || ' ' || rfid"),
}
"""`find` is what the search field looks through; no column of the table."""
SHOWN = [name for name in COLUMNS if name != "find"]


@dataclass(frozen=True)
class Page:
    """Rows with user_id and the columns `SHOWN`, times in the system's zone; count: how many there are in all."""

    rows: pa.Table
    count: int


def page(
    scope: Scope, node: Node | None, filter_model: FilterModel, sort_model: SortModel, start: int, end: int
) -> Page:
    """Return rows start to end (excluded) of the filtered and sorted table.

    Raises:
        NotPermitted: the role has no users.
        InvalidInput: a filter or sort that cannot be, or more rows than a file may have.
    """
    if end - start > EXCEL_ROWS:
        raise InvalidInput(N_("Rows"), f"{start}–{end}", told("are more than %(most)s.", most=EXCEL_ROWS))
    condition, terms = _selection(scope, node, filter_model), _terms(sort_model)
    runs, found = paging.find(scope.database, _users(scope), condition, terms, max(start, 0), end)
    order = paging.order_by(terms)
    return Page(
        pa.concat_tables([_rows(scope, run, order) for run in runs or [Run(("FALSE", scope.sites()[1]), 0, 0)]]),
        found,
    )


def count(scope: Scope, node: Node | None, filter_model: FilterModel) -> int:
    """Return how many rows the filtered table has."""
    return sum(count_roles(scope, node, filter_model).values())


def count_roles(scope: Scope, node: Node | None, filter_model: FilterModel) -> dict[Role, int]:
    """Return how many rows of each role the filtered table has; every role is there that this user can see."""
    sql, params = _selection(scope, node, filter_model)
    users = _users(scope)
    question = f"SELECT role, count(*) AS rows FROM {users.sql} WHERE {sql} GROUP BY role"
    found = {row["role"]: row["rows"] for row in paging.ask(scope.database, users, question, params)}
    seen = ROLE_WORDS if scope.site_ids is None else OF_SITES
    return {role: found.get(ROLE_WORDS[role], 0) for role in seen}


def export(scope: Scope, node: Node | None, filter_model: FilterModel, sort_model: SortModel) -> pa.Table:
    """Return the first 64,000 rows of the filtered table in its order, with the columns of `page`."""
    return page(scope, node, filter_model, sort_model, 0, EXCEL_ROWS).rows


def find(scope: Scope, user_id: int) -> dict[str, Any] | None:
    """Return a row of the table, None where this user has no such row."""
    users = _users(scope)
    sql, params = _selection(scope, None, {})
    rows = paging.ask(
        scope.database,
        users,
        f"SELECT user_id, name, email, role FROM {users.sql} WHERE {sql} AND user_id = $id",
        {**params, "id": user_id},
    )
    return rows[0] if rows else None


def _selection(scope: Scope, node: Node | None, filter_model: FilterModel) -> Condition:
    scope.require(*READERS, action=N_("see users"))
    scoped, params = _there(scope, node)
    filtered, values = filters.where(filter_model, COLUMNS, {_zone(scope): ()})
    return f"{scoped} AND {filtered}", {**params, **values}


def _there(scope: Scope, node: Node | None) -> Condition:
    """Limit users to those who charged at a node or have rights there.

    A site administrator sees own sites' EV users and site administrators, not who manages the whole system.
    """
    if scope.site_ids is None and (node is None or node.kind == "system"):
        return "TRUE", {}
    charged, params = scope.condition(node)
    sites, site_params = scope.sites("site_id")
    at_site = ""
    if node is not None and node.site_id is not None:
        at_site, site_params = " AND site_id = $of_site", {**site_params, "of_site": node.site_id}
    everywhere = "role IN ('Administrator', 'Support user')" if scope.site_ids is None else "FALSE"
    return (
        f"""(role = 'EV user' AND user_id IN (
                SELECT user_id FROM session WHERE {charged} UNION SELECT user_id FROM open_transaction WHERE {charged})
             OR role = 'Site administrator' AND user_id IN (SELECT user_id FROM user_site WHERE {sites}{at_site})
             OR {everywhere})""",
        {**params, **site_params},
    )


def _users(scope: Scope) -> paging.Table:
    """Return the users with what this user may see of them: a site of others has no name here."""
    sites, _params = scope.sites("site_id")
    return paging.Table(
        f"""(SELECT person.user_id, trim(first_name || ' ' || last_name) AS name, email,
                    CASE role WHEN 'ev_user' THEN 'EV user' WHEN 'site_administrator' THEN 'Site administrator'
                              WHEN 'support_user' THEN 'Support user' ELSE 'Administrator' END AS role,
                    CASE role WHEN 'site_administrator' THEN coalesce(own.sites, '') WHEN 'ev_user' THEN ''
                              ELSE 'All sites' END AS site,
                    coalesce(held.tags, '') AS rfid, last_login_at,
                    CASE WHEN role = 'ev_user' THEN '' WHEN email_at_alarm THEN 'Yes' ELSE 'No' END AS at_alarm
             FROM portal_user person
             LEFT JOIN (SELECT user_id, string_agg(id_tag, ', ' ORDER BY id_tag) AS tags
                        FROM id_tag GROUP BY user_id) held ON held.user_id = person.user_id
             LEFT JOIN (SELECT user_id, string_agg(name, ', ' ORDER BY name) AS sites
                        FROM user_site JOIN site USING (site_id) WHERE removed_at IS NULL AND {sites}
                        GROUP BY user_id) own ON own.user_id = person.user_id
             WHERE person.removed_at IS NULL) person""",
        frozenset({"user", "topology", "session"}),
    )


def _terms(sort_model: SortModel) -> Terms:
    terms = dict(filters.order(sort_model, COLUMNS))
    terms.setdefault("name", False)
    chosen = [(COLUMNS[name], descending) for name, descending in terms.items()]
    return [*chosen, (Column("number", "user_id"), False)]


def _rows(scope: Scope, run: Run, order: str) -> pa.Table:
    sql, params = run.condition
    shown = ", ".join(f"{COLUMNS[name].sql} AS {name}" for name in SHOWN if name != "last_login")
    zone = ZoneInfo(_zone(scope))
    rows = scope.database.query(
        f"""SELECT user_id, {shown}, last_login_at FROM {_users(scope).sql}
            WHERE {sql} ORDER BY {order} LIMIT {run.end - run.start} OFFSET {run.start}""",
        params,
    )
    logins = [_local(login, zone) for login in rows["last_login_at"].to_pylist()]
    rows = rows.append_column("last_login", pa.array(logins, pa.timestamp("us")))
    return rows.drop_columns(["last_login_at"])


def _local(when: datetime | None, zone: ZoneInfo) -> datetime | None:
    return when.astimezone(zone).replace(tzinfo=None) if when else None


def _zone(scope: Scope) -> str:
    [row] = paging.ask(scope.database, _users(scope), "SELECT time_zone FROM system", {})
    return str(row["time_zone"])
