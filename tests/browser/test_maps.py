"""Maps in a browser: a position set by click, keys and fields without internet; the sites on the Dashboard."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from data import addresses, edits
from data.database import Sql
from tests.browser.conftest import PHONE, violations
from tests.conftest import People

Visit = Callable[..., Page]


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
    latitude.fill("95")
    latitude.press("Tab")
    expect(page.locator(".cp-form")).to_contain_text("latitude from -90 to 90")
    latitude.fill("59.3598")
    page.get_by_label("Longitude").fill("18.0066")
    page.get_by_label("Longitude").press("Enter")
    expect(page.locator("#messages")).to_contain_text("Your changes are saved")
    assert addresses.of_site(people.bob, people.solna) == (59.3598, 18.0066)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert violations(page) == []


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
