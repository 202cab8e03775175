"""Diagrams in real Chromium: the list, the time line, links, pictures, Excel, themes, phones, no barriers."""

import contextlib
import io
import re
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from data.database import Sql
from data.duckdb_engine import DuckDB
from tests.browser.conftest import PHONE, violations
from tests.conftest import People

Visit = Callable[..., Page]
MARCH = "/diagrams?from=2026-03-01&to=2026-03-31"
pytestmark = pytest.mark.usefixtures("sessions_of_solna")


@pytest.fixture
def sessions_of_solna(database: DuckDB, people: People) -> None:
    """One session of 10 kWh at noon of each day from 2025-04-01 to 2026-03-31, Dana's on odd days."""
    insert = "INSERT INTO charging_station (site_id, name, charge_box_id) VALUES ($site, 'A', 'A') RETURNING station_id"
    [made] = database.write([Sql(insert, {"site": people.solna})])
    sessions = """
        INSERT INTO session (session_id, charge_box_id, connector_id, started_at, ended_at, energy_kwh, authentication,
                             logged_at, duration_s, site_id, station_id, user_id)
        SELECT 'S-' || n, 'A', 1, noon, noon + to_hours(1), 10, 1, noon + to_hours(1), 3600, $site, $station,
               CASE n % 2 WHEN 1 THEN $user END
        FROM (SELECT n, TIMESTAMPTZ '2025-04-01 12:00+00' + to_days(n::INTEGER) AS noon FROM range(365) days(n))"""
    params = {"site": people.solna, "station": made["station_id"][0].as_py(), "user": people.dana.user_id}
    database.write([Sql(sessions, params)])


def test_a_diagram_is_chosen_and_stands_in_the_address(visit: Visit) -> None:
    page = _open(visit)
    expect(page.locator("#diagram-top")).to_contain_text("310 kWh")

    page.get_by_text("Average duration", exact=True).click()
    expect(page.locator("#diagram-top")).to_contain_text("1\u00a0h\u00a000\u00a0min")
    page.get_by_text("Week", exact=True).click()
    expect(page).to_have_url(re.compile(r"\?d=duration&from=2026-03-01&to=2026-03-31&step=week$"))

    page.reload()
    expect(page.get_by_role("radio", name="Average duration")).to_be_checked()
    expect(page.get_by_role("radio", name="Week", exact=True)).to_be_checked()


def test_dragging_in_the_overview_moves_from_and_to_and_the_other_way_round(visit: Visit) -> None:
    page = _open(visit)
    overview, begin = page.locator("#timeline-overview .nsewdrag"), page.get_by_label("From", exact=True)
    for _try in range(5):  # a figure that is being drawn may let go of the pointer
        overview.hover(position={"x": 60, "y": 20})  # waits until it stands still
        box = overview.bounding_box()
        assert box
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] * 0.3, box["y"] + 20, steps=5)
        page.mouse.up()
        with contextlib.suppress(AssertionError):
            expect(begin).not_to_have_value("2026-03-01", timeout=4000)
            break
    expect(begin).not_to_have_value("2026-03-01")
    dragged = page.get_by_label("From", exact=True).input_value()
    assert _marked(page)[0].startswith(dragged)

    page.get_by_label("From", exact=True).fill("2026-02-01")  # after To, which follows
    expect(page.get_by_label("To", exact=True)).to_have_value("2026-02-01")
    page.get_by_label("To", exact=True).fill("2026-02-28")
    expect(page).to_have_url(re.compile("from=2026-02-01&to=2026-02-28"))
    expect(page.locator("#diagram-top")).to_contain_text("280 kWh")
    assert [end[:10] for end in _marked(page)] == ["2026-02-01", "2026-03-01"]


def test_the_first_drag_on_the_marked_period_moves_it(visit: Visit) -> None:
    page = _open(visit, "/diagrams?from=2025-06-01&to=2025-08-31")
    mark = page.locator("#timeline-overview .selectionlayer path").first
    mark.hover()
    expect(mark).to_have_css("cursor", "move")
    box = mark.bounding_box()
    assert box
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 1.5, box["y"] + box["height"] / 2, steps=5)
    page.mouse.up()

    expect(page.get_by_label("From", exact=True)).to_have_value(re.compile(r"2025-(08|09)-"))
    expect(page.get_by_label("To", exact=True)).to_have_value(re.compile(r"2025-(11|12)-"))


def test_a_preset_shows_its_period_and_is_left_when_another_is_typed(visit: Visit) -> None:
    page = _open(visit)
    page.get_by_text("All", exact=True).click()
    expect(page.get_by_label("From", exact=True)).to_have_value("2025-04-01")
    expect(page.locator("#diagram-top")).to_contain_text("3\u00a0650 kWh")

    page.get_by_label("From", exact=True).fill("2026-01-01")
    expect(page.get_by_role("radio", name="All")).not_to_be_checked()


