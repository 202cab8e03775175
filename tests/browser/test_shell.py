"""The shell in a browser: Navigator, menus, live colours, themes, keyboard, phones."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from data import edits, sites, stations
from data.database import Sql
from data.stations import NewOutlet, NewStation
from data.topology import SITE
from tests.browser.conftest import DESKTOP, PHONE, staying, violations
from tests.conftest import PASSWORD, People

Visit = Callable[..., Page]
OUTLETS = (NewOutlet(1), NewOutlet(2))


@pytest.fixture(autouse=True)
def station(people: People) -> int:
    """A station that has reported in, on a floor of Solna, and one of Lund that never has."""
    floor = sites.create_floor(people.alice, people.solna, "P1")
    new = [
        NewStation(people.solna, "CB-4079", "00004079", floor_id=floor, outlets=OUTLETS),
        NewStation(people.lund, "CB-4101", "00004101", outlets=OUTLETS),
    ]
    station, _ = stations.create_stations(people.alice, new)
    insert = "INSERT INTO station_state (station_id, connected, registered_at) VALUES ($id, TRUE, now())"
    people.alice.database.write([Sql(insert, {"id": station})])
    return station


def node(page: Page, name: str) -> Locator:
    return page.get_by_role("treeitem", name=re.compile(f"^{name}"))


def test_keyboard_finds_a_node_and_chooses_it_for_every_page(visit: Visit, station: int) -> None:
    page = visit("alice")
    expect(node(page, "Solna")).to_be_visible()
    page.keyboard.press("/")
    expect(page.get_by_label("Find node")).to_be_focused()
    page.keyboard.type("4079")
    expect(node(page, "00004079")).to_be_visible()
    expect(node(page, "Lund")).to_have_count(0)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/dashboard?node=station:{station}")
    expect(page.get_by_role("navigation", name="Selected node")).to_contain_text("SolnaP100004079")
    page.get_by_role("navigation", name="Main menu").get_by_role("link", name="Statistics").click()
    page.wait_for_url(f"**/statistics?node=station:{station}")
    page.go_back()
    page.wait_for_url(f"**/dashboard?node=station:{station}")
    page.get_by_role("navigation", name="Selected node").get_by_role("link", name="Solna").click()
    expect(node(page, "Solna")).to_have_attribute("aria-selected", "true")


def test_click_chooses_a_node_and_the_arrow_before_it_opens_it(visit: Visit, people: People) -> None:
    page = visit("alice")
    node(page, "Solna").locator(".cp-caret").click()
    expect(node(page, "P1")).to_be_visible()
    node(page, "Solna").click()
    page.wait_for_url(f"**/dashboard?node=site:{people.solna}")
    expect(node(page, "Solna")).to_have_attribute("aria-selected", "true")


def test_arrows_open_close_and_move(visit: Visit) -> None:
    page = visit("alice")
    node(page, "Solna").wait_for()
    page.get_by_role("tree").focus()
    for key, cursor in [
        ("Home", "Charge Portal"),
        ("ArrowDown", "Lund"),
        ("s", "Solna"),
        ("ArrowRight", "Solna"),
        ("ArrowRight", "P1"),
        ("ArrowLeft", "Solna"),
        ("ArrowLeft", "Solna"),
    ]:
        page.keyboard.press(key)
        now = page.get_by_role("tree").get_attribute("aria-activedescendant")
        assert cursor in (page.locator(f"[id='{now}']").text_content() or ""), f"after {key}"
    expect(node(page, "Solna")).to_have_attribute("aria-expanded", "false")


def test_state_change_reaches_the_open_page(visit: Visit, station: int, people: People) -> None:
    page = visit("alice", path=f"/configuration?node=station:{station}")
    expect(node(page, "Solna, 1 Fault")).to_have_count(0)
    expect(page.locator(".cp-head .cp-pill")).to_have_text("Available")
    insert = """INSERT INTO outlet_state (station_id, connector_id, status, status_at, logged_at)
                VALUES ($id, 1, 'Faulted', now(), now())"""
    people.alice.database.write([Sql(insert, {"id": station})], changed=[("outlet_state", station)])
    expect(node(page, "Solna, 1 Fault")).to_be_visible()
    expect(page.get_by_role("button", name="1 Fault")).to_be_visible()
    expect(page.locator(".cp-head .cp-pill")).to_have_text("Fault")


def test_new_node_appears_in_the_open_navigator(visit: Visit, people: People) -> None:
    page = visit("alice")
    node(page, "Solna").wait_for()
    sites.create_site(people.alice, "Uppsala")
    expect(node(page, "Uppsala")).to_be_visible()


def test_facet_shows_only_outlets_in_that_state(visit: Visit) -> None:
    page = visit("alice")
    node(page, "Solna").wait_for()
    page.get_by_role("button", name="2 Never online").click()
    expect(node(page, "00004101")).to_be_visible()
    expect(node(page, "Solna")).to_have_count(0)


def test_site_administrator_sees_own_sites_only(visit: Visit) -> None:
    page = visit("bob")
    expect(node(page, "Solna")).to_be_visible()
    expect(node(page, "Lund")).to_have_count(0)


def test_user_box_says_who_and_logs_out(visit: Visit, complaints: list[str]) -> None:
    page = visit("sam")
    page.get_by_role("button", name="Sam Example, Support user").click()
    page.get_by_role("button", name="Log out").click()
    page.wait_for_url("**/login")
    complaints[:] = [one for one in complaints if "401" not in one]  # what the page asked just before it left


def test_theme_is_chosen_and_stays(visit: Visit) -> None:
    page = visit("alice", scheme="dark")
    html = page.locator("html")
    expect(html).to_have_attribute("data-bs-theme", "dark")
    page.get_by_role("button", name="Theme").first.click()
    page.get_by_role("button", name="Light").click()
    page.reload()
    expect(html).to_have_attribute("data-bs-theme", "light")


def test_navigator_of_a_phone_is_a_drawer(visit: Visit) -> None:
    page = visit("alice", PHONE)
    expect(page.get_by_role("tree")).to_be_hidden()
    page.get_by_role("button", name="Open Navigator").click()
    node(page, "Solna").click()
    page.wait_for_url(re.compile(r"/dashboard\?node=site:\d+$"))
    expect(page.get_by_role("tree")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


def test_ev_user_has_no_navigator(visit: Visit) -> None:
    page = visit("dana", PHONE)
    expect(page.get_by_role("button", name="Open Navigator")).to_have_count(0)
    expect(page.get_by_role("tree")).to_have_count(0)


def test_page_that_is_open_when_the_session_ends_goes_to_log_in(visit: Visit, complaints: list[str]) -> None:
    page = visit("alice")
    page.context.clear_cookies(name="session")
    page.wait_for_url(re.compile(r"/login\?next="))
    complaints.clear()  # the browser complains of the 401


def test_what_is_typed_when_the_session_ends_stays_and_is_saved_after_a_log_in_elsewhere(
    visit: Visit, people: People, complaints: list[str]
) -> None:
    page = visit("alice")
    page.goto(f"/configuration?node=site:{people.solna}")
    description, banner = page.get_by_label("Description"), page.get_by_text("You are logged out.")
    description.fill("By the square")
    page.context.clear_cookies(name="session")
    expect(banner).to_be_visible()
    expect(page.locator("#banner")).to_be_hidden()
    with page.expect_popup() as opened:
        page.get_by_role("link", name="Log in").click()
    other = opened.value
    other.get_by_label("Email").fill("alice@portal.example")
    other.get_by_label("Password", exact=True).fill(PASSWORD)
    other.get_by_role("button", name="Log in").click()
    expect(banner).to_be_hidden()
    description.press("Control+s")
    expect(page.locator("#messages")).to_contain_text("Your changes are saved")
    assert edits.read(people.alice, SITE, people.solna)["description"] == "By the square"
    complaints.clear()  # the browser complains of the 401


def test_who_stays_with_what_is_unsaved_instead_of_logging_out_can_save_it(visit: Visit, people: People) -> None:
    page = visit("alice")
    page.goto(f"/configuration?node=site:{people.solna}")
    page.get_by_label("Description").fill("By the square")
    page.get_by_role("button", name="Alice Example, Administrator").click()
    asked = staying(page)
    page.get_by_role("button", name="Log out").click()
    assert asked == ["Your changes are not saved. Leave the page?"]
    page.get_by_label("Description").press("Control+s")
    expect(page.locator("#messages")).to_contain_text("Your changes are saved")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_shell_has_no_accessibility_violations(visit: Visit, viewport: dict[str, int], scheme: str) -> None:
    page = visit("alice", viewport, scheme)
    page.locator("[role=treeitem]").first.wait_for(state="attached")
    assert violations(page) == []
