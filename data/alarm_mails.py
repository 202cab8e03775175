# ruff: noqa: S608 - the conditions come from the scope, values are bound
"""The daily mail of active alarms (manual: Email at alarm): to whom it is due, and what stands in it."""

from datetime import datetime, timedelta
from typing import NamedTuple

from data import alarms, users
from data.database import Database, Sql
from data.events import EventKind, event
from data.scope import Role, Scope
from data.texts import N_, told
from data.users import User

EVERY = timedelta(hours=24)
MOST_LINES = 500
CONTACT = "concat_ws(', ', nullif(contact_name, ''), nullif(contact_phone, ''))"
ZONE = "coalesce(nullif($zone, ''), site.time_zone)"
RECEIVERS = (Role.ADMINISTRATOR, Role.SITE_ADMINISTRATOR, Role.SUPPORT_USER)


class Line(NamedTuple):
    """One alarm, or one cause of many.

    raised_at: in `time_zone`: the receiver's, or else the site's.
    stations: how many lost contact at once; 0 for an alarm of one station.
    contact: whom to call about the site; empty: nobody is named.
    """

    site: str
    contact: str
    time_zone: str
    severity: str
    raised_at: datetime
    station: str
    connector_id: int
    kind: str
    description: str
    info: str
    vendor_error_code: str
    repeats: int
    stations: int


def due(database: Database, now: datetime) -> list[User]:
    """Return the users with Email at alarm whose last mail was sent 24 hours ago or earlier."""
    rows = database.query(
        """SELECT person.user_id FROM portal_user person LEFT JOIN alarm_mail last USING (user_id)
           WHERE email_at_alarm AND removed_at IS NULL AND role = ANY($roles)
             AND (mailed_at IS NULL OR mailed_at <= $before) ORDER BY person.user_id""",
        {"roles": [role.value for role in RECEIVERS], "before": now - EVERY},
    )
    return [users.find(database, user_id) for user_id in rows["user_id"].to_pylist()]


def lines(scope: Scope, time_zone: str = "") -> tuple[list[Line], int]:
    """Return the first active alarms of a user's sites, by site and severity, and how many there are in all.

    Args:
        time_zone: that the times are to be in; empty: each site's.
    """
    scope.require(*RECEIVERS, action=N_("see alarms"))
    condition, params = scope.sites("shown.site_id")
    rows = scope.database.query(
        f"""SELECT site.name AS site, {CONTACT} AS contact, {ZONE} AS time_zone, {alarms.SEVERITY} AS severity,
                   timezone({ZONE}, raised_at) AS raised_at, station.name AS station, connector_id, kind,
                   shown.description, info, vendor_error_code, repeats, stations, count(*) OVER () AS all_lines
            FROM (SELECT alarm.*, coalesce(lost.stations, 0) AS stations
                  FROM alarm LEFT JOIN lost_contact lost USING (alarm_id)
                  WHERE lost.alarm_id IS NULL OR lost.alarm_id = lost.cause_id) shown
            JOIN charging_station station USING (station_id) JOIN site ON site.site_id = shown.site_id
            WHERE {condition}
            ORDER BY site, site.site_id, severity, raised_at, alarm_id LIMIT {MOST_LINES}""",
        {**params, "zone": time_zone},
    )
    found = rows.to_pylist()
    count = found[0]["all_lines"] if found else 0
    return [Line(**{name: row[name] for name in Line._fields}) for row in found], count


def sent(database: Database, user: User, now: datetime, count: int) -> None:
    """Keep that a user got the mail: the next one is due in 24 hours."""
    one, many = (
        N_("A mail with 1 active alarm was sent to %(email)s."),
        N_("A mail with %(num)s active alarms was sent to %(email)s."),
    )
    _done(database, user, now, told(one if count == 1 else many, num=count, email=user.email))


def refused(database: Database, user: User, now: datetime, reason: str) -> None:
    """Keep that no mail server will take a user's mail: it is tried again in 24 hours."""
    _done(
        database,
        user,
        now,
        told("The mail with active alarms to %(email)s was refused: %(reason)s.", email=user.email, reason=reason),
    )


def away(database: Database, now: datetime, reason: str) -> None:
    """Tell administrators that mails wait for the mail server."""
    text = told("Mails wait, because the mail server does not take them: %(reason)s.", reason=reason)
    database.write([event(EventKind.MAIL, text, at=now)], [("event", 0)])


def _done(database: Database, user: User, now: datetime, text: str) -> None:
    keep = """INSERT INTO alarm_mail (user_id, mailed_at) VALUES ($user_id, $now)
              ON CONFLICT (user_id) DO UPDATE SET mailed_at = excluded.mailed_at"""
    database.write(
        [Sql(keep, {"user_id": user.user_id, "now": now}), event(EventKind.MAIL, text, at=now)], [("event", 0)]
    )
