"""A user's own charging: nobody else's, whoever asks."""

from datetime import UTC, datetime, timedelta

import pytest

from data import own_charging, stations
from data.database import Database, Sql
from data.stations import NewStation
from tests.conftest import People

NOW = datetime.now(UTC)


@pytest.fixture(autouse=True)
def two_drivers(database: Database, people: People) -> None:
    """Dana charges at one station, Sam's car beside her; each has tags."""
    station_id = stations.create_station(people.alice, NewStation(people.solna, "Gate", "Gate"))
    start = """INSERT INTO open_transaction (transaction_id, station_id, site_id, connector_id, charge_box_id, user_id,
                   authentication, started_at, logged_at, energy_kwh, power_w)
               VALUES ($n, $station, $site, $n, 'Gate', $user, 1, $at, $at, 5.2, 10900)"""
    for number, user_id in enumerate((people.dana.user_id, people.sam.user_id), start=1):
        values = {"n": number, "station": station_id, "site": people.solna, "user": user_id, "at": NOW}
        database.write([Sql(start, values)])
    add = "INSERT INTO id_tag (id_tag, user_id, label, status, expires_at) VALUES ($tag, $user, $label, $status, $end)"
    for tag, user, status, end in (
        ("1", people.dana, "Blocked", None),
        ("2", people.dana, "Accepted", NOW - timedelta(days=1)),
        ("3", people.dana, "Accepted", NOW + timedelta(days=1)),
        ("4", people.sam, "Accepted", None),
    ):
        values = {"tag": tag, "user": user.user_id, "label": f"Card {tag}", "status": status, "end": end}
        database.write([Sql(add, values)])


def test_each_driver_gets_what_is_theirs_and_others_get_nothing(people: People) -> None:
    found = {scope.user_id: [one["connector_id"] for one in own_charging.running(scope)] for scope in people[:5]}
    assert {user_id: outlets for user_id, outlets in found.items() if outlets} == {
        people.dana.user_id: [1],
        people.sam.user_id: [2],
    }
    assert [tag["id_tag"] for tag in own_charging.tags(people.sam)] == ["4"]
    assert own_charging.tags(people.alice) == []


def test_what_runs_says_where_and_how_much(people: People) -> None:
    (running,) = own_charging.running(people.dana)
    told = {name: running[name] for name in ("site", "floor", "station", "energy_kwh", "power_w", "time_zone")}
    assert told == {
        "site": "Solna",
        "floor": "",
        "station": "Gate",
        "energy_kwh": 5.2,
        "power_w": 10900,
        "time_zone": "Europe/Stockholm",
    }


def test_a_tag_that_cannot_charge_says_why_and_comes_last(people: People) -> None:
    states = [(tag["id_tag"], tag["state"]) for tag in own_charging.tags(people.dana)]
    assert states == [("04A2B3C4", "in use"), ("3", "in use"), ("1", "blocked"), ("2", "expired")]
