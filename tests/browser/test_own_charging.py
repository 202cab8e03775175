"""An EV user's own view on a phone: it follows the charging, fits the screen and leads to the sessions."""

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
    """Dana has charged at the station before."""
    station_id = stations.create_station(people.alice, NewStation(people.solna, "CB-4079", "00004079"))
    session = """INSERT INTO session (session_id, charge_box_id, connector_id, id_tag, started_at, ended_at, energy_kwh,
                     authentication, logged_at, duration_s, site_id, station_id, user_id)
                 VALUES ('S-1', 'CB-4079', 1, '04A2B3C4', now() - INTERVAL 3 HOUR, now() - INTERVAL 2 HOUR, 8.5, 1,
                     now(), 3600, $site, $station, $user)"""
    values = {"site": people.solna, "station": station_id, "user": people.dana.user_id}
    people.alice.database.write([Sql(session, values)])
    return station_id


def _start(people: People, station_id: int, number: int, user_id: int | None) -> None:
    start = """INSERT INTO open_transaction (transaction_id, station_id, site_id, connector_id, charge_box_id, user_id,
                   authentication, started_at, logged_at, power_w, energy_kwh, measured_at)
               VALUES ($n, $station, $site, $n, 'CB-4079', $user, 1, now() - INTERVAL 29 MINUTE, now(),
                   $n * 10900.0, 5.2, now())"""
    sample = """INSERT INTO meter_value (station_id, connector_id, transaction_id, measured_at, logged_at, measurand,
                    value, unit)
                SELECT $station, $n, $n, now() - to_minutes(minute), now(), 'Power.Active.Import', 10900, 'W'
                FROM range(1, 20) minutes(minute)"""
    one = {"n": number, "station": station_id}
    values = {**one, "site": people.solna, "user": user_id}
    people.alice.database.write([Sql(start, values), Sql(sample, one)], changed=[("open_transaction", station_id)])


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_own_charging_appears_by_itself_and_anothers_does_not(
    visit: Visit, people: People, station: int, scheme: str
) -> None:
    page = visit("dana", PHONE, scheme)
    now = page.get_by_role("region", name="Charging now")
    expect(now).to_contain_text("Nothing is charging")
    _start(people, station, 2, None)
    _start(people, station, 1, people.dana.user_id)
    expect(now).to_contain_text("10.9\u00a0kW")
    expect(now).to_contain_text("29\u00a0min")
    expect(now.locator(".js-plotly-plot .scatterlayer path").first).to_be_attached()
    expect(now).not_to_contain_text("21.8")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.get_by_role("region", name="Charging sessions").get_by_role("link", name="00004079").click()
    page.wait_for_url("**/session/S-1")
    page.get_by_role("link", name="Settings").click()
    page.wait_for_url("**/settings")
