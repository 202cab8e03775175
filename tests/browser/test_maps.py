"""Maps in a browser: positions set by click, keys, fields and drag without internet, and followed by others."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, Request, Route, expect

from components import geocoder
from data import addresses, edits, floor_maps, floor_positions, jpeg, sites, stations
from data.database import Sql
from data.floor_positions import Move
from data.stations import NewStation
from tests.browser.conftest import PHONE, WAIT_MS, violations
from tests.conftest import People
from tests.data.test_jpeg import picture

Visit = Callable[..., Page]
SAVE, LIVE = "positions-save.n_clicks", "positions-live.data"


def test_a_site_is_placed_by_click_keys_and_fields_without_internet(visit: Visit, people: People) -> None:
    page = visit("bob", PHONE)
    page.goto(f"/configuration?node=site:{people.solna}&tab=address")
    map_, latitude = page.get_by_role("application", name="Map"), page.get_by_label("Latitude")
    expect(page.locator(".cp-world-land")).to_be_attached()
    pin = page.get_by_role("img", name="Position of Solna")
    expect(pin).to_have_count(0)
    map_.tap(position={"x": 100, "y": 100})
    expect(page.get_by_role("status")).to_have_text("Changed: Latitude, Longitude")
    expect(pin).to_be_attached()
    tapped = latitude.input_value()
    map_.focus()
    page.keyboard.press("Enter")
    expect(latitude).not_to_have_value(tapped)
    page.once("dialog", lambda dialog: dialog.accept())
    page.keyboard.press("Escape")
    expect(latitude).to_have_value("")
    latitude.fill("95")
    latitude.press("Tab")
    expect(page.locator(".cp-form")).to_contain_text("Latitude must be a number from -90 to 90")
    latitude.fill("59.3598")
    page.get_by_label("Longitude").clear()
    page.get_by_label("Longitude").press_sequentially("18,0066")  # a comma is a point
    page.get_by_label("Longitude").press("Enter")
    expect(page.locator("#messages")).to_contain_text("Your changes are saved")
    assert addresses.of_site(people.bob, people.solna) == (59.3598, 18.0066)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert violations(page) == []


AWAY = {"PORTAL_TILES": "http://tiles.invalid/{z}/{x}/{y}.png", "PORTAL_TILES_SOURCE": "Nobody"}


@pytest.mark.parametrize("portal", [AWAY], indirect=True)
def test_where_the_tiles_do_not_come_the_outline_is_seen_from_afar(
    visit: Visit, people: People, complaints: list[str]
) -> None:
    seen = edits.read(people.alice, addresses.SITE, people.solna)
    edits.save(people.alice, addresses.SITE, people.solna, seen, {"latitude": 59.3598, "longitude": 18.0066})
    page = visit("bob")
    page.goto(f"/configuration?node=site:{people.solna}&tab=address")
    expect(page.get_by_role("application", name="Map")).to_contain_text("100 km")
    expect(page.get_by_role("img", name="Position of Solna")).to_be_visible()
    page.close()  # it goes on asking for tiles
    assert all("ERR_" in one for one in complaints)
    complaints.clear()


@pytest.mark.parametrize("portal", [{"PORTAL_GEOCODER": "http://geocoder.invalid"}], indirect=True)
def test_what_is_typed_while_the_geocoder_takes_its_time_stays(
    visit: Visit, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_typed = threading.Event()

    def address_at(*_asked: object) -> dict[str, str]:
        is_typed.wait(WAIT_MS / 1000)
        return {"street": "Solnavägen 12", "postal_code": "171 45", "city": "Solna", "country": "Sweden"}

    monkeypatch.setattr(geocoder, "address_at", address_at)
    page = visit("bob")
    page.goto(f"/configuration?node=site:{people.solna}&tab=address")
    page.get_by_role("application", name="Map").click(position={"x": 100, "y": 100})
    expect(page.get_by_role("status")).to_have_text("Changed: Latitude, Longitude")
    page.get_by_label("Street").fill("The back yard")
    is_typed.set()
    expect(page.get_by_label("City")).to_have_value("Solna")
    expect(page.get_by_label("Street")).to_have_value("The back yard")


@pytest.mark.parametrize("portal", [{"PORTAL_GEOCODER": "http://geocoder.invalid"}], indirect=True)
def test_the_button_that_asks_the_geocoder_keeps_the_focus(
    visit: Visit, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_answer = threading.Event()

    def position_of(*_asked: object) -> geocoder.Position:
        may_answer.wait(WAIT_MS / 1000)
        return geocoder.Position(59.3598, 18.0066)

    monkeypatch.setattr(geocoder, "position_of", position_of)
    page = visit("bob", path=f"/configuration?node=site:{people.solna}&tab=address")
    page.get_by_label("City").fill("Solna")
    find = page.get_by_role("button", name="Find address on map")
    find.press("Enter")
    expect(page.get_by_text("Looking for it")).to_be_visible()
    expect(find).to_be_focused()
    may_answer.set()
    expect(page.get_by_label("Latitude")).to_have_value("59.3598")
    expect(find).to_be_focused()


def test_a_site_on_the_dashboards_map_follows_and_opens(visit: Visit, people: People) -> None:
    seen = edits.read(people.alice, addresses.SITE, people.solna)
    edits.save(people.alice, addresses.SITE, people.solna, seen, {"latitude": 59.3598, "longitude": 18.0066})
    people.alice.database.write([Sql("UPDATE portal_user SET dashboard_windows = 'site_map'")])
    page = visit("alice")
    region = page.get_by_role("region", name="Map of sites")
    expect(region.get_by_role("link", name="Solna: Never online")).to_be_visible()
    seen = edits.read(people.alice, addresses.SITE, people.lund)
    edits.save(people.alice, addresses.SITE, people.lund, seen, {"latitude": 55.7047, "longitude": 13.191})
    expect(region.get_by_role("link", name="Lund: Never online")).to_be_attached()
    assert violations(page) == []
    region.get_by_role("link", name="Solna: Never online").click()
    page.wait_for_url(f"**/dashboard?node=site:{people.solna}")
    expect(region.get_by_role("link", name="Lund: Never online")).to_have_count(0)


@pytest.fixture
def floor(people: People) -> int:
    floor_id = sites.create_floor(people.alice, people.solna, "P1")
    for name in ("00004079", "00004082"):
        stations.create_station(people.alice, NewStation(people.solna, name, name, floor_id))
    return floor_id


def test_stations_are_placed_on_an_uploaded_map_and_others_see_it(visit: Visit, people: People, floor: int) -> None:
    alice, bob = visit("alice"), visit("bob", PHONE)
    bob.goto(f"/configuration?node=floor:{floor}&tab=position")
    expect(bob.get_by_role("main")).to_contain_text("This floor has no map")
    alice.goto(f"/configuration?node=floor:{floor}")
    upload = alice.locator("input[type=file]")
    upload.set_input_files({"name": "plan.jpg", "mimeType": "image/jpeg", "buffer": b"x" * (jpeg.LARGEST + 1)})
    expect(alice.get_by_role("alert").filter(has_text="larger than 2 MB")).to_be_visible()
    upload.set_input_files({"name": "plan.png", "mimeType": "image/png", "buffer": b"\x89PNG\r\n\x1a\n"})
    expect(alice.get_by_role("alert").filter(has_text="is no JPG")).to_be_visible()
    alice.get_by_label("Name", exact=True).press("Tab")  # what was refused stays told
    expect(alice.get_by_role("alert").filter(has_text="is no JPG")).to_be_visible()
    upload.set_input_files({"name": "plan.jpg", "mimeType": "image/jpeg", "buffer": picture(size=(800, 500))})
    expect(alice.get_by_role("img", name="Map of floor P1")).to_be_visible()
    expect(alice.locator("#floor-map")).to_contain_text("800 × 500")
    assert violations(alice) == []
    alice.get_by_role("link", name="Charging station position").click()
    alice.get_by_role("button", name="Place 00004079").press("Enter")
    pin = alice.get_by_role("button", name="00004079, Never online")
    expect(pin).to_be_focused()
    expect(alice.get_by_label("X", exact=True)).to_have_value("50")
    for key, axis, value in (("ArrowRight", "X", "51"), ("Shift+ArrowDown", "Y", "55"), ("Shift+ArrowLeft", "X", "46")):
        alice.keyboard.press(key)
        expect(alice.get_by_label(axis, exact=True)).to_have_value(value)
    expect(alice.get_by_role("status")).to_have_text("1 station moved: 00004079")
    assert violations(alice) == []
    alice.get_by_label("X", exact=True).fill("250")
    alice.keyboard.press("Enter")
    expect(alice.get_by_role("alert").filter(has_text="numbers from 0 to 100")).to_be_visible()
    expect(alice.get_by_role("status")).to_have_text("1 station moved: 00004079")
    alice.get_by_label("X", exact=True).fill("46")
    alice.keyboard.press("Enter")
    expect(alice.get_by_role("status")).to_have_text("No changes to save")
    expect(alice.get_by_label("X", exact=True)).to_be_focused()
    expect(bob.get_by_role("button", name="00004079, Never online")).to_be_attached()
    first, second = floor_positions.of_floor(people.alice, floor)
    assert first.place == pytest.approx((0.46, 0.55), abs=0.01)
    online = "INSERT INTO station_state (station_id, connected, registered_at) VALUES ($id, TRUE, now())"
    people.alice.database.write([Sql(online, {"id": first.station_id})], [("station_state", first.station_id)])
    expect(bob.get_by_role("button", name="00004079, Available")).to_be_attached()
    bob.get_by_role("button", name="Place 00004082").tap()
    bob.get_by_role("button", name="Save").tap()
    expect(alice.get_by_role("button", name="00004082, Never online")).to_be_attached()
    assert bob.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert violations(bob) == []


def test_upload_map_is_one_button_and_stands_still_while_the_map_is_fetched(
    visit: Visit, people: People, floor: int, tmp_path: Path
) -> None:
    floor_maps.bring(people.alice, tmp_path, floor, "plan.jpg", picture(size=(800, 500)))
    page = visit("alice")
    held: list[Route] = []
    page.route("**/floor-map/**", lambda route: held.append(route))
    with page.expect_request("**/floor-map/**"):
        page.goto(f"/configuration?node=floor:{floor}")
    upload = page.get_by_label("Upload map").or_(page.get_by_role("button", name="Upload map"))
    expect(upload).to_have_count(1)
    expect(upload).to_have_role("button")
    place = upload.bounding_box()
    with page.expect_response("**/floor-map/**"):
        held[0].continue_()
    expect(page.get_by_role("img", name="Map of floor P1")).to_have_js_property("complete", True)
    assert upload.bounding_box() == place
    field = page.locator("#floor-map-zone input")
    # Chromium without a screen sometimes tells of no chooser, on any page: what opens one is asked for instead.
    field.evaluate(
        "field => field.addEventListener('click', (event) => { event.preventDefault(); field.dataset.isAsked = ''; })"
    )
    upload.press("Enter")
    expect(field).to_have_attribute("data-is-asked", "")
    field.set_input_files({"name": "plan.jpg", "mimeType": "image/jpeg", "buffer": picture(size=(400, 300))})
    expect(page.locator("#floor-map")).to_contain_text("400 × 300")
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Remove map").press("Enter")
    expect(page.locator("#floor-map")).to_contain_text("This floor has no map yet")
    expect(upload).to_be_focused()  # what was pressed is gone


def test_a_station_is_placed_by_a_press_before_its_plan_is_drawn(
    visit: Visit, people: People, floor: int, tmp_path: Path
) -> None:
    floor_maps.bring(people.alice, tmp_path, floor, "plan.jpg", picture(size=(800, 500)))
    page = visit("alice", path=f"/configuration?node=floor:{floor}")
    at_once = """() => new MutationObserver((_changes, observer) => {
        const button = document.querySelector('[data-plan="place"]');
        if (!button) return;
        observer.disconnect();
        button.click();
    }).observe(document.body, { childList: true, subtree: true })"""
    page.evaluate(at_once)
    page.get_by_role("link", name="Charging station position").click()
    expect(page.get_by_role("status")).to_have_text("1 station moved: 00004079")


def test_what_is_typed_as_a_place_stays_while_others_move_stations(
    visit: Visit, people: People, floor: int, tmp_path: Path
) -> None:
    typed, other = (one.station_id for one in floor_positions.of_floor(people.alice, floor))
    floor_positions.move(people.alice, floor, {typed: Move(None, (0.5, 0.5))})
    floor_maps.bring(people.alice, tmp_path, floor, "plan.jpg", picture(size=(800, 500)))
    page = visit("alice", path=f"/configuration?node=floor:{floor}&tab=position")
    page.get_by_role("button", name="00004079, Never online").click()
    x = page.get_by_label("X", exact=True)
    x.select_text()
    page.keyboard.type("4")
    floor_positions.move(people.bob, floor, {other: Move(None, (0.25, 0.25))})
    expect(page.get_by_role("button", name="Place 00004082")).to_have_count(0)
    expect(x).to_be_focused()
    page.keyboard.press("End")
    page.keyboard.type("2")
    page.keyboard.press("Enter")
    expect(page.locator("#messages")).to_contain_text("Your changes are saved")
    expect(x).to_have_value("42")
    assert floor_positions.of_floor(people.alice, floor)[0].place == (0.42, 0.5)


def test_a_drag_over_somebodys_move_asks_first(visit: Visit, people: People, floor: int, tmp_path: Path) -> None:
    station = floor_positions.of_floor(people.alice, floor)[0].station_id
    floor_positions.move(people.alice, floor, {station: Move(None, (0.5, 0.5))})
    floor_maps.bring(people.alice, tmp_path, floor, "plan.jpg", picture(size=(800, 500)))
    page = visit("alice", path=f"/configuration?node=floor:{floor}&tab=position")
    pin = page.get_by_role("button", name="00004079, Never online")
    pin.hover()
    box = page.locator(".cp-pin").bounding_box()
    assert box
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2 + 100, box["y"] + box["height"] / 2 - 60, steps=5)
    page.mouse.up()
    expect(page.get_by_role("status")).to_have_text("1 station moved: 00004079")
    expect(page.locator(".is-ghost")).to_have_count(1)
    better = floor_maps.bring(people.alice, tmp_path, floor, "scan.jpg", picture(size=(1600, 1000)))
    expect(page.locator(".leaflet-image-layer")).to_have_attribute("src", better.url)
    expect(page.locator(".is-ghost")).to_have_count(1)
    held: list[Route] = []
    page.route(
        lambda _url: not held, lambda route: held.append(route) if _has(route.request, SAVE) else route.continue_()
    )
    page.keyboard.press("Control+s")
    with page.expect_response(lambda answer: _has(answer.request, LIVE)):  # others' changes come before the answer
        floor_positions.move(people.bob, floor, {station: Move((0.5, 0.5), (0.25, 0.25))})
    held[0].continue_()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Bob Example moved 00004079")
    dialog.get_by_role("button", name="Overwrite").click()
    expect(page.get_by_role("status")).to_have_text("No changes to save")
    (x, y), *_rest = (one.place for one in floor_positions.of_floor(people.alice, floor) if one.place)
    assert x > 0.5
    assert y < 0.5


def _has(asked: Request, prop: str) -> bool:
    """Tell whether a page asked because of a property."""
    return f'"changedPropIds":["{prop}"]' in (asked.post_data or "")
