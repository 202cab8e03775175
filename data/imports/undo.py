"""Undoing a whole import: what it made goes, what it changed is as before; not when something later builds on it."""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from data.database import Batch, Change, Database, Sql
from data.errors import InvalidInput, PortalError
from data.imports import past
from data.imports.built_on import BUILT_ON, built_on, key_of
from data.imports.journal import LOST_AFTER, Row, State, Step, event_of, kept
from data.imports.past import Import
from data.imports.restoring import TABLES
from data.scope import Scope
from data.texts import N_, listed, told

MOST_NAMED = 3
"""Of what stands in the way, so many are named."""

SUBJECTS = {"portal_user": "user", "id_tag": "user", "user_site": "user"}
"""What the live feed calls a step's subject, where it is not the topology."""


def undo(scope: Scope, import_id: int) -> Import:
    """Take away what an import made, and put back what it changed or removed, in one commit; return what it was.

    Raises:
        NotPermitted: the user is no administrator.
        NotFound: there is no such import.
        InvalidInput: there is nothing to undo, or something later builds on it; says what.
    """
    one = past.find(scope, import_id)
    if not one.can_be_undone or not _claim(scope, one):
        raise InvalidInput(N_("Import"), one.file_name, N_("has nothing that can be undone."))
    try:
        steps = _steps(scope.database, import_id)
        if obstacles := list(_obstacles(scope, import_id, steps)):
            more = len(obstacles) - MOST_NAMED
            named = [*obstacles[:MOST_NAMED], *([told("%(count)s more", count=more)] if more > 0 else [])]
            reason = told("cannot be undone: %(what)s. Change that first, or leave it.", what=listed(named))
            raise InvalidInput(N_("Import"), one.file_name, reason)
        _write(scope, one, steps)
    except PortalError:
        back = State.DONE if one.state == State.DONE else State.FAILED
        sql = "UPDATE import SET state = $state WHERE import_id = $id AND state = $undoing"
        params = {"state": back.value, "id": import_id, "undoing": State.UNDOING.value}
        scope.database.write([Sql(sql, params)], [("import", import_id)])
        raise
    return one


def _claim(scope: Scope, one: Import) -> bool:
    """Let nobody else undo it at the same time; tell whether nobody does."""
    sql = """UPDATE import SET state = $undoing, heard_at = $now
             WHERE import_id = $id AND state = $state AND (state NOT IN ($running, $undoing) OR heard_at < $lost)
             RETURNING import_id"""
    now = datetime.now(UTC)
    states = {"state": one.state, "undoing": State.UNDOING.value, "running": State.RUNNING.value}
    params = {"id": one.import_id, "now": now, "lost": now - LOST_AFTER, **states}
    return bool(scope.database.write([Sql(sql, params)], [("import", one.import_id)])[0].num_rows)


def _steps(database: Database, import_id: int) -> list[Step]:
    rows = database.query(
        "SELECT subject, name, before, after FROM import_row WHERE import_id = $id", {"id": import_id}
    ).to_pylist()
    return [Step(row["subject"], row["name"], _row(row["before"]), _row(row["after"])) for row in rows]


def _row(text: str | None) -> Row | None:
    return None if text is None else list(json.loads(text))


def _obstacles(scope: Scope, import_id: int, steps: Sequence[Step]) -> Iterator[str]:
    """Yield what was done since that undoing would destroy or leave without its place."""
    current = {
        subject: {kept(tuple(row.values())) for row in scope.database.query(TABLES[subject].current).to_pylist()}
        for subject in {step.subject for step in steps} | {"site", "floor"}
    }
    keys = {subject: {key_of(subject, json.loads(row or "[]")) for row in rows} for subject, rows in current.items()}
    for step in steps:
        called = told("%(kind)s %(name)s", kind=told(TABLES[step.subject].word), name=step.name)
        if step.after is not None and kept(step.after) not in current[step.subject]:
            yield told("%(row)s was changed since", row=called)
        elif step.after is None and step.before and key_of(step.subject, step.before) in keys[step.subject]:
            yield told("%(row)s is there again", row=called)
        elif step.subject == "charging_station" and step.before:
            _, site_id, floor_id, *_ = step.before
            if str(site_id) not in keys["site"] or (floor_id and str(floor_id) not in keys["floor"]):
                yield told("the former place of %(row)s is removed", row=called)
        elif step.subject == "portal_user" and step.before is None and step.after and step.after[0] == scope.user_id:
            yield told("%(row)s is you", row=called)
    for later in BUILT_ON:
        yield from built_on(scope.database, import_id, later, steps)


def _write(scope: Scope, one: Import, steps: Sequence[Step]) -> None:
    database, ours = scope.database, {"id": one.import_id}
    sites = database.query("SELECT DISTINCT site_id FROM session WHERE import_id = $id", ours)["site_id"].to_pylist()
    undone = Sql(
        "UPDATE import SET state = $state, undone_at = $now, undone_by = $by WHERE import_id = $id",
        {**ours, "state": State.UNDONE.value, "now": datetime.now(UTC), "by": scope.user_id},
    )
    done = N_("%(who)s undid the import of %(kind)s from %(file)s.")
    statements: list[Sql | Batch] = [undone, event_of(database, one.import_id, done, by=scope.user_id)]
    if sites:
        statements.append(Sql("DELETE FROM session WHERE import_id = $id", ours))
    changed: set[Change] = {("import", one.import_id), ("event", 0), *(("session", site) for site in sites)}
    for step in steps:
        row = step.after or step.before or ()
        place = 1 if step.subject == "id_tag" else 0
        changed.add((SUBJECTS.get(step.subject, "topology"), int(str(row[place]))))
        if step.subject == "charging_station":
            changed |= {("alarm", int(str(row[0]))), ("open_transaction", int(str(row[0])))}
    database.write([*statements, *_restored(steps)], changed)


def _restored(steps: Sequence[Step]) -> Iterator[Batch]:
    for subject, table in TABLES.items():
        of_table = [step for step in steps if step.subject == subject]
        made = [tuple(step.after) for step in of_table if step.after and not step.before]
        was = [tuple(step.before) for step in of_table if step.before and step.after]
        gone = [tuple(_timed(step.before)) for step in of_table if step.before and not step.after]
        if made:
            yield Batch(table.remove, [row[: len(table.remove.schema)] for row in made])
        if was:
            yield from (Batch(into, was) for into in table.change)
        if gone and table.restore:
            yield Batch(table.restore, gone)


def _timed(row: Row) -> Iterator[object]:
    """Yield the values of a row with a tag's end of validity as a time again."""
    for place, value in enumerate(row):
        yield datetime.fromisoformat(value) if place == 4 and isinstance(value, str) else value
