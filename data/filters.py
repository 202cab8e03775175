"""The grid's filter and sort models as SQL: columns come from a whitelist, values are bound, never written into SQL.

The models are AG Grid's: `{"energy": {"type": "greaterThan", "filter": 4.5}}`, with up to a few `conditions` joined by
one `operator`, and `[{"colId": "start", "sort": "desc"}]`.
"""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from data import catalogs
from data.errors import InvalidInput
from data.scope import Condition
from data.texts import N_, told

FilterModel = Mapping[str, Mapping[str, object]]
SortModel = Sequence[Mapping[str, str]]
Zones = Mapping[str, Sequence[int]]
"""IANA time zone to the ids of the sites in it."""


@dataclass(frozen=True)
class Column:
    """One column a user may filter and sort by.

    within: where `sql` stands in another table, the condition around it.
    words: the English word that stands for a value on the screen, where values are kept as other words or codes.
    told: SQL of what a text was told from, an English template that is translated where it is shown.
    word: an English text whose words stand in the value and are translated where it is shown, without its arguments.
    beside: writes SQL of whether what is shown after a text fits what is looked for.

    A filter understands words and told texts in every language: a link means the same to whoever opens it.
    """

    kind: Literal["text", "number", "date"]
    sql: str
    within: str = "{}"
    words: Mapping[str, str] | None = None
    told: str = ""
    word: str = ""
    beside: "Beside | None" = None


@dataclass(frozen=True)
class Wanted:
    """What a text filter looks for.

    pattern: of ILIKE, with a backslash before what would have a meaning there.
    is_said: tells whether an English text fits in any language.
    bound: gives a value its name in the SQL.
    """

    typed: str
    pattern: str
    is_said: Callable[[str], bool]
    bound: Callable[[object], str]


Beside = Callable[[Wanted], str]

MAX_CONDITIONS = 8
LONGEST_TEXT = 1000
FIRST_YEAR, LAST_YEAR = 2, 9998  # at the ends of the calendar a day has no midnight in every zone
COMPARISONS = {
    "equals": "=",
    "notEqual": "<>",
    "lessThan": "<",
    "lessThanOrEqual": "<=",
    "greaterThan": ">",
    "greaterThanOrEqual": ">=",
}
ARGUMENT = re.compile(r"%\(\w+\)[sd]")
PATTERNS = {
    "contains": "%{}%",
    "notContains": "%{}%",
    "equals": "{}",
    "notEqual": "{}",
    "startsWith": "{}%",
    "endsWith": "%{}",
}
FITS: Mapping[str, Callable[[str, str], bool]] = {
    "contains": str.__contains__,
    "notContains": str.__contains__,
    "equals": str.__eq__,
    "notEqual": str.__eq__,
    "startsWith": str.startswith,
    "endsWith": str.endswith,
}
"""The same as PATTERNS, for a text and what is typed."""
# A day is half-open: from its start to the start of the next.
DAYS = {
    "equals": "({sql} >= {start} AND {sql} < {end})",
    "notEqual": "NOT ({sql} >= {start} AND {sql} < {end})",
    "lessThan": "{sql} < {start}",
    "greaterThan": "{sql} >= {end}",
    "inRange": "({sql} >= {start} AND {sql} < {end})",
}


def where(model: FilterModel, columns: Mapping[str, Column], zones: Zones) -> Condition:
    """Turn a filter model into a condition on the columns' table. An empty model is TRUE.

    Args:
        zones: every site that may be met, by time zone; a day of a date filter is the day there. Rows need a site_id.

    Raises:
        InvalidInput: a column, operator or value that there is not.
    """
    bound = _Bound()
    parts = [_column(field, filtered, columns, zones, bound) for field, filtered in model.items()]
    return " AND ".join(parts) or "TRUE", bound.params


def order(model: SortModel, columns: Mapping[str, Column]) -> list[tuple[str, bool]]:
    """Turn a sort model into pairs of column and whether it is descending.

    Raises:
        InvalidInput: a column that there is not.
    """
    return [(_known(entry.get("colId", ""), columns), entry.get("sort") == "desc") for entry in model]


class _Bound:
    """The parameters of one condition."""

    def __init__(self) -> None:
        self.params: dict[str, object] = {}

    def __call__(self, value: object) -> str:
        name = f"filter_{len(self.params)}"
        self.params[name] = value
        return f"${name}"


def _known(field: str, columns: Mapping[str, Column]) -> str:
    if field not in columns:
        raise InvalidInput(N_("Column"), field, N_("is not in this table."))
    return field


