"""A whole import can be undone: what it made goes, what it changed is as before, unless something builds on it."""

from pathlib import Path

import pytest

from data import node_changes, sites, stations, topology
from data.database import Sql
from data.duckdb_engine import DuckDB
from data.errors import InvalidInput, NotFound, NotPermitted
from data.imports import past
from data.imports.undo import undo
from data.log_in import authenticate
from data.stations import NewStation
from tests.conftest import PASSWORD, People
from tests.support.imports import take_file

TOPOLOGY = "site,floor,charge_box_id,name,outlets,mode\n"
USERS = "role,first_name,last_name,email,password,rfid,site\n"
SESSIONS = "session_id,charge_box_id,started_at,ended_at,energy_kwh\n"
WORKPLACE = Path(__file__).parent / "samples" / "workplace_sessions.csv"
SNAPSHOTS = {
    "topology": """SELECT site.name, time_zone, floor.name AS floor, charge_box_id, station.name AS station,
                          connector_id, mode
                   FROM site LEFT JOIN floor ON floor.site_id = site.site_id AND floor.removed_at IS NULL
                   LEFT JOIN charging_station station ON station.site_id = site.site_id
                        AND station.removed_at IS NULL
                   LEFT JOIN outlet ON outlet.station_id = station.station_id AND outlet.removed_at IS NULL
                   WHERE site.removed_at IS NULL ORDER BY ALL""",
    "users": """SELECT portal_user.* EXCLUDE (password_changed_at), id_tag.* EXCLUDE (user_id), site_id
                FROM portal_user LEFT JOIN id_tag USING (user_id) LEFT JOIN user_site USING (user_id)
                WHERE removed_at IS NULL ORDER BY ALL""",
    "sessions": "SELECT session_id, charge_box_id FROM session ORDER BY ALL",
}


def take(database: DuckDB, tmp_path: Path, kind: str, text: str) -> int:
    file = tmp_path / f"{kind}.csv"
    file.write_text(text)
    take_file(database, kind, file)
    return newest(database)


def newest(database: DuckDB) -> int:
    return int(database.query("SELECT max(import_id) AS id FROM import")["id"][0].as_py())


def snapshot(database: DuckDB, kind: str) -> list[object]:
    return list(database.query(SNAPSHOTS[kind]).to_pylist())


@pytest.fixture
def station(people: People) -> int:
    return stations.create_station(people.alice, NewStation(people.solna, "CP1", "West"))


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("topology", TOPOLOGY + "Kista,P1,CP2,East,4,OPEN\nSolna,P9,CP1,Moved,3,OPEN\nLund,,CP3,,,\n"),
        ("topology", "site,charge_box_id,time_zone\nSolna,CP1,Asia/Tokyo\n"),
        (
            "users",
            USERS + "EV user,Eva,Ek,eva@portal.example,charging 1,123456789,\n"
            "EV user,Diana,New,dana@portal.example,charging 2,04D1E2F3,\n"
            "site administrator,Bob,Example,bob@portal.example,,,Lund\n",
        ),
        ("sessions", SESSIONS + "1,CP1,2026-03-20 15:42:08,2026-03-20 17:15:09,7.8\n"),
    ],
)
def test_all_is_as_before_the_import(
    database: DuckDB, people: People, station: int, tmp_path: Path, kind: str, text: str
) -> None:
    before = snapshot(database, kind)
    import_id = take(database, tmp_path, kind, text)
    assert snapshot(database, kind) != before
    undo(people.alice, import_id)
    assert snapshot(database, kind) == before
    assert past.find(people.alice, import_id).state == "undone"
    with pytest.raises(InvalidInput, match="has nothing that can be undone"):
        undo(people.alice, import_id)


def test_outlets_that_an_import_removed_come_back(database: DuckDB, people: People, tmp_path: Path) -> None:
    first = take(database, tmp_path, "topology", TOPOLOGY + "Solna,,CP1,West,4,OPEN\n")
    before = database.query("SELECT outlet_id, uuid, removed_at FROM outlet ORDER BY outlet_id").to_pylist()
    undo(people.alice, take(database, tmp_path, "topology", TOPOLOGY + "Solna,,CP1,West,1,RFID\n"))
    assert database.query("SELECT outlet_id, uuid, removed_at FROM outlet ORDER BY outlet_id").to_pylist() == before
    undo(people.alice, first)
    assert not database.query("SELECT 1 FROM outlet WHERE removed_at IS NULL").num_rows


def test_stations_that_sessions_created_go_with_them(database: DuckDB, people: People) -> None:
    mapping = {"sessionId": "session_id", "created": "started_at", "ended": "ended_at", "stationId": "charge_box_id"}
    before = snapshot(database, "topology")
    take_file(database, "sessions", WORKPLACE, mapping, shift_years=2000, create_stations="Workplace")
    undo(people.alice, newest(database))
    assert (snapshot(database, "topology"), snapshot(database, "sessions")) == (before, [])


