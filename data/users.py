"""Portal users: who they are, their scope, and adding them."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from data.database import Database, Sql
from data.errors import AlreadyExists, InvalidInput, NotFound
from data.passwords import check_password, generate_password, hash_password
from data.scope import Role, Scope
from data.texts import N_

LONGEST_NAME, LONGEST_EMAIL = 100, 320
OWN_PASSWORD = N_("of your own is changed in User settings, with your present password.")


@dataclass(frozen=True)
class User:
    """A user as kept. time_zone: of the times in mails, an IANA name; empty: that of each site."""

    user_id: int
    role: Role
    first_name: str
    last_name: str
    email: str
    password_changed_at: datetime
    email_at_alarm: bool
    language: str
    theme: str
    dashboard_windows: str
    time_zone: str
    site_ids: frozenset[int]

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


@dataclass(frozen=True)
class NewUser:
    """A user to create. Sites are a site administrator's, id tags an EV user's."""

    role: Role
    first_name: str
    last_name: str
    email: str
    password: str
    email_at_alarm: bool = False
    site_ids: Sequence[int] = ()


_SELECT = """
SELECT u.user_id, u.role, u.first_name, u.last_name, u.email, u.password_changed_at, u.email_at_alarm, u.language,
       u.theme, u.dashboard_windows, u.time_zone, u.password_hash,
       (SELECT list(s.site_id) FROM user_site s WHERE s.user_id = u.user_id) AS site_ids
FROM portal_user u
WHERE u.removed_at IS NULL AND """


def find(database: Database, user_id: int) -> User:
    """Return a user.

    Raises:
        NotFound: there is none, or it was removed.
    """
    row = row_of(database, "u.user_id = $key", user_id)
    if row is None:
        raise NotFound("user", user_id)
    return user_of(row)


def scope_of(database: Database, user: User) -> Scope:
    """Return what a user may see: own sites for a site administrator, else every site."""
    own = user.site_ids if user.role is Role.SITE_ADMINISTRATOR else None
    return Scope(database, user.user_id, user.role, own)


def normalized(email: str) -> str:
    """Return an email as it is kept and compared: one spelling for what looks the same, lower case."""
    return unicodedata.normalize("NFC", email.strip().lower())


def is_email(text: str) -> bool:
    """Tell whether a text can be an email address: one @ with something on both sides, nothing unseen in it."""
    name, at, host = text.partition("@")
    return bool(name and at and host) and "@" not in host and text.isprintable() and " " not in text


def create(scope: Scope, new: NewUser) -> int:
    """Create a user and return its id.

    Raises:
        NotPermitted: the scope is no administrator's.
        InvalidInput: the email is none, the name is empty or the password is too easily guessed.
        AlreadyExists: another user has the email.
    """
    scope.require(Role.ADMINISTRATOR, action=N_("add users"))
    return _insert(scope.database, new)


def change_password(database: Database, user_id: int, password: str) -> None:
    """Set a password. Every open session of the user is signed out.

    Raises:
        InvalidInput: the password is too easily guessed.
    """
    check_password(password)
    statement = Sql(
        "UPDATE portal_user SET password_hash = $hash, password_changed_at = $now WHERE user_id = $user_id",
        {"hash": hash_password(password), "now": datetime.now(UTC), "user_id": user_id},
    )
    database.write([statement], changed=[("user", user_id)])


def ensure_administrator(database: Database, email: str, password: str) -> str | None:
    """Create the first administrator when there is no administrator at all.

    Args:
        password: empty to have one generated.

    Returns: the generated password, to be shown once; None when none was generated.
    """
    there = database.query(
        "SELECT 1 FROM portal_user WHERE role = $role AND removed_at IS NULL LIMIT 1",
        {"role": Role.ADMINISTRATOR.value},
    )
    if there.num_rows:
        return None
    generated = None if password else generate_password()
    _insert(database, NewUser(Role.ADMINISTRATOR, "Portal", "Administrator", email, password or generated or ""))
    return generated


def row_of(database: Database, where: str, key: object) -> dict[str, Any] | None:
    rows = database.query(_SELECT + where, {"key": key}).to_pylist()
    return rows[0] if rows else None


def user_of(row: dict[str, Any]) -> User:
    values = {name: value for name, value in row.items() if name not in ("password_hash", "role", "site_ids")}
    return User(role=Role(row["role"]), site_ids=frozenset(row["site_ids"] or ()), **values)


def _insert(database: Database, new: NewUser) -> int:
    email = normalized(new.email)
    if not is_email(email):
        raise InvalidInput("Email", new.email, "is no email address.")
    if not new.first_name.strip():
        raise InvalidInput("First name", None, "may not be empty.")
    check_password(new.password)
    (drawn,) = database.write([Sql("SELECT nextval('user_id') AS user_id")])
    user_id = int(drawn["user_id"][0].as_py())
    insert = Sql(
        """INSERT INTO portal_user (user_id, role, first_name, last_name, email, password_hash, password_changed_at,
                                    email_at_alarm)
           SELECT $user_id, $role, $first_name, $last_name, $email, $hash, $now, $email_at_alarm
           WHERE NOT EXISTS (SELECT 1 FROM portal_user WHERE email = $email AND removed_at IS NULL)
           RETURNING user_id""",
        {
            "user_id": user_id,
            "role": new.role.value,
            "first_name": new.first_name.strip(),
            "last_name": new.last_name.strip(),
            "email": email,
            "hash": hash_password(new.password),
            "now": datetime.now(UTC),
            "email_at_alarm": new.email_at_alarm,
        },
    )
    sites = [
        Sql(
            """INSERT INTO user_site (user_id, site_id)
               SELECT $user_id, $site_id WHERE EXISTS (SELECT 1 FROM portal_user WHERE user_id = $user_id)""",
            {"user_id": user_id, "site_id": site_id},
        )
        for site_id in sorted(set(new.site_ids))
    ]
    inserted = database.write([insert, *sites], changed=[("user", user_id)])[0]
    if not inserted.num_rows:
        raise AlreadyExists("user with the email", email)
    return user_id
