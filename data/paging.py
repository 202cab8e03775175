# ruff: noqa: S608 - column expressions come from constants, values are bound
"""Rows from anywhere in a big sorted table, without sorting the table.

Rows are counted by a coarse form of the sort key, such as the day of a time; that tells which buckets hold the wanted
rows, and only those are sorted.
"""

import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, groupby
from typing import Any
from weakref import WeakKeyDictionary

from data import filters
from data.database import Database, Revision
from data.scope import Condition

EXCEL_ROWS = 64_000  # manual: Statistics, Export to Excel
SORTABLE_ROWS = 100_000
KEPT_ANSWERS = 200


@dataclass(frozen=True)
class Column(filters.Column):
    """A column of the table.

    buckets: ever finer expressions that rise with the column; each may take some ten thousand values.
    rank: what buckets are put in order by, where not by themselves; `{}` is the bucket.
    spans: by bucket, which of the column's own values are in those from `{0}` to `{1}`. The database keeps what each
        block of rows has at least and at most, and passes over the blocks outside; an expression tells it nothing.
    """

    buckets: tuple[str, ...] = ()
    rank: str = ""
    spans: Mapping[str, str] = field(default_factory=dict, hash=False)

    @property
    def keys(self) -> tuple[str, ...]:
        """Expressions to sort rows by."""
        return (self.rank.format(self.buckets[0]), self.buckets[0]) if self.rank else (self.sql,)


def at(column: str) -> Column:
    """Return a column of times; a bucket is a day, and of a day with very many rows an hour."""
    spans = {
        f"epoch_us({column}) // {seconds}000000": f"{column} >= to_timestamp({{0}} * {seconds}) "
        f"AND {column} < to_timestamp(({{1}} + 1) * {seconds})"
        for seconds in (86_400, 3_600)
    }
    return Column("date", column, buckets=tuple(spans), spans=spans)


def text(
    column: str,
    words: Mapping[str, str] | None = None,
    told: str = "",
    word: str = "",
    beside: filters.Beside | None = None,
) -> Column:
    """Return a column of texts that many rows share; the rest as in `filters.Column`."""
    return Column("text", column, words=words, told=told, word=word, beside=beside, buckets=(column,))


@dataclass(frozen=True)
class Table:
    """What stands after FROM, and the subjects whose changes may change its rows; none: they change untold."""

    sql: str
    subjects: frozenset[str]


@dataclass(frozen=True)
class Run:
    """Neighbouring rows: those from start to end among what the condition leaves, once that is sorted."""

    condition: Condition
    start: int
    end: int


@dataclass(frozen=True)
class _Level:
    column: Column
    bucket: str
    descending: bool


@dataclass(frozen=True)
class _Bucket:
    value: object
    begin: int
    size: int


Terms = Sequence[tuple[Column, bool]]
"""What a table is sorted by: columns and whether each is descending. Empty values come last in both directions."""


def order_by(terms: Terms) -> str:
    """Write an ORDER BY."""
    return ", ".join(
        f"{key} {'DESC' if descending else 'ASC'} NULLS LAST" for column, descending in terms for key in column.keys
    )


def find(
    database: Database, table: Table, condition: Condition, terms: Terms, start: int, end: int
) -> tuple[list[Run], int]:
    """Return the runs that together are rows start to end (excluded) of a sorted table, and how many rows it has."""
    levels = [_Level(column, bucket, descending) for column, descending in terms for bucket in column.buckets]
    buckets = _buckets(database, table, condition, levels[0])
    rows = sum(bucket.size for bucket in buckets)
    return list(_runs(database, table, Run(condition, start, end), levels, buckets)), rows


