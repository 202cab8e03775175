"""The statistics table: pages from anywhere in the order, totals, scope, one session and its curve."""

from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pyarrow as pa
import pytest

from data import nodes, paging, power, sessions
from data.database import Batch, Into, Sql
from data.duckdb_engine import DuckDB
from data.errors import InvalidInput, NotFound
from tests.conftest import People

STARTED = datetime(2026, 3, 20, 12, 0, 0, 400_000, UTC)
SCHEMA = pa.schema(
    [
        ("session_id", pa.string()),
        ("charge_box_id", pa.string()),
        ("connector_id", pa.int32()),
        ("id_tag", pa.string()),
        ("started_at", pa.timestamp("us", "UTC")),
        ("ended_at", pa.timestamp("us", "UTC")),
        ("energy_kwh", pa.float64()),
        ("meter_stop_kwh", pa.float64()),
        ("authentication", pa.int16()),
        ("email", pa.string()),
        ("logged_at", pa.timestamp("us", "UTC")),
        ("duration_s", pa.float64()),
        ("site_id", pa.int32()),
        ("station_id", pa.int32()),
        ("user_id", pa.int32()),
        ("meter_start_kwh", pa.float64()),
    ]
)
INSERT = Into(f"INSERT INTO session ({', '.join(SCHEMA.names)}) SELECT * FROM batch", SCHEMA)


@pytest.fixture
def stations(database: DuckDB, people: People) -> dict[str, int]:
    """Two stations in Solna, of which B was removed, and one in Lund."""
    placed = {"B": people.solna, "A": people.solna, "C": people.lund}
    insert = """INSERT INTO charging_station (site_id, name, charge_box_id, removed_at)
                VALUES ($site, $name, $name, $removed) RETURNING station_id"""
    removed = {"B": STARTED}
    rows = {
        name: database.write([Sql(insert, {"site": site, "name": name, "removed": removed.get(name)})])
        for name, site in placed.items()
    }
    return {name: tables[0]["station_id"][0].as_py() for name, tables in rows.items()}


@pytest.fixture
def table(database: DuckDB, people: People, stations: dict[str, int]) -> list[tuple[Any, ...]]:
    """Three hundred sessions with many equal and empty values."""
    rows = [
        _session(people, stations, number, "BAC"[number % 3], energy=None if number % 7 == 0 else float(number % 5))
        for number in range(300)
    ]
    database.write([Batch(INSERT, rows)], changed=[("session", people.solna)])
    return rows


@pytest.mark.parametrize("sortable", [10, 100_000])
@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("column", sessions.COLUMNS)
def test_pages_together_are_the_whole_table_in_order(
    people: People, table: list, monkeypatch: pytest.MonkeyPatch, column: str, descending: bool, sortable: int
) -> None:
    monkeypatch.setattr(paging, "SORTABLE_ROWS", sortable)  # small: as deep as in ten million rows
    sort = [{"colId": column, "sort": "desc" if descending else "asc"}]

    pages = [sessions.page(people.alice, None, {}, sort, start, start + 70) for start in range(0, 300, 70)]

    assert {page.count for page in pages} == {300}
    rows = [row for page in pages for row in page.rows.to_pylist()]
    assert len({row["session"] for row in rows}) == 300
    values = [row[column] for row in rows]
    known = [value for value in values if value is not None]
    assert values == sorted(known, reverse=descending) + [None] * (300 - len(known))


def test_without_a_sort_the_newest_session_comes_first(people: People, table: list) -> None:
    page = sessions.page(people.alice, None, {}, [], 0, 2)

    assert page.rows["session"].to_pylist() == ["S-0299", "S-0298"]


def test_several_sorts_hold_one_within_the_other(people: People, table: list) -> None:
    sort = [{"colId": "station", "sort": "asc"}, {"colId": "energy", "sort": "desc"}]

    rows = sessions.page(people.alice, None, {}, sort, 0, 300).rows.to_pylist()

    keys = [(row["station"], row["energy"] is None, -(row["energy"] or 0)) for row in rows]
    assert keys == sorted(keys)


def test_a_page_past_the_end_is_empty_and_knows_the_count(people: People, table: list) -> None:
    page = sessions.page(people.alice, None, {}, [], 1000, 1100)

    assert (page.rows.num_rows, page.count) == (0, 300)


def test_times_are_those_of_the_site(people: People, table: list) -> None:
    row = sessions.page(people.alice, None, {}, [{"colId": "start", "sort": "asc"}], 0, 1).rows.to_pylist()[0]

    assert row["start"] == datetime(2026, 3, 20, 13, 0, 0, 400_000)  # noqa: DTZ001  # a wall clock in Stockholm


