"""Filters and order of a table as chips, in words, and in links: `f=energy.gt.4.5~station.has.0000&sort=-start`.

Such a link survives a reload and can be shared. Two conditions on one column are joined by `;` (and) or `|` (or), the
ends of a range by `,`; where these stand in a value they are percent-encoded.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple
from urllib.parse import quote, unquote

import dash_bootstrap_components as dbc
from dash import html
from flask_babel import LazyString, lazy_gettext
from flask_babel import gettext as _

from data.filters import Column

OPTIONS = {
    "text": ("contains", "notContains", "equals", "notEqual", "startsWith", "endsWith", "blank", "notBlank"),
    "number": (
        *("equals", "notEqual", "greaterThan", "greaterThanOrEqual", "lessThan", "lessThanOrEqual", "inRange"),
        *("blank", "notBlank"),
    ),
    "date": ("equals", "greaterThan", "lessThan", "inRange", "notEqual"),
}


class Operator(NamedTuple):
    """A filter's operator: its name in a link and its word in a chip."""

    link: str
    word: LazyString


OPERATORS = {
    "contains": Operator("has", lazy_gettext("contains")),
    "notContains": Operator("hasnt", lazy_gettext("does not contain")),
    "equals": Operator("is", lazy_gettext("is")),
    "notEqual": Operator("not", lazy_gettext("is not")),
    "startsWith": Operator("starts", lazy_gettext("starts with")),
    "endsWith": Operator("ends", lazy_gettext("ends with")),
    "greaterThan": Operator("gt", lazy_gettext("over")),
    "greaterThanOrEqual": Operator("ge", lazy_gettext("at least")),
    "lessThan": Operator("lt", lazy_gettext("under")),
    "lessThanOrEqual": Operator("le", lazy_gettext("at most")),
    "inRange": Operator("in", lazy_gettext("from")),
    "blank": Operator("blank", lazy_gettext("is empty")),
    "notBlank": Operator("filled", lazy_gettext("is not empty")),
}
DATE_WORDS = {"equals": lazy_gettext("on"), "greaterThan": lazy_gettext("after"), "lessThan": lazy_gettext("before")}
_BY_LINK = {operator.link: kind for kind, operator in OPERATORS.items()}


class Heading(NamedTuple):
    """How a column is shown: its title, width in px, unit, and whether it is shown before the user chooses.

    fills: takes the width that is left.
    filter_unit, raw_unit: what a number counts that is typed into the filter, and in a file, where a cell is words.
    """

    title: LazyString
    width: int
    shown: bool = False
    unit: str = ""
    filter_unit: str = ""
    raw_unit: str = ""
    numeric: bool = False
    renderer: str = ""
    fills: bool = False

    @property
    def full_title(self) -> str:
        """The title with its unit."""
        return f"{self.title}, {self.unit}" if self.unit else str(self.title)

    @property
    def file_title(self) -> str:
        """The title with the unit of the values in a file."""
        return f"{self.title}, {self.raw_unit}" if self.raw_unit else self.full_title


def chips(
    table_id: str, columns: Mapping[str, Column], headings: Mapping[str, Heading], filter_model: Mapping[str, Any]
) -> list[html.Span | html.Button]:
    """Return a removable chip per filter, and the button that removes all."""
    shown: list[html.Span | html.Button] = []
    for name, filtered in filter_model.items():
        title, text = str(headings[name].title), describe(columns[name], headings[name], filtered)
        remove = html.Button(
            html.I(className="bi bi-x", **{"aria-hidden": "true"}),
            type="button",
            **{
                "aria-label": _("Remove filter %(column)s %(text)s", column=title, text=text),
                "data-table": table_id,
                "data-remove-filter": name,
            },
        )
        shown.append(html.Span([html.Span(title, className="cp-2nd"), html.B(text), remove], className="cp-chip"))
    return [*shown, clear_button(table_id)] if shown else []


def notice(refused: Sequence[str]) -> dbc.Alert:
    """Return what is said of the parts of a link that could not be read."""
    text = _("Part of the link was not understood and is left out: %(parts)s", parts=", ".join(refused))
    return dbc.Alert(text, color="warning", dismissable=True, className="mb-0")


def clear_button(table_id: str, look: str = "btn-ghost") -> html.Button:
    """Return the button that removes every filter of a table."""
    return html.Button(
        _("Clear all filters"),
        type="button",
        className=f"btn {look} btn-sm",
        **{"data-table": table_id, "data-remove-filter": "*"},
    )


