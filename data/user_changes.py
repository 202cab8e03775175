"""What an administrator does with users: adds, changes and removes them, each with old and new in the event log."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import Any

from data import edits, gone, user_details
from data.database import Sql
from data.edits import Change, Field, Record
from data.errors import AlreadyExists, ChangedMeanwhile, InvalidInput, NotFound
from data.events import EventKind, details_json
from data.passwords import hash_password
from data.scope import Role, Scope
from data.texts import N_, listed, told, words
from data.user_belongings import changes_of, notations
from data.user_details import TITLES, Details, Kept
from data.users import OWN_PASSWORD

ATTEMPTS = 5
USER = Record(
    "user",
    "portal_user",
    "user_id",
    site=None,
    roles=(Role.ADMINISTRATOR,),
    fields={name: Field(title, lambda _title, value: value) for name, title in TITLES.items()},
    name="email",
    subject="user",
    event=EventKind.USER_CHANGED,
)
"""How the event log names a user and what changes of one."""

_OTHER_ADMINISTRATOR = """EXISTS (SELECT 1 FROM portal_user other WHERE other.role = 'administrator'
                                  AND other.removed_at IS NULL AND other.user_id <> $user_id)"""
_IS_FREE = """NOT EXISTS (SELECT 1 FROM portal_user other WHERE other.email = $email AND other.removed_at IS NULL
                          AND other.user_id <> $user_id)
              AND NOT EXISTS (SELECT 1 FROM id_tag WHERE id_tag = ANY($notations) AND id_tag.user_id <> $user_id)"""


def add(scope: Scope, new: Details, password: str) -> int:
    """Add a user and return its id.

    Raises:
        NotPermitted: the scope is no administrator's.
        InvalidInput: a value that cannot be; the email or a tag is another user's (AlreadyExists).
    """
    scope.require(Role.ADMINISTRATOR, action=N_("add users"))
    new, faults = user_details.checked(scope, None, new, password)
    for fault in faults.values():
        raise fault
    (drawn,) = scope.database.write([Sql("SELECT nextval('user_id') AS user_id")])
    user_id, revision = int(drawn["user_id"][0].as_py()), secrets.randbits(62)
    insert = Sql(
        f"""INSERT INTO portal_user (user_id, role, first_name, last_name, email, password_hash, password_changed_at,
                                     email_at_alarm, revision)
            SELECT $user_id, $role, $first_name, $last_name, $email, $hash, $now, $email_at_alarm, $revision
            WHERE {_IS_FREE} RETURNING user_id""",  # noqa: S608 - a constant
        _columns(new, user_id, revision) | {"hash": hash_password(password), "now": datetime.now(UTC)},
    )
    nobody = Details(new.role)
    text = told("%(who)s added %(role)s %(email)s.", who=edits.who(scope), role=told(new.role.title), email=new.email)
    changes = _noted(scope, nobody, new, ["role", *_differences(nobody, new)])
    noted = _note(scope, user_id, revision, text, changes | {"role": ["", new.role.title]})
    belongings = changes_of(scope.database, user_id, revision, nobody, new)
    if not scope.database.write([insert, *belongings, noted], _feed(user_id))[0].num_rows:
        raise AlreadyExists("user with the email or RFID of", new.email, "email")
    return user_id


def save(scope: Scope, user_id: int, seen: Details, wanted: Details, password: str = "") -> None:
    """Change what differs from what was seen, all of it or nothing. Changes by others of other fields stay.

    Args:
        password: a new one, which signs the user out everywhere; empty to keep the present one.

    Raises:
        NotPermitted: the scope is no administrator's.
        NotFound: there is no such user.
        InvalidInput: a value that cannot be, such as another role for the last administrator.
        AlreadyExists: another user has the email or a tag.
        ChangedMeanwhile: somebody else changed one of the same fields since it was seen.
    """
    password_hash = hash_password(password) if password else None
    for _attempt in range(ATTEMPTS):
        kept = user_details.read(scope, user_id)
        if met := _met(seen, kept.details, wanted):
            others = [change for change in changes(scope, user_id, seen, kept) if change.field in met]
            raise ChangedMeanwhile("user", others)
        mine = {name: getattr(wanted, name) for name in TITLES if _is_mine(name, seen, wanted)}
        new, faults = user_details.checked(scope, user_id, replace(kept.details, **mine), password)
        _check_own(scope, user_id, kept.details, new, password)
        for fault in faults.values():
            raise fault
        if new == kept.details and not password:
            return
        if _write(scope, user_id, kept, new, password_hash):
            return
        _check_last(scope, user_id, kept.details, new.role)
    raise NotFound("user", user_id)


def remove(scope: Scope, user_id: int) -> str:
    """Remove a user, who is signed out; return the name. The sessions stay, the RFID tags become free.

    Raises:
        NotPermitted: the scope is no administrator's.
        NotFound: there is no such user.
        InvalidInput: it is the scope's own user, or the last administrator.
    """
    kept = removable(scope, user_id)
    name = f"{kept.details.first_name} {kept.details.last_name}".strip()
    revision = secrets.randbits(62)
    is_allowed = _OTHER_ADMINISTRATOR if kept.details.role is Role.ADMINISTRATOR else "TRUE"
    removed = Sql(
        f"""UPDATE portal_user SET removed_at = $now, revision = $revision
            WHERE user_id = $user_id AND removed_at IS NULL AND {is_allowed} RETURNING user_id""",  # noqa: S608 - a constant
        {"user_id": user_id, "revision": revision, "now": datetime.now(UTC)},
    )
    nobody = Details(kept.details.role)
    role, email = kept.details.role, kept.details.email
    text = told(gone.DELETED, who=edits.who(scope), role=told(role.title), email=email)
    noted = _note(
        scope, user_id, revision, text, _noted(scope, kept.details, nobody, _differences(kept.details, nobody))
    )
    belongings = changes_of(scope.database, user_id, revision, kept.details, nobody)
    if not scope.database.write([removed, *belongings, noted], _feed(user_id))[0].num_rows:
        _check_last(scope, user_id, kept.details, None)
        raise NotFound("user", user_id)
    return name


def removable(scope: Scope, user_id: int) -> Kept:
    """Return a user who may be removed by this scope.

    Raises:
        NotPermitted: the scope is no administrator's.
        NotFound: there is no such user.
        InvalidInput: it is the scope's own user.
    """
    kept = user_details.read(scope, user_id)
    if user_id == scope.user_id:
        raise InvalidInput("User", kept.details.email, "is you. Somebody else must delete you.")
    return kept


def over_others(scope: Scope, user_id: int, seen: Details, wanted: Details) -> Details:
    """Return what was seen as if the changes by others that `save` refuses to overwrite had been seen too."""
    now = user_details.read(scope, user_id).details
    return replace(seen, **{name: getattr(now, name) for name in _met(seen, now, wanted)})


def changes(scope: Scope, user_id: int, seen: Details, kept: Kept) -> list[Change]:
    """Tell what others changed since a form saw the user, in words, with who and when from the event log."""
    other = _differences(seen, kept.details)
    by = edits.authors(scope, USER, user_id) if other else {}
    told = _noted(scope, seen, kept.details, other)
    return [Change(name, TITLES[name], told[name][0], told[name][1], *by.get(name, (None, None))) for name in other]


def in_words(scope: Scope, field: str, details: Details) -> object:
    """Write a field's value for people: names of sites instead of their ids."""
    value: Any = getattr(details, field)
    if field == "role":
        return details.role.title
    if field == "site_ids":
        names = user_details.sites(scope)
        return ", ".join(names.get(site_id, "removed site") for site_id in value)
    return ", ".join(_tag_in_words(tag) for tag in value) if field == "tags" else value


