"""Messages in real Chromium: a frame chosen by keyboard, quick filters, new rows that wait for the reader, axe."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from data import message_log, stations
from data.duckdb_engine import DuckDB
from data.message_log import Message
from data.stations import NewOutlet, NewStation
from tests.browser.conftest import PHONE, violations
from tests.conftest import People

Visit = Callable[..., Page]
AT = datetime(2026, 3, 20, 12, 0, tzinfo=UTC)


@pytest.fixture
def station(database: DuckDB, people: People) -> int:
    """A station in Solna that asked for a tag and was answered."""
    new = NewStation(people.solna, "CB-3239", "00003239", outlets=(NewOutlet(1),))
    station_id = stations.create_station(people.alice, new)
    _log(database, people, station_id, "in", "call", '[2,"7","Authorize",{"idTag":"04A2B3C4"}]')
    _log(database, people, station_id, "out", "result", '[3,"7",{"idTagInfo":{"status":"Accepted"}}]', 1)
    return station_id


def _log(
    database: DuckDB, people: People, station_id: int, direction: str, kind: str, frame: str, seconds: int = 0
) -> None:
    at, latency = AT + timedelta(seconds=seconds), 40.0 if kind == "result" else None
    row = Message(at, station_id, people.solna, direction, kind, "Authorize", "7", None, None, latency, frame)
    database.write([message_log.logged([row])])


@pytest.mark.usefixtures("station")
def test_a_frame_is_chosen_by_keyboard_and_shows_call_and_answer(visit: Visit) -> None:
    page = visit("bob", path="/messages")
    rows = page.locator("#frames .ag-center-cols-container .ag-row")
    expect(rows).to_have_count(2)
    page.evaluate("dash_ag_grid.getApi('frames').setFocusedCell(0, 'action')")

    page.keyboard.press("Enter")

    panel = page.locator("#frames-panel")
    expect(panel).to_contain_text('"idTag": "04A2B3C4"')
    expect(panel).to_contain_text("after 40 ms")
    assert violations(page) == []
    page.locator("#frames-panel .cp-frame").first.press("Escape")
    expect(panel).to_be_hidden()
    page.get_by_role("button", name="From the station").click()
    expect(rows).to_have_count(1)
    expect(page.get_by_role("button", name="From the station")).to_have_attribute("aria-pressed", "true")


def test_new_frames_come_by_themselves_and_wait_while_somebody_reads(
    visit: Visit, database: DuckDB, people: People, station: int
) -> None:
    page = visit("bob", path="/messages")
    rows = page.locator("#frames .ag-center-cols-container .ag-row")
    expect(rows).to_have_count(2)
    page.mouse.move(5, 5)
    _log(database, people, station, "in", "broken", "hello", 10)
    expect(rows).to_have_count(3)

    rows.first.hover()
    _log(database, people, station, "in", "broken", "hello again", 20)

    new_rows = page.get_by_role("button", name="New rows")
    expect(new_rows).to_be_visible()
    expect(rows).to_have_count(3)
    new_rows.click()
    expect(rows).to_have_count(4)


def test_a_link_leads_to_its_message_whose_text_is_copied_on_a_phone_too(
    visit: Visit, database: DuckDB, people: People, station: int
) -> None:
    for number in range(300):  # more than a block of rows, so that the way leads down the table
        _log(database, people, station, "in", "broken", f"later {number}", 60 + number)
    page = visit("bob", PHONE, path="/messages")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    rows = page.locator("#frames .ag-center-cols-container .ag-row")
    expect(rows.first.locator("[col-id=station]")).to_be_in_viewport()
    expect(rows.first.locator("[col-id=action]")).to_contain_text("Authorize")

    page.goto(f"/messages?at={round(AT.timestamp() * 1_000_000)}")

    panel = page.locator("#frames-panel")
    expect(panel).to_contain_text('"idTag": "04A2B3C4"')
    expect(rows.and_(page.locator(".ag-row-selected"))).to_have_count(1)
    panel.get_by_role("button", name="Copy text").first.click()
    expect(panel.get_by_role("button", name="Copied")).to_be_visible()
    assert '"idTag": "04A2B3C4"' in page.evaluate("navigator.clipboard.readText()")
    assert violations(page) == []
    panel.get_by_role("button", name="Close").click()
    expect(panel).to_be_hidden()
    assert "at=" not in page.url
