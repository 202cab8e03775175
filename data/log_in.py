"""Log-in: email and password, and the growing wait after failures."""

import ipaddress
import math
from datetime import UTC, datetime, timedelta
from typing import Any

from data.database import Batch, Database, Sql
from data.errors import LoginRefused
from data.events import EventKind, event
from data.passwords import LONGEST_PASSWORD, hash_of_nobody, is_password
from data.texts import told
from data.users import User, normalized, row_of, user_of

FREE_FAILURES = {"account": 5, "address": 20}
"""Failed log-ins before each next one waits. An address may be a whole company's, so it has more."""
LONGEST_WAIT_S = {"account": 15, "address": 300}
"""An account waits briefly: whoever guesses at it from many addresses must not lock its owner out."""
FORGET_AFTER_S = 24 * 3600


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
    row = row_of(database, "u.email = $key", normalized(email))
    if not is_password(password, row["password_hash"] if row else hash_of_nobody()) or row is None:
        database.write([_log_in_failed(row, address)], changed=[("event", 0)])
        raise LoginRefused()
    user = user_of(row)
    database.write(
        [
            Sql(
                "DELETE FROM login_failure WHERE key = $key OR failed_at < $old",
                {"key": keys["account"], "old": datetime.now(UTC) - timedelta(seconds=FORGET_AFTER_S)},
            ),
            Sql("UPDATE login_failure SET failures = failures - 1 WHERE key = $key", {"key": keys["address"]}),
            Sql(
                "UPDATE portal_user SET last_login_at = $now WHERE user_id = $user_id",
                {"now": datetime.now(UTC), "user_id": user.user_id},
            ),
            event(
                EventKind.LOGGED_IN,
                told("%(who)s logged in from %(address)s.", who=user.email, address=address),
                user_id=user.user_id,
            ),
        ],
        changed=[("event", 0), ("user", user.user_id)],
    )
    return user


def note_log_out(database: Database, user: User, address: str) -> None:
    """Write a log-out into the event log."""
    text = told("%(who)s logged out from %(address)s.", who=user.email, address=address)
    database.write([event(EventKind.LOGGED_OUT, text, user_id=user.user_id)], changed=[("event", 0)])


def confirm(database: Database, user: User, password: str) -> None:
    """Refuse a wrong password, counted before it is looked at: a session left open must not be a place to guess."""
    key = f"account:{user.email}"
    _count_attempt(database, "account", key)
    row = row_of(database, "u.user_id = $key", user.user_id)
    if len(password) > LONGEST_PASSWORD or row is None or not is_password(password, row["password_hash"]):
        raise LoginRefused()
    database.write([Sql("DELETE FROM login_failure WHERE key = $key", {"key": key})])


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


def _log_in_failed(row: dict[str, Any] | None, address: str) -> Batch:
    """Note a failed log-in. What was typed is never kept: people type passwords into the wrong field."""
    whose = row["email"] if row else told("an unknown email")
    user_id = row["user_id"] if row else None
    text = told("A log-in as %(whose)s from %(address)s failed.", whose=whose, address=address)
    return event(EventKind.LOG_IN_FAILED, text, user_id=user_id)


def _network(address: str) -> str:
    """Return whom an address stands for: with IPv6 everybody has a whole /64 of them."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(ip, ipaddress.IPv4Address):
        return str(ip)
    return str(ip.ipv4_mapped or ipaddress.ip_network((ip, 64), strict=False))
