# ruff: noqa: S608 - tables and conditions come from constants, values are bound
"""Why somebody does not find what was there before: who removed a node or a user, or moved it where, and when."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from data.errors import Gone, NotFound
from data.scope import Scope
from data.texts import N_, Told, told

REMOVED = N_("%(who)s removed the %(kind)s %(name)s.")
DELETED = N_("%(who)s deleted %(role)s %(email)s.")
"""What the event log says of a node that is removed, and of a user."""

_STANDING = """SELECT node.name, node.removed_at, time_zone, site.name || coalesce(', ' || floor.name, '') AS place
               FROM {table} node JOIN site USING (site_id) LEFT JOIN floor ON floor.floor_id = node.floor_id
               WHERE node.{key} = $id AND """
_ROWS = {
    "site": "SELECT name, removed_at, time_zone FROM site WHERE site_id = $id AND ",
    "floor": """SELECT floor.name, floor.removed_at, time_zone FROM floor JOIN site USING (site_id)
                WHERE floor_id = $id AND """,
    "charging_station": _STANDING.format(table="charging_station", key="station_id"),
    "grid_controller": _STANDING.format(table="grid_controller", key="grid_controller_id"),
    "outlet": """SELECT connector_id, station.name, outlet.removed_at, time_zone
                 FROM outlet JOIN charging_station station USING (station_id) JOIN site USING (site_id)
                 WHERE outlet_id = $id AND outlet.removed_at IS NOT NULL AND """,
}
"""Table → what is known of a node; one that was removed keeps its row."""

_WORDS = {
    "site": N_("site"),
    "floor": N_("floor"),
    "charging_station": N_("charging station"),
    "grid_controller": N_("grid controller"),
    "outlet": N_("outlet"),
}
_REMOVES = f"template IN ('{REMOVED}', '{DELETED}')"
_MOVES = "(contains(details, '\"site_id\": [') OR contains(details, '\"floor_id\": ['))"
_LEAVES = "contains(details, '\"site_id\": [')"
_SITES = "contains(details, '\"site_ids\": [')"
_WHO = "coalesce(trim(first_name || ' ' || last_name), 'Charge Portal') AS who"


class _Deed(NamedTuple):
    """What the event log has of somebody's deed. called: the node's name then, where it is noted."""

    who: str
    at: str
    called: str = ""


def missing(scope: Scope, table: str, row_id: int) -> NotFound:
    """Return why a user does not find a node: Gone where it was there, until somebody removed or moved it."""
    if table not in _ROWS:
        return NotFound(table.replace("_", " "), row_id)
    kind = _WORDS[table]
    sites, params = scope.sites("site.site_id")
    rows = scope.database.query(_ROWS[table] + sites, {"id": row_id, **params}).to_pylist()
    if rows:
        return _gone(scope, table, row_id, rows[0])
    if table == "outlet":  # it is where its station is
        stations = scope.database.query("SELECT station_id FROM outlet WHERE outlet_id = $id", {"id": row_id})
        why = missing(scope, "charging_station", stations["station_id"][0].as_py()) if stations.num_rows else None
        return why if isinstance(why, Gone) else NotFound(kind, row_id)
    left = _deed(scope, table, row_id, _LEAVES) if scope.site_ids is not None else None
    return _moved(kind, left.called, told("another site"), left) if left else NotFound(kind, row_id)


def user(scope: Scope, user_id: int, email: str, removed_at: datetime) -> Gone:
    """Return why a user is not there any more; for administrators."""
    zone = scope.database.query("SELECT time_zone FROM system")["time_zone"][0].as_py()
    deed = _deed(scope, "portal_user", user_id, _REMOVES)
    return _removed("user", email, deed or _imported(scope, removed_at, zone))


def alarm(scope: Scope, alarm_ids: Iterable[int]) -> NotFound:
    """Return why none of some alarms is active any more: who cleared the last of them."""
    ids = list(alarm_ids)
    sites, params = scope.sites("past.site_id")
    rows = scope.database.query(
        f"""SELECT past.description, cleared_at, cleared_by, site.time_zone, {_WHO}
            FROM alarm_history past JOIN site USING (site_id) LEFT JOIN portal_user ON user_id = cleared_by
            WHERE alarm_id = ANY($ids) AND {sites} ORDER BY cleared_at DESC LIMIT 1""",
        {"ids": ids, **params},
    ).to_pylist()
    if not rows:
        return NotFound("alarm", min(ids, default=0))
    row, what = rows[0], rows[0]["description"]
    words = {"alarm": told(what), "time": _time(row["cleared_at"], row["time_zone"])}
    if row["cleared_by"] is None:
        return Gone("alarm", what, told("The alarm %(alarm)s cleared by itself at %(time)s.", **words))
    words |= {"who": row["who"]}
    return Gone("alarm", what, told("%(who)s cleared the alarm %(alarm)s at %(time)s.", **words))


def shut_out(scope: Scope) -> Told | None:
    """Tell who changed the user's sites last, for one who has something open of a site that is no longer theirs."""
    deed = _deed(scope, "portal_user", scope.user_id, _SITES)
    return told("%(who)s changed your sites at %(time)s.", who=deed.who, time=deed.at) if deed else None


