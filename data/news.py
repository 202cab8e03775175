# ruff: noqa: S608 - a constant expression, values are bound
"""Charge Portal news (manual: Dashboard): administrators write them, everybody reads, unread ones are counted."""

from datetime import UTC, datetime
from typing import Any

from data.database import Sql
from data.errors import InvalidInput, NotFound
from data.events import EventKind, event
from data.scope import Role, Scope
from data.texts import N_, told

LONGEST_TITLE = 120
LONGEST_TEXT = 4000
SHOWN = 100

_IS_NEW = """(written_by <> $user_id AND news_id > coalesce(
    (SELECT seen.news_id FROM news_read seen WHERE seen.user_id = $user_id), 0))"""


def latest(scope: Scope) -> list[dict[str, Any]]:
    """Return the newest items, newest first: at most SHOWN of them.

    Returns: news_id, title, text, written_at (in the system's zone), author, is_new (to this user).
    """
    rows = scope.database.query(
        f"""SELECT news_id, title, text, timezone(system.time_zone, written_at) AS written_at,
                   trim(author.first_name || ' ' || author.last_name) AS author, {_IS_NEW} AS is_new
            FROM news JOIN portal_user author ON author.user_id = written_by, system
            ORDER BY news_id DESC LIMIT $shown""",
        {"user_id": scope.user_id, "shown": SHOWN},
    )
    return list(rows.to_pylist())


def count_unread(scope: Scope) -> int:
    """Return how many items the user has not seen yet."""
    rows = scope.database.query(f"SELECT count(*) AS unread FROM news WHERE {_IS_NEW}", {"user_id": scope.user_id})
    return int(rows["unread"][0].as_py())


def mark_read(scope: Scope, news_id: int) -> None:
    """Note that the user has seen an item and all older ones."""
    read = """INSERT INTO news_read VALUES ($user_id, $news_id)
              ON CONFLICT (user_id) DO UPDATE SET news_id = greatest(news_read.news_id, excluded.news_id)"""
    scope.database.write([Sql(read, {"user_id": scope.user_id, "news_id": news_id})])


def write(scope: Scope, title: str, text: str) -> int:
    """Add an item and return its id. To its author it is not new.

    Raises:
        NotPermitted: the scope is no administrator's.
        InvalidInput: title or text is empty or too long.
    """
    scope.require(Role.ADMINISTRATOR, action=N_("write news"))
    title, text = _checked(title, text)
    insert = """INSERT INTO news (title, text, written_at, written_by) VALUES ($title, $text, $now, $user_id)
                RETURNING news_id"""
    params = {"title": title, "text": text, "now": datetime.now(UTC), "user_id": scope.user_id}
    note = event(EventKind.NEWS, told("News were written: %(title)s", title=title), user_id=scope.user_id)
    (inserted, _) = scope.database.write([Sql(insert, params), note], changed=[("news", 0), ("event", 0)])
    return int(inserted["news_id"][0].as_py())


def edit(scope: Scope, news_id: int, title: str, text: str) -> None:
    """Change an item; who has read it has read it.

    Raises:
        NotPermitted: the scope is no administrator's.
        NotFound: it was deleted.
        InvalidInput: title or text is empty or too long.
    """
    scope.require(Role.ADMINISTRATOR, action=N_("edit news"))
    title, text = _checked(title, text)
    before = _find(scope, news_id)
    update = "UPDATE news SET title = $title, text = $text WHERE news_id = $news_id"
    wanted = {"title": title, "text": text}
    changes = {name: [before[name], value] for name, value in wanted.items() if before[name] != value}
    details = {"record": f"news:{news_id}", "changes": changes}
    note = event(
        EventKind.NEWS, told("News were edited: %(title)s", title=title), user_id=scope.user_id, details=details
    )
    changed = Sql(update, {"title": title, "text": text, "news_id": news_id})
    scope.database.write([changed, note], changed=[("news", 0), ("event", 0)])


def delete(scope: Scope, news_id: int) -> None:
    """Delete an item for everybody; the event log keeps its words.

    Raises:
        NotPermitted: the scope is no administrator's.
        NotFound: it is deleted already.
    """
    scope.require(Role.ADMINISTRATOR, action=N_("delete news"))
    item = _find(scope, news_id)
    details = {"title": item["title"], "text": item["text"]}
    note = event(
        EventKind.NEWS,
        told("News were deleted: %(title)s", title=item["title"]),
        user_id=scope.user_id,
        details=details,
    )
    removed = Sql("DELETE FROM news WHERE news_id = $news_id", {"news_id": news_id})
    scope.database.write([removed, note], changed=[("news", 0), ("event", 0)])


def _find(scope: Scope, news_id: int) -> dict[str, Any]:
    rows = scope.database.query("SELECT title, text FROM news WHERE news_id = $news_id", {"news_id": news_id})
    if not rows.num_rows:
        raise NotFound("news item", news_id)
    return dict(rows.to_pylist()[0])


def _checked(title: str, text: str) -> tuple[str, str]:
    title, text = title.strip(), text.strip()
    for field, value, longest in (("Title", title, LONGEST_TITLE), ("Text", text, LONGEST_TEXT)):
        if not value:
            raise InvalidInput(field, None, "may not be empty.")
        if len(value) > longest:
            raise InvalidInput(field, None, told("has more than %(longest)s characters.", longest=longest))
    return title, text