def test_the_site_administrator_of_another_site_sees_nothing_of_it(people: People, table: list) -> None:
    assert set(sessions.page(people.bob, None, {}, [], 0, 300).rows["site"].to_pylist()) == {"Solna"}
    assert set(sessions.page(people.charlie, None, {}, [], 0, 300).rows["site"].to_pylist()) == {"Lund"}
    assert sessions.totals(people.charlie, None, {}).count == 100
    with pytest.raises(NotFound):
        sessions.find(people.charlie, "S-0000")


def test_an_ev_user_sees_own_sessions_only(people: People, table: list) -> None:
    assert set(sessions.page(people.dana, None, {}, [], 0, 300).rows["email"].to_pylist()) == {"dana@portal.example"}


def test_a_support_user_neither_sees_nor_filters_rfids(people: People, table: list) -> None:
    assert "rfid" not in sessions.page(people.sam, None, {}, [], 0, 1).rows.column_names
    with pytest.raises(InvalidInput):
        sessions.page(people.sam, None, {"rfid": {"type": "startsWith", "filter": "0"}}, [], 0, 1)


def test_totals_follow_filter_and_node(people: People, table: list) -> None:
    solna = nodes.find(people.alice, f"site:{people.solna}")

    totals = sessions.totals(people.alice, solna, {"energy": {"type": "greaterThan", "filter": 3.5}})

    expected = [row for row in table if row[12] == people.solna and row[6] == 4.0]
    assert (totals.count, totals.energy_kwh) == (len(expected), 4.0 * len(expected))
    assert totals.mean_duration_s == pytest.approx(sum(row[11] for row in expected) / len(expected))


def test_totals_are_those_of_now_after_another_session(
    database: DuckDB, people: People, table: list, stations: dict
) -> None:
    before = sessions.totals(people.alice, None, {}).count
    database.write([Batch(INSERT, [_session(people, stations, 999, "A")])], changed=[("session", people.solna)])

    assert sessions.totals(people.alice, None, {}).count == before + 1
    assert sessions.page(people.alice, None, {}, [], 0, 1).rows["session"].to_pylist() == ["S-0999"]


def test_sessions_of_a_removed_station_stay(people: People, table: list) -> None:
    page = sessions.page(people.alice, None, {"station": {"type": "equals", "filter": "B"}}, [], 0, 300)

    assert page.count == 100
    assert set(page.rows["station_ref"].to_pylist()) == {None}


def test_an_export_holds_the_first_rows_in_the_shown_order(
    people: People, table: list, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "EXCEL_ROWS", 120)
    sort = [{"colId": "duration", "sort": "asc"}]

    exported = sessions.export(people.alice, None, {}, sort)

    assert (
        exported["session"].to_pylist()
        == sessions.page(people.alice, None, {}, sort, 0, 120).rows["session"].to_pylist()
    )


@pytest.mark.parametrize(
    ("column", "direction"), list(product(["start", "energy", "station", "email"], ["asc", "desc"]))
)
def test_neighbours_are_the_rows_beside_a_session(people: People, table: list, column: str, direction: str) -> None:
    sort = [{"colId": column, "sort": direction}]
    order = sessions.page(people.alice, None, {}, sort, 0, 300).rows["session"].to_pylist()

    for position in (0, 1, 150, 299):
        place = sessions.place(people.alice, None, {}, sort, order[position])
        assert place is not None
        beside = (order[position - 1] if position else None, order[position + 1] if position < 299 else None)
        assert (place.position, place.count, (place.previous, place.following)) == (position + 1, 300, beside)


def test_a_session_that_the_filter_leaves_out_has_no_place(people: People, table: list) -> None:
    assert sessions.place(people.alice, None, {"session": {"type": "equals", "filter": "S-0001"}}, [], "S-0002") is None


def test_the_curve_sums_phases_and_counts_energy_from_the_start(
    database: DuckDB, people: People, stations: dict[str, int]
) -> None:
    database.write([Batch(INSERT, [_session(people, stations, 4, "A")])])
    session = sessions.find(people.alice, "S-0004")
    at = session["started_at"] + timedelta(seconds=10)
    for measurand, phase, value in (
        ("Power.Active.Import", "L1", 3000.0),
        ("Power.Active.Import", "L2", 4000.0),
        ("Energy.Active.Import.Register", None, 12_500.0),
        ("Temperature", None, 30.0),
    ):
        insert = """INSERT INTO meter_value (station_id, connector_id, measured_at, logged_at, measurand, phase,
                                             value, unit)
                    VALUES ($station, 1, $at, $at, $measurand, $phase, $value, 'W')"""
        params = {"station": stations["A"], "at": at, "measurand": measurand, "phase": phase, "value": value}
        database.write([Sql(insert, params)])

    [sample] = sessions.curve(people.alice, session).to_pylist()

    assert (sample["power_kw"], sample["energy_kwh"]) == (7.0, 2.5)


