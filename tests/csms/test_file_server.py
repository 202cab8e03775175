"""Stations' files: each station has its own folder, and nothing half is shown as whole."""

import ftplib
import io
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from csms import file_server
from csms.file_accounts import Account, Accounts, Purpose
from csms.file_server import FileServer
from data import folders, software_images, station_files
from data.duckdb_engine import DuckDB
from data.scope import Role, Scope
from settings import Address
from tests.support.virtual_station import WAIT_S

LOG = b"station log\n" * 1000


@pytest.fixture
def administrator(database: DuckDB) -> Scope:
    return Scope(database, 100, Role.ADMINISTRATOR, None)


@pytest.fixture
def address(database: DuckDB, tmp_path: Path) -> Iterator[Address]:
    server = FileServer(database, tmp_path)
    yield server.start(Address("127.0.0.1", 0))
    server.close()


@pytest.fixture
def stations(database: DuckDB) -> list[int]:
    return list(
        database.query("SELECT station_id FROM charging_station ORDER BY charge_box_id")["station_id"].to_pylist()
    )


def log_in(address: Address, tmp_path: Path, account: Account, client: ftplib.FTP | None = None) -> ftplib.FTP:
    ftp = client or ftplib.FTP()
    ftp.connect(address.host, address.port, timeout=WAIT_S)
    ftp.login(account.user, Accounts(tmp_path).password(account))
    return ftp


def names(administrator: Scope) -> list[str]:
    return [file["name"] for file in station_files.of_node(administrator, None)]


def test_an_uploaded_log_is_the_stations_and_read_whole(
    address: Address, tmp_path: Path, stations: list[int], administrator: Scope
) -> None:
    with log_in(address, tmp_path, Account(Purpose.LOGS, stations[0])) as ftp:
        ftp.storbinary("STOR diagnostics.log", io.BytesIO(LOG))
        assert ftp.nlst() == ["diagnostics.log"]
    (file,) = station_files.of_node(administrator, None)
    assert (file["name"], file["size_bytes"], file["station_id"]) == ("diagnostics.log", len(LOG), stations[0])
    name, path = station_files.find(administrator, tmp_path, file["file_id"])
    assert (name, path.read_bytes()) == ("diagnostics.log", LOG)


def test_a_file_of_the_same_name_replaces_the_one_before(
    address: Address, tmp_path: Path, stations: list[int], administrator: Scope
) -> None:
    with log_in(address, tmp_path, Account(Purpose.LOGS, stations[0])) as ftp:
        ftp.storbinary("STOR a.log", io.BytesIO(b"old"))
        ftp.storbinary("STOR a.log", io.BytesIO(b"newer"))
    assert [file["size_bytes"] for file in station_files.of_node(administrator, None)] == [5]


def test_over_tls_it_is_the_same(address: Address, tmp_path: Path, stations: list[int], administrator: Scope) -> None:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with log_in(address, tmp_path, Account(Purpose.LOGS, stations[0]), ftplib.FTP_TLS(context=context)) as ftp:
        assert isinstance(ftp, ftplib.FTP_TLS)
        ftp.prot_p()
        ftp.storbinary("STOR a.log", io.BytesIO(LOG))
    assert names(administrator) == ["a.log"]


@pytest.mark.parametrize("path", ["../{other}/a.log", "/../{other}/a.log", "../../stations/{other}/a.log"])
def test_no_station_reaches_another_folder(
    address: Address, tmp_path: Path, stations: list[int], administrator: Scope, path: str
) -> None:
    (folders.of_station(tmp_path, stations[1]) / "a.log").write_bytes(b"secret")
    with log_in(address, tmp_path, Account(Purpose.LOGS, stations[0])) as ftp:
        for command in ("SIZE", "DELE", "CWD", "RETR", "STOR"):
            with pytest.raises(ftplib.Error):
                ftp.voidcmd(f"{command} {path.format(other=stations[1])}")
    assert (folders.of_station(tmp_path, stations[1]) / "a.log").read_bytes() == b"secret"


def test_a_link_that_leads_out_of_the_folder_is_not_followed(
    address: Address, tmp_path: Path, stations: list[int]
) -> None:
    (folders.of_station(tmp_path, stations[0]) / "out").symlink_to(tmp_path)
    with log_in(address, tmp_path, Account(Purpose.LOGS, stations[0])) as ftp, pytest.raises(ftplib.error_perm):
        ftp.cwd("out")


