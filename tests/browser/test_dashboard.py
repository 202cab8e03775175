"""The Dashboard in a browser: it follows what stations do, without a reload."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from data import stations
from data.database import Sql
from data.stations import NewStation
from tests.browser.conftest import PHONE, violations
from tests.conftest import People

Visit = Callable[..., Page]


@pytest.fixture
def station(people: People) -> int:
    station_id = stations.create_station(people.alice, NewStation(people.solna, "CB-4079", "00004079"))
    insert = "INSERT INTO station_state (station_id, connected, registered_at) VALUES ($id, TRUE, now())"
    people.alice.database.write([Sql(insert, {"id": station_id})])
    return station_id


def _start_charging(people: People, station_id: int) -> None:
    people.alice.database.write(
        [
            Sql(
                """INSERT INTO open_transaction (transaction_id, station_id, site_id, connector_id, charge_box_id,
                       authentication, started_at, logged_at, power_w, energy_kwh, measured_at)
                   VALUES (1, $station, $site, 1, 'CB-4079', 0, now(), now(), 11000, 1.5, now())""",
                {"station": station_id, "site": people.solna},
            )
        ],
        changed=[("open_transaction", station_id)],
    )


def test_a_start_of_charging_appears_in_the_windows_that_show_it(visit: Visit, people: People, station: int) -> None:
    page = visit("alice")
    sessions = page.get_by_role("region", name="Ongoing sessions")
    expect(sessions).to_contain_text("Nothing is charging")
    _start_charging(people, station)
    expect(sessions.get_by_role("row").nth(1)).to_contain_text("11.0")
    expect(page.get_by_role("region", name="Station status")).to_contain_text("1 charging")
    expect(sessions.get_by_role("heading")).to_contain_text("1")


def test_a_station_in_a_window_becomes_the_chosen_node(visit: Visit, people: People, station: int) -> None:
    _start_charging(people, station)
    page = visit("alice")
    page.get_by_role("region", name="Ongoing sessions").get_by_role("link", name="00004079").click()
    page.wait_for_url(f"**/dashboard?node=station:{station}")
    expect(page.get_by_role("navigation", name="Selected node")).to_contain_text("00004079")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_dashboard_has_no_accessibility_violation(visit: Visit, people: People, station: int, scheme: str) -> None:
    _start_charging(people, station)
    assert violations(visit("alice", scheme=scheme)) == []


def test_the_dashboard_fits_a_phone(visit: Visit, station: int) -> None:
    page = visit("alice", PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_a_change_touches_only_what_changed_and_keeps_the_focus(visit: Visit, people: People, station: int) -> None:
    _start_charging(people, station)
    page = visit("alice")
    row = page.get_by_role("region", name="Ongoing sessions").get_by_role("row").nth(1)
    link = row.get_by_role("link", name="00004079")
    link.focus()
    link.evaluate("link => { link.isTheSame = true }")
    power = "UPDATE open_transaction SET power_w = $power"
    for kilowatts in range(12, 17):
        changed = [("open_transaction", station)]
        people.alice.database.write([Sql(power, {"power": kilowatts * 1000})], changed=changed)
        expect(row).to_contain_text(f"{kilowatts}.0")
    expect(link).to_be_focused()
    assert link.evaluate("link => link.isTheSame")


def test_rows_do_not_change_places_under_the_pointer(visit: Visit, people: People, station: int) -> None:
    page = visit("alice")
    sessions = page.get_by_role("region", name="Ongoing sessions")
    _start_charging(people, station)
    expect(sessions.get_by_role("row")).to_have_count(2)
    sessions.get_by_role("row").nth(1).hover()
    another = """INSERT INTO open_transaction BY NAME
                 SELECT running.* REPLACE (2 AS transaction_id, 2 AS connector_id, 22000 AS power_w)
                 FROM open_transaction running"""
    people.alice.database.write([Sql(another)], changed=[("open_transaction", station)])
    expect(page.get_by_role("region", name="Power now")).to_contain_text("33")
    expect(sessions.get_by_role("row")).to_have_count(2)
    page.get_by_role("heading", name="Dashboard").hover()
    people.alice.database.write([Sql("UPDATE system SET description = ''")], changed=[("open_transaction", station)])
    expect(sessions.get_by_role("row").nth(1)).to_contain_text("22.0")


def test_a_title_leads_to_the_page_with_the_details(visit: Visit) -> None:
    energy = visit("dana").get_by_role("region", name="Energy by month")
    expect(energy.get_by_role("link", name="Energy by month")).to_have_attribute("href", "/diagrams")
    alarms = visit("alice").get_by_role("region", name="Active alarms")
    expect(alarms.get_by_role("link", name="Active alarms")).to_have_attribute("href", re.compile("^/alarms"))
