"""Sites, floors, stations and outlets come from a file, and follow it when it changes."""

from pathlib import Path

import pytest

from data.database import Revision, Sql
from data.duckdb_engine import DuckDB
from data.imports.lines import Report
from tests.conftest import People
from tests.support.imports import take_file

HEADER = "site,floor,charge_box_id,name,outlets,connector,mode"


def take(database: DuckDB, tmp_path: Path, *lines: str, header: str = HEADER) -> Report:
    file = tmp_path / "topology.csv"
    file.write_text("\n".join([header, *lines]))
    return take_file(database, "topology", file)


def stations(database: DuckDB) -> list[tuple[object, ...]]:
    rows = database.query(
        """SELECT site.name AS site, floor.name AS floor, charge_box_id, station.name, count(outlet_id),
                  min(connector_type), min(mode)
           FROM charging_station station JOIN site USING (site_id) LEFT JOIN floor USING (floor_id)
           LEFT JOIN outlet ON outlet.station_id = station.station_id AND outlet.removed_at IS NULL
           GROUP BY ALL ORDER BY charge_box_id"""
    )
    return [tuple(row.values()) for row in rows.to_pylist()]


def test_stations_are_created_with_their_sites_floors_and_outlets(database: DuckDB, tmp_path: Path) -> None:
    report = take(
        database, tmp_path, "Solna,P1,CP1,West,2,Type 2,open", "Solna,,CP2,,,,", "Lund,P1,CP3,East,4,CCS,RFID"
    )
    assert str(report) == "3 created, 0 changed, 0 unchanged"
    assert stations(database) == [
        ("Solna", "P1", "CP1", "West", 2, "Type 2", "OPEN"),
        ("Solna", None, "CP2", "CP2", 1, "", "RFID"),
        ("Lund", "P1", "CP3", "East", 4, "CCS", "RFID"),
    ]
    assert len(set(database.query("SELECT uuid FROM outlet")["uuid"].to_pylist())) == 7


def test_an_existing_site_is_used(database: DuckDB, people: People, tmp_path: Path) -> None:
    report = take(database, tmp_path, "Solna,P1,CP1,,,,")
    assert (report.new_sites, report.new_floors) == ([], ["Solna / P1"])
    assert database.query("SELECT site_id FROM charging_station")["site_id"].to_pylist() == [people.solna]


def test_a_second_time_changes_nothing(database: DuckDB, tmp_path: Path) -> None:
    lines = ["Solna,P1,CP1,West,2,Type 2,OPEN", "Solna,,CP2,,,,"]
    take(database, tmp_path, *lines)
    before = database.changes(Revision()).revision
    assert str(take(database, tmp_path, *lines)) == "0 created, 0 changed, 2 unchanged"
    assert {subject for subject, _ in database.changes(before).changed} == {"import", "event"}


def test_a_changed_line_moves_and_changes_its_station(database: DuckDB, tmp_path: Path) -> None:
    take(database, tmp_path, "Solna,P1,CP1,West,3,Type 2,OPEN", "Solna,,CP2,,,,")
    assert (
        str(take(database, tmp_path, "Lund,P2,CP1,,1,,RFID", "Solna,,CP2,,2,,")) == "0 created, 2 changed, 0 unchanged"
    )
    assert stations(database) == [
        ("Lund", "P2", "CP1", "West", 1, "Type 2", "RFID"),
        ("Solna", None, "CP2", "CP2", 2, "", "RFID"),
    ]


def test_columns_that_are_missing_leave_a_station_as_it_is(database: DuckDB, tmp_path: Path) -> None:
    take(database, tmp_path, "Solna,P1,CP1,West,2,Type 2,OPEN")
    assert take(database, tmp_path, "Solna,CP1", header="site,charge_box_id").unchanged == 1


def test_changes_are_told_to_those_who_watch(database: DuckDB, tmp_path: Path) -> None:
    before = database.changes(Revision()).revision
    take(database, tmp_path, "Solna,P1,CP1,,,,")
    ids = database.query("SELECT station_id FROM charging_station")["station_id"].to_pylist()
    changed = database.changes(before).changed
    assert ("topology", ids[0]) in changed
    assert len([subject for subject, _ in changed if subject == "topology"]) == 3  # the site and the floor too


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (",,CP1,,,,", "site is missing."),
        ("Solna,,,,,,", "charge_box_id is missing."),
        ("Solna,,CP0,,,,", "charge_box_id 'CP0' stands on an earlier line too."),
        ("Solna,,CP1,,5,,", "outlets '5' must be a whole number from 1 to 4."),
        ("Solna,,CP1,,two,,", "outlets 'two' must be a whole number from 1 to 4."),
        ("Solna,,CP1,,,,CARD", "mode 'CARD' must be OPEN or RFID."),
        (
            "Solna,,C\x07P,,,,",
            "charge_box_id has an invisible character, number 2: U+0007 (control character). Delete it.",
        ),
    ],
)
def test_a_bad_line_is_named_and_the_others_taken(database: DuckDB, tmp_path: Path, line: str, problem: str) -> None:
    report = take(database, tmp_path, "Solna,,CP0,,,,", line, "Solna,,CP2,,,,")
    assert [str(one) for one in report.problems] == [f"line 3: {problem}"]
    assert (report.created, len(stations(database))) == (2, 2)


def test_a_site_gets_the_time_zone_of_its_lines(database: DuckDB, tmp_path: Path) -> None:
    header = "site,charge_box_id,time_zone"
    lines = ("Solna,CP1,Europe/Stockholm", "Solna,CP2,", "Lund,CP3,")
    assert take(database, tmp_path, *lines, header=header).created == 3
    zones = "SELECT name, time_zone FROM site ORDER BY name"
    assert [tuple(row.values()) for row in database.query(zones).to_pylist()] == [
        ("Lund", "UTC"),
        ("Solna", "Europe/Stockholm"),
    ]
    assert str(take(database, tmp_path, *lines, header=header)) == "0 created, 0 changed, 3 unchanged"
    report = take(database, tmp_path, "Lund,CP3,Europe/Helsinki", header=header)
    assert str(report) == "0 created, 1 changed, 0 unchanged"
    assert database.query(zones)["time_zone"].to_pylist() == ["Europe/Helsinki", "Europe/Stockholm"]


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../etc/passwd", "/etc/localtime", "+01:00"])
def test_what_is_no_time_zone_is_refused(database: DuckDB, tmp_path: Path, zone: str) -> None:
    report = take(database, tmp_path, f"Solna,CP1,{zone}", header="site,charge_box_id,time_zone")
    assert "is no time zone" in str(report.problems[0])
    assert stations(database) == []


def test_a_station_keeps_its_place_on_the_map_of_its_floor_and_no_other(database: DuckDB, tmp_path: Path) -> None:
    take(database, tmp_path, "Solna,P1,CP1,West,,,")
    database.write([Sql("UPDATE charging_station SET plan_x = 0.25, plan_y = 0.75")])
    for line, place in (("Solna,P1,CP1,East,,,", (0.25, 0.75)), ("Solna,P2,CP1,East,,,", (None, None))):
        take(database, tmp_path, line)
        (row,) = database.query("SELECT plan_x, plan_y FROM charging_station").to_pylist()
        assert (row["plan_x"], row["plan_y"]) == place