def test_who_has_no_account_does_not_enter(
    address: Address, tmp_path: Path, stations: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_server.Session, "auth_failed_timeout", 0.01)
    right = Accounts(tmp_path).password(Account(Purpose.LOGS, stations[0]))
    missing = Account(Purpose.LOGS, 999_999)
    for user, password in (
        ("anonymous", "me@portal.example"),
        (f"station-{stations[0]}", ""),
        (f"station-{stations[1]}", right),
        (f"software-{stations[0]}", right),
        (f"station-0{stations[0]}", right),
        (missing.user, Accounts(tmp_path).password(missing)),
    ):
        with ftplib.FTP() as ftp:
            ftp.connect(address.host, address.port, timeout=WAIT_S)
            with pytest.raises(ftplib.error_perm):
                ftp.login(user, password)


def test_a_cut_upload_is_not_shown_and_can_go_on(
    address: Address, tmp_path: Path, stations: list[int], administrator: Scope
) -> None:
    account = Account(Purpose.LOGS, stations[0])
    with log_in(address, tmp_path, account) as ftp:
        ftp.voidcmd("TYPE I")
        data = ftp.transfercmd("STOR a.log")
        data.sendall(LOG[:5000])
        while int(ftp.size("a.log") or 0) < 5000:
            pass
        data.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")  # breaks instead of ending
        data.close()
        with pytest.raises(ftplib.Error):
            ftp.voidresp()
        assert (ftp.nlst(), names(administrator)) == ([], [])
        ftp.storbinary("STOR a.log", io.BytesIO(LOG[5000:]), rest=5000)
    (file,) = station_files.of_node(administrator, None)
    assert station_files.find(administrator, tmp_path, file["file_id"])[1].read_bytes() == LOG


def test_an_upload_without_room_is_refused_and_noted(
    address: Address, tmp_path: Path, stations: list[int], administrator: Scope, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_server, "LARGEST_FILE", 100_000)
    account = Account(Purpose.LOGS, stations[0])
    with pytest.raises((ftplib.Error, OSError)), log_in(address, tmp_path, account) as ftp:
        ftp.storbinary("STOR huge.log", io.BytesIO(bytes(20_000_000)))
    texts: list[str] = []
    deadline = time.monotonic() + WAIT_S
    while not texts and time.monotonic() < deadline:  # the server notes it after it has told the station
        texts = administrator.database.query("SELECT text FROM event WHERE kind = 'file'")["text"].to_pylist()
    assert texts == ["The upload of huge.log was refused: there is no room for it."]
    assert list(folders.of_station(tmp_path, stations[0]).iterdir()) == []


def test_a_station_that_has_uploaded_2_gb_of_logs_has_no_room_for_more_and_others_have(
    address: Address, tmp_path: Path, stations: list[int], administrator: Scope
) -> None:
    for number in range(4):
        with (folders.of_station(tmp_path, stations[0]) / f"{number}.log").open("wb") as log:
            log.truncate(512 << 20)  # takes no room on the disk
    with pytest.raises((ftplib.Error, OSError)), log_in(address, tmp_path, Account(Purpose.LOGS, stations[0])) as ftp:
        ftp.storbinary("STOR more.log", io.BytesIO(LOG))
    with log_in(address, tmp_path, Account(Purpose.LOGS, stations[1])) as ftp:
        ftp.storbinary("STOR a.log", io.BytesIO(LOG))
    assert names(administrator) == ["a.log"]


def test_software_images_are_fetched_and_never_changed(
    address: Address, tmp_path: Path, stations: list[int], administrator: Scope
) -> None:
    image = software_images.add(administrator, tmp_path, "ccu_R3.6.bin", "EVA", io.BytesIO(LOG))
    assert (image.size_bytes, image.model) == (len(LOG), "EVA")
    fetched = io.BytesIO()
    with log_in(address, tmp_path, Account(Purpose.IMAGES, stations[0])) as ftp:
        ftp.retrbinary("RETR ccu_R3.6.bin", fetched.write)
        for refused in ("DELE ccu_R3.6.bin", "STOR ccu_R3.6.bin", "MKD x", "RNFR ccu_R3.6.bin"):
            with pytest.raises(ftplib.error_perm):
                ftp.voidcmd(refused)
    assert fetched.getvalue() == LOG


