"""Software images and stations' logs in the browser: brought, refused, installed, fetched, removed."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from csms.file_server import FileServer
from data import software_images, stations
from data.database import Sql
from data.duckdb_engine import DuckDB
from data.stations import NewStation
from settings import Address
from simulator import transfers
from tests.browser.conftest import PHONE, violations
from tests.browser.steering import Steering, steering
from tests.conftest import People

Visit = Callable[..., Page]
IMAGE = "eva_2.14.0.bin"
SHA_256 = "6105d6cc76af400325e94d588ce511be5bfdbb73b437dc51eca43917d7a43e3d"  # of b"image"


@pytest.fixture
def central(database: DuckDB, tmp_path: Path) -> Iterator[Steering]:
    """The central system with its FTP server."""
    files = FileServer(database, tmp_path)
    address = files.start(Address("127.0.0.1", 0))
    database.write([Sql("UPDATE system SET ftp_url = $url", {"url": f"ftp://{address}"})])
    with steering(database) as central:
        yield central
    files.close()


@pytest.fixture
def station_id(people: People) -> int:
    return stations.create_station(people.alice, NewStation(people.solna, "00004079", "00004079"))


def bring(page: Page, file: Path, content: bytes = b"image") -> None:
    file.write_bytes(content)
    choose(page, file)


def choose(page: Page, file: Path) -> None:
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Upload software image").press("Enter")
    chooser.value.set_files(file)


@pytest.mark.usefixtures("people")
def test_an_image_is_brought_with_its_model_and_checksum_and_a_refused_one_says_why(
    visit: Visit, tmp_path: Path, complaints: list[str]
) -> None:
    page = visit("alice", path="/configuration?tab=software")
    said = page.locator("#software-said")
    page.get_by_label("For model (empty: any)").fill("EVA")
    bring(page, tmp_path / IMAGE)
    row = page.get_by_role("row", name=IMAGE)
    for text in ("EVA", SHA_256, "Alice Example"):
        expect(row).to_contain_text(text)
    expect(said).to_contain_text(f"{IMAGE} ✓")
    bring(page, tmp_path / IMAGE)
    expect(said).to_contain_text("There is already a software image")
    bring(page, tmp_path / "release notes.pdf")
    expect(said).to_contain_text("may have letters, digits and . _ + - only")
    bring(page, tmp_path / "empty.bin", b"")
    expect(said).to_contain_text("is empty")
    complaints.clear()  # the browser's own, of each refusal
    with (tmp_path / "huge.bin").open("wb") as huge:
        huge.truncate(software_images.LARGEST + 1)
    choose(page, tmp_path / "huge.bin")
    expect(said).to_have_text("The file is larger than 1024 MiB.")
    assert violations(page) == []
    phone = visit("sam", PHONE, "dark", "/configuration?tab=software")
    expect(phone.get_by_role("row", name=IMAGE)).to_be_visible()
    assert violations(phone) == []
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.once("dialog", lambda dialog: dialog.dismiss())
    page.get_by_role("button", name=f"Remove {IMAGE}").press("Enter")
    expect(row).to_be_visible()
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name=f"Remove {IMAGE}").press("Enter")
    expect(page.get_by_text("There are no software images yet.")).to_be_visible()


def test_software_is_installed_step_by_step(visit: Visit, central: Steering, station_id: int, tmp_path: Path) -> None:
    station = central.connect("00004079")
    page = visit("alice", path="/configuration?tab=software")
    bring(page, tmp_path / IMAGE)
    expect(page.get_by_role("row", name=IMAGE)).to_be_visible()
    page.goto(f"/configuration?node=station:{station_id}&tab=control")
    page.get_by_role("button", name="Update", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Software image").select_option(IMAGE)
    dialog.get_by_label("Type 00004079 to update").fill("00004079")
    dialog.get_by_role("button", name="Software update").click()
    log = page.get_by_role("region", name="Commands")
    expect(log.get_by_text("Installed", exact=True)).to_be_visible()  # the last step, once the station has answered
    for step in ("Downloading", "Downloaded", "Installing"):
        central.tell(station, "FirmwareStatusNotification", status=step)
        expect(log.get_by_text(step, exact=True)).to_be_visible()
    assert violations(page) == []
    central.tell(station, "FirmwareStatusNotification", status="Installed")
    expect(log).to_contain_text("Done: Installed")


def test_a_log_is_fetched_from_the_station_and_removed(visit: Visit, central: Steering, station_id: int) -> None:
    central.connect("00004079", **transfers.HANDLERS)
    page = visit("bob", path=f"/configuration?node=station:{station_id}&tab=control")
    page.get_by_role("button", name="Get log").click()
    page.get_by_role("dialog").get_by_role("button", name="Get log").click()
    expect(page.get_by_role("region", name="Commands")).to_contain_text("Done: Uploaded")
    page.goto(f"/configuration?node=station:{station_id}&tab=files")
    link = page.get_by_role("link", name="SecurityLog")
    with page.expect_download() as download:
        link.press("Enter")
    assert "00004079 log begins" in download.value.path().read_text()
    phone = visit("alice", PHONE, "dark", f"/configuration?node=station:{station_id}&tab=files")
    expect(phone.get_by_role("link", name="SecurityLog")).to_be_visible()
    assert violations(phone) == []
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Remove SecurityLog").press("Enter")
    for each in (page, phone):
        expect(each.get_by_text("The station has not uploaded any file yet.")).to_be_visible()