def test_the_curve_of_registers_alone_has_the_power_that_they_gained(
    database: DuckDB, people: People, stations: dict[str, int]
) -> None:
    database.write([Batch(INSERT, [_session(people, stations, 4, "A")])])
    session = sessions.find(people.alice, "S-0004")
    insert = """INSERT INTO meter_value (station_id, connector_id, measured_at, logged_at, measurand, value, unit)
                VALUES ($station, 1, $at, $at, 'Energy.Active.Import.Register', $value, 'Wh')"""
    for share, value in ((0, 10_000.0), (1, 11_000.0)):
        at = session["started_at"] + share * (session["ended_at"] - session["started_at"])
        database.write([Sql(insert, {"station": stations["A"], "at": at, "value": value})])

    rows = sessions.curve(people.alice, session).to_pylist()

    hours = session["duration"] / 3600
    assert [row["power_kw"] for row in rows] == [None, pytest.approx(1 / hours)]


def test_the_curve_of_a_session_whose_meter_values_are_gone_is_the_mean_power_of_ten_minutes(
    database: DuckDB, people: People, stations: dict[str, int]
) -> None:
    database.write([Batch(INSERT, [_session(people, stations, 20, "A")])])  # 19 minutes long
    session = sessions.find(people.alice, "S-0020")
    at = power.bucket(session["started_at"])
    insert = """INSERT INTO outlet_power
                SELECT $at + to_seconds(600 * n), 0, $station, 1, 1000 * n FROM range(-1, 4) ten_minutes(n)"""
    kept = "UPDATE power_summed SET until = $at, kept_since = $at"
    database.write(
        [
            Sql(insert, {"at": at, "station": stations["A"]}),
            Sql(kept, {"at": session["ended_at"] + timedelta(days=1)}),
        ]
    )

    session = sessions.find(people.alice, "S-0020")
    rows = sessions.curve(people.alice, session).drop_columns("at_s").to_pylist()

    assert not session["has_meter_values"]
    first_end = session["start"] + (at + timedelta(minutes=10) - session["started_at"])
    assert rows == [
        {"measured_at": moment, "power_kw": kw, "energy_kwh": None}
        for moment, kw in ((session["start"], 0.0), (first_end, 0.0), (session["end"], 1.0))
    ]


def test_a_line_of_the_curve_goes_through_the_other_measurands_samples_and_breaks_at_a_long_silence() -> None:
    at = [datetime(2026, 6, 1, 8, minute) for minute in (0, 10, 20)] + [datetime(2026, 6, 1, 9, 20, 1)]  # noqa: DTZ001
    values = {"power_kw": [7.0, None, 8.0, 9.0], "energy_kwh": [None, 1.0, None, None]}
    samples = pa.table({"measured_at": at, "at_s": [0.0, 600.0, 1200.0, 4801.0], **values})

    assert sessions.line(samples, "power_kw")["power_kw"].to_pylist() == [7, 8, None, 9]
    assert sessions.line(samples, "energy_kwh").to_pydict() == {"measured_at": at[1:2], "energy_kwh": [1]}


def test_clocks_that_go_forward_break_no_line() -> None:
    at = [datetime(2026, 3, 29, 1, 55), datetime(2026, 3, 29, 3, 5)]  # noqa: DTZ001
    samples = pa.table({"measured_at": at, "at_s": [0.0, 600.0], "power_kw": [7.0, 8.0]})

    assert sessions.line(samples, "power_kw")["power_kw"].to_pylist() == [7, 8]


def test_a_session_without_meter_values_has_an_empty_curve(people: People, table: list) -> None:
    assert sessions.curve(people.alice, sessions.find(people.alice, "S-0001")).num_rows == 0


def _session(
    people: People, stations: dict[str, int], number: int, station: str, energy: float | None = 2.0
) -> tuple[Any, ...]:
    started = STARTED + timedelta(hours=7 * (number // 2), minutes=number % 2)
    duration = 600.0 + 60 * (number % 11)
    mine = number % 4 == 0
    return (
        f"S-{number:04}",
        station,
        1 + number % 2,
        "04A2B3C4" if mine else None,
        started,
        started + timedelta(seconds=duration),
        energy,
        100.0 * (number % 13),
        int(mine),
        "dana@portal.example" if mine else None,
        started + timedelta(seconds=duration + 2),
        duration,
        people.lund if station == "C" else people.solna,
        stations[station],
        people.dana.user_id if mine else None,
        10.0,
    )
