"""Steering a real station from the browser: start, watch, reboot, configure."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack

import pytest
from playwright.sync_api import Page, expect

from csms.addresses import PATH
from csms.central import Timing
from csms.system import running
from data import stations
from data.duckdb_engine import DuckDB
from data.stations import NewOutlet, NewStation
from settings import Address
from tests.browser.conftest import PHONE, violations
from tests.conftest import People
from tests.support.virtual_station import WAIT_S, Station

Visit = Callable[..., Page]
ANY_PORT = Address("127.0.0.1", 0)
QUICK = Timing(configuration_after=0, refresh_every=0.05, commands_every=0.1, finish_within=1)


@pytest.fixture
def station(database: DuckDB, people: People) -> Iterator[int]:
    """Run the central system with a station that is connected, and return its station_id."""
    outlets = (NewOutlet(1), NewOutlet(2))
    station_id = stations.create_station(
        people.alice, NewStation(people.solna, "00004079", "00004079", outlets=outlets)
    )
    ready, ended = threading.Event(), threading.Event()

    async def serve() -> None:
        async with AsyncExitStack() as stack:
            system = await stack.enter_async_context(running(database, ANY_PORT, ANY_PORT, QUICK))
            one = await stack.enter_async_context(Station(f"ws://{system.ocpp}{PATH}", "00004079"))
            await one.boot_and_notify()
            ready.set()
            await asyncio.to_thread(ended.wait)

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    assert ready.wait(WAIT_S)
    yield station_id
    ended.set()
    thread.join()


def test_charging_is_started_and_stopped_from_the_browser(visit: Visit, station: int) -> None:
    page = visit("bob")
    page.goto(f"/configuration?node=station:{station}&tab=control")
    outlet = page.get_by_role("region", name="Outlet 1")
    outlet.get_by_role("button", name="Start charging").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("RFID").fill("04A2B3C4")
    dialog.get_by_role("button", name="Start charging").click()
    expect(outlet).to_contain_text("dana@portal.example")
    commands = page.get_by_role("region", name="Commands")
    expect(commands).to_contain_text("Start charging, outlet 1")
    expect(commands).to_contain_text("Done")
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
