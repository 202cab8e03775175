"""What somebody has put on rows that an import made, so that it cannot be undone."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from data.database import Database
from data.imports.journal import Row, Step
from data.imports.restoring import TABLES
from data.texts import N_, told


class Later(NamedTuple):
    """What somebody may have put on a row since.

    subject: the row's table.
    sql: gives the row's `id`, and the `key` of what stands on it.
    made_as: the subject of what stands on it, where the import itself may have made that.
    """

    subject: str
    told: str
    sql: str
    made_as: str = ""


CONTROLLER = "'' AS key FROM grid_controller WHERE removed_at IS NULL"
BUILT_ON: Sequence[Later] = (
    Later("charging_station", N_("has connected since"), "SELECT station_id AS id, '' AS key FROM station_state"),
    Later(
        "charging_station",
        N_("has other charging sessions"),
        """SELECT DISTINCT station_id AS id, '' AS key FROM session
           WHERE station_id = ANY($ids) AND import_id IS DISTINCT FROM $import_id""",
    ),
    Later("charging_station", N_("is charging"), "SELECT station_id AS id, '' AS key FROM open_transaction"),
    Later(
        "charging_station",
        N_("has another outlet"),
        "SELECT station_id AS id, station_id || '/' || connector_id AS key FROM outlet WHERE removed_at IS NULL",
        "outlet",
    ),
    Later(
        "floor",
        N_("has another charging station"),
        "SELECT floor_id AS id, CAST(station_id AS VARCHAR) AS key FROM charging_station WHERE removed_at IS NULL",
        "charging_station",
    ),
    Later(
        "floor",
        N_("has a grid controller"),
        f"SELECT floor_id AS id, {CONTROLLER}",
    ),
    Later(
        "site",
        N_("has another charging station"),
        "SELECT site_id AS id, CAST(station_id AS VARCHAR) AS key FROM charging_station WHERE removed_at IS NULL",
        "charging_station",
    ),
    Later(
        "site",
        N_("has another floor"),
        "SELECT site_id AS id, CAST(floor_id AS VARCHAR) AS key FROM floor WHERE removed_at IS NULL",
        "floor",
    ),
    Later("site", N_("has a grid controller"), f"SELECT site_id AS id, {CONTROLLER}"),
    Later("site", N_("has a site administrator"), "SELECT site_id AS id, '' AS key FROM user_site"),
    Later(
        "portal_user",
        N_("has charging sessions"),
        "SELECT DISTINCT user_id AS id, '' AS key FROM session WHERE user_id = ANY($ids)",
    ),
    Later("portal_user", N_("is charging"), "SELECT user_id AS id, '' AS key FROM open_transaction"),
    Later(
        "portal_user",
        N_("has logged in since"),
        "SELECT user_id AS id, '' AS key FROM portal_user WHERE last_login_at IS NOT NULL",
    ),
    Later("portal_user", N_("has another RFID"), "SELECT user_id AS id, id_tag AS key FROM id_tag", "id_tag"),
    Later(
        "portal_user",
        N_("has another site"),
        "SELECT user_id AS id, user_id || '/' || site_id AS key FROM user_site",
        "user_site",
    ),
)


def built_on(database: Database, import_id: int, later: Later, steps: Sequence[Step]) -> Iterator[str]:
    """Yield what stands on rows that an import made, and was not made by it."""
    made: dict[Any, str] = {
        step.after[0]: step.name for step in steps if step.subject == later.subject and not step.before and step.after
    }
    if not made:
        return
    own = {key_of(step.subject, step.after) for step in steps if step.subject == later.made_as and step.after}
    params = {name: value for name, value in (("ids", list(made)), ("import_id", import_id)) if f"${name}" in later.sql}
    for row in database.query(later.sql, params).to_pylist():
        if row["id"] in made and not (row["key"] and row["key"] in own):
            name, kind = made[row["id"]], told(TABLES[later.subject].word)
            yield told("%(kind)s %(name)s %(what)s", kind=kind, name=name, what=told(later.told))


def key_of(subject: str, row: Row) -> str:
    """Write what tells a row from others of its table."""
    return "/".join(map(str, row[:2] if subject in ("outlet", "user_site") else row[:1]))
