"""Steering real stations from the browser: start, watch, reboot, configure, many at once and on bad days."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from data import commands, stations
from data.duckdb_engine import DuckDB
from data.stations import NewOutlet, NewStation
from tests.browser.conftest import PHONE, violations
from tests.browser.steering import Steering, steering
from tests.conftest import People

Visit = Callable[..., Page]
OTHERS = ("00004080", "00004081")


@pytest.fixture
def central(database: DuckDB) -> Iterator[Steering]:
    with steering(database) as central:
        yield central


@pytest.fixture
def station(central: Steering, people: People) -> int:
    """Return the station_id of a connected station."""
    outlets = (NewOutlet(1), NewOutlet(2))
    station_id = stations.create_station(
        people.alice, NewStation(people.solna, "00004079", "00004079", outlets=outlets)
    )
    central.connect("00004079")
    return station_id


@pytest.fixture
def others(central: Steering, people: People) -> tuple[str, ...]:
    """Return the names of two stations more, which have not come yet."""
    for name in OTHERS:
        stations.create_station(people.alice, NewStation(people.solna, name, name, outlets=(NewOutlet(1),)))
    return OTHERS


def test_charging_is_started_and_stopped_from_the_browser(visit: Visit, station: int) -> None:
    page = visit("bob")
    page.goto(f"/configuration?node=station:{station}&tab=control")
    outlet = page.get_by_role("region", name="Outlet 1")
    outlet.get_by_role("button", name="Start charging").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("RFID").fill("04A2B3C4")
    dialog.get_by_role("button", name="Start charging").click()
    expect(outlet).to_contain_text("dana@portal.example")
    log = page.get_by_role("region", name="Commands")
    expect(log).to_contain_text("Start charging, outlet 1")
    expect(log).to_contain_text("Done")
    outlet.get_by_role("button", name="Stop charging").click()
    expect(dialog).to_contain_text("The ongoing session ends.")
    expect(dialog.get_by_role("button", name="Cancel")).to_be_focused()
    dialog.get_by_role("button", name="Stop charging").click()
    expect(outlet.get_by_role("button", name="Start charging")).to_be_visible()
    assert violations(page) == []


def test_a_parameter_is_saved_and_the_stations_answer_stands_on_its_row(visit: Visit, station: int) -> None:
    page = visit("alice", PHONE)
    page.goto(f"/configuration?node=station:{station}&tab=ocpp")
    row = page.get_by_role("row", name="ConnectionTimeOut")
    row.get_by_role("textbox").fill("90")
    row.get_by_role("button", name="Save ConnectionTimeOut").click()
    expect(row).to_contain_text("Accepted")
    expect(row.get_by_role("textbox")).to_have_value("90")
    page.get_by_role("button", name="Upload").click()
    expect(page.locator("#messages")).to_contain_text("The station is asked for its parameters")
    expect(row.get_by_role("textbox")).to_have_value("90")
    assert violations(page) == []


def test_a_parameter_that_may_cut_the_station_off_asks_for_the_stations_name(visit: Visit, station: int) -> None:
    page = visit("alice", path=f"/configuration?node=station:{station}&tab=ocpp")
    row = page.get_by_role("row", name="endpoint")
    row.get_by_role("textbox").fill("wss://elsewhere.example")
    row.get_by_role("button", name="Save endpoint").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("endpoint of 00004079 becomes wss://elsewhere.example.")
    expect(dialog.get_by_label("Type 00004079 to go on")).to_be_focused()
    assert violations(page) == []
    page.keyboard.type("0000407")
    page.keyboard.press("Enter")
    expect(dialog).to_contain_text("This is not 00004079.")
    page.keyboard.type("9")
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    expect(row).to_contain_text("Reboot")


def test_one_command_goes_to_many_stations(visit: Visit, people: People, station: int) -> None:
    stations.create_station(people.alice, NewStation(people.solna, "00004080", "00004080"))
    page = visit("sam")
    page.goto(f"/configuration?node=site:{people.solna}&tab=control")
    table = page.get_by_role("region", name="Charging stations")
    table.get_by_label("Charging station Filter Input").fill("4079")
    expect(table.get_by_role("gridcell", name="00004080")).to_have_count(0)
    table.locator(".ag-header-select-all input").check()
    expect(table.get_by_role("status")).to_have_text("1 chosen")
    table.get_by_label("Charging station Filter Input").fill("")
    table.get_by_role("row", name="00004080").get_by_role("checkbox").check()
    expect(table.get_by_role("status")).to_have_text("2 chosen")
    page.get_by_role("button", name="Clear cache", exact=True).click()
    action = page.get_by_role("group", name="Clear cache: 2 stations")
    expect(action).to_contain_text("Queued 1")  # the station that is away
    expect(table.get_by_role("row", name="00004079")).to_contain_text("Clear cache: Done")
    assert violations(page) == []
    action.get_by_role("button", name="Cancel the queued ones (1)").click()
    expect(action).to_contain_text("Cancelled 1")
    expect(table.get_by_role("row", name="00004080")).to_contain_text("Clear cache: Cancelled")


def choose(page: Page, *names: str) -> None:
    """Choose stations in a site's table, and no others."""
    table = page.get_by_role("region", name="Charging stations")
    for name in OTHERS:
        table.get_by_role("row", name=name).get_by_role("checkbox").set_checked(name in names)


