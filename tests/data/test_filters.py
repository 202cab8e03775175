"""Filter and sort models become SQL: a table of cases, run against real rows."""

import pytest

from data import filters
from data.duckdb_engine import DuckDB
from data.errors import InvalidInput
from data.filters import Column

COLUMNS = {
    "name": Column("text", "name"),
    "energy": Column("number", "energy"),
    "start": Column("date", "started_at"),
    "grade": Column("text", "name", words={"Alpha": "Critical", "beta_1": "Major"}, told="'No network contact'"),
    "site": Column(
        "text",
        "town",
        within="site_id IN (SELECT id FROM (VALUES (1, 'Solna'), (2, 'Turku')) named(id, town) WHERE {})",
    ),
}
ZONES = {"Europe/Stockholm": [1], "Europe/Helsinki": [2]}

# 22:30 UTC on 4 May is 5 May 00:30 in Stockholm and 01:30 in Helsinki; 21:30 UTC is the 5th in Helsinki only.
ROWS = """(VALUES
    (1, 'Alpha',  4.5,  TIMESTAMPTZ '2026-05-04 22:30+00', 1),
    (2, 'beta_1', 9.0,  TIMESTAMPTZ '2026-05-04 21:30+00', 1),
    (3, 'Beta%2', 0.0,  TIMESTAMPTZ '2026-05-04 21:30+00', 2),
    (4, NULL,     NULL, TIMESTAMPTZ '2026-05-05 21:59+00', 1),
    (5, '=1+1',   2.0,  TIMESTAMPTZ '2026-05-05 22:00+00', 1),
    (6, 'a\\b',   -1.0, TIMESTAMPTZ '2026-05-05 20:59+00', 2)
) row(id, name, energy, started_at, site_id)"""

TEXT = [
    ({"type": "contains", "filter": "BETA"}, {2, 3}),
    ({"type": "contains", "filter": "_"}, {2}),
    ({"type": "contains", "filter": "%"}, {3}),
    ({"type": "contains", "filter": "\\"}, {6}),
    ({"type": "notContains", "filter": "beta"}, {1, 4, 5, 6}),
    ({"type": "equals", "filter": "alpha"}, {1}),
    ({"type": "notEqual", "filter": "alpha"}, {2, 3, 4, 5, 6}),
    ({"type": "startsWith", "filter": "b"}, {2, 3}),
    ({"type": "endsWith", "filter": "1"}, {2, 5}),
    ({"type": "blank"}, {4}),
    ({"type": "notBlank"}, {1, 2, 3, 5, 6}),
    ({"type": "equals", "filter": "' OR 1=1 --"}, set()),
    ({"operator": "OR", "conditions": [{"type": "equals", "filter": "alpha"}, {"type": "blank"}]}, {1, 4}),
    (
        {"operator": "AND", "conditions": [{"type": "contains", "filter": "a"}, {"type": "contains", "filter": "2"}]},
        {3},
    ),
]
NUMBER = [
    ({"type": "equals", "filter": 4.5}, {1}),
    ({"type": "notEqual", "filter": 4.5}, {2, 3, 5, 6}),
    ({"type": "greaterThan", "filter": 4.5}, {2}),
    ({"type": "greaterThanOrEqual", "filter": 4.5}, {1, 2}),
    ({"type": "lessThan", "filter": 0}, {6}),
    ({"type": "lessThanOrEqual", "filter": "0"}, {3, 6}),
    ({"type": "inRange", "filter": 0, "filterTo": 4.5}, {1, 3, 5}),
    ({"type": "blank"}, {4}),
    ({"type": "notBlank"}, {1, 2, 3, 5, 6}),
]
DAY = [
    ({"type": "equals", "dateFrom": "2026-05-05 00:00:00"}, {1, 3, 4, 6}),
    ({"type": "notEqual", "dateFrom": "2026-05-05"}, {2, 5}),
    ({"type": "lessThan", "dateFrom": "2026-05-05"}, {2}),
    ({"type": "greaterThan", "dateFrom": "2026-05-05"}, {5}),
    ({"type": "inRange", "dateFrom": "2026-05-04", "dateTo": "2026-05-05"}, {1, 2, 3, 4, 6}),
]
CASES = [(name, *case) for name, cases in (("name", TEXT), ("energy", NUMBER), ("start", DAY)) for case in cases]


