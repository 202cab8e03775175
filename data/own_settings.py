"""What users change of themselves (manual: Dashboard, user settings)."""

from dataclasses import dataclass
from datetime import UTC, datetime

from data import values
from data.database import Database, Sql
from data.errors import AlreadyExists, InvalidInput
from data.events import EventKind, event
from data.log_in import confirm
from data.passwords import LONGEST_PASSWORD, check_password, hash_password
from data.scope import Role, Scope
from data.texts import N_, listed, told
from data.users import LONGEST_EMAIL, User, find, is_email, normalized

THEMES = ("light", "dark", "system")
LANGUAGES = ("en", "sv")
TITLES = {
    "first_name": N_("First name"),
    "last_name": N_("Last name"),
    "email": N_("Email"),
    "email_at_alarm": N_("Email at alarm"),
    "language": N_("Language"),
    "time_zone": "Time zone",
    "password": N_("Password"),
}
"""What the event log calls what users change of themselves."""


@dataclass(frozen=True)
class OwnSettings:
    """What users change of themselves (manual: Dashboard, user settings).

    time_zone: of the times in mails, an IANA name; empty: that of each site.
    """

    first_name: str
    last_name: str
    email: str
    email_at_alarm: bool
    theme: str
    language: str
    dashboard_windows: str
    time_zone: str = ""


def change_settings(scope: Scope, wanted: OwnSettings, password: str = "", new_password: str = "") -> User:
    """Change the scope's own user, all of it or nothing. A new password signs out every open session.

    Args:
        password: the present one, needed for another email or password. A wrong one counts like a failed log-in.
        new_password: empty to keep the present one.

    Returns: the user as it is now; a session of `password_changed_at` goes on.

    Raises:
        InvalidInput: a value that cannot be.
        LoginRefused: the present password is wrong, or must wait after too many failures.
        AlreadyExists: another user has the email.
    """
    user, email = find(scope.database, scope.user_id), normalized(wanted.email)
    _check_settings(wanted, new_password)
    if new_password or email != user.email:
        confirm(scope.database, user, password)
    changed = Sql(
        """UPDATE portal_user SET first_name = $first_name, last_name = $last_name, email = $email, theme = $theme,
               language = $language, email_at_alarm = $email_at_alarm, dashboard_windows = $dashboard_windows,
               time_zone = $time_zone, revision = revision + 1,
               password_hash = coalesce($hash::VARCHAR, password_hash),
               password_changed_at = CASE WHEN $hash::VARCHAR IS NULL THEN password_changed_at ELSE $now END
           WHERE user_id = $user_id AND NOT EXISTS (
               SELECT 1 FROM portal_user WHERE email = $email AND user_id <> $user_id AND removed_at IS NULL)
           RETURNING user_id""",
        {
            "user_id": user.user_id,
            "first_name": wanted.first_name.strip(),
            "last_name": wanted.last_name.strip(),
            "email": email,
            "theme": wanted.theme,
            "language": wanted.language,
            "email_at_alarm": wanted.email_at_alarm and scope.role is not Role.EV_USER,
            "dashboard_windows": wanted.dashboard_windows,
            "time_zone": wanted.time_zone,
            "hash": hash_password(new_password) if new_password else None,
            "now": datetime.now(UTC),
        },
    )
    if not scope.database.write([changed], changed=[("user", user.user_id)])[0].num_rows:
        raise AlreadyExists("user with the email", email)
    now = find(scope.database, user.user_id)
    _note_changes(scope.database, user, now)
    return now


def choose_theme(scope: Scope, theme: str) -> None:
    """Keep the scope's own user's theme.

    Raises:
        InvalidInput: there is no such theme.
    """
    if theme not in THEMES:
        raise InvalidInput("Theme", theme, "is none.")
    keep = "UPDATE portal_user SET theme = $theme WHERE user_id = $user_id AND theme <> $theme"
    scope.database.write([Sql(keep, {"theme": theme, "user_id": scope.user_id})], changed=[("user", scope.user_id)])


def _check_settings(wanted: OwnSettings, new_password: str) -> None:
    for field, text, longest in (
        ("Email", wanted.email, LONGEST_EMAIL),
        ("New password", new_password, LONGEST_PASSWORD),
    ):
        if len(text) > longest:
            raise InvalidInput(field, None, told("has more than %(longest)s characters.", longest=longest))
    values.line()("Last name", wanted.last_name)
    if not values.line()("First name", wanted.first_name):
        raise InvalidInput("First name", None, "may not be empty.")
    if not is_email(normalized(wanted.email)):
        raise InvalidInput("Email", wanted.email, "is no email address.")
    if wanted.theme not in THEMES:
        raise InvalidInput("Theme", wanted.theme, "is none.")
    if wanted.language not in LANGUAGES:
        raise InvalidInput("Language", wanted.language, "is none.")
    if wanted.time_zone:
        values.time_zone(TITLES["time_zone"], wanted.time_zone)
    if new_password:
        check_password(new_password)


def _note_changes(database: Database, before: User, now: User) -> None:
    """Write what changed into the event log; of a password only that it did."""
    changes = {name: [getattr(before, name), getattr(now, name)] for name in TITLES if name != "password"}
    changes = {name: pair for name, pair in changes.items() if pair[0] != pair[1]}
    if now.password_changed_at != before.password_changed_at:
        changes["password"] = ["", "changed"]
    if changes:
        titles = listed(told(TITLES[name]) for name in changes)
        text = told("%(who)s changed own %(fields)s.", who=now.email, fields=titles)
        details = {"record": f"portal_user:{now.user_id}", "changes": changes}
        note = event(EventKind.USER_CHANGED, text, user_id=now.user_id, details=details)
        database.write([note], changed=[("event", 0)])
