# ruff: noqa: S608 - tables, columns and conditions come from constants, values are bound
"""The one way a form saves: only where what it had seen still stands, with old and new in the event log.

FLOOR = Record("floor", "floor", "floor_id", "site_id", (Role.ADMINISTRATOR,), {"name": Field("Name", name_of)})
edits.save(scope, FLOOR, floor_id, seen={"name": "P1"}, wanted={"name": "P1 east"})
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from data import gone
from data.database import Batch, Sql
from data.errors import AlreadyExists, ChangedMeanwhile, InvalidInput, NotFound, PortalError
from data.events import EventKind, details_json
from data.scope import Role, Scope
from data.texts import listed, told, words

READERS = (Role.ADMINISTRATOR, Role.SITE_ADMINISTRATOR, Role.SUPPORT_USER)


class Field(NamedTuple):
    """A column that forms change.

    title: its name in the event log and in refusals, in English.
    check: gives the value as it is kept, or raises InvalidInput.
    is_secret: its value is never shown and never noted.
    names: the table whose rows it points to; the event log keeps what the row is called then, not its number.
    """

    title: str
    check: Callable[[str, Any], object]
    is_secret: bool = False
    names: str = ""


@dataclass(frozen=True)
class Record:
    """Rows of a table that forms change.

    Args:
        site: SQL for a row's site_id; None: the row is of the whole system, which users of some sites do not see.
        roles: who may change it.
        name: SQL for what the row is called.
        unique: columns whose value no other row may have, with the condition that such a row meets as well.
        unique_beside: columns whose value no live row of another table may have in the same column either, with it.
        subject: what the live feed calls it.
        station, connector: SQL for the row's station_id and connector_id in the event log.
        together: columns that mean something only together, such as coordinates: all of them have a value or none,
            and who changes one must have seen all.
    """

    kind: str
    table: str
    key: str
    site: str | None
    roles: tuple[Role, ...]
    fields: Mapping[str, Field]
    name: str = "name"
    unique: Mapping[str, str] | None = None
    unique_beside: Mapping[str, str] | None = None
    subject: str = "topology"
    alive: str = "removed_at IS NULL"
    station: str = "NULL"
    connector: str = "NULL"
    event: EventKind = EventKind.CONFIGURED
    together: tuple[tuple[str, ...], ...] = ()


class Change(NamedTuple):
    """A value that somebody else changed. who and at are None when the event log does not tell."""

    field: str
    title: str
    old: object
    new: object
    who: str | None
    at: datetime | None


def read(scope: Scope, record: Record, row_id: int) -> dict[str, Any]:
    """Return a row's fields as they are kept now; a secret is only told to be there (True) or not.

    Raises:
        NotFound: there is no such row for this user.
    """
    row = _row(scope, record, row_id)
    return {name: bool(row[name]) if field.is_secret else row[name] for name, field in record.fields.items()}


def check(record: Record, values: Mapping[str, object]) -> dict[str, InvalidInput]:
    """Return what is wrong with values, by column."""
    return _checked(record, values)[1]


def taken(scope: Scope, record: Record, row_id: int, values: Mapping[str, object]) -> dict[str, AlreadyExists]:
    """Return which of a row's values others have that must be unique, by column."""
    found = {}
    for name in (record.unique or {}).keys() & values.keys():
        sql = f"SELECT 1 FROM {record.table} WHERE {record.key} = $id AND {_is_taken(record, name)}"
        if scope.database.query(sql, {"id": row_id, f"new_{name}": values[name]}).num_rows:
            found[name] = _already(record, name, values[name])
    return found


def save(
    scope: Scope,
    record: Record,
    row_id: int,
    seen: Mapping[str, object],
    wanted: Mapping[str, object],
    also: Sequence[Sql | Batch] = (),
) -> None:
    """Change a row where what was seen still stands: all of it or nothing. Values that are as seen are left alone.

    Args:
        seen: what the form showed when it was filled in; of a secret anything, it is not compared.
        also: statements for the same commit; they come after the change and must look for it themselves.

    Raises:
        NotPermitted: the role may see the row but not change it.
        NotFound: there is no such row for this user.
        InvalidInput: a value that cannot be.
        AlreadyExists: another row has this name or identity.
        ChangedMeanwhile: somebody else changed one of the same fields since it was seen.
    """
    for error in save_all(scope, record, {row_id: (seen, wanted)}, also).values():
        raise error


