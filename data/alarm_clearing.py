"""Clear an alarm by hand (manual: Alarms), and take that back."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from data import alarms, gone
from data.database import Batch, Change, Sql
from data.errors import Gone
from data.events import EventKind, event
from data.scope import Role, Scope
from data.texts import N_, told

CLEARERS = (Role.ADMINISTRATOR, Role.SITE_ADMINISTRATOR, Role.SUPPORT_USER)
UNDO_WITHIN = timedelta(minutes=1)

OUT_OF_HISTORY = """INSERT INTO alarm BY NAME
    SELECT past.* EXCLUDE (cleared_at, cleared_by), raised_at AS repeated_at FROM alarm_history past
    WHERE alarm_id = ANY($ids) AND cleared_by IS NOT NULL"""


def clear(scope: Scope, alarm_ids: Sequence[int]) -> list[int]:
    """Close alarms by hand; the next report of the station opens one again. Return those that were still active.

    Raises:
        NotPermitted: an EV user has no alarms.
        NotFound: none is active in the user's scope.
    """
    scope.require(*CLEARERS, action=N_("clear alarms"))
    wanted = set(alarm_ids)
    found = [alarm for alarm in alarms.active(scope) if alarm["alarm_id"] in wanted]
    if not found:
        raise gone.alarm(scope, wanted)
    ids = [alarm["alarm_id"] for alarm in found]
    params = {"ids": ids, "now": datetime.now(UTC), "user": scope.user_id}
    kept = f"{alarms.HISTORY}, $now AS cleared_at, $user AS cleared_by FROM alarm WHERE alarm_id = ANY($ids)"
    _write(
        scope,
        [Sql(kept, params), Sql("DELETE FROM alarm WHERE alarm_id = ANY($ids)", {"ids": ids})],
        found,
        N_("The alarm %(description)s was cleared."),
    )
    return ids


def undo(scope: Scope, alarm_ids: Sequence[int]) -> list[int]:
    """Make alarms active again that the user cleared a moment ago, unless their station has told of itself since.

    Raises:
        NotPermitted: an EV user has no alarms.
        NotFound: the user cleared none of them within the last minute.
    """
    scope.require(*CLEARERS, action=N_("clear alarms"))
    rows = scope.database.query(
        """SELECT past.* FROM alarm_history past
           WHERE alarm_id = ANY($ids) AND cleared_by = $user AND cleared_at > $since
             AND NOT EXISTS (SELECT 1 FROM alarm WHERE alarm.station_id = past.station_id
                             AND alarm.connector_id = past.connector_id AND alarm.kind = past.kind)
             AND NOT EXISTS (SELECT 1 FROM outlet_state status WHERE status.station_id = past.station_id
                             AND status.connector_id = past.connector_id AND logged_at > cleared_at)
             AND NOT EXISTS (SELECT 1 FROM station_state state WHERE state.station_id = past.station_id
                             AND greatest(connected_at, booted_at) > cleared_at)""",
        {"ids": list(alarm_ids), "user": scope.user_id, "since": datetime.now(UTC) - UNDO_WITHIN},
    )
    found = [alarm for alarm in rows.to_pylist() if scope.sees_site(alarm["site_id"])]
    if not found:
        why = told("That is not taken back any more: a minute has passed, or the station has told of itself since.")
        raise Gone("alarm", min(alarm_ids, default=0), why)
    ids = {"ids": [alarm["alarm_id"] for alarm in found]}
    taken = "DELETE FROM alarm_history WHERE alarm_id = ANY($ids) AND cleared_by IS NOT NULL"
    _write(scope, [Sql(OUT_OF_HISTORY, ids), Sql(taken, ids)], found, N_("The alarm %(description)s is active again."))
    return ids["ids"]


def _write(scope: Scope, statements: list[Sql | Batch], found: list[dict[str, Any]], template: str) -> None:
    descriptions = [alarm["description"] for alarm in found]
    events = [
        event(
            EventKind.ALARM_CLEARED,
            told(template, description=told(what)),
            site_id=alarm["site_id"],
            station_id=alarm["station_id"],
            connector_id=alarm["connector_id"],
            user_id=scope.user_id,
        )
        for alarm, what in zip(found, descriptions, strict=True)
    ]
    changed: set[Change] = {("alarm", alarm["station_id"]) for alarm in found}
    changed |= {("event", alarm["site_id"]) for alarm in found}
    scope.database.write([*statements, *events], changed=sorted(changed))
