"""What others do to a node while somebody edits it: nothing typed is lost, and it is told who did what."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from data import (
    edits,
    floor_maps,
    node_changes,
    services,
    sites,
    station_settings,
    stations,
    topology,
    user_changes,
    user_details,
)
from data.duckdb_engine import DuckDB
from data.station_settings import STATION
from data.stations import NewOutlet, NewStation
from tests.browser.conftest import DESKTOP, PHONE, violations
from tests.browser.steering import steering
from tests.conftest import People
from tests.data.test_jpeg import picture

Visit = Callable[..., Page]


@pytest.fixture
def gate(people: People) -> int:
    return stations.create_station(people.alice, NewStation(people.solna, "CB-7", "West gate"))


def typing(visit: Visit, name: str, node: str, viewport: dict[str, int] = DESKTOP) -> Page:
    """Open a node's form and write into one field, and begin to write in another."""
    page = visit(name, viewport, path=f"/configuration?node={node}")
    page.get_by_label("Description", exact=True).fill("Behind the house")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("End")
    page.keyboard.type(" 2")
    return page


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE])
def test_a_form_whose_node_somebody_removed_keeps_what_was_typed_and_says_who(
    visit: Visit, people: People, gate: int, viewport: dict[str, int]
) -> None:
    page = typing(visit, "bob", f"station:{gate}", viewport)
    node_changes.remove(people.alice, "station", gate)
    bar = page.locator("#station-general-bar")
    expect(bar).to_contain_text("Alice Example removed the charging station West gate at ")
    expect(bar).to_contain_text("What you typed can only be copied now.")
    page.keyboard.type("1")
    page.keyboard.press("Control+s")
    expect(bar.get_by_role("button", name="Save")).to_be_disabled()
    expect(page.get_by_label("Logical name")).to_have_value("West gate 21")
    expect(page.get_by_label("Description", exact=True)).to_have_value("Behind the house")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
    with page.context.expect_page() as opened:
        bar.get_by_role("link", name="Event log").click()
    log = opened.value.get_by_role("main")
    expect(log).to_contain_text("alice@portal.example removed the charging station West gate.")


def test_a_form_whose_station_went_to_another_site_says_so_and_who_did_it(
    visit: Visit, people: People, gate: int
) -> None:
    page = typing(visit, "bob", f"station:{gate}")
    topology.move(people.alice, f"station:{gate}", f"site:{people.solna}", f"site:{people.lund}")
    bar = page.locator("#station-general-bar")
    expect(bar).to_contain_text("Alice Example moved the charging station West gate to another site at ")
    expect(page.get_by_label("Logical name")).to_have_value("West gate 2")
    topology.move(people.alice, f"station:{gate}", f"site:{people.lund}", f"site:{people.solna}")
    expect(bar).to_contain_text("Changed: Logical name, Description")
    page.keyboard.press("Control+s")
    expect(page.locator("#messages")).to_contain_text("Your changes are saved")


def test_a_form_of_a_site_that_somebody_lost_says_who_changed_that(visit: Visit, people: People, gate: int) -> None:
    page = typing(visit, "bob", f"station:{gate}")
    seen = user_details.read(people.alice, people.bob.user_id).details
    user_changes.save(people.alice, people.bob.user_id, seen, replace(seen, site_ids=(people.lund,)))
    expect(page.locator("#station-general-bar")).to_contain_text("Alice Example changed your sites at ")
    expect(page.locator("#navigator")).not_to_contain_text("West gate")
    expect(page.get_by_label("Logical name")).to_have_value("West gate 2")


def test_who_took_a_station_from_the_plan_on_which_it_was_just_moved_is_told(
    visit: Visit, people: People, gate: int, tmp_path: Path
) -> None:
    floor, upstairs = (sites.create_floor(people.alice, people.solna, name) for name in ("P1", "P2"))
    topology.move(people.alice, f"station:{gate}", f"site:{people.solna}", f"floor:{floor}")
    floor_maps.bring(people.alice, tmp_path, floor, "plan.jpg", picture(size=(800, 500)))
    page = visit("bob", path=f"/configuration?node=floor:{floor}&tab=position")
    page.get_by_role("button", name="Place").click()
    expect(page.get_by_role("status")).to_have_text("1 station moved: West gate")
    topology.move(people.alice, f"station:{gate}", f"floor:{floor}", f"floor:{upstairs}")
    expect(page.locator("#messages")).to_contain_text(
        "Alice Example moved the charging station West gate to Solna, P2 at "
    )
    expect(page.get_by_role("status")).to_have_text("No changes to save")


