"""The News panel in a browser: text as text, a dot while unread, and what administrators do with it."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from data import news
from tests.browser.conftest import PHONE, violations
from tests.conftest import People

Visit = Callable[..., Page]


def entry(page: Page) -> Locator:
    return page.get_by_role("navigation", name="Main menu").first.get_by_role("button", name="News")


def test_news_are_text_and_unread_until_the_panel_was_opened(visit: Visit, people: People) -> None:
    news.write(people.alice, "<img src=x onerror=alert(1)>", "Line one\n<b>line two</b>")
    page = visit("bob")
    expect(entry(page)).to_contain_text("1 unread")
    entry(page).click()
    panel = page.get_by_role("dialog", name="Charge Portal news")
    item = panel.get_by_role("article", name="<img src=x onerror=alert(1)>")
    expect(item).to_contain_text("<b>line two</b>")
    expect(item.get_by_text("New", exact=True)).to_be_visible()
    expect(entry(page)).not_to_contain_text("unread")
    expect(page.get_by_role("heading", level=1, include_hidden=True)).to_have_text("Dashboard")
    page.keyboard.press("Escape")
    expect(panel).to_have_count(0)
    expect(entry(page)).to_be_focused()
    news.write(people.alice, "Maintenance", "Tonight")
    expect(entry(page)).to_contain_text("1 unread")
    entry(page).click()
    page.get_by_role("link", name="Statistics", include_hidden=True).first.click()
    page.wait_for_url("**/statistics")
    expect(panel).to_have_count(0)


def test_administrator_writes_edits_and_deletes_news(visit: Visit, people: People) -> None:
    page = visit("alice")
    entry(page).click()
    page.get_by_role("button", name="Write news").click()
    dialog = page.locator(".modal.show")
    dialog.get_by_label("Title").fill("Maintenance")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_contain_text("Write something here.")
    expect(dialog.get_by_label("Title")).to_have_value("Maintenance")
    dialog.get_by_label("Text").fill("Tonight")
    dialog.get_by_role("button", name="Save").click()
    item = page.get_by_role("article", name="Maintenance")
    expect(item).to_contain_text("Tonight")
    item.get_by_role("button", name="Edit").click()
    expect(dialog.get_by_label("Text")).to_have_value("Tonight")
    dialog.get_by_label("Text").fill("Tomorrow")
    dialog.get_by_role("button", name="Save").click()
    expect(item).to_contain_text("Tomorrow")
    item.get_by_role("button", name="Delete").click()
    expect(dialog).to_contain_text("“Maintenance” disappears for every user.")
    dialog.get_by_role("button", name="Delete item").click()
    expect(item).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_driver_reads_on_a_phone_what_is_accessible(visit: Visit, people: People, scheme: str) -> None:
    news.write(people.alice, "Maintenance", "Tonight")
    page = visit("dana", PHONE, scheme)
    expect(page.get_by_role("heading", name="Charging now")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="Dana Example").click()
    page.get_by_role("button", name="News").click()
    expect(page.get_by_role("article", name="Maintenance")).to_be_visible()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