def test_a_password_set_by_an_import_opens_nothing_after_undoing(
    database: DuckDB, people: People, tmp_path: Path
) -> None:
    line = "EV user,Dana,Example,dana@portal.example,charging 2,,\n"
    undo(people.alice, take(database, tmp_path, "users", USERS + line))
    assert authenticate(database, "dana@portal.example", PASSWORD, "here").email == "dana@portal.example"


@pytest.mark.parametrize(
    ("done_since", "told"),
    [
        ("UPDATE charging_station SET name = 'Other'", "charging station CP2 was changed since"),
        ("UPDATE outlet SET mode = 'RFID'", "outlet CP2 1 was changed since"),
        ("INSERT INTO floor (site_id, name) SELECT site_id, 'P2' FROM site", "site Kista has another floor"),
        ("INSERT INTO station_state (station_id, connected) SELECT station_id, TRUE FROM charging_station",
         "charging station CP2 has connected since"),
        ("INSERT INTO user_site SELECT 1, site_id FROM site WHERE name = 'Kista'",
         "site Kista has a site administrator"),
        ("""INSERT INTO grid_controller (site_id, floor_id, name, charge_box_id)
            SELECT site_id, floor_id, 'G', 'G' FROM floor""",
         "floor P1 has a grid controller"),
    ],
)  # fmt: skip
def test_what_somebody_did_since_is_not_undone(
    database: DuckDB, people: People, tmp_path: Path, done_since: str, told: str
) -> None:
    import_id = take(database, tmp_path, "topology", TOPOLOGY + "Kista,P1,CP2,East,1,OPEN\n")
    database.write([Sql(done_since)])
    with pytest.raises(InvalidInput) as refused:
        undo(people.alice, import_id)
    assert told in str(refused.value)
    assert past.find(people.alice, import_id).state == "done"


def test_a_later_import_that_builds_on_it_must_be_undone_first(
    database: DuckDB, people: People, tmp_path: Path
) -> None:
    first = take(database, tmp_path, "topology", TOPOLOGY + "Kista,P1,CP2,East,1,OPEN\n")
    later = take(database, tmp_path, "sessions", SESSIONS + "1,CP2,2026-03-20 15:42:08,2026-03-20 17:15:09,7.8\n")
    with pytest.raises(InvalidInput, match="charging station CP2 has other charging sessions"):
        undo(people.alice, first)
    undo(people.alice, later)
    undo(people.alice, first)


def test_a_users_own_account_stays(database: DuckDB, people: People, tmp_path: Path) -> None:
    line = "administrator,Eva,Ek,eva@portal.example,charging 1,,\n"
    import_id = take(database, tmp_path, "users", USERS + line)
    eva = database.query("SELECT user_id FROM portal_user WHERE email LIKE 'eva%'")["user_id"][0].as_py()
    with pytest.raises(InvalidInput, match="user eva@portal.example is you"):
        undo(people.alice.__class__(database, eva, people.alice.role, None), import_id)


def test_a_former_place_that_is_gone_is_named(database: DuckDB, people: People, station: int, tmp_path: Path) -> None:
    floor = sites.create_floor(people.alice, people.solna, "P1")
    topology.move(people.alice, f"station:{station}", f"site:{people.solna}", f"floor:{floor}")
    import_id = take(database, tmp_path, "topology", TOPOLOGY + "Lund,,CP1,West,1,RFID\n")
    node_changes.remove(people.alice, "floor", floor)
    with pytest.raises(InvalidInput, match="the former place of charging station CP1 is removed"):
        undo(people.alice, import_id)


def test_who_imported_and_who_undid_is_in_the_event_log(database: DuckDB, people: People, tmp_path: Path) -> None:
    import_id = take(database, tmp_path, "topology", TOPOLOGY + "Kista,P1,CP2,East,1,OPEN\n")
    undo(people.alice, import_id)
    texts = database.query("SELECT text FROM event WHERE kind = 'import' ORDER BY logged_at")["text"].to_pylist()
    assert texts == [
        "The command line imported topology from topology.csv: 1 created, 0 changed, 0 unchanged.",
        "alice@portal.example undid the import of topology from topology.csv.",
    ]
    one = past.find(people.alice, import_id)
    assert (one.by, one.undoer, one.created) == ("", "Alice Example", 1)


def test_only_administrators_see_and_undo_imports(database: DuckDB, people: People, tmp_path: Path) -> None:
    import_id = take(database, tmp_path, "topology", TOPOLOGY + "Kista,P1,CP2,East,1,OPEN\n")
    for somebody in (people.bob, people.charlie, people.dana, people.sam):
        with pytest.raises(NotPermitted):
            undo(somebody, import_id)
        with pytest.raises(NotPermitted):
            past.latest(somebody, "topology")
    with pytest.raises(NotFound):
        undo(people.alice, 99)
