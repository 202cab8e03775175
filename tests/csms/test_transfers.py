"""A living station uploads its logs to the portal's own FTP server and installs software, each step told."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from csms import self_signed
from csms.file_server import FileServer
from data import folders
from data.database import Sql
from settings import Address
from simulator import transfers
from tests.csms.conftest import Start
from tests.csms.portal import Portal
from tests.csms.test_commands import QUICK, command, state
from tests.support.virtual_station import Station, until


@pytest.fixture
async def portal(start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Portal]:
    monkeypatch.setattr(transfers, "STEP_S", 0)
    async with start(QUICK) as portal:
        files = FileServer(portal.database, tmp_path)
        address = files.start(Address("127.0.0.1", 0))
        portal.database.write([Sql("UPDATE system SET ftp_url = $url", {"url": f"ftp://{address}"})])
        yield portal
        files.close()


@pytest.fixture
async def station(portal: Portal) -> AsyncIterator[Station]:
    async with portal.station() as station:
        station.handlers |= transfers.HANDLERS
        yield station


@pytest.mark.parametrize("kind", ["upload_log", "get_log"])
async def test_a_log_lands_in_the_portal(portal: Portal, station: Station, kind: str) -> None:
    portal.ask(kind)
    await until(lambda: state(portal) == "done")
    (file,) = portal.rows("SELECT name, station_id FROM station_file")
    assert file["station_id"] == portal.central.stations["CP1"].station_id
    answered = command(portal)["answer"] + json.dumps(command(portal)["result"])
    assert file["name"] in answered


async def test_a_log_that_cannot_be_stored_failed(portal: Portal, station: Station) -> None:
    portal.ask("get_log", {"location": "ftp://127.0.0.1:1/"})
    await until(lambda: state(portal) == "failed")
    assert command(portal)["progress_text"] == "UploadFailure"


@pytest.mark.parametrize("given", [{"location": "ftp://127.0.0.1:1/a.bin"}, {"image": "removed.bin"}])
async def test_software_that_cannot_be_fetched_failed(portal: Portal, station: Station, given: dict[str, str]) -> None:
    portal.ask("update_software", given)
    await until(lambda: state(portal) == "failed")
    assert command(portal)["progress_text"] == "DownloadFailed"


async def test_software_is_installed_step_by_step(portal: Portal, station: Station, tmp_path: Path) -> None:
    (folders.of_images(tmp_path) / "a.bin").write_bytes(b"image")
    portal.ask("update_software", {"image": "a.bin"})
    await until(lambda: state(portal) == "done")
    texts = [text.split(": ")[1] for text in portal.events("command")]
    assert texts == ["asked for.", "Accepted.", "Downloading", "Downloaded", "Installing", "Installed"]
    text = self_signed.certificate(tmp_path).read_text()
    signed = {
        "image": "a.bin",
        "signing_certificate": text[text.index("-----BEGIN CERTIFICATE-----") :],
        "signature": "c2ln",
    }
    portal.ask("update_signed_software", signed)
    await until(lambda: portal.rows("SELECT 1 FROM command WHERE kind = 'update_signed_software' AND state = 'done'"))
    assert "Signed software update: SignatureVerified" in portal.events("command")