def _column(
    field: str, filtered: Mapping[str, object], columns: Mapping[str, Column], zones: Zones, bound: _Bound
) -> str:
    column = columns[_known(field, columns)]
    conditions = filtered.get("conditions")
    if conditions is None:
        return _condition(field, column, filtered, zones, bound)
    if (
        not isinstance(conditions, list)
        or not all(isinstance(one, dict) for one in conditions)
        or not 1 <= len(conditions) <= MAX_CONDITIONS
    ):
        raise InvalidInput(N_("Filter on"), field, told("takes 1 to %(most)s conditions.", most=MAX_CONDITIONS))
    operator = {"AND": " AND ", "OR": " OR "}.get(str(filtered.get("operator")))
    if operator is None:
        raise InvalidInput(N_("Filter on"), field, N_("joins its conditions by AND or OR."))
    return "(" + operator.join(_condition(field, column, one, zones, bound) for one in conditions) + ")"


def _condition(field: str, column: Column, one: Mapping[str, object], zones: Zones, bound: _Bound) -> str:
    kind = one.get("type")
    if kind in ("blank", "notBlank"):
        empty = f"coalesce({column.sql}, '') = ''" if column.kind == "text" else f"{column.sql} IS NULL"
        return column.within.format(empty if kind == "blank" else f"NOT ({empty})")
    try:
        return column.within.format(_KINDS[column.kind](column, one, zones, bound))
    except (KeyError, ValueError, TypeError, OverflowError) as error:
        raise InvalidInput(N_("Filter on"), field, N_("is not understandable. Set it again.")) from error


def _text(column: Column, one: Mapping[str, object], zones: Zones, bound: _Bound) -> str:
    kind, typed = str(one["type"]), str(one["filter"])
    if len(typed) > LONGEST_TEXT:
        raise ValueError(kind)
    plain = typed.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    wanted = Wanted(typed, PATTERNS[kind].format(plain), lambda text: _is_said(text, kind, typed), bound)
    found = f"{column.sql} ILIKE {bound(wanted.pattern)} ESCAPE '\\'"
    if values := [value for value, word in (column.words or {}).items() if wanted.is_said(word)]:
        found += f" OR {column.sql} = ANY({bound(values)})"
    if column.told and (templates := [text for text in catalogs.translations() if wanted.is_said(text)]):
        found += f" OR {column.told} = ANY({bound(templates)})"
    if column.word:
        of_value, pattern = bound(_words(column.word)), bound(wanted.pattern)
        for said in catalogs.translations().get(column.word, ()):
            found += f" OR replace({column.sql}, {of_value}, {bound(_words(said))}) ILIKE {pattern} ESCAPE '\\'"
    if column.beside:
        found += f" OR {column.beside(wanted)}"
    # A row without a text does not contain it either.
    return f"coalesce(NOT ({found}), TRUE)" if kind in ("notContains", "notEqual") else f"({found})"


def _words(text: str) -> str:
    return ARGUMENT.sub("", text).strip()


def _is_said(text: str, kind: str, typed: str) -> bool:
    """Tell whether a text is what is looked for, in any language; what stands in place of its arguments is not."""
    fits = FITS[kind]
    said = (ARGUMENT.sub("\0", one).casefold() for one in (text, *catalogs.translations().get(text, ())))
    return any(fits(one, typed.casefold()) for one in said)


def _number(column: Column, one: Mapping[str, object], zones: Zones, bound: _Bound) -> str:
    low = _finite(one["filter"])
    if one["type"] == "inRange":
        return f"({column.sql} BETWEEN {bound(low)} AND {bound(_finite(one['filterTo']))})"
    return f"({column.sql} {COMPARISONS[str(one['type'])]} {bound(low)})"


def _finite(value: object) -> float:
    number = float(value)  # type: ignore[arg-type]  # what is no number raises, and is answered as such
    if not math.isfinite(number):
        raise ValueError(value)
    return number


def _date(column: Column, one: Mapping[str, object], zones: Zones, bound: _Bound) -> str:
    kind = str(one["type"])
    first = _day(one["dateFrom"])
    after = (_day(one["dateTo"]) if kind == "inRange" else first) + timedelta(days=1)
    parts = []
    for zone, site_ids in zones.items():
        days = {"start": first, "end": after}
        midnights = {name: datetime.combine(day, time(), ZoneInfo(zone)) for name, day in days.items()}
        used = {name: bound(at) for name, at in midnights.items() if f"{{{name}}}" in DAYS[kind]}
        part = DAYS[kind].format(sql=column.sql, **used)
        parts.append(part if len(zones) == 1 else f"(site_id = ANY({bound(list(site_ids))}) AND {part})")
    return "(" + (" OR ".join(parts) or "FALSE") + ")"


def _day(value: object) -> date:
    day = date.fromisoformat(str(value)[:10])
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError(value)
    return day


_KINDS: Mapping[str, Callable[[Column, Mapping[str, object], Zones, _Bound], str]] = {
    "text": _text,
    "number": _number,
    "date": _date,
}
