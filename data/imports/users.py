"""Users with their sites and RFID tags from a file (features E1–E5)."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa

from data import values
from data.database import Batch, Change, Database, Into, Sql
from data.errors import InvalidInput
from data.id_tags import as_kept, as_typed, canonical, is_same, number, readings
from data.imports import fields
from data.imports.journal import Journal, Options, Row, Step
from data.imports.lines import Columns, Line, Outcome
from data.passwords import check_password, hash_password, is_password
from data.scope import Role
from data.texts import told
from data.users import LONGEST_EMAIL, OWN_PASSWORD, is_email, normalized

COLUMNS = Columns(
    required=("role", "first_name", "last_name", "email"), optional=("password", "rfid", "email_at_alarm", "site")
)
ROLES = {role.title.casefold(): role for role in Role}
IDS_AT_ONCE = 100
GROUPED = re.compile(r"[0-9A-Fa-f]{1,3}(\s[0-9A-Fa-f]{2,3})+")
"""One tag as people write it: 04 A1 B2 C3 or 77 705 923."""

_TIME = pa.timestamp("us", "UTC")
INTO_USER = Into(
    """INSERT INTO portal_user (user_id, role, first_name, last_name, email, email_at_alarm, password_hash,
                                password_changed_at)
       SELECT user_id, role, first_name, last_name, email, email_at_alarm, password_hash, password_changed_at
       FROM batch""",
    pa.schema(
        {
            "user_id": pa.int32(), "role": pa.string(), "first_name": pa.string(), "last_name": pa.string(),
            "email": pa.string(), "email_at_alarm": pa.bool_(), "password_hash": pa.string(),
            "password_changed_at": _TIME,
        }
    ),
)  # fmt: skip
CHANGE_USER = Into(
    """UPDATE portal_user SET first_name = batch.first_name, last_name = batch.last_name,
              email_at_alarm = batch.email_at_alarm
       FROM batch WHERE portal_user.user_id = batch.user_id""",
    pa.schema(
        {"user_id": pa.int32(), "first_name": pa.string(), "last_name": pa.string(), "email_at_alarm": pa.bool_()}
    ),
)
CHANGE_PASSWORD = Into(
    """UPDATE portal_user SET password_hash = batch.password_hash, password_changed_at = batch.password_changed_at
       FROM batch WHERE portal_user.user_id = batch.user_id""",
    pa.schema({"user_id": pa.int32(), "password_hash": pa.string(), "password_changed_at": _TIME}),
)
# Only what differs goes and comes: DuckDB cannot remove and insert one key in one commit.
_TAG = pa.schema({"id_tag": pa.string(), "user_id": pa.int32()})
REMOVE_TAG = Into("DELETE FROM id_tag WHERE id_tag IN (SELECT id_tag FROM batch)", _TAG)
INTO_TAG = Into("INSERT INTO id_tag (id_tag, user_id) SELECT id_tag, user_id FROM batch", _TAG)
_SITE = pa.schema({"user_id": pa.int32(), "site_id": pa.int32()})
REMOVE_SITE = Into("DELETE FROM user_site WHERE (user_id, site_id) IN (SELECT user_id, site_id FROM batch)", _SITE)
INTO_SITE = Into("INSERT INTO user_site (user_id, site_id) SELECT user_id, site_id FROM batch", _SITE)
PLAIN_TAG = ("", "Accepted", None, None, False)  # label, status, expires_at, parent_id_tag, is_single of a new tag
WRITTEN_IN_ORDER = (INTO_USER, CHANGE_USER, CHANGE_PASSWORD, REMOVE_TAG, INTO_TAG, REMOVE_SITE, INTO_SITE)


class Wanted(NamedTuple):
    """A line of the file. None leaves what an existing user has; a new user gets none of it."""

    role: Role
    first_name: str
    last_name: str
    email: str
    password: str | None
    id_tags: frozenset[str] | None
    email_at_alarm: bool | None
    site_ids: frozenset[int] | None


@dataclass(frozen=True)
class _User:
    user_id: int
    role: Role
    first_name: str
    last_name: str
    email: str
    email_at_alarm: bool
    password_hash: str
    id_tags: dict[str, Row] = field(default_factory=dict)  # the tag's whole row by the tag
    site_ids: set[int] = field(default_factory=set)

    def row(self) -> Row:
        """Return the columns that an import may change, as it keeps them."""
        name = (self.first_name, self.last_name)
        return (self.user_id, *name, self.email, self.email_at_alarm, self.password_hash)

    def has_password(self, password: str) -> bool:
        return is_password(password, self.password_hash)


def take(journal: Journal, file: Path, options: Options) -> None:
    """Create users, known by their email, and change those that differ; blank fields leave what a user has.

    Raises:
        InvalidInput: the file cannot be read, or its columns do not match.
    """
    plan = _Plan(journal, options.by)
    for line in journal.lines(file, COLUMNS, options):
        try:
            plan.add(line)
        except InvalidInput as error:
            journal.report.refuse(line.number, error)
    plan.carry_out()


class _Plan:
    """The rows to write, from comparing what is wanted with what is there."""

    def __init__(self, journal: Journal, by: int | None) -> None:
        database = journal.database
        self._journal, self._by = journal, by
        self._users = _load_users(database)
        sites = database.query("SELECT name, site_id FROM site WHERE removed_at IS NULL").to_pylist()
        self._sites = {row["name"]: row["site_id"] for row in sites}
        self._site_names = {row["site_id"]: row["name"] for row in sites}
        self._holders: dict[str | int, str] = {}  # by what each tag is, and by what else a station may read it as
        self._read_as: dict[str | int, str] = {}
        for user in self._users.values():
            self._hold(user.email, user.id_tags)
        self._wanted: dict[str, tuple[int, Wanted]] = {}
        self._rows: dict[str, list[tuple[object, ...]]] = {into.sql: [] for into in WRITTEN_IN_ORDER}
        self._steps: list[Step] = []
        self._changed: set[Change] = set()
        self._ids = self._free_ids()

    def add(self, line: Line) -> None:
        wanted = _wanted(line, self._sites)
        there = self._users.get(wanted.email)
        if wanted.email in self._wanted:
            raise InvalidInput("email", wanted.email, "stands on an earlier line too.")
        if there and there.role is not wanted.role:
            raise InvalidInput(
                "role",
                line.get("role"),
                told("is not this user's: %(email)s is %(role)s.", email=wanted.email, role=told(there.role.title)),
            )
        if not there and not wanted.password:
            raise InvalidInput("password", None, "is missing: a new user needs one.")
        if there and there.user_id == self._by and wanted.password and not there.has_password(wanted.password):
            raise InvalidInput("password", None, OWN_PASSWORD)
        if not there and wanted.role is Role.SITE_ADMINISTRATOR and not wanted.site_ids:
            raise InvalidInput("site", None, "is missing: a site administrator needs one.")
        for id_tag in wanted.id_tags or ():
            found = [self._read_as.get(_value(id_tag)), *(self._holders.get(read) for read in readings(id_tag))]
            others = [holder for holder in found if holder and holder != wanted.email]
            if others:
                raise InvalidInput("rfid", id_tag, told("belongs to %(holder)s.", holder=others[0]))
        if there and wanted.id_tags:
            wanted = wanted._replace(id_tags=frozenset(_as_there(one, there.id_tags) for one in wanted.id_tags))
        self._hold(wanted.email, wanted.id_tags or ())
        self._wanted[wanted.email] = (line.number, wanted)

    def _hold(self, email: str, id_tags: Iterable[str]) -> None:
        for id_tag in id_tags:
            self._holders[_value(id_tag)] = email
            self._read_as |= dict.fromkeys(readings(id_tag), email)

    def carry_out(self) -> None:
        with ThreadPoolExecutor() as pool:  # hashing takes long on purpose, and runs outside the interpreter's lock
            hashes = pool.map(self._new_hash, [wanted for _, wanted in self._wanted.values()])
            for (line, wanted), password_hash in zip(self._wanted.values(), hashes, strict=True):
                what = self._compare(wanted, self._users.get(wanted.email), password_hash)
                self._journal.report.take(Outcome(line, what, self._becomes(wanted)))
                self._journal.reached(line)
        statements = [Batch(into, self._rows[into.sql]) for into in WRITTEN_IN_ORDER if self._rows[into.sql]]
        self._journal.finish(statements, self._changed, self._steps)

    def _becomes(self, wanted: Wanted) -> dict[str, object]:
        there = self._users.get(wanted.email)
        tags = there.id_tags.keys() if wanted.id_tags is None and there else wanted.id_tags or ()
        site_ids = there.site_ids if wanted.site_ids is None and there else wanted.site_ids or ()
        at_alarm = there.email_at_alarm if wanted.email_at_alarm is None and there else bool(wanted.email_at_alarm)
        return {
            "role": wanted.role.title,
            "first_name": wanted.first_name,
            "last_name": wanted.last_name,
            "email": wanted.email,
            "password": "••••••••" if wanted.password else "",
            "rfid": "; ".join(sorted(tags)),
            "email_at_alarm": "yes" if at_alarm else "no",
            "site": "; ".join(self._site_names.get(site_id, "") for site_id in sorted(site_ids)),
        }

    def _new_hash(self, wanted: Wanted) -> str | None:
        """Hash the password; None when there is none or the user has it already."""
        password, there = wanted.password, self._users.get(wanted.email)
        return None if password is None or (there and there.has_password(password)) else hash_password(password)

    def _compare(self, wanted: Wanted, there: _User | None, password_hash: str | None) -> str:
        """Plan what one user needs; return what becomes of the line."""
        user_id = there.user_id if there else next(self._ids)
        before = sum(map(len, self._rows.values()))
        name = (wanted.first_name, wanted.last_name)
        now = datetime.now(UTC)
        if there is None:
            at_alarm = bool(wanted.email_at_alarm)
            self._add(INTO_USER, user_id, wanted.role.value, *name, wanted.email, at_alarm, password_hash, now)
        else:
            at_alarm = there.email_at_alarm if wanted.email_at_alarm is None else wanted.email_at_alarm
            if (*name, at_alarm) != (there.first_name, there.last_name, there.email_at_alarm):
                self._add(CHANGE_USER, user_id, *name, at_alarm)
            if password_hash:
                self._add(CHANGE_PASSWORD, user_id, password_hash, now)
        if sum(map(len, self._rows.values())) > before:
            seen = there.row() if there else None
            kept_hash = password_hash or (there.password_hash if there else None)
            becomes = (user_id, *name, wanted.email, at_alarm, kept_hash)
            self._steps.append(Step("portal_user", wanted.email, seen, becomes))
        self._compare_belongings(wanted, there, user_id)
        if there and sum(map(len, self._rows.values())) == before:
            return "unchanged"
        self._changed.add(("user", user_id))
        return "changed" if there else "created"

    def _compare_belongings(self, wanted: Wanted, there: _User | None, user_id: int) -> None:
        if wanted.id_tags is not None:
            tags = there.id_tags if there else {}
            for id_tag in tags.keys() - wanted.id_tags:
                self._add(REMOVE_TAG, id_tag, user_id)
                self._steps.append(Step("id_tag", id_tag, tags[id_tag], None))
            for id_tag in wanted.id_tags - tags.keys():
                self._add(INTO_TAG, id_tag, user_id)
                self._steps.append(Step("id_tag", id_tag, None, (id_tag, user_id, *PLAIN_TAG)))
        if wanted.site_ids is not None:
            sites = there.site_ids if there else set()
            for site_id in sites - wanted.site_ids:
                self._add(REMOVE_SITE, user_id, site_id)
                self._steps.append(Step("user_site", wanted.email, (user_id, site_id), None))
            for site_id in wanted.site_ids - sites:
                self._add(INTO_SITE, user_id, site_id)
                self._steps.append(Step("user_site", wanted.email, None, (user_id, site_id)))

    def _add(self, into: Into, *row: object) -> None:
        self._rows[into.sql].append(row)

    def _free_ids(self) -> Iterator[int]:
        """Draw user ids, many at a time; those left over are never used."""
        draw = Sql("SELECT CAST(nextval('user_id') AS INTEGER) AS id FROM range($n)", {"n": IDS_AT_ONCE})
        while True:
            yield from self._journal.database.write([draw])[0]["id"].to_pylist()


def _load_users(database: Database) -> dict[str, _User]:
    """Return the users by email."""
    rows = database.query(
        """SELECT user_id, role, first_name, last_name, email, email_at_alarm, password_hash FROM portal_user
           WHERE removed_at IS NULL"""
    ).to_pylist()
    users = {row["user_id"]: _User(**(row | {"role": Role(row["role"])})) for row in rows}
    tags = "SELECT id_tag, user_id, label, status, expires_at, parent_id_tag, is_single FROM id_tag"
    for row in database.query(tags).to_pylist():
        if row["user_id"] in users:
            users[row["user_id"]].id_tags[row["id_tag"]] = tuple(row.values())
    for row in database.query("SELECT user_id, site_id FROM user_site").to_pylist():
        if row["user_id"] in users:
            users[row["user_id"]].site_ids.add(row["site_id"])
    return {user.email: user for user in users.values()}


def _wanted(line: Line, sites: Mapping[str, int]) -> Wanted:
    email = normalized(line.get("email"))
    role = _role(line.get("role"))
    first_name, last_name = (values.line()(column, line.get(column)) for column in ("first_name", "last_name"))
    if not first_name:
        raise InvalidInput("first_name", None, "is missing.")
    if not is_email(email) or len(email) > LONGEST_EMAIL:
        raise InvalidInput("email", line.get("email"), "is not an email address.")
    at_alarm = line.get("email_at_alarm")
    return Wanted(
        role=role,
        first_name=first_name,
        last_name=last_name,
        email=email,
        password=_password(line.get("password")),
        id_tags=_id_tags(line.get("rfid"), role),
        email_at_alarm=fields.yes_or_no("email_at_alarm", at_alarm) if at_alarm else None,
        site_ids=_site_ids(line.get("site"), role, sites),
    )


def _role(text: str) -> Role:
    word = " ".join(re.split(r"[\s_-]+", text.casefold()))
    if word not in ROLES:
        raise InvalidInput(
            "role", text, told("must be one of: %(choices)s.", choices=", ".join(role.title for role in Role))
        )
    return ROLES[word]


def _password(text: str) -> str | None:
    if not text:
        return None
    try:
        check_password(text)
    except InvalidInput as error:
        raise InvalidInput("password", None, error.reason) from error  # the password itself is never repeated
    return text


def _id_tags(text: str, role: Role) -> frozenset[str] | None:
    tags = list(_several(as_typed(text)))
    if not tags:
        return None
    if role is not Role.EV_USER:
        raise InvalidInput("rfid", text, "belongs to EV users only.")
    kept = [_id_tag(tag) for tag in tags]
    for one, other in combinations(dict.fromkeys(kept), 2):
        if is_same(one, other):
            raise InvalidInput("rfid", other, told("is the same tag as %(id_tag)s.", id_tag=one))
    return frozenset(kept)


def _as_there(id_tag: str, there: Collection[str]) -> str:
    """Return a tag as the user has it already, with its label and rights; else as it is in the file."""
    return id_tag if id_tag in there else next((kept for kept in there if is_same(kept, id_tag)), id_tag)


def _id_tag(text: str) -> str:
    try:
        return as_kept(text)
    except InvalidInput as error:
        raise InvalidInput("rfid", text, error.reason) from error


def _site_ids(text: str, role: Role, sites: Mapping[str, int]) -> frozenset[int] | None:
    names = [text] if text in sites else [name.strip() for name in text.split(";") if name.strip()]
    if not names:
        return None
    if role is not Role.SITE_ADMINISTRATOR:
        raise InvalidInput("site", text, "belongs to site administrators only.")
    for name in names:
        if name not in sites:
            raise InvalidInput("site", name, "is no site of the portal. Create it first.")
    return frozenset(sites[name] for name in names)


def _several(text: str) -> Iterable[str]:
    """Split at ; where there is one, else at blanks, if these do not only group the digits of one tag."""
    parts = text.split(";") if ";" in text else [text] if GROUPED.fullmatch(text) else text.split()
    return filter(None, (part.strip() for part in parts))


def _value(id_tag: str) -> int | str:
    """Give what two notations of one tag have in common."""
    return number(id_tag) or canonical(id_tag)
