"""Portal users: their passwords, their log-in, their scope."""

import ipaddress
import math
import os
import secrets
import string
import threading
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import argon2

from data.database import Batch, Database, Sql
from data.errors import AlreadyExists, InvalidInput, LoginRefused, NotFound
from data.events import EventKind, event
from data.scope import Role, Scope

SHORTEST_PASSWORD = 8

FREE_FAILURES = {"account": 5, "address": 20}
"""Failed log-ins before each next one waits. An address may be a whole company's, so it has more."""
LONGEST_WAIT_S = {"account": 15, "address": 300}
"""An account waits briefly: whoever guesses at it from many addresses must not lock its owner out."""
FORGET_AFTER_S = 24 * 3600

_hasher = argon2.PasswordHasher()
_hashing = threading.BoundedSemaphore(os.cpu_count() or 1)  # each takes 64 MiB


@dataclass(frozen=True)
class User:
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
       u.theme, u.dashboard_windows, u.password_hash,
       (SELECT list(s.site_id) FROM user_site s WHERE s.user_id = u.user_id) AS site_ids
FROM portal_user u
WHERE u.removed_at IS NULL AND """


def find(database: Database, user_id: int) -> User:
    """Return a user.

    Raises:
        NotFound: there is none, or it was removed.
    """
    row = _row(database, "u.user_id = $key", user_id)
    if row is None:
        raise NotFound("user", user_id)
    return _user(row)


def scope_of(database: Database, user: User) -> Scope:
    """Return what a user may see: own sites for a site administrator, else every site."""
    own = user.site_ids if user.role is Role.SITE_ADMINISTRATOR else None
    return Scope(database, user.user_id, user.role, own)


def authenticate(database: Database, email: str, password: str, address: str) -> User:
    """Return the user of an email and password.

    Each attempt is counted before the password is looked at, so that many guesses at once wait like many in a row.

    Raises:
        LoginRefused: the pair is wrong, or this account or address must wait after too many failures. Which of email
            and password was wrong is not told, by the time it takes neither.
    """
    keys = {"address": f"address:{_network(address)}", "account": f"account:{normalized(email)}"}
    for kind, key in keys.items():  # the address first: while it waits, it cannot make an account wait
        _count_attempt(database, kind, key)
    row = _row(database, "u.email = $key", normalized(email))
    if not is_password(password, row["password_hash"] if row else _hash_of_nobody()) or row is None:
        database.write([_log_in_failed(row, address)], changed=[("event", 0)])
        raise LoginRefused()
    user = _user(row)
    database.write(
        [
            Sql(
                "DELETE FROM login_failure WHERE key = $key OR failed_at < $old",
                {"key": keys["account"], "old": datetime.now(UTC) - timedelta(seconds=FORGET_AFTER_S)},
            ),
            Sql("UPDATE login_failure SET failures = failures - 1 WHERE key = $key", {"key": keys["address"]}),
            event(EventKind.LOGGED_IN, f"{user.email} logged in from {address}.", user_id=user.user_id),
        ],
        changed=[("event", 0)],
    )
    return user


def note_log_out(database: Database, user: User, address: str) -> None:
    """Write a log-out into the event log."""
    text = f"{user.email} logged out from {address}."
    database.write([event(EventKind.LOGGED_OUT, text, user_id=user.user_id)], changed=[("event", 0)])


def hash_password(password: str) -> str:
    """Return the argon2id hash of a password. It takes long on purpose."""
    with _hashing:
        return _hasher.hash(password)


def is_password(password: str, password_hash: str) -> bool:
    """Tell whether a hash is this password's. It takes long on purpose."""
    try:
        with _hashing:
            return _hasher.verify(password_hash, password)
    except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
        return False


def normalized(email: str) -> str:
    """Return an email as it is kept and compared: one spelling for what looks the same, lower case."""
    return unicodedata.normalize("NFC", email.strip().lower())


def is_email(text: str) -> bool:
    """Tell whether a text can be an email address: one @ with something on both sides, nothing unseen in it."""
    name, at, host = text.partition("@")
    return bool(name and at and host) and "@" not in host and text.isprintable() and " " not in text


def check_password(password: str) -> None:
    """Refuse a password that is too easily guessed.

    Raises:
        InvalidInput: it has fewer than 8 characters, no letter or no digit (manual: Password).
    """
    letters, digits = any(c.isalpha() for c in password), any(c.isdigit() for c in password)
    if len(password) < SHORTEST_PASSWORD or not letters or not digits:
        raise InvalidInput("Password", None, f"needs at least {SHORTEST_PASSWORD} characters with letters and digits.")


def create(scope: Scope, new: NewUser) -> int:
    """Create a user and return its id.

    Raises:
        NotPermitted: the scope is no administrator's.
        InvalidInput: the email is none, the name is empty or the password is too easily guessed.
        AlreadyExists: another user has the email.
    """
    scope.require(Role.ADMINISTRATOR, action="add users")
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


def generate_password() -> str:
    """Return a random password that keeps the rule and can be read out loud."""
    alphabet = "".join(sorted(set(string.ascii_letters + string.digits) - set("0O1lI")))
    while True:
        password = "-".join("".join(secrets.choice(alphabet) for _ in range(5)) for _ in range(3))
        if any(c.isdigit() for c in password):
            return password


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