def _write(scope: Scope, user_id: int, kept: Kept, new: Details, password_hash: str | None) -> bool:
    """Commit the change unless somebody was faster; tell whether it was done."""
    revision = secrets.randbits(62)
    loses_administrator = kept.details.role is Role.ADMINISTRATOR and new.role is not Role.ADMINISTRATOR
    changed = Sql(
        f"""UPDATE portal_user SET role = $role, first_name = $first_name, last_name = $last_name, email = $email,
                email_at_alarm = $email_at_alarm, revision = $revision,
                password_hash = coalesce($hash::VARCHAR, password_hash),
                password_changed_at = CASE WHEN $hash::VARCHAR IS NULL THEN password_changed_at ELSE $now END
            WHERE user_id = $user_id AND removed_at IS NULL AND revision = $seen_revision AND {_IS_FREE}
                AND {_OTHER_ADMINISTRATOR if loses_administrator else "TRUE"}
            RETURNING user_id""",  # noqa: S608 - constants
        _columns(new, user_id, revision)
        | {"hash": password_hash, "now": datetime.now(UTC), "seen_revision": kept.revision},
    )
    names = _differences(kept.details, new)
    noted = _noted(scope, kept.details, new, names) | ({"password": ["", "changed"]} if password_hash else {})
    titles = listed(told(title) for title in [TITLES[name] for name in names] + ["Password"] * bool(password_hash))
    who, email = edits.who(scope), kept.details.email
    text = told("%(who)s changed %(fields)s of user %(email)s.", who=who, fields=titles, email=email)
    statements = [
        changed,
        *changes_of(scope.database, user_id, revision, kept.details, new),
        _note(scope, user_id, revision, text, noted),
    ]
    sees_others = [("topology", site_id) for site_id in {*kept.details.site_ids} ^ {*new.site_ids}]
    return bool(scope.database.write(statements, [*_feed(user_id), *sees_others])[0].num_rows)


