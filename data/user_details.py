"""What an administrator sees and changes of a user: the fields, and what each may be (manual: User Provisioning)."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from data import gone, id_tags, values
from data.database import Database
from data.errors import AlreadyExists, InvalidInput, NotFound, PortalError
from data.id_tags import Tag
from data.passwords import check_password
from data.scope import Role, Scope
from data.texts import N_, told
from data.users import LONGEST_EMAIL, is_email, normalized

MOST_TAGS = 20
LATEST_YEAR = 9000

TITLES = {
    "role": "Role",
    "first_name": "First name",
    "last_name": "Last name",
    "email": "Email",
    "email_at_alarm": "Email at alarm",
    "site_ids": "Site",
    "tags": "RFID",
}
"""Field → its name in the event log and in refusals, in English."""


@dataclass(frozen=True)
class Details:
    """A user as forms show one. Sites are a site administrator's, tags an EV user's, Email at alarm the others'."""

    role: Role
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    email_at_alarm: bool = False
    site_ids: tuple[int, ...] = ()
    tags: tuple[Tag, ...] = ()

    @classmethod
    def of(cls, kept: dict[str, Any]) -> "Details":
        """Return what `as_json` wrote.

        Raises:
            InvalidInput: it cannot have been written by it.
        """
        try:
            tags = tuple(Tag(*tag) for tag in kept["tags"])
            return cls(**{**kept, "role": Role(kept["role"]), "site_ids": tuple(kept["site_ids"]), "tags": tags})
        except (KeyError, TypeError, ValueError) as error:
            raise InvalidInput("User", None, "is not understandable. Open it again.") from error

    def as_json(self) -> dict[str, Any]:
        """Return the details as a browser keeps them."""
        return asdict(self) | {"role": self.role.value, "site_ids": list(self.site_ids), "tags": list(self.tags)}


@dataclass(frozen=True)
class Kept:
    """A user as it is in the database; revision is another one after each change of the details."""

    details: Details
    revision: int


def read(scope: Scope, user_id: int) -> Kept:
    """Return a user's details.

    Raises:
        NotPermitted: the scope is no administrator's.
        NotFound: there is no such user.
    """
    scope.require(Role.ADMINISTRATOR, action=N_("change users"))
    rows = scope.database.query(
        """SELECT role, first_name, last_name, email, email_at_alarm, revision, removed_at FROM portal_user
           WHERE user_id = $id""",
        {"id": user_id},
    ).to_pylist()
    if not rows:
        raise NotFound("user", user_id)
    row = rows[0]
    if removed_at := row.pop("removed_at"):
        raise gone.user(scope, user_id, row["email"], removed_at)
    sites = scope.database.query("SELECT site_id FROM user_site WHERE user_id = $id ORDER BY 1", {"id": user_id})
    revision = row.pop("revision")
    own = {"site_ids": tuple(sites["site_id"].to_pylist()), "tags": _tags(scope.database, user_id)}
    return Kept(Details(**(row | {"role": Role(row["role"])} | own)), revision)


def sites(scope: Scope) -> dict[int, str]:
    """Return the sites that a site administrator can be given, by id, in order of their names.

    Raises:
        NotPermitted: the scope is no administrator's.
    """
    scope.require(Role.ADMINISTRATOR, action=N_("change users"))
    rows = scope.database.query("SELECT site_id, name FROM site WHERE removed_at IS NULL ORDER BY name, site_id")
    return dict(zip(rows["site_id"].to_pylist(), rows["name"].to_pylist(), strict=True))