def test_a_period_without_data_says_so(visit: Visit) -> None:
    page = _open(visit, "/diagrams?from=2024-01-01&to=2024-01-31")

    expect(page.get_by_text("Nothing of Charge Portal in this period")).to_be_visible()
    expect(page.locator("#diagram")).to_be_hidden()
    files = [page.get_by_role("button", name=re.compile(f"{name}$")) for name in ("PNG", "SVG", "Excel")]
    for file in files:
        expect(file).to_be_disabled()
    page.get_by_text("All", exact=True).click()
    expect(page.locator("#diagram .main-svg").first).to_be_visible()
    for file in files:
        expect(file).to_be_enabled()


def test_another_node_keeps_diagram_and_period(visit: Visit) -> None:
    page = _open(visit, MARCH + "&d=sessions")
    page.get_by_role("treeitem", name="Lund").click()

    expect(page.get_by_text("Nothing of Lund in this period")).to_be_visible()
    expect(page).to_have_url(re.compile("node=site:.*d=sessions|d=sessions.*node=site:"))
    expect(page.get_by_label("From", exact=True)).to_have_value("2026-03-01")


@pytest.mark.parametrize(("name", "start"), [("PNG", b"\x89PNG"), ("SVG", b"<svg")])
def test_the_picture_is_made_by_the_browser_itself(visit: Visit, name: str, start: bytes) -> None:
    page = _open(visit)
    with page.expect_download() as download:
        page.get_by_role("button", name=f"Save picture as {name}").click()

    assert download.value.suggested_filename.endswith(f".{name.lower()}")
    assert Path(download.value.path()).read_bytes().startswith(start)


def test_excel_has_what_is_drawn(visit: Visit) -> None:
    page = _open(visit)
    page.get_by_text("Charging sessions", exact=True).first.click()
    expect(page).to_have_url(re.compile("d=sessions"))
    with page.expect_download() as download:
        page.get_by_role("button", name="Export to Excel").click()

    rows = list(
        openpyxl.load_workbook(io.BytesIO(Path(download.value.path()).read_bytes())).active.iter_rows(values_only=True)
    )
    assert rows[0] == ("Start", "Charging sessions")
    assert [row[1] for row in rows[1:]] == [1] * 31


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_form_of_diagram_has_a_barrier(visit: Visit, scheme: str) -> None:
    page = visit("alice", scheme=scheme, path=MARCH)
    page.emulate_media(reduced_motion="reduce")  # a button on its way to another colour is no finding
    for name in ("Authentication", "Hours of the week", "Users", "Faults"):
        page.get_by_text(name, exact=True).click()
        expect(page.locator("#diagram-drawn")).to_have_attribute("aria-label", re.compile(f"^{name} "))
        assert violations(page) == []


def test_a_switch_of_theme_recolours_chart_and_overview(visit: Visit) -> None:
    page = _open(visit)
    page.get_by_role("button", name="Theme").first.click()
    page.get_by_role("button", name="Dark").click()

    for graph in ("diagram", "timeline-overview"):
        bar = page.locator(f"#{graph} .bars path").first
        expect(bar).to_have_css("fill", "rgb(122, 176, 255)")


def test_a_phone_has_all_of_it_in_its_width(visit: Visit) -> None:
    page = visit("dana", PHONE, path=MARCH)

    expect(page.locator("#diagram-top")).to_contain_text("kWh")
    for graph in ("diagram", "timeline-overview"):
        page.locator(f"#{graph} .main-svg").first.wait_for(state="attached")
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    chart, overview = (page.locator(f"#{graph}").bounding_box() for graph in ("diagram", "timeline-overview"))
    assert chart
    assert overview
    assert chart["y"] + chart["height"] <= overview["y"]
    assert violations(page) == []


def test_on_a_phone_the_chosen_diagram_is_in_sight(visit: Visit) -> None:
    page = visit("alice", PHONE, path=MARCH + "&d=faults")
    expect(page.get_by_text("Alarms raised", exact=True).first).to_be_in_viewport(ratio=1)
    expect(page.locator("#diagram-top")).to_be_in_viewport(ratio=1)  # which did not move along


def _open(visit: Visit, path: str = MARCH) -> Page:
    page = visit("alice", path=path)
    page.locator("#diagram .main-svg").first.wait_for(state="attached")
    page.locator("#timeline-overview .selectionlayer path").first.wait_for()
    return page


def _marked(page: Page) -> list[str]:
    script = """() => { const [mark] = document.querySelector("#timeline-overview .js-plotly-plot").layout.selections;
                        return [mark.x0, mark.x1]; }"""
    return [str(end) for end in page.evaluate(script)]