def _count_attempt(database: Database, kind: str, key: str) -> None:
    """Count an attempt as failed, or refuse it while its key waits: 1 s after the free ones, then twice as long."""
    now, free, longest = datetime.now(UTC), FREE_FAILURES[kind], LONGEST_WAIT_S[kind]
    wait = "CASE WHEN failures < $free THEN 0 ELSE least(power(2, least(failures - $free, 20)), $longest) END"
    params = {"key": key, "now": now, "free": free, "longest": longest, "forget": FORGET_AFTER_S}
    attempt = Sql(
        f"""INSERT INTO login_failure AS f VALUES ($key, 1, $now) ON CONFLICT (key) DO UPDATE SET
            failures = CASE WHEN f.failed_at < $now - to_seconds($forget) THEN 1 ELSE f.failures + 1 END,
            failed_at = $now
            WHERE f.failed_at <= $now - to_seconds({wait}) RETURNING failures""",  # noqa: S608 - a constant, no value
        params,
    )
    if database.write([attempt])[0].num_rows:
        return
    left = database.query(
        f"SELECT failed_at + to_seconds({wait}) AS until FROM login_failure WHERE key = $key",  # noqa: S608 - as above
        {"key": key, "free": free, "longest": longest},
    )
    until = left["until"][0].as_py() if left.num_rows else now
    raise LoginRefused(max(1, math.ceil((until - now).total_seconds())))


def _row(database: Database, where: str, key: object) -> dict[str, Any] | None:
    rows = database.query(_SELECT + where, {"key": key}).to_pylist()
    return rows[0] if rows else None


def _user(row: dict[str, Any]) -> User:
    values = {name: value for name, value in row.items() if name not in ("password_hash", "role", "site_ids")}
    return User(role=Role(row["role"]), site_ids=frozenset(row["site_ids"] or ()), **values)


def _log_in_failed(row: dict[str, Any] | None, address: str) -> Batch:
    """Note a failed log-in. What was typed is never kept: people type passwords into the wrong field."""
    whose = row["email"] if row else "an unknown email"
    user_id = row["user_id"] if row else None
    return event(EventKind.LOG_IN_FAILED, f"A log-in as {whose} from {address} failed.", user_id=user_id)


def _network(address: str) -> str:
    """Return whom an address stands for: with IPv6 everybody has a whole /64 of them."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(ip, ipaddress.IPv4Address):
        return str(ip)
    return str(ip.ipv4_mapped or ipaddress.ip_network((ip, 64), strict=False))


@cache
def _hash_of_nobody() -> str:
    """A hash to check against when there is no such user, so that the answer takes as long."""
    return hash_password(secrets.token_hex())


THEMES = ("light", "dark", "system")
LONGEST_NAME, LONGEST_EMAIL, LONGEST_PASSWORD = 100, 320, 1024


@dataclass(frozen=True)
class OwnSettings:
    """What users change of themselves (manual: Dashboard, user settings)."""

    first_name: str
    last_name: str
    email: str
    email_at_alarm: bool
    theme: str
    dashboard_windows: str


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
        _confirm(scope.database, user, password)
    changed = Sql(
        """UPDATE portal_user SET first_name = $first_name, last_name = $last_name, email = $email, theme = $theme,
               email_at_alarm = $email_at_alarm, dashboard_windows = $dashboard_windows,
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
            "email_at_alarm": wanted.email_at_alarm and scope.role is not Role.EV_USER,
            "dashboard_windows": wanted.dashboard_windows,
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
        ("First name", wanted.first_name, LONGEST_NAME),
        ("Last name", wanted.last_name, LONGEST_NAME),
        ("Email", wanted.email, LONGEST_EMAIL),
        ("New password", new_password, LONGEST_PASSWORD),
    ):
        if len(text) > longest:
            raise InvalidInput(field, None, f"has more than {longest} characters.")
    if not wanted.first_name.strip():
        raise InvalidInput("First name", None, "may not be empty.")
    if not is_email(normalized(wanted.email)):
        raise InvalidInput("Email", wanted.email, "is no email address.")
    if wanted.theme not in THEMES:
        raise InvalidInput("Theme", wanted.theme, "is none.")
    if new_password:
        check_password(new_password)


def _confirm(database: Database, user: User, password: str) -> None:
    """Refuse a wrong password, counted before it is looked at: a session left open must not be a place to guess."""
    key = f"account:{user.email}"
    _count_attempt(database, "account", key)
    row = _row(database, "u.user_id = $key", user.user_id)
    if len(password) > LONGEST_PASSWORD or row is None or not is_password(password, row["password_hash"]):
        raise LoginRefused()
    database.write([Sql("DELETE FROM login_failure WHERE key = $key", {"key": key})])


def _note_changes(database: Database, before: User, now: User) -> None:
    """Write what changed into the event log; of a password only that it did."""
    names = ("first_name", "last_name", "email", "email_at_alarm")
    changes = {name: [getattr(before, name), getattr(now, name)] for name in names}
    changes = {name: pair for name, pair in changes.items() if pair[0] != pair[1]}
    if now.password_changed_at != before.password_changed_at:
        changes["password"] = ["", "changed"]
    if changes:
        text = f"{now.email} changed own {', '.join(changes).replace('_', ' ')}."
        note = event(EventKind.USER_CHANGED, text, user_id=now.user_id, details=changes)
        database.write([note], changed=[("event", 0)])