def save_all(
    scope: Scope,
    record: Record,
    rows: Mapping[int, tuple[Mapping[str, object], Mapping[str, object]]],
    also: Sequence[Sql | Batch] = (),
) -> dict[int, PortalError]:
    """Change several rows in one commit, each as `save` does; return why the others are left, by row.

    Args:
        rows: what was seen and what is wanted, by row.

    Raises:
        NotPermitted, NotFound, InvalidInput: as `save`, of any of the rows; nothing is changed then.
    """
    changing = {}
    for row_id, (seen, wanted) in rows.items():
        row = _row(scope, record, row_id)
        scope.require(*record.roles, action=told("change the %(kind)s", kind=told(record.kind)))
        if new := _new(record, seen, wanted):
            changing[row_id] = (row, seen, new)
    if not changing:
        return {}
    statements = [one for row_id, of in changing.items() for one in _statements(scope, record, row_id, *of)]
    feed = [
        one
        for row_id, (row, *_of) in changing.items()
        for one in ((record.subject, row_id), ("event", row["site"] or 0))
    ]
    changed = scope.database.write([*statements, *also], changed=feed)[1::2]
    return {
        row_id: _refusal(scope, record, row_id, seen, new)
        for (row_id, (_before, seen, new)), done in zip(changing.items(), changed, strict=False)
        if not done.num_rows
    }


def changes(scope: Scope, record: Record, row_id: int, seen: Mapping[str, object]) -> list[Change]:
    """Tell what others changed since a form saw the row, with who and when from the event log.

    Raises:
        NotFound: there is no such row for this user.
    """
    now = _row(scope, record, row_id)
    names = [name for name in record.fields if name in seen and not record.fields[name].is_secret]
    other = [name for name in names if now[name] != seen[name]]
    by = authors(scope, record, row_id) if other else {}
    return [
        Change(name, record.fields[name].title, seen[name], now[name], *by.get(name, (None, None))) for name in other
    ]


def _row(scope: Scope, record: Record, row_id: int) -> dict[str, Any]:
    if scope.role not in READERS or (record.site is None and scope.site_ids is not None):
        raise NotFound(record.kind, row_id)
    sites, params = scope.sites(f"({record.site})") if record.site else ("TRUE", {})
    columns = ", ".join(record.fields)
    rows = scope.database.query(
        f"""SELECT {columns}, CAST({record.name} AS VARCHAR) AS called, {record.site or "NULL"} AS site,
                   {record.station} AS station, {record.connector} AS connector
            FROM {record.table} WHERE {record.key} = $id AND {record.alive} AND {sites}""",
        {"id": row_id, **params},
    ).to_pylist()
    if not rows:
        raise _missing(scope, record, row_id)
    return dict(rows[0])


def _new(record: Record, seen: Mapping[str, object], wanted: Mapping[str, object]) -> dict[str, object]:
    """Return the columns that change, as they are to be kept."""
    new, wrong = _checked(record, wanted)
    for error in wrong.values():
        raise error
    new = {name: value for name, value in new.items() if record.fields[name].is_secret or value != seen.get(name)}
    return new | _companions(record, new, wanted, seen)


def _statements(
    scope: Scope,
    record: Record,
    row_id: int,
    row: Mapping[str, Any],
    seen: Mapping[str, object],
    new: Mapping[str, object],
) -> tuple[Sql, Sql]:
    """Return what notes a change, and what makes it."""
    condition, params = _condition(record, row_id, seen, new)
    assignments = ", ".join(f"{name} = $new_{name}" for name in new)
    # The note comes first: it looks for the same row as the change, which is no longer as seen afterwards.
    noted = Sql(
        f"""INSERT INTO event (logged_at, kind, text, site_id, station_id, connector_id, user_id, details, template,
                               arguments)
            SELECT $at, $kind, $text, $site_id, $station_id, $connector_id, $user_id, $details, $template, $arguments
            FROM {record.table} WHERE {condition} RETURNING kind""",
        {**params, **_note(scope, record, row, row_id, seen, new)},
    )
    changed = Sql(
        f"UPDATE {record.table} SET {assignments} WHERE {condition} RETURNING {record.key}",
        {**params, **{f"new_{name}": value for name, value in new.items()}},
    )
    return noted, changed


def _checked(record: Record, values: Mapping[str, object]) -> tuple[dict[str, object], dict[str, InvalidInput]]:
    kept: dict[str, object] = {}
    wrong: dict[str, InvalidInput] = {}
    for name, value in values.items():
        field = record.fields[name]
        try:
            kept[name] = field.check(field.title, value)
        except InvalidInput as error:
            wrong[name] = error
    return kept, _halves(record, kept) | wrong


def _companions(
    record: Record, new: Mapping[str, object], wanted: Mapping[str, object], seen: Mapping[str, object]
) -> dict[str, object]:
    """Return the columns that go together with those that change, as they are wanted.

    Raises:
        InvalidInput: some would have a value and others none.
    """
    all_new: dict[str, object] = {}
    for group in record.together:
        if new.keys() & set(group):
            values = {name: new[name] if name in new else wanted.get(name, seen.get(name)) for name in group}
            for error in _halves(record, values).values():
                raise error
            all_new |= values
    return all_new


def _halves(record: Record, values: Mapping[str, object]) -> dict[str, InvalidInput]:
    """Return what is missing beside what goes together with it, by column."""
    wrong: dict[str, InvalidInput] = {}
    for group in record.together:
        missing = [name for name in group if name in values and values[name] is None]
        if missing and any(values.get(name) is not None for name in group):
            titles = " and ".join(record.fields[name].title for name in group)
            wrong |= {
                name: InvalidInput(
                    record.fields[name].title, None, told("is missing: %(titles)s go together.", titles=titles)
                )
                for name in missing
            }
    return wrong