def _check_own(scope: Scope, user_id: int, kept: Details, new: Details, password: str) -> None:
    """Refuse a way around the present password, which User settings ask for."""
    if user_id != scope.user_id:
        return
    for title, is_changed in (("Email", new.email != kept.email), ("Password", bool(password))):
        if is_changed:
            raise InvalidInput(title, None, OWN_PASSWORD)


def _check_last(scope: Scope, user_id: int, kept: Details, role: Role | None) -> None:
    if kept.role is not Role.ADMINISTRATOR or role is Role.ADMINISTRATOR:
        return
    others = scope.database.query(f"SELECT 1 WHERE {_OTHER_ADMINISTRATOR}", {"user_id": user_id})  # noqa: S608 - a constant
    if not others.num_rows:
        raise InvalidInput("Role", None, "of the last administrator stays. Make somebody else administrator first.")


def _columns(new: Details, user_id: int, revision: int) -> dict[str, object]:
    return {
        "user_id": user_id,
        "revision": revision,
        "role": new.role.value,
        "first_name": new.first_name,
        "last_name": new.last_name,
        "email": new.email,
        "email_at_alarm": new.email_at_alarm,
        "notations": [text for tag in new.tags for text in notations(tag.id_tag)],
    }


def _differences(one: Details, other: Details) -> list[str]:
    return [field.name for field in fields(Details) if getattr(one, field.name) != getattr(other, field.name)]


def _met(seen: Details, now: Details, wanted: Details) -> list[str]:
    """Return the fields that others changed to something else than is wanted."""
    return [
        name
        for name in _differences(seen, now)
        if getattr(wanted, name) not in (getattr(seen, name), getattr(now, name))
    ]


def _is_mine(field: str, seen: Details, wanted: Details) -> bool:
    return bool(getattr(seen, field) != getattr(wanted, field))


def _noted(scope: Scope, old: Details, new: Details, names: Sequence[str]) -> dict[str, list[object]]:
    return {name: [in_words(scope, name, old), in_words(scope, name, new)] for name in names}


def _note(scope: Scope, user_id: int, revision: int, text: str, changes: Mapping[str, list[object]]) -> Sql:
    return Sql(
        """INSERT INTO event (logged_at, kind, text, user_id, details, template, arguments)
           SELECT $at, $kind, $text, $by, $details, $template, $arguments FROM portal_user
           WHERE user_id = $user_id AND revision = $revision""",
        {
            "at": datetime.now(UTC),
            "kind": EventKind.USER_CHANGED.value,
            "text": text,
            **words(text)._asdict(),
            "by": scope.user_id,
            "details": details_json({"record": edits.ref(USER, user_id), "changes": changes}),
            "user_id": user_id,
            "revision": revision,
        },
    )


def _feed(user_id: int) -> list[tuple[str, int]]:
    return [("user", user_id), ("event", 0)]


def _tag_in_words(tag: Any) -> str:
    marks = [
        tag.label,
        "blocked" if tag.is_blocked else "",
        f"until {tag.valid_until}" if tag.valid_until else "",
        f"group {tag.parent_id_tag}" if tag.parent_id_tag else "",
        "one at a time" if tag.is_single else "",
    ]
    told = ", ".join(filter(None, marks))
    return f"{tag.id_tag} ({told})" if told else str(tag.id_tag)
