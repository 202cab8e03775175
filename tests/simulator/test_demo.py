"""The demo's system is complete, plausible and the same at every start."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from data import connection_days, log_in
from data.database import Database
from data.duckdb_engine import DuckDB
from data.scope import Role
from simulator import demo, history, plans, world

NOW = datetime(2026, 3, 20, 15, 42, 8, tzinfo=UTC)


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    database = DuckDB(tmp_path_factory.mktemp("demo"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(history, "DAYS", 30)
        assert demo.fill(database, NOW)
    yield database
    database.close()


def _count(database: Database, what: str) -> int:
    return database.query(f"SELECT count(*) AS n FROM {what}")["n"][0].as_py()  # noqa: S608 - what is the test's own


def test_a_system_that_has_sites_is_left_as_it_is(database: Database) -> None:
    sessions = _count(database, "session")
    assert not demo.fill(database, NOW)
    assert _count(database, "session") == sessions


@pytest.mark.parametrize(
    "person", [*world.STAFF, world.EV_USERS[0], world.EV_USERS[-1]], ids=lambda person: person.email
)
def test_everybody_signs_in_with_the_documented_password(database: Database, person: world.Person) -> None:
    user = log_in.authenticate(database, person.email, world.PASSWORD, "127.0.0.1")
    assert user.role == person.role
    if user.role is Role.SITE_ADMINISTRATOR:
        assert len(user.site_ids) == len(person.sites)


def test_every_role_but_the_administrator_exists(database: Database) -> None:
    roles = {person.role for person in world.PEOPLE}
    assert roles == set(Role) - {Role.ADMINISTRATOR}


def test_the_topology_is_the_design_s(database: Database) -> None:
    assert _count(database, "site") == 7
    assert _count(database, "charging_station") == 64
    assert _count(database, "outlet") == 128
    assert _count(database, "grid_controller") == 2


def test_every_station_stands_on_its_floors_plan_or_beside_its_site(database: Database, tmp_path: Path) -> None:
    plans.place(database, tmp_path)
    assert _count(database, "floor_map") == _count(database, "floor")
    assert _count(database, "charging_station WHERE floor_id IS NOT NULL AND plan_x IS NULL") == 0
    assert _count(database, "charging_station WHERE floor_id IS NULL AND latitude IS NULL") == 0
    assert _count(database, "(SELECT DISTINCT floor_id, plan_x, plan_y FROM charging_station WHERE floor_id > 0)") == (
        _count(database, "charging_station WHERE floor_id > 0")
    )


def test_every_session_belongs_to_a_station_and_rfid_ones_to_a_user(database: Database) -> None:
    assert _count(database, "session") > 1000
    assert not _count(database, "session ANTI JOIN charging_station USING (station_id, site_id)")
    assert not _count(database, "session WHERE (authentication = 1) <> (user_id IS NOT NULL)")


def test_meter_values_lead_to_the_session_s_energy(database: Database) -> None:
    wrong = """(SELECT max(value) - min(value) AS gained, any_value(energy_kwh) * 1000 AS energy
                FROM meter_value JOIN session USING (transaction_id)
                WHERE measurand = 'Energy.Active.Import.Register' GROUP BY transaction_id)
               WHERE abs(gained - energy) > 0.5"""
    assert _count(database, "meter_value") > 1000
    assert not _count(database, wrong)


def test_stations_that_never_called_have_an_alarm_and_no_state(database: Database) -> None:
    assert _count(database, "alarm WHERE kind = 'Not registered'") == len(world.NEVER_ONLINE)
    assert _count(database, "station_state") == 64 - len(world.NEVER_ONLINE)
    assert _count(database, "alarm") == len(world.NEVER_ONLINE) + len(world.SILENT_DAYS) + len(world.BROKEN)


@pytest.mark.parametrize("charge_box_id", ["00003564", "00003372", "00003710", "00003810"])
def test_history_is_the_same_each_time_and_an_outlet_serves_one_car_at_a_time(charge_box_id: str) -> None:
    site, station = world.places()[charge_box_id]
    sessions = list(history.sessions(site, station, NOW))
    assert sessions == list(history.sessions(site, station, NOW))
    for earlier, later in zip(sessions, sessions[1:], strict=False):
        if earlier.connector_id == later.connector_id:
            assert earlier.ended_at < later.started_at
            assert earlier.meter_start_wh + earlier.energy_wh == later.meter_start_wh
    assert all(session.started_at < session.ended_at <= NOW - history.QUIET for session in sessions)


def test_two_years_hold_some_seventy_thousand_sessions_that_grow_in_number() -> None:
    sessions = [
        session
        for site in world.SITES
        for session in history.sessions(site, site.stations[0], NOW)
        if session.started_at > NOW - timedelta(days=history.DAYS)
    ]
    first_half = sum(session.started_at < NOW - timedelta(days=history.DAYS / 2) for session in sessions)
    assert 60_000 < len(sessions) * 64 / 7 < 90_000
    assert first_half < len(sessions) * 0.45


def test_it_says_what_hinders_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "portal.duckdb").write_text("no database")
    monkeypatch.setattr("sys.argv", ["demo", "--data", str(tmp_path)])
    with pytest.raises(SystemExit, match=r"portal.duckdb"):
        demo.main()


def test_every_station_that_ever_came_has_its_days_of_contact(database: Database) -> None:
    online = sum(station.online for site in world.SITES for station in site.stations)
    assert _count(database, "(SELECT DISTINCT station_id FROM connection_day)") == online
    assert _count(database, "connection_day") == online * connection_days.KEPT.days
    assert _count(database, "connection_day WHERE NOT connected_s BETWEEN 0 AND watched_s") == 0
