"""Alarms in real Chromium: tabs, Clear by mouse and keyboard, live rows that wait for the reader, phone, axe."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from data import alarm_clearing, alarms, edits, stations, topology
from data.alarms import Alarm
from data.database import Sql
from data.duckdb_engine import DuckDB
from data.stations import NewOutlet, NewStation
from tests.browser.conftest import DESKTOP, PHONE, violations
from tests.conftest import People

Visit = Callable[..., Page]
RAISED = datetime(2026, 3, 20, 12, 0, tzinfo=UTC)
LONG = "The fuse of the first outlet has blown after the current rose far above what it may carry"


@pytest.fixture
def station(database: DuckDB, people: People) -> int:
    """A station in Solna whose fuse has blown, and which was not heard an hour later."""
    new = NewStation(people.solna, "CB-3239", "00003239", outlets=(NewOutlet(1),))
    station_id = stations.create_station(people.alice, new)
    fuse = Alarm("Fuse", "OverCurrentFailure", people.solna, station_id, 1, "The fuse has blown", "", "", RAISED)
    database.write(alarms.raised(fuse, _silent(people, station_id, 1)), [("alarm", station_id)])
    return station_id


def _silent(people: People, station_id: int, hours: int, kind: str = "No network") -> Alarm:
    at = RAISED + timedelta(hours=hours)
    return Alarm(kind, kind, people.solna, station_id, 0, "No network contact", "", "", at)


@pytest.mark.usefixtures("station")
def test_an_alarm_is_cleared_from_its_row_and_stands_in_history_and_event_log(visit: Visit) -> None:
    page = _open(visit)
    expect(_cell(page, 1, "node")).to_have_text("00003239 Connector: 1")
    expect(_cell(page, 1, "severity")).to_have_text("Critical")
    expect(page.locator(".cp-rail .cp-count")).to_have_text("2")

    page.get_by_role("button", name="Clear The fuse has blown on 00003239 Connector: 1").click()

    expect(page.get_by_text("Alarm cleared").first).to_be_visible()
    expect(page.locator("#active-alarms-foot")).to_contain_text("1 of 1 row")
    expect(page.locator(".cp-rail .cp-count")).to_have_text("1")
    page.get_by_role("link", name="Alarm history").click()
    expect(page).to_have_url(re.compile(r"/alarms\?tab=history$"))
    expect(_cell(page, 0, "cleared_by")).to_have_text("Alice Example")
    page.get_by_role("link", name="Event log").click()
    expect(page.locator(".ag-row [col-id=kind]", has_text="Alarm cleared")).to_be_visible()


@pytest.mark.usefixtures("station")
def test_clear_can_be_pressed_by_keyboard(visit: Visit) -> None:
    page = _open(visit)
    page.evaluate("dash_ag_grid.getApi('active-alarms').setFocusedCell(0, 'clear')")

    page.keyboard.press("Enter")

    expect(page.locator("#active-alarms-foot")).to_contain_text("1 of 1 row")
    expect(_cell(page, 0, "description")).to_have_text("The fuse has blown")


def test_a_new_alarm_appears_by_itself_and_waits_while_somebody_is_at_the_table(
    visit: Visit, database: DuckDB, people: People, station: int
) -> None:
    page = _open(visit)
    expect(page.locator("#live-age")).not_to_be_empty()
    page.mouse.move(5, 5)
    database.write(alarms.raised(_silent(people, station, 2, "A")), [("alarm", station)])
    expect(page.locator("#active-alarms-foot")).to_contain_text("3 of 3 rows")
    expect(page.locator("#active-alarms .ag-center-cols-container .ag-row")).to_have_count(3)

    _cell(page, 0, "node").hover()
    database.write(alarms.raised(_silent(people, station, 3, "B")), [("alarm", station)])
    new_rows = page.get_by_role("button", name=re.compile("^New rows"))
    expect(new_rows).to_be_visible()
    expect(new_rows).to_have_text("New rows: 1")
    expect(page.locator("#active-alarms .ag-center-cols-container .ag-row")).to_have_count(3)
    new_rows.click()
    expect(page.locator("#active-alarms .ag-center-cols-container .ag-row")).to_have_count(4)
    expect(new_rows).to_be_hidden()


@pytest.mark.usefixtures("station")
def test_alarms_are_kept_by_severity_cleared_together_and_brought_back(visit: Visit) -> None:
    page = _open(visit)
    page.get_by_role("button", name="Critical 1").click()
    expect(page.locator("#active-alarms-foot")).to_contain_text("1 of 2 rows")
    expect(page.get_by_role("button", name="Critical 1")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="All 2").click()
    expect(page.locator("#active-alarms-foot")).to_contain_text("2 of 2 rows")
    for row in (0, 1):
        page.locator(f".ag-row[row-index='{row}'] input[type=checkbox]").check()
    expect(page.locator("#alarms-selection")).to_contain_text("Selected alarms: 2")
    assert violations(page) == []

    page.get_by_role("button", name="Clear selected").click()
    expect(page.get_by_role("heading", name="No active alarms")).to_be_visible()
    page.get_by_role("button", name="Undo").click()

    expect(page.locator("#active-alarms-foot")).to_contain_text("2 of 2 rows")
    expect(page.locator("#alarms-selection")).to_be_hidden()


def test_no_alarm_is_said_in_words(visit: Visit) -> None:
    page = visit("alice", path="/alarms")

    expect(page.get_by_role("heading", name="No active alarms")).to_be_visible()
    expect(page.locator("#active-alarms-export")).to_be_disabled()


def test_a_phone_shows_the_node_and_what_is_wrong_and_clears_without_scrolling(
    visit: Visit, database: DuckDB, people: People, station: int
) -> None:
    at = RAISED + timedelta(minutes=30)
    fuse = Alarm("Fuse", "OverCurrentFailure", people.solna, station, 2, LONG, "", "", at)
    database.write(alarms.raised(fuse), [("alarm", station)])
    page = visit("alice", PHONE, path="/alarms")

    expect(_cell(page, 0, "node")).to_be_in_viewport(ratio=1)
    expect(_cell(page, 0, "description").get_by_text("No network contact")).to_be_in_viewport(ratio=1)
    page.get_by_role("checkbox", name="Press Space to toggle row selection").first.check()
    expect(page.get_by_role("button", name="Clear selected")).to_be_in_viewport(ratio=0.95)
    button = _cell(page, 0, "clear").get_by_role("button")
    button.scroll_into_view_if_needed()
    expect(button).to_be_in_viewport(ratio=0.9)

    cell = _cell(page, 1, "description")
    told = cell.locator(".cp-lines")
    is_cut = "one => one.scrollHeight > one.clientHeight"
    assert told.evaluate(is_cut)
    told.tap()
    expect(told).to_have_css("position", "absolute")
    assert not told.evaluate(is_cut)
    tops = [one.evaluate("one => one.getBoundingClientRect().top") for one in (cell, told)]
    assert tops[1] >= tops[0]  # over the rows below


def test_a_desk_shows_every_column_of_the_history_and_no_word_cut(
    visit: Visit, database: DuckDB, people: People, station: int
) -> None:
    fuse = Alarm("Fuse", "OverCurrentFailure", people.solna, station, 2, LONG, "", "", RAISED)
    database.write(
        [*alarms.raised(fuse), Sql("UPDATE portal_user SET language = 'sv'")], [("alarm", station), ("user", 0)]
    )
    alarm_clearing.clear(people.alice, [alarm["alarm_id"] for alarm in alarms.active(people.alice)])
    page = visit("alice", path="/alarms?tab=history")

    expect(page.locator("[role=columnheader][col-id=repeats]")).to_be_in_viewport(ratio=1)
    expect(page.get_by_text("Allvarligt")).to_be_visible()
    cut = "all => all.filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.textContent)"
    assert (
        page.locator(".ag-header-cell-text, .ag-cell[col-id=severity], .ag-cell[col-id=raised]").evaluate_all(cut) == []
    )
    page.locator(".ag-cell[col-id=description]", has_text="The fuse of").hover()
    expect(page.locator(".ag-tooltip")).to_have_text(LONG)


def test_several_groups_of_silent_stations_are_one_line_that_opens(
    visit: Visit, database: DuckDB, people: People
) -> None:
    for group in range(3):
        for name in "ABC":
            silent = stations.create_station(people.alice, NewStation(people.solna, f"{name}{group}", f"{name}{group}"))
            database.write(alarms.raised(_silent(people, silent, group)), [("alarm", silent)])
    page = visit("alice", path="/alarms")

    shown = page.locator("a", has_text="Show them")
    expect(page.get_by_role("alert")).to_have_count(1)
    expect(shown).to_have_count(3)
    expect(shown.first).to_be_hidden()
    page.get_by_text("3 times, charging stations of a site lost contact together.").click()
    expect(shown.first).to_be_visible()
    expect(page.locator(".cp-causes li").first).to_contain_text("Solna 3 charging stations lost contact at 2026-03-20")
    database.write(alarms.raised(_silent(people, silent, 4, "Fuse")), [("alarm", silent)])
    expect(page.locator("#active-alarms-foot")).to_contain_text("10 of 10 rows")
    expect(shown.first).to_be_visible()
    assert violations(page) == []


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE])
def test_a_row_of_the_event_log_opens_the_whole_event(visit: Visit, people: People, viewport: dict[str, int]) -> None:
    seen = edits.read(people.alice, topology.SITE, people.solna)
    edits.save(people.alice, topology.SITE, people.solna, seen, {"description": "A garage under the square"})
    page = visit("alice", viewport, path="/alarms?tab=events")
    text = page.locator(".ag-cell[col-id=text]", has_text="Description: – → A garage")
    window = page.get_by_role("dialog")

    for _time in range(2):
        text.click()
        expect(window.get_by_role("row", name="Description – A garage under the square")).to_be_visible()
        expect(page.locator(".modal")).to_have_css("opacity", "1")
        assert violations(page) == []
        window.get_by_role("button", name="Close").click()
        expect(window).to_be_hidden()
    page.keyboard.press("Enter")
    expect(window).to_be_visible()


@pytest.mark.usefixtures("station")
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("tab", ["active", "history", "events"])
def test_no_tab_breaks_an_accessibility_rule(
    visit: Visit, database: DuckDB, people: People, station: int, tab: str, scheme: str
) -> None:
    alarm_clearing.clear(people.alice, [alarms.active(people.alice)[0]["alarm_id"]])
    page = visit("alice", scheme=scheme, path=f"/alarms?tab={tab}")
    expect(_cell(page, 0, "site" if tab != "events" else "logged")).not_to_be_empty()

    assert violations(page) == []


def _open(visit: Visit) -> Page:
    page = visit("alice", path="/alarms")
    expect(_cell(page, 0, "node")).not_to_be_empty()
    return page


def _cell(page: Page, row: int, column: str) -> Locator:
    return page.locator(f".ag-row[row-index='{row}'] [col-id='{column}']")