def _condition(
    record: Record, row_id: int, seen: Mapping[str, object], new: Mapping[str, object]
) -> tuple[str, dict[str, object]]:
    """Find the row only while the values that change are as seen, and nothing else has what must be unique."""
    parts = [f"{record.table}.{record.key} = $id", record.alive]
    params: dict[str, object] = {"id": row_id}
    for name in new:
        if not record.fields[name].is_secret:
            parts.append(f"{record.table}.{name} IS NOT DISTINCT FROM $seen_{name}")
            params[f"seen_{name}"] = seen.get(name)
    for name in record.unique or {}:
        if name in new:
            params[f"new_{name}"] = new[name]
            parts.append(f"NOT {_is_taken(record, name)}")
    return " AND ".join(parts), params


def _is_taken(record: Record, name: str) -> str:
    """Tell in SQL whether another row has the value that is to be kept in a column."""
    same = f"""EXISTS (SELECT 1 FROM {record.table} other WHERE other.{name} = $new_{name}
                       AND other.{record.key} <> $id AND {(record.unique or {})[name]})"""
    beside = (record.unique_beside or {}).get(name)
    if not beside:
        return same
    return f"""({same} OR EXISTS (SELECT 1 FROM {beside} other WHERE other.{name} = $new_{name}
                                  AND other.removed_at IS NULL))"""


def _note(
    scope: Scope,
    record: Record,
    row: Mapping[str, Any],
    row_id: int,
    seen: Mapping[str, object],
    new: Mapping[str, object],
) -> dict[str, object]:
    noted = {
        name: ["", "changed"]
        if record.fields[name].is_secret
        else [_named(scope, record.fields[name], one) for one in (seen.get(name), value)]
        for name, value in new.items()
        if record.fields[name].is_secret or value != seen.get(name)
    }
    titles = listed(told(record.fields[name].title) for name in noted)
    by, kind = who(scope), told(record.kind)
    text = told(
        "%(who)s changed %(fields)s of %(kind)s %(name)s.", who=by, fields=titles, kind=kind, name=row["called"]
    )
    return {
        "at": datetime.now(UTC),
        "kind": record.event.value,
        "text": text,
        **words(text)._asdict(),
        "site_id": row["site"],
        "station_id": row["station"],
        "connector_id": row["connector"],
        "user_id": scope.user_id,
        "details": details_json({"record": ref(record, row_id), "changes": noted}),
    }


def _named(scope: Scope, field: Field, value: object) -> object:
    """Return a value as the event log keeps it."""
    if not field.names or value is None:
        return value
    named = scope.database.query(f"SELECT name FROM {field.names} WHERE {field.names}_id = $id", {"id": value})
    return named["name"][0].as_py() if named.num_rows else value


def _refusal(
    scope: Scope, record: Record, row_id: int, seen: Mapping[str, object], new: Mapping[str, object]
) -> PortalError:
    """Return why a row was not changed."""
    try:
        mine = [change for change in changes(scope, record, row_id, seen) if change.field in new]
    except NotFound as error:
        return error
    if mine:
        return ChangedMeanwhile(record.kind, mine)
    for name in record.unique or {}:
        if name in new:
            return _already(record, name, new[name])
    return _missing(scope, record, row_id)


def _missing(scope: Scope, record: Record, row_id: int) -> NotFound:
    return gone.missing(scope, record.table, row_id)


def _already(record: Record, name: str, value: object) -> AlreadyExists:
    what = told("%(kind)s with the %(field)s", kind=told(record.kind), field=told(record.fields[name].title))
    return AlreadyExists(what, value, name)


def authors(scope: Scope, record: Record, row_id: int) -> dict[str, tuple[str, datetime]]:
    """Return who last changed each column of a row, and when."""
    rows = scope.database.query(
        """SELECT logged_at, details, trim(first_name || ' ' || last_name) AS who
           FROM event JOIN portal_user USING (user_id)
           WHERE kind = $kind AND details LIKE $record ORDER BY logged_at DESC LIMIT 50""",
        {"kind": record.event.value, "record": f'{{"record": "{ref(record, row_id)}"%'},
    ).to_pylist()
    found: dict[str, tuple[str, datetime]] = {}
    for row in rows:
        try:
            noted = json.loads(row["details"])["changes"]
        except ValueError:  # it was cut
            continue
        for name in noted:
            found.setdefault(name, (row["who"], row["logged_at"]))
    return found


def who(scope: Scope) -> str:
    """Return what the event log calls the scope's user."""
    rows = scope.database.query("SELECT email FROM portal_user WHERE user_id = $id", {"id": scope.user_id})
    return str(rows["email"][0].as_py()) if rows.num_rows else told("The portal")


def ref(record: Record, row_id: int) -> str:
    """Return how the details of an event name a row."""
    return f"{record.table}:{row_id}"