def test_the_address_of_a_station_carries_its_account(tmp_path: Path) -> None:
    accounts, account = Accounts(tmp_path), Account(Purpose.IMAGES, 7)
    located = accounts.location("ftp://anonymous:none@ftp.portal.example:2121/", account, "a.bin")
    assert located == f"ftp://software-7:{accounts.password(account)}@ftp.portal.example:2121/a.bin"


def test_uploads_of_a_station_at_the_same_time_share_its_room(
    address: Address, tmp_path: Path, stations: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_server, "MOST_OF_A_STATION", 1_000_000)
    monkeypatch.setattr(file_server, "LOOKS_EVERY", 50_000)
    account = Account(Purpose.LOGS, stations[0])
    with log_in(address, tmp_path, account) as first, log_in(address, tmp_path, account) as second:
        sessions = {"a.log": first, "b.log": second}
        uploads = [ftp.transfercmd(f"STOR {name}") for name, ftp in sessions.items()]
        for upload in uploads:
            with suppress(OSError):  # it is cut where there is no more room
                upload.sendall(bytes(600_000))
            upload.close()
        answers = [answer(ftp) for ftp in sessions.values()]
    assert "552" in answers
    assert sum(file.stat().st_size for file in folders.of_station(tmp_path, stations[0]).iterdir()) <= 1_000_000


@pytest.mark.parametrize("client", [ftplib.FTP, ftplib.FTP_TLS])
def test_the_upload_of_a_program_that_was_killed_is_not_whole(
    address: Address, tmp_path: Path, stations: list[int], administrator: Scope, client: type[ftplib.FTP]
) -> None:
    account = Account(Purpose.LOGS, stations[0])
    ftp = log_in(address, tmp_path, account, client())
    upload = ftp.transfercmd("STOR half.log")
    upload.sendall(LOG[:100])
    assert ftp.sock
    for ended in (ftp.sock, upload):  # as the system ends them, without a word
        with suppress(OSError):  # the server may have ended it already
            ended.shutdown(socket.SHUT_RDWR)
        ended.close()
    with log_in(address, tmp_path, account) as again:
        again.storbinary("STOR whole.log", io.BytesIO(LOG))
        assert again.nlst() == ["whole.log"]
        assert names(administrator) == ["whole.log"]
        again.voidcmd("TYPE I")
        there = again.size("half.log") or 0
        again.storbinary("STOR half.log", io.BytesIO(LOG[there:]), rest=there)
    assert {file["name"]: file["size_bytes"] for file in station_files.of_node(administrator, None)} == {
        "whole.log": len(LOG),
        "half.log": len(LOG),
    }


def test_a_second_upload_of_a_name_takes_the_place_of_the_first(
    address: Address, tmp_path: Path, stations: list[int], administrator: Scope
) -> None:
    account = Account(Purpose.LOGS, stations[0])
    with log_in(address, tmp_path, account) as first, log_in(address, tmp_path, account) as second:
        upload = first.transfercmd("STOR a.log")
        upload.sendall(b"first")
        second.storbinary("STOR a.log", io.BytesIO(b"second"))
        upload.close()
        assert answer(first) == "426"
    assert (folders.of_station(tmp_path, stations[0]) / "a.log").read_bytes() == b"second"
    assert names(administrator) == ["a.log"]


@pytest.mark.parametrize("name", ["..", ".", "/", "../x", "a/b"])
def test_nothing_is_written_beside_the_stations_folder(
    address: Address, tmp_path: Path, stations: list[int], name: str
) -> None:
    folder = folders.of_station(tmp_path, stations[0])
    with log_in(address, tmp_path, Account(Purpose.LOGS, stations[0])) as ftp, suppress(ftplib.Error):
        ftp.storbinary(f"STOR {name}", io.BytesIO(LOG))
    assert {file.parent for file in folder.parent.rglob("*") if file.is_file()} <= {folder}


def answer(ftp: ftplib.FTP) -> str:
    """Return the code of what the server says of an upload."""
    try:
        return ftp.voidresp()[:3]
    except ftplib.Error as error:
        return str(error)[:3]
