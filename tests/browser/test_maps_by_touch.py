"""Maps under fingers on a phone: a station is dragged, the page scrolls over a map, and two fingers move the map."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from data import addresses, edits, floor_maps, floor_positions, sites, stations
from data.database import Sql
from data.floor_positions import Move
from data.stations import NewStation
from tests.browser.conftest import PHONE
from tests.browser.finger import Fingers, middle
from tests.conftest import People
from tests.data.test_jpeg import picture

Visit = Callable[..., Page]
SCROLLED = "document.querySelector('#main').scrollTop"


@pytest.fixture
def floor(people: People, tmp_path: Path) -> int:
    """A floor with a map, and a station in the middle of it."""
    floor_id = sites.create_floor(people.alice, people.solna, "P1")
    station = stations.create_station(people.alice, NewStation(people.solna, "00004079", "00004079", floor_id))
    floor_maps.bring(people.alice, tmp_path, floor_id, "plan.jpg", picture(size=(800, 500)))
    floor_positions.move(people.alice, floor_id, {station: Move(None, (0.5, 0.5))})
    return floor_id


def test_a_finger_drags_a_station_though_its_state_changes(visit: Visit, people: People, floor: int) -> None:
    station = floor_positions.of_floor(people.alice, floor)[0].station_id
    page = visit("bob", PHONE, path=f"/configuration?node=floor:{floor}&tab=position")
    pin, fingers = page.get_by_role("button", name="00004079, Never online"), Fingers(page)
    expect(pin).to_be_visible()
    fingers.down(middle(pin))
    fingers.move((30, -20))
    online = "INSERT INTO station_state (station_id, connected, registered_at) VALUES ($id, TRUE, now())"
    people.alice.database.write([Sql(online, {"id": station})], [("station_state", station)])
    expect(page.get_by_role("button", name="00004079, Available")).to_be_visible()
    fingers.move((50, -40))
    fingers.up()
    expect(page.get_by_role("status")).to_have_text("1 station moved: 00004079")
    assert page.evaluate(SCROLLED) == 0
    page.get_by_role("button", name="Save").tap()
    expect(page.get_by_role("status")).to_have_text("No changes to save")
    width = page.get_by_role("img", name="Map of floor P1").evaluate("map => map.getBoundingClientRect().width")
    height = width * 500 / 800
    assert floor_positions.of_floor(people.alice, floor)[0].place == pytest.approx(
        (0.5 + 80 / width, 0.5 - 60 / height), abs=0.02
    )


def test_a_station_in_the_corner_of_a_map_is_not_under_its_buttons(
    visit: Visit, people: People, floor: int, tmp_path: Path
) -> None:
    floor_maps.bring(people.alice, tmp_path, floor, "plan.jpg", picture(size=(500, 500)))
    station = floor_positions.of_floor(people.alice, floor)[0].station_id
    floor_positions.move(people.alice, floor, {station: Move((0.5, 0.5), (0.92, 0.1))})
    page = visit("bob", PHONE, path=f"/configuration?node=floor:{floor}&tab=position")
    page.get_by_role("button", name="00004079, Never online").tap()
    expect(page.get_by_label("X", exact=True)).to_have_value("92")


def test_a_plan_is_whole_again_when_the_phone_is_turned(visit: Visit, floor: int) -> None:
    page = visit("bob", PHONE, path=f"/configuration?node=floor:{floor}&tab=position")
    plan = page.get_by_role("img", name="Map of floor P1")
    expect(plan).to_be_visible()
    narrow = plan.bounding_box()
    assert narrow
    page.set_viewport_size({"width": PHONE["height"], "height": PHONE["width"]})
    wider = "([plan, width]) => plan.getBoundingClientRect().width > width"
    page.wait_for_function(wider, arg=[plan.element_handle(), narrow["width"]])
    page.set_viewport_size(PHONE)
    back = "([plan, width]) => plan.getBoundingClientRect().width === width"
    page.wait_for_function(back, arg=[plan.element_handle(), narrow["width"]])
    assert plan.bounding_box() == narrow


@pytest.fixture
def pages_with_maps(people: People, floor: int) -> dict[str, str]:
    """Pages by the node whose pin stands on their map."""
    seen = edits.read(people.alice, addresses.SITE, people.solna)
    edits.save(people.alice, addresses.SITE, people.solna, seen, {"latitude": 59.3598, "longitude": 18.0066})
    people.alice.database.write([Sql("UPDATE portal_user SET dashboard_windows = 'station_status,site_map'")])
    return {
        "floor": f"/configuration?node=floor:{floor}&tab=position",
        "address": f"/configuration?node=site:{people.solna}&tab=address",
        "sites": "/dashboard",
    }


@pytest.mark.parametrize("where", ["floor", "address", "sites"])
def test_one_finger_on_a_map_scrolls_the_page_and_two_move_the_map(
    visit: Visit, pages_with_maps: dict[str, str], where: str
) -> None:
    page = visit("bob", PHONE, path=pages_with_maps[where])
    map_, pin, fingers = page.locator(".cp-map"), page.locator(".cp-marker").first, Fingers(page)
    expect(pin).to_be_visible()
    page.evaluate("document.querySelector('.cp-map').scrollIntoView({ block: 'center' })")
    before = page.evaluate(SCROLLED)
    away = -1 if before else 1  # the way it can still scroll
    fingers.down(middle(map_).moved(-80, 60))
    fingers.move((0, -60 * away))
    expect(map_).to_have_class("cp-map is-swiped")
    assert page.evaluate("getComputedStyle(document.querySelector('.cp-map'), '::before').content") == (
        '"Move the map with two fingers"'
    )
    fingers.up()
    expect(map_).to_have_class("cp-map")
    at, scrolled = middle(pin), page.evaluate(SCROLLED)
    assert (scrolled - before) * away > 0
    fingers.down(middle(map_).moved(-60, 0), middle(map_).moved(60, 0))
    fingers.move((40, 30), (40, 30))
    fingers.up()
    moved = "([pin, at]) => pin.getBoundingClientRect().x - at > 20"
    page.wait_for_function(moved, arg=[pin.element_handle(), at.x - 15])
    assert page.evaluate(SCROLLED) == scrolled