def checked(
    scope: Scope, user_id: int | None, wanted: Details, password: str
) -> tuple[Details, dict[str, PortalError]]:
    """Return the details as they are kept, and what is wrong with them by field; of a tag by `tags.<place>`.

    Args:
        user_id: None for a new user, who needs a password.
    """
    faults: dict[str, PortalError] = {}
    names: dict[str, Any] = {}
    for field in ("first_name", "last_name"):
        try:
            names[field] = values.line()(TITLES[field], getattr(wanted, field))
        except InvalidInput as error:
            faults[field] = error
    if names.get("first_name") == "":
        faults["first_name"] = InvalidInput("First name", None, "may not be empty.")
    email = normalized(wanted.email)
    if not is_email(email) or len(email) > LONGEST_EMAIL:
        faults["email"] = InvalidInput("Email", wanted.email[:LONGEST_EMAIL], "is no email address.")
    elif _has_email(scope.database, email, user_id):
        faults["email"] = AlreadyExists("user with the email", email, "email")
    if password or user_id is None:
        try:
            check_password(password)
        except InvalidInput as error:
            faults["password"] = error
    role = wanted.role
    kept = replace(
        wanted,
        **names,
        email=email,
        email_at_alarm=wanted.email_at_alarm and role is not Role.EV_USER,
        site_ids=tuple(sorted(set(wanted.site_ids))) if role is Role.SITE_ADMINISTRATOR else (),
        tags=_checked_tags(scope.database, user_id, wanted.tags, faults) if role is Role.EV_USER else (),
    )
    if role is Role.SITE_ADMINISTRATOR and (not kept.site_ids or set(kept.site_ids) - set(sites(scope))):
        faults["site_ids"] = InvalidInput("Site", None, "must be one or more of the portal's sites.")
    return kept, faults


def expiry(database: Database, tag: Tag) -> datetime | None:
    """Return the end of the last day of a tag, in the system's time zone."""
    if not tag.valid_until:
        return None
    return datetime.combine(date.fromisoformat(tag.valid_until) + timedelta(days=1), time(), _zone(database))


def _checked_tags(
    database: Database, user_id: int | None, wanted: Sequence[Tag], faults: dict[str, PortalError]
) -> tuple[Tag, ...]:
    """Return the tags that are not blank as they are kept, in order; notes what is wrong with one."""
    kept: dict[int, Tag] = {}
    for place, tag in enumerate(wanted):
        if not tag.id_tag.strip():
            continue
        try:
            kept[place] = _checked_tag(tag)
        except InvalidInput as error:
            faults[f"tags.{place}"] = error
    if len(kept) > MOST_TAGS:
        faults["tags.0"] = InvalidInput("RFID", None, told("may be %(most)s for a user at most.", most=MOST_TAGS))
    owners = id_tags.owners(database, [tag.id_tag for tag in kept.values()], user_id)
    for place, tag in kept.items():
        earlier = [other for at, other in kept.items() if at < place and id_tags.is_same(other.id_tag, tag.id_tag)]
        if tag.id_tag in owners:
            faults[f"tags.{place}"] = AlreadyExists("RFID", owners[tag.id_tag].email, "tags")
        elif earlier:
            faults[f"tags.{place}"] = InvalidInput(
                "RFID", tag.id_tag, told("is the same tag as %(id_tag)s.", id_tag=earlier[0].id_tag)
            )
    return tuple(sorted(kept.values()))


def _checked_tag(tag: Tag) -> Tag:
    try:
        is_late = bool(tag.valid_until) and date.fromisoformat(tag.valid_until).year > LATEST_YEAR
    except ValueError:
        is_late = True
    if is_late:
        raise InvalidInput("Valid until", tag.valid_until[:20], "must be a day, such as 2027-06-30.")
    parent = id_tags.as_kept(tag.parent_id_tag) if tag.parent_id_tag.strip() else ""
    label = values.line()("Label", tag.label)
    return tag._replace(id_tag=id_tags.as_kept(tag.id_tag), label=label, parent_id_tag=parent)


def _tags(database: Database, user_id: int) -> tuple[Tag, ...]:
    zone = _zone(database)
    rows = database.query(
        """SELECT id_tag, label, status = 'Blocked', expires_at, coalesce(parent_id_tag, ''), is_single
           FROM id_tag WHERE user_id = $id ORDER BY id_tag""",
        {"id": user_id},
    )
    tags = []
    for id_tag, label, is_blocked, expires_at, parent, is_single in zip(
        *(column.to_pylist() for column in rows.columns), strict=True
    ):
        last = (expires_at.astimezone(zone) - timedelta(microseconds=1)).date().isoformat() if expires_at else ""
        tags.append(Tag(id_tag, label, is_blocked, last, parent, is_single))
    return tuple(tags)


def _has_email(database: Database, email: str, besides: int | None) -> bool:
    rows = database.query(
        "SELECT 1 FROM portal_user WHERE email = $email AND removed_at IS NULL AND user_id IS DISTINCT FROM $besides",
        {"email": email, "besides": besides},
    )
    return bool(rows.num_rows)


def _zone(database: Database) -> ZoneInfo:
    return ZoneInfo(database.query("SELECT time_zone FROM system")["time_zone"][0].as_py())
