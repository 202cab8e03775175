"""Charging station, OCPP configuration, by people who type while the station and others change the same."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import pytest
from playwright.sync_api import Locator, Page, expect

from data import stations
from data.database import Sql
from data.duckdb_engine import DuckDB
from data.stations import NewOutlet, NewStation
from simulator.parameters import Parameter
from tests.browser.conftest import PHONE, staying, violations
from tests.browser.steering import steering
from tests.conftest import People
from tests.support.virtual_station import Station

Visit = Callable[..., Page]


class Steered(NamedTuple):
    path: str
    station: Station


@pytest.fixture
def steered(database: DuckDB, people: People) -> Iterator[Steered]:
    """Return a connected station and the address of its OCPP configuration."""
    new = NewStation(people.solna, "00004079", "00004079", outlets=(NewOutlet(1),))
    station_id = stations.create_station(people.alice, new)
    with steering(database) as central:
        yield Steered(f"/configuration?node=station:{station_id}&tab=ocpp", central.connect("00004079"))


def row_of(page: Page, key: str) -> Locator:
    return page.get_by_role("row").filter(has=page.get_by_label(key, exact=True))


def field_of(page: Page, key: str) -> Locator:
    return page.get_by_label(key, exact=True)


def test_leaving_asks_while_something_typed_is_not_sent(visit: Visit, steered: Steered) -> None:
    page = visit("alice", path=steered.path)
    field_of(page, "ConnectionTimeOut").press_sequentially("9")
    asked = staying(page)
    page.get_by_role("link", name="General").click()
    expect(field_of(page, "ConnectionTimeOut")).to_have_value("9180")
    assert asked == ["What you typed is not sent to the station. Leave the page?"]
    field_of(page, "ConnectionTimeOut").press("Enter")
    expect(row_of(page, "ConnectionTimeOut")).to_contain_text("Accepted")
    page.get_by_role("link", name="General").click()  # a question would shut by itself, and leave the page here
    expect(page.get_by_label("Logical name")).to_be_visible()


def test_what_is_typed_stays_when_the_station_is_read_again(visit: Visit, steered: Steered) -> None:
    page = visit("alice", path=steered.path)
    field_of(page, "ConnectionTimeOut").press_sequentially("9")
    expect(row_of(page, "ConnectionTimeOut")).to_contain_text("The station has: 180", use_inner_text=True)
    for key, value in {"ConnectionTimeOut": "200", "BlinkRepeat": "5", "FirmwareVersion": "7.1"}.items():
        steered.station.parameters[key] = steered.station.parameters[key]._replace(value=value)
    page.get_by_role("button", name="Upload").click()
    expect(row_of(page, "ConnectionTimeOut")).to_contain_text("The station now has: 200", use_inner_text=True)
    expect(field_of(page, "ConnectionTimeOut")).to_have_value("9180")
    expect(field_of(page, "BlinkRepeat")).to_have_value("5")
    expect(page.get_by_role("row", name="FirmwareVersion")).to_contain_text("7.1")
    field_of(page, "ConnectionTimeOut").press("Escape")
    expect(field_of(page, "ConnectionTimeOut")).to_have_value("200")
    expect(row_of(page, "ConnectionTimeOut")).not_to_contain_text("The station", use_inner_text=True)


def test_what_is_typed_stays_when_the_station_has_other_parameters_than_before(visit: Visit, steered: Steered) -> None:
    page = visit("alice", path=steered.path)
    field_of(page, "ConnectionTimeOut").press_sequentially("9")
    steered.station.parameters["AnotherOne"] = Parameter("1")
    del steered.station.parameters["BlinkRepeat"]
    page.get_by_role("button", name="Upload").click()
    expect(field_of(page, "AnotherOne")).to_have_value("1")
    expect(field_of(page, "BlinkRepeat")).to_have_count(0)
    expect(field_of(page, "ConnectionTimeOut")).to_have_value("9180")
    expect(row_of(page, "ConnectionTimeOut")).to_contain_text("The station has: 180", use_inner_text=True)
    expect(page.locator("tr[data-typing]")).to_have_count(1)


def test_what_is_typed_stays_while_parameters_are_searched(visit: Visit, steered: Steered) -> None:
    page = visit("alice", path=steered.path)
    field_of(page, "ConnectionTimeOut").press_sequentially("9")
    page.get_by_label("Find parameter").fill("heartbeat")
    expect(field_of(page, "ConnectionTimeOut")).to_be_hidden()
    expect(field_of(page, "HeartbeatInterval")).to_be_visible()
    page.get_by_label("Find parameter").fill("no such")
    expect(page.get_by_text("No parameter is like this.")).to_be_visible()
    page.get_by_label("Find parameter").fill("")
    expect(field_of(page, "ConnectionTimeOut")).to_have_value("9180")


def test_of_many_parameters_those_that_can_be_or_are_changed_are_shown(visit: Visit, steered: Steered) -> None:
    parameters = steered.station.parameters
    parameters |= {f"Vendor.{number:03}": Parameter("0", readonly=number % 2 == 0) for number in range(300)}
    parameters |= {"foo": Parameter("small"), "Foo": Parameter("large")}  # a station may tell these apart
    page = visit("alice", path=steered.path)
    page.get_by_role("button", name="Upload").click()
    expect(field_of(page, "Vendor.299")).to_be_visible()
    page.get_by_text("Editable").click()
    expect(page.get_by_role("row", name="Vendor.298")).to_have_count(0)
    field_of(page, "foo").fill("smaller")
    field_of(page, "foo").press("Enter")
    expect(row_of(page, "foo")).to_contain_text("Accepted")
    expect(field_of(page, "Foo")).to_have_value("large")
    field_of(page, "Foo").fill("larger")
    page.get_by_text("Changed").click()
    expect(field_of(page, "Foo")).to_be_visible()
    expect(page.locator("#parameters-rows tr:visible")).to_have_count(1)


def test_what_waits_for_a_reboot_is_told_beside_the_stations_answer(visit: Visit, steered: Steered) -> None:
    steered.station.handlers["ChangeConfiguration"] = lambda station, payload: {"status": "RebootRequired"}
    page = visit("alice", path=steered.path)
    field_of(page, "ConnectionTimeOut").fill("60")
    field_of(page, "ConnectionTimeOut").press("Enter")
    expect(row_of(page, "ConnectionTimeOut")).to_contain_text("After a reboot: 60")


def test_a_station_that_is_away_is_waited_for_and_that_is_told(
    visit: Visit, database: DuckDB, steered: Steered
) -> None:
    page = visit("alice", path=steered.path)
    database.write([Sql("UPDATE station_state SET connected = FALSE")])
    page.get_by_role("button", name="Upload").click()
    expect(page.locator("#messages")).to_contain_text("It is away.")


def test_two_people_at_the_same_parameter_see_each_others_change(visit: Visit, steered: Steered) -> None:
    mine, theirs = visit("alice", path=steered.path), visit("bob", path=steered.path)
    field_of(mine, "ConnectionTimeOut").press_sequentially("9")
    field_of(theirs, "ConnectionTimeOut").fill("60")
    field_of(theirs, "ConnectionTimeOut").press("Enter")
    expect(row_of(mine, "ConnectionTimeOut")).to_contain_text("The station now has: 60", use_inner_text=True)
    expect(field_of(mine, "ConnectionTimeOut")).to_have_value("9180")
    field_of(mine, "ConnectionTimeOut").press("Enter")
    expect(field_of(theirs, "ConnectionTimeOut")).to_have_value("9180")
    expect(row_of(mine, "ConnectionTimeOut")).not_to_contain_text("The station", use_inner_text=True)


def test_a_value_that_was_overtaken_before_its_page_heard_of_it_gives_way(visit: Visit, steered: Steered) -> None:
    mine, theirs = visit("alice", path=steered.path), visit("bob", path=steered.path)
    field_of(theirs, "ConnectionTimeOut").fill("60")
    sent = {"key": "ConnectionTimeOut", "value": "60"}
    theirs.evaluate("sent => dash_clientside.set_props('parameters-sent', { data: sent })", sent)
    field_of(mine, "ConnectionTimeOut").fill("90")
    field_of(mine, "ConnectionTimeOut").press("Enter")
    expect(field_of(theirs, "ConnectionTimeOut")).to_have_value("90")


def test_a_refused_value_stays_to_be_corrected_beside_what_the_station_has(visit: Visit, steered: Steered) -> None:
    steered.station.handlers["ChangeConfiguration"] = lambda station, payload: {"status": "Rejected"}
    page = visit("alice", path=steered.path)
    field_of(page, "ConnectionTimeOut").fill("soon")
    row_of(page, "ConnectionTimeOut").get_by_role("button", name="Save").click()
    expect(row_of(page, "ConnectionTimeOut")).to_contain_text("Rejected")
    expect(field_of(page, "ConnectionTimeOut")).to_have_value("soon")
    expect(row_of(page, "ConnectionTimeOut")).to_contain_text("The station has: 180", use_inner_text=True)


def test_a_secret_is_gone_from_its_field_once_it_is_sent(visit: Visit, steered: Steered) -> None:
    page = visit("alice", path=steered.path)
    field = field_of(page, "AuthorizationKey")
    field.fill("0011")
    field.press("Enter")
    expect(page.locator("#messages")).to_contain_text("needs at least 16 characters")
    expect(field).to_have_value("0011")
    field.fill("00112233445566778899")
    field.press("Enter")
    expect(row_of(page, "AuthorizationKey")).to_contain_text("Accepted")
    expect(field).to_have_value("")
    expect(page.locator("tr[data-typing]")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_stacks_each_parameter_with_all_of_it_in_sight(visit: Visit, steered: Steered, scheme: str) -> None:
    page = visit("alice", PHONE, scheme, path=steered.path)
    field_of(page, "ConnectionTimeOut").fill("9" * 500)
    row = row_of(page, "ConnectionTimeOut")
    row.get_by_role("button", name="Save").click()
    expect(row).to_contain_text("Accepted")
    field_of(page, "ConnectionTimeOut").fill("90")
    expect(row).to_contain_text("The station has:", use_inner_text=True)
    name, field = row.get_by_role("rowheader").bounding_box(), field_of(page, "ConnectionTimeOut").bounding_box()
    assert name
    assert field
    assert name["y"] + name["height"] <= field["y"]
    assert page.locator("#parameters-table").evaluate("(table) => table.scrollWidth <= table.clientWidth")
    assert violations(page) == []
