"""The numbers behind the diagrams: what counts where, for whom, and on days of 23 and 25 hours."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from data import diagrams, nodes, power
from data.database import Sql
from data.diagrams import Period
from data.duckdb_engine import DuckDB
from data.errors import NotPermitted
from data.nodes import Node
from tests.conftest import People

ZONE = "Europe/Stockholm"
SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)  # 23 and 25 hours


@pytest.fixture
def station(database: DuckDB, people: People) -> int:
    return _station(database, people.solna, "00004079")


@pytest.fixture
def solna(people: People) -> Node:
    return nodes.find(people.alice, f"site:{people.solna}")


@pytest.mark.parametrize(("day", "hours"), [(SPRING, 23), (AUTUMN, 25), (date(2026, 6, 1), 24)])
def test_a_day_holds_the_sessions_of_its_own_23_24_or_25_hours(
    database: DuckDB, people: People, station: int, solna: Node, day: date, hours: int
) -> None:
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    for hour in range(-48, 48):
        _session(database, people.solna, station, noon + timedelta(hours=hour), kwh=1)

    [row] = diagrams.sessions(people.alice, solna, Period(day, day, ZONE), "day").to_pylist()

    assert (row["sessions"], row["energy_kwh"]) == (hours, hours)
    assert row["start"] == datetime(day.year, day.month, day.day)  # noqa: DTZ001 - local time


def test_the_hour_that_comes_twice_in_autumn_is_one_step_and_the_one_left_out_in_spring_none(
    database: DuckDB, people: People, station: int, solna: Node
) -> None:
    for day in (SPRING, AUTUMN):
        for hour in range(-14, 14):
            noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
            _session(database, people.solna, station, noon + timedelta(hours=hour))

    def by_hour(day: date) -> dict[int, int]:
        rows = diagrams.sessions(people.alice, solna, Period(day, day, ZONE), "hour").to_pylist()
        return {row["start"].hour: row["sessions"] for row in rows}

    assert by_hour(AUTUMN) == {hour: 2 if hour == 2 else 1 for hour in range(24)}
    assert by_hour(SPRING) == {hour: 1 for hour in range(24) if hour != 2}


def test_weeks_begin_on_monday_and_months_on_their_first(
    database: DuckDB, people: People, station: int, solna: Node
) -> None:
    _session(database, people.solna, station, datetime(2026, 4, 30, 22, 30, tzinfo=UTC))  # 1 May, a Friday, in Solna
    year = Period(date(2026, 1, 1), date(2026, 12, 31), ZONE)

    starts = {
        step: diagrams.sessions(people.alice, solna, year, step)["start"][0].as_py().date()
        for step in ("week", "month", "year")
    }

    assert starts == {"week": date(2026, 4, 27), "month": date(2026, 5, 1), "year": date(2026, 1, 1)}


def test_outlets_in_use_count_each_second_of_a_session_and_no_other(
    database: DuckDB, people: People, station: int, solna: Node
) -> None:
    midnight = datetime(2026, 6, 1, tzinfo=UTC) - timedelta(hours=2)
    _session(database, people.solna, station, midnight + timedelta(minutes=50), duration_s=3600 + 7)
    _session(database, people.solna, station, midnight + timedelta(minutes=61), duration_s=60)
    _session(
        database, people.solna, station, midnight - timedelta(hours=1), duration_s=3600 + 90
    )  # from the day before

    rows = diagrams.outlets_in_use(people.alice, solna, Period(date(2026, 6, 1), date(2026, 6, 1), ZONE), "hour")

    used_s = {row["start"].hour: round(row["outlets"] * 3600) for row in rows.to_pylist() if row["outlets"]}
    assert used_s == {0: 600 + 90, 1: 50 * 60 + 7 + 60}
    assert rows.num_rows == 24


def test_an_hour_of_the_week_is_the_mean_of_all_such_hours(
    database: DuckDB, people: People, station: int, solna: Node
) -> None:
    _session(database, people.solna, station, datetime(2026, 6, 1, 8, tzinfo=UTC), duration_s=3600)  # Monday 10:00
    fortnight = Period(date(2026, 6, 1), date(2026, 6, 14), ZONE)

    rows = diagrams.hours_of_week(people.alice, solna, fortnight, "")

    used = {(row["weekday"], row["hour"]): row["outlets"] for row in rows.to_pylist() if row["outlets"]}
    assert used == {(1, 10): 0.5}
    assert rows.num_rows == 7 * 24


def test_what_charges_now_is_in_use_and_the_future_is_no_time(
    database: DuckDB, people: People, station: int, solna: Node
) -> None:
    now = datetime.now(UTC)
    insert = """INSERT INTO open_transaction (transaction_id, station_id, site_id, connector_id, charge_box_id,
                    authentication, started_at, logged_at) VALUES (1, $station, $site, 1, 'CB', 0, $at, $at)"""
    database.write([Sql(insert, {"station": station, "site": people.solna, "at": now - timedelta(days=3)})])
    days = Period(now.date() - timedelta(days=1), now.date() + timedelta(days=30), ZONE)

    rows = diagrams.outlets_in_use(people.alice, solna, days, "hour").to_pylist()

    assert {row["outlets"] for row in rows} == {1.0}
    assert max(row["start"] for row in rows) <= now.replace(tzinfo=None) + timedelta(hours=2)


def test_a_named_view_answers_plain_sql_by_what_a_diagram_counts(
    database: DuckDB, people: People, station: int, solna: Node
) -> None:
    day = datetime(2026, 5, 31, 22, tzinfo=UTC)
    _session(database, people.solna, station, day + timedelta(minutes=16), duration_s=3600, kwh=3)
    _alarm(database, people.solna, station, "Fuse", day, day + timedelta(hours=1))
    june = Period(date(2026, 6, 1), date(2026, 6, 1), ZONE)

    def plain(sql: str) -> object:
        [row] = database.query(sql).to_pylist()
        return tuple(row.values())

    quarter = int(day.timestamp()) // 900 + 1
    assert plain("SELECT started_quarter, sum(energy_kwh) FROM charging_session GROUP BY ALL") == (quarter, 3)
    assert diagrams.sessions(people.alice, solna, june, "day")["energy_kwh"].to_pylist() == [3]
    assert plain("SELECT epoch(until - since) FROM outlet_use") == (3600,)
    assert sum(diagrams.outlets_in_use(people.alice, solna, june, "hour")["outlets"].to_pylist()) == 1
    assert plain("SELECT kind, count(*) FROM raised_alarm GROUP BY kind") == ("Fuse", 1)
    assert diagrams.faults(people.alice, solna, june, "day")["alarms"].to_pylist() == [1]


def test_availability_counts_overlapping_alarms_of_a_station_once(
    database: DuckDB, people: People, station: int, solna: Node
) -> None:
    day = datetime(2026, 5, 31, 22, tzinfo=UTC)
    _station(database, people.solna, "never")
    register = """INSERT INTO station_state (station_id, connected, registered_at) VALUES ($station, TRUE, $at)"""
    database.write([Sql(register, {"station": station, "at": day - timedelta(days=9)})])
    for kind, first, last in (("Fuse", 1, 4), ("No network", 2, 3), ("Fuse", 4, 7), ("Not registered", 9, 20)):
        _alarm(database, people.solna, station, kind, day + timedelta(hours=first), day + timedelta(hours=last))
    june = Period(date(2026, 6, 1), date(2026, 6, 1), ZONE)

    [row] = diagrams.availability(people.bob, solna, june, "day").to_pylist()
    alarms = diagrams.faults(people.bob, solna, june, "day").to_pylist()

    assert (row["known_s"], row["available_s"]) == (24 * 3600, 18 * 3600)
    assert {row["kind"]: row["alarms"] for row in alarms} == {"Fuse": 2, "No network": 1, "Not registered": 1}


def test_an_outlet_has_its_own_alarms_and_those_of_its_station(database: DuckDB, people: People, station: int) -> None:
    add = "INSERT INTO outlet (station_id, connector_id, uuid) VALUES ($station, 1, 'u') RETURNING outlet_id"
    [made] = database.write([Sql(add, {"station": station})])
    at = datetime(2026, 6, 1, 12, tzinfo=UTC)
    for connector in (0, 1, 2):
        _alarm(database, people.solna, station, "Fuse", at, at + timedelta(hours=1), connector)
    outlet = nodes.find(people.alice, f"outlet:{made['outlet_id'][0].as_py()}")
    june = Period(date(2026, 6, 1), date(2026, 6, 30), ZONE)

    assert diagrams.faults(people.alice, outlet, june, "month")["alarms"].to_pylist() == [2]
    assert diagrams.availability(people.alice, outlet, june, "month").num_rows == 0


def test_power_is_the_mean_over_time_and_the_highest_ten_minutes(
    database: DuckDB, people: People, station: int, solna: Node
) -> None:
    insert = """INSERT INTO meter_value (station_id, connector_id, measured_at, logged_at, measurand, value, unit)
                VALUES ($station, 1, $at, $at, 'Power.Active.Import', $watts, 'W')"""
    eight = datetime(2026, 6, 1, 6, tzinfo=UTC)
    for minutes, watts in ((0, 6000), (10, 12000), (50, 0)):
        params = {"station": station, "at": eight + timedelta(minutes=minutes), "watts": watts}
        database.write([Sql(insert, params)])

    day = Period(date(2026, 6, 1), date(2026, 6, 1), ZONE)
    rows = power.per_step(people.alice, solna, day.since, day.until, ZONE, "hour").to_pylist()

    assert [(row["start"].hour, row["mean_w"], row["peak_w"], row["hours"]) for row in rows] == [(8, 3000, 12000, 1)]


def test_a_phase_measured_against_neutral_too_counts_once(
    database: DuckDB, people: People, station: int, solna: Node
) -> None:
    insert = """INSERT INTO meter_value (station_id, connector_id, measured_at, logged_at, measurand, phase, value,
                    unit) VALUES ($station, 1, $at, $at, 'Power.Active.Import', $phase, 2000, 'W')"""
    at = datetime(2026, 6, 1, 6, tzinfo=UTC)
    for phase in ("L1", "L2", "L1-N", "L2-N"):
        database.write([Sql(insert, {"station": station, "at": at, "phase": phase})])

    day = Period(date(2026, 6, 1), date(2026, 6, 1), ZONE)
    rows = power.per_step(people.alice, solna, day.since, day.until, ZONE, "hour")

    assert rows["peak_w"].to_pylist() == [4000]


@pytest.mark.parametrize("measurand", ["Power.Active.Import", "Energy.Active.Import.Register"])
def test_a_station_that_measures_rarely_charges_between_and_a_long_silence_is_a_gap(
    database: DuckDB, people: People, station: int, solna: Node, measurand: str
) -> None:
    insert = """INSERT INTO meter_value (station_id, connector_id, transaction_id, measured_at, logged_at, measurand,
                    value, unit) VALUES ($station, 1, 7, $at, $at, $measurand, $value, '')"""
    eight = datetime(2026, 6, 1, 6, tzinfo=UTC)
    for minutes in (0, 15, 30, 45, 60, 240, 255, 270, 285, 300):
        value = 11_000 if measurand.startswith("Power") else 11_000 * minutes / 60
        at = eight + timedelta(minutes=minutes)
        database.write([Sql(insert, {"station": station, "at": at, "measurand": measurand, "value": value})])

    day = Period(date(2026, 6, 1), date(2026, 6, 1), ZONE)
    rows = power.per_step(people.alice, solna, day.since, day.until, ZONE, "hour").to_pylist()

    means = {row["start"].hour: row["mean_w"] for row in rows}
    assert {hour: mean for hour, mean in means.items() if mean is not None} == {
        hour: pytest.approx(11_000) for hour in (8, 9, 12, 13)
    }
    assert means[10] is means[11] is None
    hours = {row["start"].hour: row["hours"] for row in rows}
    assert (hours[10], hours[13]) == (0, pytest.approx(1 / 6))


def test_everyone_gets_the_sessions_of_own_scope_only(database: DuckDB, people: People, station: int) -> None:
    at = datetime(2026, 6, 1, 12, tzinfo=UTC)
    _session(database, people.solna, station, at, user=people.dana.user_id)
    _session(database, people.solna, station, at)
    _session(database, people.lund, _station(database, people.lund, "B"), at)
    june = Period(date(2026, 6, 1), date(2026, 6, 30), ZONE)

    def counts(read: Any) -> dict[str, int]:
        scopes = {name: getattr(people, name) for name in ("alice", "bob", "charlie", "dana", "sam")}
        return {name: sum(read(scope, None, june, "month")["sessions"].to_pylist()) for name, scope in scopes.items()}

    own = {"alice": 3, "bob": 2, "charlie": 1, "dana": 1, "sam": 3}
    assert counts(diagrams.sessions) == own
    assert counts(diagrams.by_authentication) == own
    assert counts(diagrams.stations) == own


@pytest.mark.parametrize("read", [diagrams.users, diagrams.faults, diagrams.availability])
def test_an_ev_user_gets_nothing_that_is_about_others(people: People, read: Any) -> None:
    with pytest.raises(NotPermitted):
        read(people.dana, None, Period(date(2026, 6, 1), date(2026, 6, 30), ZONE), "day")


def test_users_are_named_as_they_are_called_now(database: DuckDB, people: People, station: int) -> None:
    at = datetime(2026, 6, 1, 12, tzinfo=UTC)
    _session(database, people.solna, station, at, user=people.dana.user_id, kwh=5)
    _session(database, people.solna, station, at, kwh=2)

    rows = diagrams.users(people.bob, None, Period(date(2026, 6, 1), date(2026, 6, 30), ZONE), "").to_pylist()

    assert [(row["name"], row["energy_kwh"]) for row in rows] == [("dana@portal.example", 5), (None, 2)]


def _station(database: DuckDB, site: int, name: str) -> int:
    insert = (
        "INSERT INTO charging_station (site_id, name, charge_box_id) VALUES ($site, $name, $name) RETURNING station_id"
    )
    return int(database.write([Sql(insert, {"site": site, "name": name})])[0]["station_id"][0].as_py())


def _session(
    database: DuckDB,
    site: int,
    station: int,
    at: datetime,
    duration_s: int = 600,
    user: int | None = None,
    kwh: float = 4.5,
) -> None:
    insert = """INSERT INTO session (session_id, charge_box_id, connector_id, started_at, ended_at, energy_kwh,
                    authentication, logged_at, duration_s, site_id, station_id, user_id)
                VALUES (uuid(), 'CB', 1, $at, $end, $kwh, 0, $end, $duration, $site, $station, $user)"""
    params = {"at": at, "end": at + timedelta(seconds=duration_s), "duration": duration_s, "kwh": kwh}
    database.write([Sql(insert, {**params, "site": site, "station": station, "user": user})])


def _alarm(
    database: DuckDB, site: int, station: int, kind: str, raised: datetime, cleared: datetime, connector: int = 1
) -> None:
    insert = """INSERT INTO alarm_history VALUES
                (1, $kind, $kind, $site, $station, $connector, '', '', '', $raised, 0, $cleared, NULL)"""
    params = {"kind": kind, "site": site, "station": station, "connector": connector}
    database.write([Sql(insert, {**params, "raised": raised, "cleared": cleared})])
