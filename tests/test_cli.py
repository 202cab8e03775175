"""The command line works beside a running portal and without one, and says what is wrong."""

import io
import socket
import stat
import tarfile
import threading
from pathlib import Path

import duckdb
import pytest

import cli
from csms import self_signed
from csms.authority import Authority
from data import folders
from data.database import Sql
from data.database_file import look_into, newest_version, take_over_restored
from data.duckdb_engine import DuckDB
from data.flight import DatabaseService

TOPOLOGY = "site,floor,charge_box_id\nSolna,P1,CP1\nSolna,P1,CP2\n"


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The settings of a portal of its own."""
    folder = tmp_path / "data"
    monkeypatch.setenv("PORTAL_DATA", str(folder))
    for setting in ("PORTAL_WEB", "PORTAL_OCPP", "PORTAL_API", "PORTAL_FTP"):
        monkeypatch.setenv(setting, "127.0.0.1:0")
    return folder


@pytest.fixture
def topology(tmp_path: Path) -> str:
    file = tmp_path / "topology.csv"
    file.write_text(TOPOLOGY)
    return str(file)


def stations(folder: Path) -> int:
    return look_into(folder / "portal.duckdb").counts["charging stations"]


def test_import_says_what_it_did(topology: str, data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["import", "topology", topology]) == 0
    assert cli.run(["import", "topology", topology]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "topology: 2 created, 0 changed, 0 unchanged",
        "topology: 0 created, 0 changed, 2 unchanged",
    ]
    assert stations(data) == 2


def test_an_import_with_bad_lines_ends_with_1(topology: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path(topology).write_text(TOPOLOGY + ",P1,CP3\n" * 60)
    assert cli.run(["import", "topology", topology]) == 1
    said = capsys.readouterr()
    assert said.out == "topology: 2 created, 0 changed, 0 unchanged, 60 not taken\n"
    assert said.err.splitlines()[0] == "line 4: site is missing."
    assert said.err.splitlines()[-1] == "… and 10 more lines"


def test_another_systems_sessions_are_imported(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = str(Path(__file__).parent / "data" / "samples" / "workplace_sessions.csv")
    mapping = "sessionId=session_id,kwhTotal=energy_kwh,created=started_at,ended=ended_at,"
    mapping += "stationId=charge_box_id,userId=id_tag"
    command = ["import", "sessions", file, "--map", mapping, "--shift-years", "2000", "--create-stations"]
    assert cli.run(command) == 0
    assert capsys.readouterr().out == ("sessions: 4 created, 0 changed, 0 unchanged; 3 charging stations created\n")


def test_options_of_sessions_are_refused_elsewhere(topology: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["import", "topology", topology, "--shift-years", "2000"]) == 1
    assert capsys.readouterr().err == "--shift-years and --create-stations are for sessions only.\n"


def test_a_mapping_that_is_none_is_refused() -> None:
    with pytest.raises(SystemExit) as ended:
        cli.run(["import", "sessions", "file.csv", "--map", "a"])
    assert ended.value.code == 2


def test_a_bad_setting_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("PORTAL_WEB", "8050")
    assert cli.run([]) == 1
    assert capsys.readouterr().err == "PORTAL_WEB '8050' must be host:port, for example 127.0.0.1:8050.\n"


def test_backup_and_restore_bring_back_what_was(
    topology: str, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cli.run(["import", "topology", topology])
    assert cli.run(["backup"]) == 0
    (backup,) = (data / "backups").iterdir()
    Path(topology).write_text("site,charge_box_id\nSolna,CP3\n")
    cli.run(["import", "topology", topology])
    assert cli.run(["restore", str(backup)]) == 0
    assert stations(data) == 2
    (kept,) = data.glob("portal-before-restore-*.duckdb")
    assert look_into(kept).counts["charging stations"] == 3


def test_backup_is_taken_beside_a_running_portal(data: Path, tmp_path: Path) -> None:
    data.mkdir()
    owner = DuckDB(data)
    service = DatabaseService(owner, data)
    assert cli.run(["backup", str(tmp_path / "copy.duckdb")]) == 0
    service.shutdown()
    owner.close()
    assert look_into(tmp_path / "copy.duckdb").version == newest_version()


def test_a_backup_is_never_written_over_a_file(topology: str, capsys: pytest.CaptureFixture[str]) -> None:
    cli.run(["import", "topology", topology])
    assert cli.run(["backup", topology]) == 1
    assert "is there already" in capsys.readouterr().err
    assert Path(topology).read_text() == TOPOLOGY


def test_there_is_nothing_to_back_up_before_the_first_start(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["backup"]) == 1
    assert capsys.readouterr().err == f"PORTAL_DATA '{data}' has no database yet.\n"


def test_restore_beside_a_running_portal_waits_for_its_next_start(data: Path) -> None:
    data.mkdir()
    owner = DuckDB(data)
    told = threading.Event()
    service = DatabaseService(owner, data, told.set)
    cli.run(["backup"])
    (backup,) = (data / "backups").iterdir()
    owner.write([Sql("UPDATE system SET name = 'changed'")])
    assert cli.run(["restore", str(backup)]) == 0
    assert told.is_set()
    service.shutdown()
    owner.close()
    kept = take_over_restored(data)
    assert [_name_in(folder) for folder in (data / "portal.duckdb", kept)] == ["Charge Portal", "changed"]
    assert take_over_restored(data) is None


def _name_in(file: Path | None) -> str:
    assert file
    with duckdb.connect(file, read_only=True) as connection:
        return str(connection.execute("SELECT name FROM system").fetchall()[0][0])


@pytest.mark.parametrize("content", [None, b"", b"no database"])
def test_only_a_portals_database_is_restored(
    topology: str, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes | None
) -> None:
    cli.run(["import", "topology", topology])
    file = tmp_path / "other.duckdb"
    if content is not None:
        file.write_bytes(content)
    assert cli.run(["restore", str(file)]) == 1
    assert f"The database {file} cannot be used" in capsys.readouterr().err
    assert [path.name for path in data.iterdir() if path.suffix == ".duckdb"] == ["portal.duckdb"]
    assert stations(data) == 2


def test_a_whole_backup_brings_keys_and_files_to_another_place(
    topology: str, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cli.run(["import", "topology", topology])
    authority = Authority(data).ensure().read_bytes()
    own = self_signed.certificate(data).read_bytes()
    (folders.of_station(data, 7) / "log.txt").write_text("a log")
    (folders.of_station(data, 7) / "log2.txt.part").write_text("half a l")
    archive = tmp_path / "whole.tar"
    assert cli.run(["backup", "--whole", str(archive)]) == 0
    assert _rights(archive) == 0o600

    elsewhere = tmp_path / "elsewhere"
    monkeypatch.setenv("PORTAL_DATA", str(elsewhere))
    assert cli.run(["restore", str(archive)]) == 0
    assert stations(elsewhere) == 2
    assert Authority(elsewhere).ensure().read_bytes() == authority
    assert self_signed.certificate(elsewhere).read_bytes() == own
    assert [_rights(elsewhere / name) for name in ("station_ca_key.pem", "self_signed.pem")] == [0o600, 0o600]
    assert [file.name for file in folders.of_station(elsewhere, 7).iterdir()] == ["log.txt"]


def test_keys_and_files_that_a_whole_backup_replaces_are_kept(topology: str, data: Path, tmp_path: Path) -> None:
    cli.run(["import", "topology", topology])
    before = self_signed.certificate(data)
    cli.run(["backup", "--whole", str(tmp_path / "whole.tar")])
    backed_up = before.read_bytes()
    before.unlink()
    newer = self_signed.certificate(data).read_bytes()
    assert cli.run(["restore", str(tmp_path / "whole.tar")]) == 0
    assert self_signed.certificate(data).read_bytes() == backed_up
    (kept,) = data.glob("before-restore-*")
    assert (kept / "self_signed.pem").read_bytes() == newer


def test_a_backup_of_the_database_alone_names_what_it_lacks(topology: str, capsys: pytest.CaptureFixture[str]) -> None:
    cli.run(["import", "topology", topology])
    assert cli.run(["backup"]) == 0
    assert "Not in it: station_ca_key.pem," in capsys.readouterr().out


@pytest.mark.parametrize("name", ["../../portal.duckdb", "notes.txt", "files/../../evil"])
def test_an_archive_that_is_no_backup_changes_nothing(
    topology: str, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    cli.run(["import", "topology", topology])
    there, file = set(tmp_path.rglob("*")), tmp_path / "other.tar"
    with tarfile.open(file, "w") as tar:
        member = tarfile.TarInfo(name)
        member.size = 4
        tar.addfile(member, io.BytesIO(b"evil"))
    assert cli.run(["restore", str(file)]) == 1
    assert f"The database {file} cannot be used" in capsys.readouterr().err
    assert set(tmp_path.rglob("*")) == {*there, file}


def _rights(file: Path) -> int:
    return stat.S_IMODE(file.stat().st_mode)


def test_a_damaged_database_is_replaced_and_kept(topology: str, data: Path) -> None:
    cli.run(["import", "topology", topology])
    cli.run(["backup"])
    (backup,) = (data / "backups").iterdir()
    (data / "portal.duckdb").write_bytes(b"damaged")
    assert cli.run(["restore", str(backup)]) == 0
    assert stations(data) == 2
    assert next(data.glob("portal-before-restore-*.duckdb")).read_bytes() == b"damaged"


def test_check_shows_what_is_there(topology: str, data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["check"]) == 0
    assert "is made at the first start" in capsys.readouterr().out
    assert not data.exists()
    cli.run(["import", "topology", topology])
    assert cli.run(["check"]) == 0
    assert (
        f"schema {newest_version()}, 1 sites, 2 charging stations, 0 users, 0 charging sessions"
        in capsys.readouterr().out
    )


def test_check_names_what_is_in_the_way(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    data.mkdir()
    (data / "portal.duckdb").write_bytes(b"damaged")
    with socket.create_server(("127.0.0.1", 0)) as other:
        monkeypatch.setenv("PORTAL_OCPP", f"127.0.0.1:{other.getsockname()[1]}")
        assert cli.run(["check"]) == 1
    problems = [line for line in capsys.readouterr().out.splitlines() if line.startswith("PROBLEM")]
    assert "PORTAL_OCPP" in problems[0]
    assert "portal.duckdb cannot be used" in problems[1]
    assert len(problems) == 2


def test_check_asks_a_running_portal(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data.mkdir()
    owner = DuckDB(data)
    service = DatabaseService(owner, data)
    assert cli.run(["check"]) == 0
    assert "0 charging sessions" in capsys.readouterr().out
    service.shutdown()
    owner.close()
