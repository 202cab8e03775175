"""Statistics in real Chromium: filters, order, columns, the row menu in its four ways, the session's window, export."""

import datetime
import io
import re
from collections.abc import Callable

import openpyxl
import pytest
from playwright.sync_api import Download, Locator, Page, expect

from components import export_button
from data import sessions
from data.database import Sql
from data.duckdb_engine import DuckDB
from tests.browser.conftest import PHONE, violations
from tests.conftest import People

Visit = Callable[..., Page]
SESSIONS = 350
pytestmark = pytest.mark.usefixtures("sessions_of_solna")


@pytest.fixture
def sessions_of_solna(database: DuckDB, people: People) -> None:
    """One session an hour at two stations, energies from 0 to 34.9 kWh; the newest has a power curve."""
    insert = (
        "INSERT INTO charging_station (site_id, name, charge_box_id) VALUES ($site, $name, $name) RETURNING station_id"
    )
    stations = [
        database.write([Sql(insert, {"site": people.solna, "name": name})])[0]["station_id"][0].as_py()
        for name in ("00003566", "00004079")
    ]
    sessions = """
        INSERT INTO session (session_id, charge_box_id, connector_id, started_at, ended_at, energy_kwh, authentication,
                             email, logged_at, duration_s, site_id, station_id, meter_start_kwh)
        SELECT 'S-' || n, 'CB', 1 + n % 2, TIMESTAMPTZ '2026-03-01 12:00+00' + to_hours(n),
               TIMESTAMPTZ '2026-03-01 13:33:01+00' + to_hours(n), n / 10.0, 1, 'dana@portal.example',
               TIMESTAMPTZ '2026-03-01 13:33:02+00' + to_hours(n), 5581, $site,
               CASE n % 2 WHEN 0 THEN $even ELSE $odd END, 100
        FROM range($count) numbers(n)"""
    params = {"site": people.solna, "even": stations[0], "odd": stations[1], "count": SESSIONS}
    curve = """
        INSERT INTO meter_value (station_id, connector_id, measured_at, logged_at, measurand, value, unit)
        SELECT station_id, connector_id, started_at + to_minutes(minute), ended_at, 'Power.Active.Import', 11000, 'W'
        FROM session, range(0, 90, 10) minutes(minute) WHERE session_id = 'S-349'"""
    database.write([Sql(sessions, params), Sql(curve)], changed=[("session", people.solna)])


def test_the_newest_session_comes_first_and_every_row_can_be_reached(visit: Visit) -> None:
    page = _open(visit)

    expect(_cell(page, 0, "start")).to_have_text(re.compile("2026-03-16.02:00:00"))
    expect(_cell(page, 0, "duration")).to_have_text("1\u00a0h\u00a033\u00a0min\u00a001\u00a0s")
    page.evaluate("dash_ag_grid.getApi('sessions').ensureIndexVisible(349)")
    expect(_cell(page, 349, "energy")).to_have_text("0.0")


def test_filters_and_order_survive_a_reload_in_the_address(visit: Visit) -> None:
    page = _open(visit)

    page.get_by_label("Station Filter Input").fill("4079")
    expect(page.get_by_role("button", name="Remove filter Station contains 4079")).to_be_visible()
    page.get_by_role("spinbutton", name="Energy, kWh Filter Input").fill("30")
    page.locator(".ag-header-cell[col-id=energy] .ag-header-cell-label").click()
    expect(page).to_have_url(re.compile(r"f=station\.has\.4079~energy\.is\.30&sort=energy"))

    page.reload()
    expect(page.get_by_label("Station Filter Input")).to_have_value("4079")
    expect(page.locator("#sessions-totals")).to_contain_text("0 of 350 sessions")


def test_totals_and_the_export_button_follow_the_filters(visit: Visit) -> None:
    page = _open(visit, "f=energy.ge.34")

    expect(page.locator("#sessions-totals")).to_contain_text("10 of 350 sessions")
    expect(page.locator("#sessions-totals")).to_contain_text("Energy 344.5\u00a0kWh")
    expect(page.get_by_role("button", name="Export to Excel, 10 rows")).to_have_text("Export 10 rows to Excel")

    page.get_by_role("button", name="Clear all filters").click()
    expect(page.locator("#sessions-totals")).to_contain_text("350 of 350 sessions")


def test_a_filter_that_finds_nothing_says_so_and_can_be_cleared(visit: Visit) -> None:
    page = _open(visit, "f=energy.gt.9999", row=None)

    expect(page.get_by_role("heading", name="No sessions match the filters")).to_be_visible()
    expect(page.locator("#sessions-export")).to_be_disabled()
    page.locator("#sessions-empty").get_by_role("button", name="Clear all filters").click()
    expect(_cell(page, 0, "energy")).to_have_text("34.9")


def test_a_bad_part_of_a_link_is_named_and_left_out(visit: Visit) -> None:
    page = _open(visit, "f=energy.ge.34~password.is.x&sort=bogus")

    expect(page.get_by_text("left out: password.is.x, bogus")).to_be_visible()
    expect(page.locator("#sessions-totals")).to_contain_text("10 of 350")


