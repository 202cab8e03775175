"""Import and moving by drag in a browser: a file from the upload to the undo, a station onto another floor."""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from data import nodes, sites, stations
from data.database import Database
from data.stations import NewStation
from tests.browser.conftest import PHONE, violations
from tests.conftest import People

Visit = Callable[..., Page]
WORKPLACE = Path(__file__).parent.parent / "data" / "samples" / "workplace_sessions.csv"


def choose(page: Page, file: Path) -> None:
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Choose file").click()
    chooser.value.set_files(file)


def test_another_portals_sessions_come_in_and_go_again(visit: Visit, people: People, database: Database) -> None:
    page = visit("alice", path="/import")
    choose(page, WORKPLACE)
    expect(page.get_by_label("stationId")).to_have_value("charge_box_id")
    expect(page.get_by_label("created")).to_have_value("started_at")
    expect(page.get_by_text("Not used:")).to_contain_text("dollars, startTime, endTime")
    preview = page.locator("#import-preview")
    expect(preview).to_contain_text("is no station of the portal")
    page.get_by_label("locationId").select_option("Not used")
    page.get_by_label("Create charging stations that are not there").check()
    expect(preview.get_by_role("row").nth(1)).to_contain_text("2014-11-18 15:40:26")
    expect(preview).not_to_contain_text("Not taken")
    page.get_by_role("button", name="Check all lines").click()
    expect(page.get_by_text("Checked: 4 new, 0 changed, 0 unchanged, 0 not taken")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_text("Imported: 4 new, 0 changed, 0 unchanged, 0 not taken")).to_be_visible()
    expect(page.locator("#navigator")).to_contain_text("Imported")
    past = page.get_by_role("region", name="Past imports")
    expect(past).to_contain_text("Alice Example")
    past.get_by_role("button", name="Undo import of workplace_sessions.csv").click()
    page.get_by_role("button", name="Undo import", exact=True).click()
    expect(past).to_contain_text("Undone")
    expect(page.locator("#navigator")).not_to_contain_text("Imported")
    assert not database.query("SELECT 1 FROM session").num_rows


def test_lines_that_are_not_taken_are_named_and_fetched_on_a_phone(
    visit: Visit, people: People, tmp_path: Path
) -> None:
    file = tmp_path / "stations.csv"
    file.write_text("site;charge_box_id;name;outlets;mode\nSolna;CP1;West;2;RFID\nSolna;CP2;East;9;RFID\n")
    page = visit("alice", PHONE, "dark", "/import?kind=topology")
    choose(page, file)
    reason = page.locator("#import-preview").get_by_text("must be a whole number from 1 to 4")
    expect(reason).to_be_visible()
    assert reason.evaluate("part => part.getBoundingClientRect().right") <= PHONE["width"]
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_text("Imported: 1 new, 0 changed, 0 unchanged, 1 not taken")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the lines that are not taken").click()
    assert "Solna,CP2,East,9,RFID,3," in download.value.path().read_text("utf-8-sig")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert violations(page) == []


def test_a_station_is_dragged_to_another_place(visit: Visit, people: People) -> None:
    sites.create_floor(people.alice, people.solna, "P1")
    ref = f"station:{stations.create_station(people.alice, NewStation(people.solna, 'CP1', 'West'))}"
    page = visit("alice", path="/configuration?tab=topology")
    page.goto(f"/dashboard?node={ref}")
    tree = page.locator("#navigator")
    tree.get_by_text("West").drag_to(tree.get_by_text("Lund"))
    expect(page.get_by_role("dialog")).to_contain_text("Move West from Solna to Lund?")
    page.get_by_role("dialog").get_by_role("button", name="Move", exact=True).click()
    expect(page.locator("#messages")).to_contain_text("West is moved")
    assert nodes.find(people.alice, ref).site_id == people.lund
    page.goto("/configuration?tab=topology")
    rows = page.locator("#topology-rows")
    rows.get_by_text("Lund").click()
    rows.get_by_text("West").wait_for()
    rows.evaluate("rows => getSelection().selectAllChildren(rows)")  # as a drag of what cannot move does
    rows.get_by_text("West").drag_to(rows.get_by_text("Solna"))
    page.get_by_role("dialog").get_by_role("button", name="Move", exact=True).click()
    expect(rows.get_by_role("row").filter(has_text="Solna")).to_contain_text("2")
    assert nodes.find(people.alice, ref).site_id == people.solna
