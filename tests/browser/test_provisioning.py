"""User provisioning in a browser: by keyboard alone, errors at the field, deleting, two browsers, on a phone."""

from collections.abc import Callable
from dataclasses import replace

from playwright.sync_api import Page, Route, expect

from data import log_in, user_changes, user_details
from tests.browser.conftest import PHONE, staying, violations
from tests.conftest import PASSWORD, People

Visit = Callable[..., Page]


def test_a_user_is_added_by_keyboard_alone_and_what_is_wrong_stands_at_its_field(visit: Visit, people: People) -> None:
    page = visit("alice", path="/provisioning")
    expect(page.locator("#users-foot")).to_contain_text("5 of 5 users")
    assert violations(page) == []
    page.get_by_role("button", name="Add user").press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("First name")).to_be_focused()
    page.keyboard.type("Eva")
    page.keyboard.press("Tab")
    page.keyboard.type("Ek")
    page.keyboard.press("Tab")
    page.keyboard.type("dana@portal.example")
    page.keyboard.press("Tab")
    expect(dialog).to_contain_text("Another user has this email.")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    email = dialog.get_by_label("Email", exact=True)
    expect(email).to_be_focused()
    expect(email).to_have_attribute("aria-invalid", "true")
    expect(dialog.get_by_label("Last name")).to_have_value("Ek")
    assert violations(page) == []
    email.fill("eva@portal.example")
    dialog.get_by_label("RFID", exact=False).first.fill("C4B3A204")
    page.keyboard.press("Enter")
    expect(dialog).to_contain_text("dana@portal.example has this RFID already")
    dialog.get_by_label("RFID", exact=False).first.fill("77 705 923")
    dialog.get_by_role("button", name="Add RFID").press("Enter")
    expect(dialog.get_by_label("RFID 2")).to_be_focused()
    page.keyboard.type("04FFEEDD")
    page.keyboard.press("Enter")
    expect(dialog).to_have_count(0)
    expect(page.get_by_role("button", name="Add user")).to_be_focused()
    expect(page.locator("#users")).to_contain_text("04FFEEDD, 77705923")
    assert log_in.authenticate(people.alice.database, "eva@portal.example", PASSWORD, "192.0.2.1")


def test_what_was_wrong_a_while_ago_is_not_said_when_its_answer_comes_last(visit: Visit) -> None:
    page = visit("alice", path="/provisioning")
    page.get_by_role("button", name="Add user").press("Enter")
    email = page.get_by_role("dialog").get_by_label("Email", exact=True)
    fault = page.get_by_role("dialog").get_by_text("Another user has this email.")
    held: list[Route] = []

    def hold_the_first(route: Route) -> None:
        if "new@portal.example" in (route.request.post_data or "") and not held:
            held.append(route)
        else:
            route.continue_()

    page.route("**/_dash-update-component*", hold_the_first)
    email.fill("new@portal.example")
    with page.expect_response(lambda answer: "dana@portal.example" in (answer.request.post_data or "")):
        email.press("Tab")
        email.fill("dana@portal.example")
        email.press("Tab")
    with page.expect_response(lambda answer: "new@portal.example" in (answer.request.post_data or "")):
        held[0].continue_()
    expect(page.locator("._dash-loading-callback")).to_have_count(0)  # everything that came is shown
    assert fault.is_visible()


def test_editing_warns_of_what_is_unsaved_and_others_see_a_change_and_a_deletion_at_once(
    visit: Visit, people: People
) -> None:
    page, other = visit("alice", path="/provisioning"), visit("alice", PHONE, path="/provisioning")
    page.get_by_label("Find name, email or RFID").fill("dana")
    expect(page.locator("#users-foot")).to_contain_text("1 of 5 users")
    row = page.locator("#users .ag-cell[col-id=name]").get_by_text("Dana Example")
    row.click()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Edit Dana Example")
    first_name = dialog.get_by_label("First name")
    first_name.fill("Diana")
    asked = staying(page)
    page.keyboard.press("Escape")
    expect(first_name).to_have_value("Diana")
    assert asked == ["Your changes are not saved. Leave the form?"]
    asked = staying(page)
    page.evaluate("history.back()")
    expect(first_name).to_have_value("Diana")
    expect(dialog).to_be_visible()
    assert asked == [""]  # the browser's own question has no text
    seen = user_details.read(people.alice, people.dana.user_id).details
    user_changes.save(people.alice, people.dana.user_id, seen, replace(seen, first_name="Dagmar"))
    first_name.press("Enter")
    expect(dialog).to_contain_text("Alice Example changed First name from “Dana” to “Dagmar”")
    dialog.get_by_role("button", name="Discard mine").click()
    expect(first_name).to_have_value("Dagmar")
    page.keyboard.press("Escape")  # nothing is unsaved any more
    expect(dialog).to_have_count(0)
    page.locator("#users .ag-cell[col-id=name]").get_by_text("Dagmar Example").click()
    page.keyboard.press("Enter")
    first_name.fill("Diana")
    first_name.press("Enter")
    expect(dialog).to_have_count(0)
    page.get_by_label("Find name, email or RFID").fill("")
    expect(page.locator("#users")).to_contain_text("Diana Example")
    expect(other.locator("#users")).to_contain_text("Diana Example")
    row = page.locator("#users .ag-cell[col-id=name]").get_by_text("Diana Example")
    row.click()
    page.keyboard.press("Delete")
    expect(dialog).to_contain_text("Delete Diana Example?")
    expect(dialog.get_by_role("button", name="Cancel")).to_be_focused()
    assert violations(page) == []
    dialog.get_by_role("button", name="Delete user").press("Enter")
    expect(page.locator("#users-foot")).to_contain_text("4 of 4 users")
    expect(other.locator("#users-foot")).to_contain_text("4 of 4 users")
    page.get_by_role("button", name="Site administrator 2").click()
    expect(page.locator("#users-foot")).to_contain_text("2 of 4 users")


def test_on_a_phone_a_site_administrator_is_added_with_two_sites(visit: Visit, people: People) -> None:
    page = visit("alice", PHONE, scheme="dark", path="/provisioning")
    page.get_by_role("button", name="Add user").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("Site administrator", exact=True).click()
    expect(dialog.get_by_role("group", name="Site", exact=True)).to_be_visible()
    expect(dialog.get_by_label("RFID", exact=False).first).to_be_hidden()
    dialog.get_by_label("First name").fill("Eva")
    dialog.get_by_label("Email", exact=True).fill("eva@portal.example")
    dialog.get_by_label("Password", exact=True).fill(PASSWORD)
    dialog.get_by_role("button", name="Add site administrator").click()
    expect(dialog).to_contain_text("Choose at least one site.")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert violations(page) == []
    dialog.get_by_label("Solna").check()
    dialog.get_by_label("Lund").check()
    dialog.get_by_label("Email at alarm").check()
    dialog.get_by_role("button", name="Add site administrator").click()
    expect(dialog).to_have_count(0)
    expect(page.locator("#users")).to_contain_text("Eva")
    page.get_by_role("button", name="EV user 1").click()
    expect(page.locator("#users-foot")).to_contain_text("1 of 6 users")
    page.locator("#users .ag-cell[col-id=name]").get_by_text("Dana Example").click(button="right")
    expect(page.get_by_role("menuitem", name="Edit")).to_be_visible()