def test_what_is_said_of_a_stations_connection_follows_it_and_what_is_typed_stays(
    visit: Visit, people: People, database: DuckDB, gate: int
) -> None:
    page = typing(visit, "bob", f"station:{gate}")
    warning = page.get_by_text("The station is connected with this ChargeboxId.")
    expect(warning).to_have_count(0)
    with steering(database) as central:
        central.connect("CB-7")
        expect(warning).to_be_visible()
        expect(page.get_by_text("The station reports")).to_be_visible()
        page.keyboard.type("1")
        seen = {"charge_box_id": "CB-7"}
        edits.save(people.alice, STATION, gate, seen, {"charge_box_id": "CB-8"})
        expect(warning).to_have_count(0)
    expect(page.get_by_role("textbox", name="ChargeboxId")).to_have_value("CB-8")
    expect(page.get_by_label("Logical name")).to_have_value("West gate 21")
    expect(page.get_by_label("Description", exact=True)).to_have_value("Behind the house")


def test_what_somebody_renames_is_called_so_at_once_wherever_it_is_open(visit: Visit, people: People) -> None:
    gate = stations.create_station(people.alice, NewStation(people.solna, "CB-7", "West gate", outlets=(NewOutlet(1),)))
    [outlet] = people.alice.database.query("SELECT outlet_id FROM outlet")["outlet_id"].to_pylist()
    page = visit("bob", path=f"/configuration?node=outlet:{outlet}")
    other = visit("sam", PHONE, path=f"/dashboard?node=station:{gate}")
    expect(page.locator(".cp-head")).to_contain_text("West gate, outlet 1")
    edits.save(people.alice, STATION, gate, {"name": "West gate"}, {"name": "East gate"})
    expect(page.locator(".cp-head")).to_contain_text("East gate, outlet 1")
    expect(page.locator("#navigator")).to_contain_text("East gate")
    expect(page.locator("#path")).to_contain_text("East gate")
    expect(other.locator(".cp-head")).to_contain_text("East gate")


def test_an_outlets_value_at_a_service_follows_others_and_says_who_where_one_is_typing(
    visit: Visit, people: People
) -> None:
    stations.create_station(people.alice, NewStation(people.solna, "CB-7", "West gate", outlets=(NewOutlet(1),)))
    [outlet] = people.alice.database.query("SELECT outlet_id FROM outlet")["outlet_id"].to_pylist()
    service, _secrets = services.create(people.alice, "charging", "Parking app", "Easy payment")
    seen = edits.read(people.alice, services.SERVICE, service)
    edits.save(people.alice, services.SERVICE, service, seen, {"is_active": True, "url": "https://pay.example/in"})
    page = visit("bob", path=f"/configuration?node=outlet:{outlet}")
    field = page.get_by_label("Parking app, Easy payment")
    field.focus()
    station_settings.set_service_value(people.alice, outlet, service, "", "Bay 7")
    expect(field).to_have_value("Bay 7")
    field.fill("Bay 9")
    station_settings.set_service_value(people.alice, outlet, service, "Bay 7", "Bay 8")
    expect(page.get_by_text("Alice Example changed Parking app from “Bay 7” to “Bay 8” at ")).to_be_visible()
    expect(field).to_have_value("Bay 9")
    assert violations(page) == []
    field.press("Escape")
    expect(field).to_have_value("Bay 8")
    field.fill("Bay 9")
    field.press("Enter")
    expect(page.locator("#messages")).to_contain_text("Your changes are saved")
    expect(page.get_by_text("Alice Example changed Parking app")).to_have_count(0)
    page.goto(f"/alarms?tab=events&node=outlet:{outlet}")
    expect(page.get_by_role("main")).to_contain_text("Parking app was changed from Bay 8 to Bay 9.")