def test_the_choice_of_columns_is_kept_by_the_browser(visit: Visit) -> None:
    page = _open(visit)
    page.locator("summary", has_text="Columns").click()
    page.get_by_role("checkbox", name="Email").check()
    page.get_by_role("checkbox", name="Outlet").uncheck()
    expect(_cell(page, 0, "email")).to_have_text("dana@portal.example")

    page.reload()

    expect(_cell(page, 0, "email")).to_have_text("dana@portal.example")
    expect(page.locator(".ag-header-cell[col-id=outlet]")).to_have_count(0)


@pytest.mark.parametrize("way", ["right-click", "Shift+F10", "ContextMenu", "button"])
def test_the_row_menu_opens_and_closes_without_a_mouse_too(visit: Visit, way: str) -> None:
    page = _open(visit)
    if way == "right-click":
        _cell(page, 1, "energy").click(button="right")
    elif way == "button":
        _cell(page, 1, "menu").get_by_role("button", name="Row menu").click()
    else:
        _cell(page, 1, "energy").click()
        page.keyboard.press(way)

    show = page.get_by_role("menuitem", name="Show")
    expect(show).to_be_focused()
    assert str(show.get_attribute("href")).startswith("/session/S-348")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("menuitem", name="Only this station")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("menu")).to_have_count(0)


def test_a_long_press_opens_the_row_menu_on_a_phone(visit: Visit) -> None:
    page = visit("alice", PHONE, path="/statistics")
    expect(_cell(page, 1, "start")).not_to_be_empty()
    box = _cell(page, 1, "start").bounding_box()
    assert box
    touch = page.context.new_cdp_session(page)
    touch.send(
        "Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": box["x"] + 9, "y": box["y"] + 9}]}
    )

    expect(page.get_by_role("menuitem", name="Show")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


def test_show_opens_the_session_in_a_window_of_its_own_with_its_neighbours(visit: Visit) -> None:
    page = _open(visit, "f=station.has.4079")
    _cell(page, 0, "energy").click()
    with page.expect_popup() as opened:
        page.keyboard.press("Enter")
    window = opened.value
    expect(window.get_by_role("heading", name="Charging session")).to_be_visible()

    names, values = (window.locator(f"main {part}").all_inner_texts() for part in ("dt", "dd"))
    parameters = dict(zip(names, values, strict=True))
    assert parameters == {
        "Start time": "2026-03-16\u00a002:00:00",
        "Duration": "1\u00a0h\u00a033\u00a0min\u00a001\u00a0s",
        "End time": "2026-03-16\u00a003:33:01",
        "Energy": "34.9\u00a0kWh",
        "Energy meter value": "",
        "Site": "Solna",
        "Charging station": "00004079",
        "Node Identity": "CB",
        "Outlet Id": "2",
        "Authentication": "RFID (1)",
        "Email": "dana@portal.example",
        "Session identity": "S-349",
        "Server log date": "2026-03-16\u00a003:33:02",
    }
    expect(window.get_by_text("1 of 175 in the filtered table")).to_be_visible()
    expect(window.locator(".js-plotly-plot")).to_be_visible()
    window.get_by_role("link", name="Next").click()
    expect(window.get_by_text("S-347", exact=True)).to_be_visible()
    expect(window.get_by_text("sent no meter values")).to_be_visible()


def test_the_export_is_the_filtered_table(visit: Visit) -> None:
    page = _open(visit, "f=energy.ge.34&sort=energy")
    expect(page.locator("#sessions-totals")).to_contain_text("10 of 350")

    with page.expect_download() as saved:
        page.get_by_role("button", name="Export to Excel").click()

    titles, *rows = openpyxl.load_workbook(_file(saved.value)).active.iter_rows(values_only=True)
    assert [row[titles.index("Energy, kWh")] for row in rows] == [34 + tenth / 10 for tenth in range(10)]
    assert isinstance(rows[0][titles.index("Start session")], datetime.datetime)


def test_more_rows_than_a_file_holds_are_said_before(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (sessions, export_button):
        monkeypatch.setattr(module, "EXCEL_ROWS", 300)
    page = _open(visit)
    page.get_by_role("button", name="Export to Excel, 350 rows").click()

    dialog = page.get_by_role("dialog", name="Too many rows for one Excel file")
    expect(dialog).to_contain_text("350 rows match")
    with page.expect_download() as saved:
        dialog.get_by_role("button", name="Export first 300").click()
    book = openpyxl.load_workbook(_file(saved.value), read_only=True)
    assert sum(1 for _row in book.active.iter_rows()) == 301
    book.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/statistics?f=energy.ge.34", "/session/S-349?f=energy.ge.34"])
def test_the_pages_break_no_accessibility_rule(visit: Visit, path: str, scheme: str) -> None:
    page = visit("alice", scheme=scheme)
    page.goto(path)
    expect(page.get_by_text("34.9").first).to_be_visible()

    assert violations(page) == []


def _open(visit: Visit, query: str = "", row: int | None = 0) -> Page:
    page = visit("alice")
    page.goto(f"/statistics?{query}")
    if row is not None:
        expect(_cell(page, row, "energy")).not_to_be_empty()
    return page


def _file(saved: Download) -> io.BytesIO:
    return io.BytesIO(saved.path().read_bytes())


def _cell(page: Page, row: int, column: str) -> Locator:
    return page.locator(f".ag-row[row-index='{row}'] [col-id='{column}']")
