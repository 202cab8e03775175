"""Securing a station in the browser: a password shown once, the least profile, certificates revoked."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from data import station_certificates, stations
from data.duckdb_engine import DuckDB
from data.stations import NewStation
from tests.browser.conftest import PHONE, violations
from tests.conftest import People

Visit = Callable[..., Page]


@pytest.fixture
def station_id(database: DuckDB, people: People) -> int:
    """A station with a certificate."""
    station_id = stations.create_station(people.alice, NewStation(people.solna, "00004079", "00004079"))
    now = datetime.now(UTC)
    database.write([station_certificates.issued(station_id, "7B2F0A", now, now + timedelta(days=730))])
    return station_id


def test_a_password_is_made_asked_for_and_removed(visit: Visit, station_id: int) -> None:
    page = visit("bob", path=f"/configuration?node=station:{station_id}&tab=security")
    expect(page.get_by_text("The station may come without a password.")).to_be_visible()
    expect(page.get_by_role("button", name="Remove password")).to_be_hidden()
    page.get_by_role("button", name="Make new password").press("Enter")
    expect(page.get_by_text("it is not shown again")).to_be_visible()
    expect(page.get_by_role("button", name="Copy Password")).to_be_visible()
    assert violations(page) == []
    page.get_by_label("Security profile").select_option("1")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The station must come with its password.")).to_be_visible()
    page.get_by_role("button", name="Remove password").click()
    expect(page.get_by_text("needs a password")).to_be_visible()
    page.get_by_role("button", name="Revoke certificate 7B2F0A").click()
    expect(page.get_by_text("revoked 20")).to_be_visible()
    phone = visit("alice", PHONE, "dark", f"/configuration?node=station:{station_id}&tab=security")
    expect(phone.get_by_label("Security profile")).to_have_value("1")
    assert violations(phone) == []
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
