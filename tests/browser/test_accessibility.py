"""No page breaks a rule of WCAG 2.2 AA, in either theme, on a desk and on a phone with its drawer open."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import DESKTOP, PHONE, violations

Visit = Callable[..., Page]
SCHEMES = pytest.mark.parametrize("scheme", ["light", "dark"])


@SCHEMES
def test_the_log_in_page_and_its_refusal(portal: str, browser: Browser, scheme: str) -> None:
    page = browser.new_page(viewport=DESKTOP, color_scheme=scheme)
    page.goto(f"{portal}/login")
    assert violations(page) == []
    page.get_by_label("Email").fill("nobody@portal.example")
    page.get_by_label("Password", exact=True).fill("wrong-2026")
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("alert").wait_for()
    assert violations(page) == []
    page.close()


@SCHEMES
@pytest.mark.parametrize("path", ["/dashboard", "/statistics", "/nowhere"])
def test_the_pages_of_an_ev_user_and_a_page_that_is_not_there(
    visit: Visit, complaints: list[str], path: str, scheme: str
) -> None:
    page = visit("dana", scheme=scheme)
    page.goto(path)
    page.get_by_role("heading", level=1).wait_for()
    assert violations(page) == []
    complaints.clear()  # the browser complains of the 404


@SCHEMES
def test_the_drawer_of_a_phone(visit: Visit, scheme: str) -> None:
    page = visit("alice", PHONE, scheme)
    page.get_by_role("button", name="Open Navigator").click()
    page.get_by_role("treeitem").first.wait_for()
    assert violations(page) == []


@SCHEMES
def test_the_list_of_keys_and_the_user_menu(visit: Visit, scheme: str) -> None:
    page = visit("alice", scheme=scheme)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    assert violations(page) == []
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Alice Example, Administrator").click()
    assert violations(page) == []
