"""Configuration in a browser: by keyboard alone, two people at one form, nothing lost, on a phone."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from data import connection_days, edits, services, stations, unknown_callers
from data.connection_days import Day
from data.database import Sql
from data.duckdb_engine import DuckDB
from data.stations import NewOutlet, NewStation
from data.topology import SITE
from tests.browser.conftest import DESKTOP, PHONE, staying, violations
from tests.conftest import People

Visit = Callable[..., Page]


def site(visit: Visit, people: People, name: str, viewport: dict[str, int] = DESKTOP) -> Page:
    page = visit(name, viewport)
    page.goto(f"/configuration?node=site:{people.solna}")
    page.get_by_label("Name", exact=True).wait_for()
    return page


def test_a_site_is_changed_by_keyboard_and_leaving_unsaved_asks(visit: Visit, people: People) -> None:
    page = site(visit, people, "alice")
    name = page.get_by_label("Name", exact=True)
    name.fill("")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text("Correct to save: Name")
    expect(name).to_have_attribute("aria-invalid", "true")
    page.get_by_role("button", name="Save").press("Enter")
    expect(name).to_be_focused()
    page.keyboard.type("Solna C ")
    page.keyboard.press("Control+s")
    expect(page.locator("#messages")).to_contain_text("Your changes are saved")
    expect(name).to_have_value("Solna C")
    expect(name).to_be_focused()
    expect(page.get_by_role("status")).to_have_text("No changes to save")
    expect(page.locator("#navigator")).to_contain_text("Solna C")
    page.get_by_label("Description").fill("Garage")
    asked = staying(page)
    page.locator("#navigator").get_by_text("Lund").click()
    expect(page.get_by_label("Description")).to_have_value("Garage")
    assert asked == ["Your changes are not saved. Leave the page?"]
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_label("Description").press("Escape")
    expect(page.get_by_label("Description")).to_have_value("")
    assert violations(page) == []


def is_covered(page: Page, part: Locator) -> bool:
    """Tell whether the save bar stands over a part of the page."""
    (own, bar) = (one.bounding_box() for one in (part, page.locator(".cp-savebar")))
    assert own
    assert bar
    return own["y"] + own["height"] > bar["y"]


def test_the_field_in_focus_and_what_is_wrong_with_it_is_never_under_the_save_bar(visit: Visit, people: People) -> None:
    page = visit("alice", {"width": 390, "height": 700})
    page.goto(f"/configuration?node=site:{people.solna}&tab=address")
    page.get_by_label("Street").focus()
    for label in ("Postal code", "City", "Country", "Latitude", "Longitude"):
        page.keyboard.press("Tab")
        expect(page.get_by_label(label)).to_be_focused()
        assert not is_covered(page, page.get_by_label(label)), label
    page.locator(".cp-content").evaluate("content => content.scrollTop = 0")
    page.get_by_label("Latitude").focus()
    page.keyboard.type("200")
    page.keyboard.press("Enter")
    fault = page.get_by_text("Latitude must be a number")
    expect(fault).to_be_visible()
    page.wait_for_function("() => document.querySelector('.cp-savebar.is-dirty')")
    assert not is_covered(page, fault)


@pytest.mark.parametrize("viewport", [{"width": 1440, "height": 700}, PHONE])
def test_a_message_does_not_cover_the_button_that_saves(visit: Visit, viewport: dict[str, int]) -> None:
    page = visit("alice", viewport, path="/configuration")
    page.get_by_label("Description").fill("Of the city")
    page.keyboard.press("Control+s")
    expect(page.locator("#messages .toast")).to_be_visible()
    message, save = (page.locator(part).bounding_box() for part in ("#messages .toast", "#system-general-save"))
    assert message
    assert save
    assert message["y"] + message["height"] <= save["y"] or save["y"] + save["height"] <= message["y"]


def test_two_people_do_not_overwrite_each_other_silently(visit: Visit, people: People) -> None:
    alice, bob = site(visit, people, "alice"), site(visit, people, "bob", PHONE)
    alice.get_by_label("Name", exact=True).fill("Alice's")
    alice.get_by_label("Name", exact=True).press("Tab")
    expect(alice.get_by_role("status")).to_have_text("Changed: Name")
    bob.get_by_label("Name", exact=True).fill("Bob's")
    bob.get_by_label("Identification").fill("S-1")
    bob.get_by_role("button", name="Save").click()
    expect(bob.locator("#messages")).to_contain_text("Your changes are saved")
    assert bob.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    expect(alice.get_by_label("Identification")).to_have_value("S-1")
    expect(alice.locator(".cp-form")).to_contain_text("Bob Example changed Name from “Solna” to “Bob's”")
    expect(alice.get_by_label("Name", exact=True)).to_have_value("Alice's")
    alice.keyboard.press("Control+s")
    dialog = alice.get_by_role("dialog")
    expect(dialog).to_contain_text("You entered “Alice's”")
    expect(dialog.get_by_role("button", name="Look")).to_be_focused()
    dialog.get_by_role("button", name="Overwrite").click()
    expect(dialog).to_have_count(0)
    expect(bob.get_by_label("Name", exact=True)).to_have_value("Alice's")
    assert edits.read(people.alice, SITE, people.solna)["name"] == "Alice's"


def test_what_is_being_typed_stays_while_somebody_saves_the_same_field(visit: Visit, people: People) -> None:
    page = site(visit, people, "alice")
    name = page.get_by_label("Name", exact=True)
    name.focus()
    page.keyboard.press("End")
    page.keyboard.type(" Centre")
    edits.save(people.bob, SITE, people.solna, {"name": "Solna"}, {"name": "Solna N"})
    expect(page.locator(".cp-form")).to_contain_text("Bob Example changed Name from “Solna” to “Solna N”")
    page.keyboard.type(" 2")
    expect(name).to_have_value("Solna Centre 2")
    page.keyboard.press("Tab")
    expect(page.get_by_role("status")).to_have_text("Changed: Name")


def test_a_name_that_is_taken_is_told_when_its_field_is_left_and_stays_told(visit: Visit, people: People) -> None:
    page = site(visit, people, "alice")
    page.get_by_label("Name", exact=True).fill("Lund")
    page.keyboard.press("Tab")
    expect(page.get_by_text("Lund is taken. Choose another.")).to_be_visible()
    page.get_by_role("button", name="Save").click()
    edits.save(people.bob, SITE, people.solna, {"identification": ""}, {"identification": "S-1"})
    expect(page.get_by_label("Identification")).to_have_value("S-1")
    expect(page.get_by_text("Lund is taken. Choose another.")).to_be_visible()
    expect(page.get_by_role("status")).to_have_text("Correct to save: Name")


def test_topology_is_built_and_taken_down_by_keyboard_and_right_click(visit: Visit, people: People) -> None:
    people.alice.database.write(unknown_callers.noted("00004711", "192.0.2.9", "OCPP 1.6", datetime.now(UTC), 3))
    page = visit("alice")
    page.goto("/configuration?tab=topology")
    table = page.locator("#topology-rows")
    table.get_by_role("button", name="Solna").press("Enter")
    expect(page.locator("#topology-panel h2")).to_have_text("Create in Solna")
    page.get_by_label("Floor", exact=True).check()
    expect(page.get_by_label("ChargeboxId")).to_be_hidden()
    page.get_by_label("Name", exact=True).fill("P1")
    page.keyboard.press("Enter")
    expect(page.locator("#topology-panel h2")).to_have_text("Create in P1")
    expect(page.locator("#navigator")).to_contain_text("Solna")
    page.get_by_role("button", name="Take in 00004711").click()
    expect(table).to_contain_text("00004711")
    expect(page.locator("#topology-callers")).to_be_hidden()
    floor = table.get_by_role("button", name="P1")
    floor.click()
    expect(page.locator("#topology-panel")).to_contain_text("P1 cannot be removed while it has 1 sub-node: 00004711.")
    expect(page.get_by_role("button", name="Remove", exact=True)).to_be_disabled()
    assert violations(page) == []
    table.get_by_role("button", name="00004711").click(button="right")
    expect(page.get_by_role("menu", name="Node menu")).to_be_visible()
    expect(page.locator("#topology-remove")).to_be_enabled()
    page.get_by_role("menuitem", name="Remove").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove node").click()
    expect(table).not_to_contain_text("00004711")
    expect(floor).to_be_focused()  # the parent of what is gone
    floor.press("F2")
    expect(page.locator("#topology-panel h2")).to_have_text("Rename P1")
    name = page.get_by_label("Name", exact=True)
    expect(name).to_be_focused()
    name.fill("P2")
    page.once("dialog", lambda dialog: dialog.accept())
    page.keyboard.press("Escape")
    expect(floor).to_be_focused()
    expect(name).to_have_value("P1")


def test_a_node_is_created_moved_and_removed_on_a_phone(visit: Visit, people: People) -> None:
    page = visit("alice", PHONE, path="/configuration?tab=topology")
    table, panel = page.locator("#topology-rows"), page.locator("#topology-panel")
    table.get_by_role("button", name="Solna").tap()
    expect(panel.get_by_role("heading")).to_have_text("Create in Solna")
    kind = panel.get_by_text("Grid controller", exact=True)
    box = kind.bounding_box()
    assert box
    assert box["height"] >= 44
    kind.tap()
    panel.get_by_label("Name", exact=True).fill("GC 1")
    panel.get_by_label("ChargeboxId").fill("GC-1")
    panel.get_by_role("button", name="Create").tap()
    table.get_by_role("button", name="GC 1").tap()
    page.get_by_role("button", name="Move", exact=True).first.tap()
    panel.get_by_label("Site or floor").select_option("Lund")
    panel.get_by_role("button", name="Move").tap()
    expect(page.locator("#messages")).to_contain_text("GC 1 is moved")
    page.get_by_role("button", name="Remove", exact=True).tap()
    page.get_by_role("dialog").get_by_role("button", name="Remove node").tap()
    expect(table).not_to_contain_text("GC 1")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert violations(page) == []


def test_who_is_second_to_take_in_a_caller_is_told_who_did_and_as_what(visit: Visit, people: People) -> None:
    people.alice.database.write(unknown_callers.noted("00004711", "192.0.2.9", "OCPP 1.6", datetime.now(UTC), 3))
    page = visit("alice")
    page.goto("/configuration?tab=topology")
    page.locator("#topology-rows").get_by_role("button", name="Solna").press("Enter")

    def after_another(route: Route) -> None:
        if '"topology-taken.data"' in (route.request.post_data or ""):
            stations.create_station(people.alice, NewStation(people.lund, "00004711", "Gate"))
        route.continue_()

    page.route("**/_dash-update-component*", after_another)
    take = page.get_by_role("button", name="Take in 00004711")
    expect(take).to_be_enabled()
    take.press("Enter")
    message = page.locator("#messages")
    expect(message).to_contain_text("00004711 is taken in already")
    expect(message).to_contain_text("Alice Example took it in as Gate.")
    expect(
        page.locator("#topology-rows").get_by_role("button", name="Solna")
    ).to_be_focused()  # the pressed one is gone
    message.get_by_role("link", name="Look at Gate").click()
    expect(page.get_by_label("ChargeboxId", exact=True)).to_have_value("00004711")


def test_the_typed_question_before_a_chargebox_id_changes_is_answered_by_enter(visit: Visit, people: People) -> None:
    station = stations.create_station(people.alice, NewStation(people.solna, "CB-7", "00007"))
    people.alice.database.write(
        [
            Sql(
                "INSERT INTO station_state (station_id, connected, registered_at) VALUES ($id, TRUE, now())",
                {"id": station},
            )
        ]
    )
    page = visit("alice", path=f"/configuration?node=station:{station}")
    page.get_by_role("textbox", name="ChargeboxId").fill("CB-8")
    page.keyboard.press("Enter")
    page.get_by_label("to go on").fill("CB-7")
    page.keyboard.press("Enter")
    expect(page.locator("#messages")).to_contain_text("Your changes are saved")


def test_topologys_keys_act_on_the_focused_node_and_what_is_typed_is_not_lost_unasked(
    visit: Visit, people: People
) -> None:
    page = visit("alice", path="/configuration?tab=topology")
    table, panel = page.locator("#topology-rows"), page.locator("#topology-panel")
    table.get_by_role("button", name="Solna").press("Insert")
    expect(panel.get_by_role("heading")).to_have_text("Create in Solna")
    name = panel.get_by_label("Name", exact=True)
    for number in ("1", "2"):  # one after the other, below the same node
        expect(name).to_be_focused()
        expect(name).to_have_value("")
        page.keyboard.type(f"Gate {number}")
        panel.get_by_label("ChargeboxId").fill(f"CB-{number}")
        page.keyboard.press("Enter")
        expect(table).to_contain_text(f"Gate {number}")
    expect(name).to_be_focused()
    page.keyboard.type("Gate 3")
    asked = staying(page)
    table.get_by_role("button", name="Lund").click()
    expect(name).to_have_value("Gate 3")
    assert asked == ["What you typed is not saved. Leave it?"]
    page.once("dialog", lambda dialog: dialog.accept())
    table.get_by_role("button", name="Gate 2").press("Delete")
    expect(page.get_by_role("dialog")).to_contain_text("Remove Charging station Gate 2?")
    expect(page.get_by_role("dialog").get_by_role("button", name="Cancel")).to_be_focused()
    page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    table.get_by_role("button", name="Solna").click()
    expect(table).to_contain_text("Gate 1")
    table.get_by_role("button", name="Solna").click()
    expect(table).not_to_contain_text("Gate 1")
    table.get_by_role("button", name="Solna").press("Delete")
    expect(panel).to_contain_text("Solna cannot be removed while it has 2 sub-nodes: Gate 1, Gate 2.")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert violations(page) == []


def test_a_service_is_added_its_secrets_shown_once_and_activated(visit: Visit, people: People) -> None:
    page = visit("alice")
    page.goto("/configuration?tab=services")
    page.get_by_label("Name", exact=True).fill("Parking app")
    page.get_by_label("Provider", exact=True).fill("Easy payment")
    page.keyboard.press("Enter")
    expect(page.locator("#service-secret")).to_contain_text("Signing secret")
    page.get_by_label("Active", exact=True).check()
    page.get_by_label("Service URL", exact=True).fill("portal.example")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text("Correct to save: Service URL")
    page.get_by_label("Service URL", exact=True).fill("https://pay.example/in")
    page.keyboard.press("Enter")
    expect(page.locator("#messages")).to_contain_text("Your changes are saved")
    expect(page.locator("#services-table")).to_contain_text("Active")
    assert violations(page) == []
    page.reload()
    expect(page.get_by_label("Service URL", exact=True)).to_have_value("https://pay.example/in")
    expect(page.locator("#service-secret")).not_to_contain_text("Signing secret")
    page.once("dialog", lambda question: question.accept())
    page.get_by_role("button", name="Remove service").press("Enter")
    expect(page.locator("#services-table")).to_contain_text("No services yet.")
    expect(page.get_by_label("Service URL", exact=True)).to_have_count(0)


def test_what_is_typed_to_add_a_service_or_into_the_one_shown_is_not_lost_unasked(visit: Visit, people: People) -> None:
    services.create(people.alice, "charging", "Parking app", "Easy payment")
    page = visit("alice")
    page.goto("/configuration?tab=services")
    name, description = (page.get_by_label(label, exact=True) for label in ("Name", "Description"))
    description.fill("For the garage")
    name.fill("Second")
    asked = staying(page)
    name.press("Enter")
    expect(name).to_be_focused()
    assert asked == ["Your changes are not saved. Leave the page?"]
    description.press("Control+s")
    expect(page.locator("#messages")).to_contain_text("Your changes are saved")
    asked = staying(page)
    page.get_by_role("link", name="Topology").click()
    assert asked == ["What you typed is not saved. Leave it?"]
    expect(name).to_have_value("Second")
    name.press("Escape")
    expect(name).to_have_value("")
    page.get_by_role("link", name="Topology").click()  # nothing is asked: nothing is typed
    expect(page.locator(".cp-topology")).to_be_visible()


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE])
def test_what_a_service_does_not_take_is_shown_until_it_does(
    visit: Visit, people: People, viewport: dict[str, int]
) -> None:
    service_id, _secrets = services.create(people.alice, "charging", "Parking app", "Easy payment")
    page = visit("alice", viewport)
    page.goto("/configuration?tab=services")
    told = page.get_by_role("main")
    expect(told).to_contain_text("None yet.")
    waits = """INSERT INTO service_delivery (service_id, event, subject, content, created_at, attempts, next_at, answer)
               VALUES ($id, 'session.started', 'S-1', '{}', now(), 3, now() + INTERVAL 1 HOUR,
                       'it cannot be reached: no route'),
                      ($id, 'session.started', 'S-2', '{}', now(), 0, now(), '')"""
    changed = [("service", service_id)]
    people.alice.database.write([Sql(waits, {"id": service_id})], changed)
    row = page.get_by_role("row", name="Session started").first  # what was tried and not taken stands first
    expect(row).to_contain_text("it cannot be reached: no route; again at")
    expect(told).to_contain_text("2 wait")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
    with page.expect_response(lambda answer: "service-send-now" in (answer.request.post_data or "")):
        told.get_by_role("button", name="Send now").click()
    later = people.alice.database.query("FROM service_delivery WHERE next_at > now()")
    assert later.num_rows == 0
    people.alice.database.write([Sql("UPDATE service_delivery SET delivered_at = now(), answer = 'HTTP 204'")], changed)
    expect(row).to_contain_text("Delivered: HTTP 204")
    expect(told).to_contain_text("All delivered")
    expect(told.get_by_role("button", name="Send now")).to_have_count(0)


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE])
def test_from_the_worst_stations_to_the_days_of_one_which_follow_what_is_written(
    visit: Visit, people: People, database: DuckDB, viewport: dict[str, int]
) -> None:
    new = NewStation(people.solna, "A", "Station A", outlets=(NewOutlet(1),))
    station_id = stations.create_station(people.alice, new)
    page = visit("alice", viewport)
    page.goto("/configuration?node=system:1&tab=connection")
    expect(page.get_by_text("No charging station has connected in the last seven days.")).to_be_visible()
    today = datetime.now(UTC).date()
    answers, closed = "0 0 0 0 9 0 0 0 0 0 0 0 0 0 0 0 0 0", (0, 2, 0, 0, 0, 0)
    days = [
        Day(station_id, today - timedelta(days=age), 86400, 43200, 3, *closed, answers, "", 60, 0) for age in (1, 2)
    ]
    database.write([connection_days.written(days)], [connection_days.CHANGED])
    page.get_by_role("main").get_by_role("link", name="Station A").click()
    expect(page.get_by_role("img", name="Time connected, percent")).to_be_visible()
    tabs = page.get_by_role("navigation", name="Configuration")
    expect(tabs.get_by_role("link", name="Connection")).to_be_in_viewport()
    expect(page.get_by_role("row", name="The line broke")).to_contain_text("4")
    assert violations(page) == []
    database.write([connection_days.written([days[0]._replace(closed_network=5)])], [connection_days.CHANGED])
    expect(page.get_by_role("row", name="The line broke")).to_contain_text("7")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_an_outlets_mode_is_chosen_among_cards_by_keyboard(visit: Visit, people: People) -> None:
    station = stations.create_station(people.alice, NewStation(people.solna, "CB-7", "00007", outlets=(NewOutlet(1),)))
    [outlet] = people.alice.database.query(f"SELECT outlet_id FROM outlet WHERE station_id = {station}").to_pylist()
    page = visit("alice", path=f"/configuration?node=outlet:{outlet['outlet_id']}")
    modes = page.get_by_role("radiogroup", name="Mode")
    modes.get_by_role("radio", name="RFID").focus()
    page.keyboard.press("ArrowLeft")
    expect(modes.get_by_role("radio", name="OPEN")).to_be_checked()
    expect(page.get_by_text("Changed: Mode")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator("#messages")).to_contain_text("Your changes are saved")
    expect(page.get_by_text("No changes to save")).to_be_visible()
    expect(modes.get_by_role("radio", name="OPEN")).to_be_focused()
    assert people.alice.database.query("SELECT mode FROM outlet")["mode"].to_pylist() == ["OPEN"]
    assert violations(page) == []
    reader = visit("sam", path=f"/configuration?node=outlet:{outlet['outlet_id']}")
    expect(reader.get_by_role("radio", name="OPEN")).to_be_checked()


@pytest.mark.parametrize("key", ["Enter", "Control+s"])
def test_an_outlets_value_at_a_service_is_saved_by_itself_by_key(visit: Visit, people: People, key: str) -> None:
    station = stations.create_station(people.alice, NewStation(people.solna, "CB-7", "00007", outlets=(NewOutlet(1),)))
    service_id, _secrets = services.create(people.alice, "charging", "Parking app", "Easy payment")
    seen = edits.read(people.alice, services.SERVICE, service_id)
    edits.save(people.alice, services.SERVICE, service_id, seen, {"is_active": True, "url": "https://pay.example/in"})
    [outlet] = people.alice.database.query(f"SELECT outlet_id FROM outlet WHERE station_id = {station}").to_pylist()
    page = visit("alice", path=f"/configuration?node=outlet:{outlet['outlet_id']}")
    field = page.get_by_label("Parking app, Easy payment")
    field.fill("Bay 7")
    field.press(key)
    expect(page.locator("#messages")).to_contain_text("Your changes are saved")
    expect(page.get_by_text("No changes to save")).to_be_visible()
    kept = people.alice.database.query("SELECT value FROM outlet_service_value")["value"].to_pylist()
    assert kept == ["Bay 7"]
    field.fill("Bay 9")
    asked = staying(page)
    page.get_by_role("link", name="Dashboard").first.click()
    expect(field).to_have_value("Bay 9")
    assert asked == ["Your changes are not saved. Leave the page?"]
    field.press("Escape")
    expect(field).to_have_value("Bay 7")
    page.get_by_role("link", name="Dashboard").first.click()  # nothing is unsaved: nobody asks
    page.wait_for_url("**/dashboard**")
