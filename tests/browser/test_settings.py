"""User settings in a browser: one form, one Save, nothing lost."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from data import log_in
from tests.browser.conftest import DESKTOP, PHONE, staying, violations
from tests.conftest import PASSWORD, People

Visit = Callable[..., Page]
NEW_PASSWORD = "another horse 2"


def settings(visit: Visit, name: str = "alice", viewport: dict[str, int] = DESKTOP, scheme: str = "light") -> Page:
    page = visit(name, viewport, scheme, "/settings")
    page.get_by_label("Email", exact=True).wait_for()
    return page


def save(page: Page) -> None:
    page.get_by_role("button", name="Save").click()


def saved(page: Page) -> None:
    expect(page.locator("#messages")).to_contain_text("Your settings are saved")
    expect(page.get_by_role("status")).to_contain_text("No changes to save")


def test_email_and_password_are_changed_and_this_session_goes_on(visit: Visit, people: People) -> None:
    page = settings(visit)
    page.get_by_label("Email", exact=True).fill("anna@portal.example")
    page.get_by_label("Current password").fill(PASSWORD)
    page.get_by_label("New password", exact=True).fill(NEW_PASSWORD)
    page.get_by_label("New password again").fill(NEW_PASSWORD)
    save(page)
    saved(page)
    expect(page.get_by_label("Current password")).to_have_value("")
    page.reload()
    expect(page.get_by_label("Email", exact=True)).to_have_value("anna@portal.example")
    assert log_in.authenticate(people.alice.database, "anna@portal.example", NEW_PASSWORD, "192.0.2.1")


def test_field_is_checked_when_it_is_left_and_keeps_what_was_typed(visit: Visit, people: People) -> None:
    page = settings(visit)
    email = page.get_by_label("Email", exact=True)
    email.fill("anna")
    email.press("Tab")
    expect(page.get_by_text("Enter an email address")).to_be_visible()
    expect(page.get_by_role("status")).to_have_text("Correct to save: Email")
    save(page)
    expect(email).to_have_value("anna")
    page.get_by_role("button", name="Discard").click()
    expect(email).to_have_value("alice@portal.example")
    expect(page.get_by_text("Enter an email address")).to_have_count(0)


def test_save_bar_names_what_changed_and_leaving_asks(visit: Visit, people: People) -> None:
    page = settings(visit)
    page.get_by_label("Last name").fill("Ek")
    page.get_by_label("Last name").press("Tab")
    expect(page.get_by_role("status")).to_have_text("Changed: Last name")
    asked = staying(page)
    page.get_by_role("link", name="Dashboard").click()
    assert asked == ["Your changes are not saved. Leave the page?"]
    expect(page.get_by_label("Last name")).to_have_value("Ek")
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("link", name="Dashboard").click()
    page.wait_for_url("**/dashboard")


def test_windows_change_places_and_stand_so_on_the_dashboard(visit: Visit, people: People) -> None:
    page = settings(visit)
    page.get_by_label("Window 1", exact=True).select_option("Active alarms")
    expect(page.get_by_label("Window 3", exact=True)).to_have_value("station_status")
    expect(page.get_by_role("status")).to_have_text("Changed: Dashboard windows")
    save(page)
    saved(page)
    page.get_by_role("link", name="Dashboard").click()
    regions = page.locator(".cp-windows > section h2")
    expect(regions.nth(0)).to_contain_text("Active alarms")
    expect(regions.nth(2)).to_contain_text("Station status")


def test_a_window_moves_by_its_grip_with_keys_and_with_the_pointer(visit: Visit, people: People) -> None:
    page = settings(visit)
    page.get_by_role("button", name="Move window 1").press("ArrowRight")
    expect(page.get_by_label("Window 2", exact=True)).to_have_value("station_status")
    expect(page.get_by_role("button", name="Move window 2")).to_be_focused()
    start = page.get_by_role("button", name="Move window 2").bounding_box()
    end = page.locator('[data-place="3"]').bounding_box()
    assert start
    assert end
    page.mouse.move(start["x"] + 5, start["y"] + 5)
    page.mouse.down()
    page.mouse.move(end["x"] + 40, end["y"] + 40, steps=4)
    page.mouse.up()
    expect(page.get_by_label("Window 3", exact=True)).to_have_value("station_status")
    expect(page.get_by_label("Window 2", exact=True)).to_have_value("active_alarms")
    expect(page.get_by_role("status")).to_have_text("Changed: Dashboard windows")


def test_theme_is_the_users_in_every_browser(visit: Visit, people: People) -> None:
    page = settings(visit)
    page.locator("#settings").get_by_text("Dark").click()
    save(page)
    saved(page)
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    expect(visit("alice").locator("html")).to_have_attribute("data-bs-theme", "dark")
    expect(visit("bob").locator("html")).to_have_attribute("data-bs-theme", "light")


def test_chosen_language_is_on_the_page_at_once(visit: Visit, people: People) -> None:
    page = settings(visit)
    page.locator("#settings").get_by_text("Svenska").click()
    expect(page.get_by_role("status")).to_have_text("Changed: Language")
    save(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Användarinställningar")
    expect(page.locator("html")).to_have_attribute("lang", "sv")
    expect(page).to_have_title("Användarinställningar")
    page.get_by_role("link", name="Statistik").click()
    page.locator(".ag-header-cell").first.wait_for()
    expect(page.get_by_text("Inga rader")).to_be_visible()
    page.get_by_role("link", name="Larm").click()
    page.get_by_role("link", name="Händelselogg").click()
    expect(page.get_by_text("alice@portal.example ändrade eget: Språk.")).to_be_visible()


def test_time_zone_of_the_browser_is_suggested_until_it_is_chosen(visit: Visit, people: People) -> None:
    page = settings(visit)
    zone = page.evaluate("Intl.DateTimeFormat().resolvedOptions().timeZone")
    suggestion = page.get_by_role("button", name=f"This browser: {zone}")
    suggestion.click()
    expect(page.get_by_label("Time zone")).to_have_value(zone)
    expect(suggestion).to_have_count(0)
    expect(page.get_by_role("status")).to_have_text("Changed: Time zone")


def test_ev_user_has_settings_without_email_at_alarm(visit: Visit, people: People) -> None:
    page = settings(visit, "dana", PHONE)
    expect(page.get_by_label("Email at alarm")).to_have_count(0)
    page.get_by_label("First name").fill("Daniela")
    page.keyboard.press("Control+s")
    saved(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_settings_have_no_accessibility_violations(
    visit: Visit, people: People, viewport: dict[str, int], scheme: str
) -> None:
    page = settings(visit, "alice", viewport, scheme)
    page.get_by_label("Email", exact=True).fill("anna")
    save(page)
    page.get_by_text("Enter an email address").wait_for()
    assert violations(page) == []