def _gone(scope: Scope, table: str, row_id: int, row: dict[str, Any]) -> NotFound:
    kind, name = _WORDS[table], row["name"]
    if table == "outlet":
        name = told("%(number)s of %(station)s", number=row["connector_id"], station=name)
    if row["removed_at"] is None:
        if "place" not in row:  # sites and floors move nowhere: it is not where it was looked for
            return NotFound(kind, name)
        return _moved(kind, name, row["place"], _deed(scope, table, row_id, _MOVES))
    deed = _deed(scope, table, row_id, _REMOVES)
    return _removed(kind, name, deed or _imported(scope, row["removed_at"], row["time_zone"]))


def _removed(kind: str, name: str, deed: _Deed) -> Gone:
    words = {"who": deed.who, "kind": told(kind), "name": name, "time": deed.at}
    return Gone(kind, name, told("%(who)s removed the %(kind)s %(name)s at %(time)s.", **words))


def _moved(kind: str, name: str, place: str, deed: _Deed | None) -> Gone:
    words = {"kind": told(kind), "name": name, "place": place}
    if deed is None:
        return Gone(kind, name, told("The %(kind)s %(name)s was moved to %(place)s.", **words))
    words |= {"who": deed.who, "time": deed.at}
    return Gone(kind, name, told("%(who)s moved the %(kind)s %(name)s to %(place)s at %(time)s.", **words))


def _deed(scope: Scope, table: str, row_id: int, what: str) -> _Deed | None:
    """Return the last of the deeds with a row that the user may know of."""
    sites, params = scope.sites("event.site_id") if table != "portal_user" else ("TRUE", {})
    rows = scope.database.query(
        f"""SELECT logged_at, {_WHO}, arguments, coalesce(site.time_zone, system.time_zone) AS time_zone
            FROM event CROSS JOIN system LEFT JOIN portal_user USING (user_id)
            LEFT JOIN site ON site.site_id = event.site_id
            WHERE kind IN ('configuration changed', 'user changed') AND details LIKE $record AND {what} AND {sites}
            ORDER BY logged_at DESC LIMIT 1""",
        {"record": f'{{"record": "{table}:{row_id}"%', **params},
    ).to_pylist()
    if not rows:
        return None
    row = rows[0]
    called = json.loads(row["arguments"] or "{}").get("name", "")
    return _Deed(row["who"], _time(row["logged_at"], row["time_zone"]), str(called))


def _imported(scope: Scope, at: datetime, time_zone: str) -> _Deed:
    """Return the deed of an import: it notes no event for each node."""
    rows = scope.database.query(
        f"""SELECT {_WHO} FROM import JOIN portal_user USING (user_id)
            WHERE kind <> 'sessions' AND $at BETWEEN started_at AND ended_at""",
        {"at": at},
    ).to_pylist()
    return _Deed(rows[0]["who"] if rows else told("Somebody"), _time(at, time_zone))


def _time(at: datetime, time_zone: str) -> str:
    return f"{at.astimezone(ZoneInfo(time_zone)):%Y-%m-%d %H:%M}"