def test_too_many_failures_stop_the_others_and_the_failed_ones_are_tried_again(
    visit: Visit, people: People, central: Steering, station: int, others: tuple[str, ...]
) -> None:
    answers = ["Accepted", "Rejected"]
    central.connect(others[0], Reset=lambda _station, _payload: {"status": answers.pop()})
    page = visit("alice", path=f"/configuration?node=site:{people.solna}&tab=control")
    choose(page, *others)
    page.get_by_role("button", name="Reboot").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Type", exact=True).select_option("Soft")
    dialog.get_by_label("Stop after so many failures").fill("1")
    dialog.get_by_role("button", name="Reboot").click()
    action = page.get_by_role("group", name="Reboot: 2 stations")
    expect(action).to_contain_text("Rejected 1")
    expect(action).to_contain_text("Cancelled 1")
    assert violations(page) == []
    action.get_by_role("button", name="Try again the failed ones (1)").click()
    expect(page.get_by_role("region", name="Commands")).to_contain_text("Accepted")
    assert answers == []


def test_a_command_to_a_station_that_is_away_says_how_long_it_waits_and_is_called_off(
    visit: Visit, people: People, central: Steering, others: tuple[str, ...]
) -> None:
    page = visit("bob", path=f"/configuration?node=site:{people.solna}&tab=control")
    log = page.get_by_role("region", name="Commands")
    for number, name in enumerate(others, 1):
        choose(page, name)
        page.get_by_role("button", name="Clear cache", exact=True).click()
        expect(log.get_by_text("Queued; waits for the station until 20")).to_have_count(number)
    log.get_by_role("button", name=f"Cancel: {others[0]}: Clear cache").press("Enter")
    expect(log).to_contain_text("Cancelled")
    away, here = (central.connect(name) for name in others)
    expect(log).to_contain_text("Done")
    assert [action for action, _ in here.commands if action == "ClearCache"] == ["ClearCache"]
    assert "ClearCache" not in [action for action, _ in away.commands]


@pytest.mark.usefixtures("central")
def test_a_station_that_did_not_come_in_time_is_told_so(visit: Visit, people: People) -> None:
    station_id = stations.create_station(people.alice, NewStation(people.solna, "00004080", "00004080"))
    page = visit("alice", path=f"/configuration?node=station:{station_id}&tab=control")
    commands.request(people.alice, "clear_cache", [station_id], expires_at=datetime.now(UTC) + timedelta(seconds=2))
    expect(page.get_by_role("region", name="Commands")).to_contain_text("The station did not come in time")
