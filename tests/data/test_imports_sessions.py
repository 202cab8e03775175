"""Past charging sessions are taken once, line by line."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from data import stations
from data.database import Database, Sql
from data.duckdb_engine import DuckDB
from data.flight import DatabaseService, RemoteDatabase
from data.imports.lines import Report
from data.stations import NewOutlet, NewStation
from tests.conftest import People
from tests.support.imports import take_file

WORKPLACE = Path(__file__).parent / "samples" / "workplace_sessions.csv"
MAPPING = {
    "sessionId": "session_id", "kwhTotal": "energy_kwh", "created": "started_at", "ended": "ended_at",
    "stationId": "charge_box_id", "userId": "id_tag",
}  # fmt: skip
HEADER = "session_id,charge_box_id,connector_id,id_tag,started_at,ended_at,energy_kwh,meter_start_kwh,meter_stop_kwh,"
HEADER += "authentication,email"
GOOD = {
    "session_id": "1", "charge_box_id": "CP1", "connector_id": "2", "id_tag": "", "started_at": "2026-03-20 15:42:08",
    "ended_at": "2026-03-20 17:15:09", "energy_kwh": "7,78",
}  # fmt: skip


@pytest.fixture
def portal(database: DuckDB, people: People) -> DuckDB:
    stations.create_station(people.alice, NewStation(people.solna, "CP1", "CP1", outlets=(NewOutlet(1), NewOutlet(2))))
    return database


def write(file: Path, *lines: dict[str, str]) -> Path:
    rows = [";".join(line.get(column, "") for column in HEADER.split(",")) for line in lines]
    file.write_text("\n".join([HEADER.replace(",", ";"), *rows]))
    return file


def take(portal: Database, tmp_path: Path, *lines: dict[str, str]) -> Report:
    return take_file(portal, "sessions", write(tmp_path / "sessions.csv", *lines))


def stored(portal: Database) -> list[dict[str, Any]]:
    return list(portal.query("SELECT * FROM session ORDER BY session_id").to_pylist())


def test_a_session_is_stored_as_statistics_need_it(portal: DuckDB, people: People, tmp_path: Path) -> None:
    assert str(take(portal, tmp_path, GOOD)) == "1 created, 0 changed, 0 unchanged"
    (session,) = stored(portal)
    assert session["started_at"] == datetime(2026, 3, 20, 14, 42, 8, tzinfo=UTC)
    assert session["logged_at"] == session["ended_at"] == datetime(2026, 3, 20, 16, 15, 9, tzinfo=UTC)
    expected = {
        "site_id": people.solna, "connector_id": 2, "energy_kwh": 7.78, "duration_s": 5581.0, "authentication": 0,
        "id_tag": None, "email": None, "user_id": None, "transaction_id": None,
    }  # fmt: skip
    assert expected.items() <= session.items()


def test_a_second_time_changes_nothing(portal: DuckDB, tmp_path: Path) -> None:
    nameless = GOOD | {"session_id": "", "connector_id": ""}
    take(portal, tmp_path, GOOD, nameless)
    assert str(take(portal, tmp_path, GOOD, nameless, GOOD)) == "0 created, 0 changed, 3 unchanged"
    assert [session["session_id"] for session in stored(portal)] == ["1", "CP1-1-20260320T144208"]


def test_a_bad_line_of_a_station_that_would_be_created_says_what_is_bad(portal: DuckDB, tmp_path: Path) -> None:
    file = write(tmp_path / "sessions.csv", GOOD | {"charge_box_id": "NEW", "energy_kwh": "-1"})
    report = take_file(portal, "sessions", file, create_stations="Solna")
    assert [str(problem) for problem in report.problems] == ["line 2: energy_kwh '-1' is negative."]


def test_good_lines_are_taken_and_bad_ones_named(portal: DuckDB, tmp_path: Path) -> None:
    bad = [
        {"charge_box_id": "CP9"},
        {"ended_at": "2026-03-20 15:42:07"},
        {"ended_at": "2028-01-01 00:00:00"},
        {"energy_kwh": "-1"},
        {"energy_kwh": "77800"},
        {"connector_id": "5"},
        {"meter_start_kwh": "10", "meter_stop_kwh": "9"},
        {"authentication": "card"},
        {"started_at": "2024-03-20 15:42:08"},
        {"session_id": "1", "started_at": "2026-03-20 15:42:09"},
    ]
    lines = [{"session_id": f"bad{number}"} | line for number, line in enumerate(bad)]
    report = take(portal, tmp_path, GOOD, *[GOOD | line for line in lines], GOOD | {"session_id": "2"})
    assert report.created == 2
    assert [str(problem) for problem in report.problems] == [
        "line 3: charge_box_id 'CP9' is no station of the portal. Create it first, or let the import create stations.",
        "line 4: ended_at '2026-03-20 15:42:07' lies before the start, 2026-03-20 15:42:08.",
        "line 5: ended_at '2028-01-01 00:00:00' lies in the future.",
        "line 6: energy_kwh '-1' is negative.",
        "line 7: energy_kwh '77800' is more than 10,000. Is the unit the right one?",
        "line 8: connector_id '5' must be a whole number from 1 to 4.",
        "line 9: meter_stop_kwh '9' lies below the meter value at the start.",
        "line 10: authentication 'card' must be Anonymous (0) or RFID (1).",
        "line 11: ended_at '2026-03-20 17:15:09' lies more than 366 days after the start.",
        "line 12: session_id '1' stands for another session already: CP1, 2026-03-20 14:42:08 UTC.",
    ]


def test_a_tag_names_its_user_in_any_notation(portal: DuckDB, people: People, tmp_path: Path) -> None:
    take(portal, tmp_path, GOOD | {"id_tag": "c4b3a204"})  # the bytes of Dana's tag, reversed
    (session,) = stored(portal)
    assert (session["user_id"], session["email"]) == (people.dana.user_id, "dana@portal.example")
    assert (session["id_tag"], session["authentication"]) == ("C4B3A204", 1)


def test_an_email_names_its_user(portal: DuckDB, people: People, tmp_path: Path) -> None:
    stranger = {"session_id": "2", "email": "Stranger@portal.example"}
    take(portal, tmp_path, GOOD | {"email": "Dana@portal.example"}, GOOD | stranger)
    assert [(session["user_id"], session["email"]) for session in stored(portal)] == [
        (people.dana.user_id, "dana@portal.example"),
        (None, "stranger@portal.example"),
    ]


def test_energy_follows_from_the_meter_where_it_is_missing(portal: DuckDB, tmp_path: Path) -> None:
    take(portal, tmp_path, GOOD | {"energy_kwh": "", "meter_start_kwh": "10,5", "meter_stop_kwh": "12"})
    assert stored(portal)[0]["energy_kwh"] == 1.5


def test_another_portals_export_comes_in_with_its_stations(portal: DuckDB) -> None:
    report = take_file(portal, "sessions", WORKPLACE, MAPPING, shift_years=2000, create_stations="Workplace")
    assert (report.created, report.notes) == (4, ["3 charging stations created"])
    sites = portal.query("SELECT DISTINCT name FROM session JOIN site USING (site_id)")["name"].to_pylist()
    assert sites == ["Workplace"]
    (total,) = portal.query("SELECT sum(energy_kwh) AS kwh FROM session")["kwh"].to_pylist()
    assert total == pytest.approx(24.28)


def test_created_stations_stand_in_the_site_of_their_line(portal: DuckDB) -> None:
    take_file(
        portal, "sessions", WORKPLACE, MAPPING | {"locationId": "site"}, shift_years=2000, create_stations="Other"
    )
    placed = portal.query(
        """SELECT site.name, charge_box_id FROM charging_station JOIN site USING (site_id)
           WHERE site.name LIKE '46%' ORDER BY charge_box_id"""
    )
    assert [tuple(row.values()) for row in placed.to_pylist()] == [
        ("460001", "580001"),
        ("460001", "580002"),
        ("460002", "580003"),
    ]


def test_lines_that_are_refused_create_no_station(portal: DuckDB) -> None:
    report = take_file(portal, "sessions", WORKPLACE, MAPPING, create_stations="Workplace")
    assert len(report.problems) == 4
    assert not portal.query("SELECT 1 FROM site WHERE name = 'Workplace'").num_rows


def test_an_import_works_through_the_owner_of_the_database(portal: DuckDB, tmp_path: Path) -> None:
    service, remote = DatabaseService(portal, tmp_path), RemoteDatabase(tmp_path)
    for created in (4, 0):
        report = take_file(remote, "sessions", WORKPLACE, MAPPING, shift_years=2000, create_stations="Workplace")
        assert report.created == created
    remote.close()
    service.shutdown()


def test_a_removed_stations_sessions_are_refused(portal: DuckDB, tmp_path: Path) -> None:
    portal.write([Sql("UPDATE charging_station SET removed_at = now()")])
    assert take(portal, tmp_path, GOOD).problems[0].column == "charge_box_id"


def test_a_large_file_is_taken_whole(portal: DuckDB, tmp_path: Path) -> None:
    lines = [GOOD | {"session_id": str(number)} for number in range(30_000)]
    file = write(tmp_path / "many.csv", *lines)
    assert take_file(portal, "sessions", file).created == 30_000