@pytest.mark.parametrize(("column", "filtered", "ids"), CASES)
def test_a_filter_keeps_exactly_its_rows(database: DuckDB, column: str, filtered: dict, ids: set[int]) -> None:
    assert _ids(database, {column: filtered}) == ids


@pytest.mark.parametrize(
    ("filtered", "ids"),
    [
        ({"type": "equals", "filter": "kritiskt"}, {1}),
        ({"type": "equals", "filter": "Critical"}, {1}),
        ({"type": "startsWith", "filter": "all"}, {2}),
        ({"type": "notContains", "filter": "kritisk"}, {2, 3, 4, 5, 6}),
        ({"type": "contains", "filter": "nätverks"}, {1, 2, 3, 4, 5, 6}),
        ({"type": "contains", "filter": "beta"}, {2, 3}),
    ],
)
def test_a_filter_understands_what_is_shown_in_any_language(database: DuckDB, filtered: dict, ids: set[int]) -> None:
    assert _ids(database, {"grade": filtered}) == ids


def test_filters_on_several_columns_all_hold(database: DuckDB) -> None:
    model = {"name": {"type": "contains", "filter": "beta"}, "energy": {"type": "greaterThan", "filter": 1}}

    assert _ids(database, model) == {2}


def test_a_name_in_another_table_is_filtered_through_its_key(database: DuckDB) -> None:
    assert _ids(database, {"site": {"type": "contains", "filter": "tur"}}) == {3, 6}


def test_no_filter_keeps_every_row(database: DuckDB) -> None:
    assert _ids(database, {}) == {1, 2, 3, 4, 5, 6}


@pytest.mark.parametrize(
    "model",
    [
        {"password_hash": {"type": "contains", "filter": "a"}},
        {"name": {"type": "looksLike", "filter": "a"}},
        {"name": {"type": "contains"}},
        {"energy": {"type": "greaterThan", "filter": "many"}},
        {"energy": {"type": "greaterThan", "filter": "nan"}},
        {"energy": {"type": "inRange", "filter": 1}},
        {"start": {"type": "equals", "dateFrom": "yesterday"}},
        {"start": {"type": "equals", "dateFrom": None}},
        {"name": {"operator": "XOR", "conditions": [{"type": "blank"}]}},
        {"name": {"operator": "OR", "conditions": []}},
        {"name": {"operator": "OR", "conditions": [{"type": "blank"}] * 9}},
        {"name": {"operator": "OR", "conditions": ["blank"]}},
        {"name": {"operator": "OR", "conditions": {"type": "blank"}}},
        {"name": {"type": "contains", "filter": "x" * 1001}},
        {"energy": {"type": "greaterThan", "filter": 10**400}},
        {"energy": {"type": "greaterThan", "filter": [1]}},
        {"energy": {"type": ["greaterThan"], "filter": 1}},
        {"start": {"type": "equals", "dateFrom": "0001-01-01"}},
        {"start": {"type": "equals", "dateFrom": "9999-12-31"}},
        {"start": {"type": [], "dateFrom": "2026-01-01"}},
    ],
)
def test_what_cannot_be_filtered_is_refused(model: dict) -> None:
    with pytest.raises(InvalidInput):
        filters.where(model, COLUMNS, ZONES)


def test_values_are_bound_and_never_stand_in_the_sql() -> None:
    sql, params = filters.where({"name": {"type": "equals", "filter": "'; DROP TABLE session"}}, COLUMNS, ZONES)

    assert "DROP" not in sql
    assert list(params.values()) == ["'; DROP TABLE session"]


def test_an_order_names_known_columns_only() -> None:
    assert filters.order([{"colId": "energy", "sort": "desc"}, {"colId": "name", "sort": "asc"}], COLUMNS) == [
        ("energy", True),
        ("name", False),
    ]
    with pytest.raises(InvalidInput):
        filters.order([{"colId": "energy; DROP TABLE session", "sort": "asc"}], COLUMNS)


def _ids(database: DuckDB, model: dict) -> set[int]:
    sql, params = filters.where(model, COLUMNS, ZONES)
    return set(database.query(f"SELECT id FROM {ROWS} WHERE {sql}", params)["id"].to_pylist())