def _runs(
    database: Database, table: Table, wanted: Run, levels: Sequence[_Level], buckets: Sequence[_Bucket]
) -> Iterator[Run]:
    """Narrow to the buckets that hold the wanted rows; one that is too big to sort is looked into by the next level.

    Args:
        buckets: the first level's.
    """
    touched = [bucket for bucket in buckets if bucket.begin < wanted.end and bucket.begin + bucket.size > wanted.start]
    for big, neighbours in groupby(touched, key=lambda bucket: bucket.size > SORTABLE_ROWS):
        for group in [[bucket] for bucket in neighbours] if big else [list(neighbours)]:
            inside = _inside(wanted.condition, levels, [bucket.value for bucket in group])
            begin, size = group[0].begin, sum(bucket.size for bucket in group)
            run = Run(inside, max(wanted.start - begin, 0), min(wanted.end - begin, size))
            if big and levels[1:]:
                finer = _buckets(database, table, inside, levels[1])
                yield from _runs(database, table, run, levels[1:], finer)
            else:
                yield run


def _inside(condition: Condition, levels: Sequence[_Level], values: list[object]) -> Condition:
    """Narrow a condition to neighbouring buckets of the first level."""
    sql, params = condition
    column, bucket = levels[0].column, levels[0].bucket
    known = [value for value in values if value is not None]
    parts = [f"{bucket} IS NULL"] if len(known) < len(values) else []
    names = [f"{name}_{len(levels)}" for name in ("first", "last", "among")]
    if known and column.rank:
        parts.append(f"{bucket} = ANY(${names[2]})")
        params = {**params, names[2]: known}
    elif known:
        within = f"{bucket} BETWEEN ${names[0]} AND ${names[1]}"
        if bucket in column.spans:
            within = f"({column.spans[bucket].format(f'${names[0]}', f'${names[1]}')} AND {within})"
        parts.append(within)
        params = {**params, names[0]: min(known), names[1]: max(known)}  # type: ignore[type-var]
    return f"{sql} AND ({' OR '.join(parts)})", params


def _buckets(database: Database, table: Table, condition: Condition, level: _Level) -> list[_Bucket]:
    """Count the rows of each bucket, in the order of the table."""
    sql, params = condition
    direction = f"{'DESC' if level.descending else 'ASC'} NULLS LAST"
    rank = f"{level.column.rank.format('bucket')} {direction}, " if level.column.rank else ""
    rows = ask(
        database,
        table,
        f"""SELECT bucket, size
            FROM (SELECT {level.bucket} AS bucket, count(*) AS size FROM {table.sql} WHERE {sql} GROUP BY 1) counted
            ORDER BY {rank}bucket {direction}""",
        params,
    )
    begins = accumulate((row["size"] for row in rows), initial=0)
    return [_Bucket(row["bucket"], begin, row["size"]) for row, begin in zip(rows, begins, strict=False)]


def ask(database: Database, table: Table, sql: str, params: Mapping[str, object]) -> list[dict[str, Any]]:
    """Query, or give the answer of before when nothing that concerns the table changed since."""
    if not table.subjects:
        return list(database.query(sql, params).to_pylist())
    answers = _KEPT.setdefault(database, {})
    return answers.setdefault(table.subjects, _Answers(table.subjects)).ask(database, sql, params)


class _Answers:
    """One database's answers, by question, until one of the subjects changes."""

    def __init__(self, subjects: frozenset[str]) -> None:
        self._subjects = subjects
        self._lock = threading.Lock()
        self._revision = Revision()
        self._known: dict[tuple[str, str], list[dict[str, Any]]] = {}

    def ask(self, database: Database, sql: str, params: Mapping[str, object]) -> list[dict[str, Any]]:
        with self._lock:
            changes = database.changes(self._revision)
            self._revision = changes.revision
            if changes.reset or any(subject in self._subjects for subject, _ in changes.changed):
                self._known = {}
            known = self._known  # an answer asked for before a change must not come back after it
        question = (sql, repr(params))
        answer = known.get(question)
        if answer is None:
            answer = known[question] = database.query(sql, params).to_pylist()
            if len(known) > KEPT_ANSWERS:
                known.pop(next(iter(known)), None)
        return answer


_KEPT: WeakKeyDictionary[Database, dict[frozenset[str], _Answers]] = WeakKeyDictionary()