def describe(column: Column, heading: Heading, filtered: Mapping[str, Any]) -> str:
    """Write a filter in words: `over 4.5 kWh`, `contains 0000 or contains 0001`."""
    joint = _("or") if filtered.get("operator") == "OR" else _("and")
    return f" {joint} ".join(_described(column, heading, one) for one in _conditions(filtered))


def _described(column: Column, heading: Heading, one: Mapping[str, Any]) -> str:
    kind = str(one["type"])
    word = DATE_WORDS.get(kind) if column.kind == "date" else None
    values = _values(one)
    unit = f"\u00a0{heading.filter_unit or heading.unit}" if values else ""
    to = _("to")
    return f"{word or OPERATORS[kind].word} {f' {to} '.join(values)}".rstrip() + unit.rstrip()


def _conditions(filtered: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return filtered.get("conditions") or [filtered]


def _values(one: Mapping[str, Any]) -> list[str]:
    keys = ("dateFrom", "dateTo") if one.get("dateFrom") else ("filter", "filterTo")
    wanted = keys if one["type"] == "inRange" else keys[:1]
    return [_written(one[key], is_day=key.startswith("date")) for key in wanted if one.get(key) is not None]


def _written(value: object, is_day: bool) -> str:
    if is_day:
        return str(value)[:10]
    return f"{value:.12g}" if isinstance(value, float) else str(value)


def link(filter_model: Mapping[str, Any], sort_model: Sequence[Mapping[str, str]]) -> str:
    """Write filters and order as they stand in a link; empty when there are none."""
    parts = []
    for name, filtered in filter_model.items():
        conditions = [
            ".".join(filter(None, [OPERATORS[one["type"]].link, ",".join(_escape(value) for value in _values(one))]))
            for one in _conditions(filtered)
        ]
        parts.append(f"{name}." + ("|" if filtered.get("operator") == "OR" else ";").join(conditions))
    order = ",".join(("-" if entry["sort"] == "desc" else "") + entry["colId"] for entry in sort_model)
    query = {"f": "~".join(parts), "sort": order}
    return "&".join(f"{key}={quote(value, safe='~.-,')}" for key, value in query.items() if value)


@dataclass(frozen=True)
class Shown:
    """What a link asks a table to show. refused: the parts that could not be read and are left out."""

    filters: dict[str, Any]
    order: list[dict[str, str]]
    refused: list[str]


def read_link(filters: str, order: str, columns: Mapping[str, Column]) -> Shown:
    """Read the filters and the order of a link."""
    shown = Shown({}, [], [])
    for part in filter(None, filters.split("~")):
        name, _dot, rest = part.partition(".")
        try:
            conditions = [_read(columns[name], one) for one in rest.replace("|", ";").split(";")]
        except (KeyError, ValueError):
            shown.refused.append(part)
            continue
        operator = "OR" if "|" in rest else "AND"
        together = {"filterType": columns[name].kind, "operator": operator, "conditions": conditions}
        shown.filters[name] = conditions[0] if len(conditions) == 1 else together
    for part in filter(None, order.split(",")):
        name = part.removeprefix("-")
        if name in columns:
            shown.order.append({"colId": name, "sort": "desc" if part[0] == "-" else "asc"})
        else:
            shown.refused.append(part)
    return shown


def _read(column: Column, text: str) -> dict[str, Any]:
    word, _dot, rest = text.partition(".")
    kind = _BY_LINK[word]
    if kind not in OPTIONS[column.kind]:
        raise ValueError(text)
    values = [unquote(value) for value in rest.split(",")] if rest else []
    if len(values) != {"blank": 0, "notBlank": 0, "inRange": 2}.get(kind, 1):
        raise ValueError(text)
    first, second = ("dateFrom", "dateTo") if column.kind == "date" else ("filter", "filterTo")
    read = _READERS[column.kind]
    condition: dict[str, Any] = {"filterType": column.kind, "type": kind}
    return condition | {key: read(value) for key, value in zip((first, second), values, strict=False)}


def _day(text: str) -> str:
    return f"{date.fromisoformat(text)} 00:00:00"


def _escape(value: str) -> str:
    return quote(value, safe=" .-:@+/åäöÅÄÖ").replace("~", "%7E")  # quote leaves it as it is


_READERS: Mapping[str, Callable[[str], object]] = {"text": str, "number": float, "date": _day}
