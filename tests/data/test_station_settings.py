"""What may be changed of stations and outlets, and by whom."""

import pytest

from data import (
    alarm_tables,
    edits,
    event_changes,
    log_tables,
    node_changes,
    nodes,
    services,
    station_settings,
    stations,
)
from data.database import Database
from data.errors import AlreadyExists, ChangedMeanwhile, InvalidInput, NotFound, NotPermitted
from data.station_settings import OUTLET, STATION
from data.stations import NewStation
from tests.conftest import People


@pytest.fixture
def station(people: People) -> int:
    return stations.create_station(people.alice, NewStation(people.solna, "00004079", "P2 east"))


@pytest.fixture
def outlet(database: Database, station: int) -> int:
    rows = database.query("SELECT outlet_id FROM outlet WHERE station_id = $id", {"id": station})
    return int(rows["outlet_id"][0].as_py())


def test_a_change_of_a_station_stands_in_the_event_log_with_old_and_new(
    database: Database, people: People, station: int
) -> None:
    edits.save(people.bob, STATION, station, {"name": "P2 east"}, {"name": "P2 west"})
    assert nodes.find(people.alice, f"station:{station}").name == "P2 west"
    sql = "SELECT details FROM event WHERE kind = 'configuration changed' ORDER BY logged_at DESC LIMIT 1"
    details = database.query(sql)["details"][0].as_py()
    assert "P2 east" in details
    assert "P2 west" in details


def test_no_two_stations_have_one_charge_box_id(people: People, station: int) -> None:
    other = stations.create_station(people.alice, NewStation(people.solna, "00004080", "other"))
    with pytest.raises(AlreadyExists):
        edits.save(people.alice, STATION, other, {"charge_box_id": "00004080"}, {"charge_box_id": "00004079"})


def test_nobody_changes_a_station_or_outlet_of_another_site(people: People, station: int, outlet: int) -> None:
    for record, row, seen, wanted in (
        (STATION, station, {"name": "P2 east"}, {"name": "mine"}),
        (OUTLET, outlet, {"mode": "RFID"}, {"mode": "OPEN"}),
    ):
        with pytest.raises(NotFound):
            edits.save(people.charlie, record, row, seen, wanted)
    with pytest.raises(NotFound):
        station_settings.about(people.charlie, station)
    with pytest.raises(NotFound):
        station_settings.service_values(people.charlie, outlet)


def test_nothing_is_kept_of_an_outlet_whose_station_was_removed(people: People, station: int, outlet: int) -> None:
    service, _made = services.create(people.alice, "map", "Map", "Maps Ltd")
    seen = edits.read(people.bob, OUTLET, outlet)
    node_changes.remove(people.alice, "station", station)
    with pytest.raises(NotFound, match="Alice Example removed the charging station P2 east at "):
        edits.save(people.bob, OUTLET, outlet, seen, {"parking": "P1"})
    with pytest.raises(NotFound):
        station_settings.set_service_value(people.bob, outlet, service, "", "Mine")


def test_an_outlet_has_no_other_modes_than_open_and_rfid(people: People, outlet: int) -> None:
    with pytest.raises(InvalidInput):
        edits.save(people.alice, OUTLET, outlet, {"mode": "RFID"}, {"mode": "FREE"})
    edits.save(people.sam, OUTLET, outlet, {"mode": "RFID"}, {"mode": "OPEN"})
    assert edits.read(people.bob, OUTLET, outlet)["mode"] == "OPEN"


def test_an_outlet_is_called_something_at_active_services(people: People, outlet: int) -> None:
    service, _made = services.create(people.alice, "map", "Map", "Maps Ltd")
    assert station_settings.service_values(people.bob, outlet) == []
    edits.save(people.alice, services.SERVICE, service, {"is_active": False}, {"is_active": True})
    station_settings.set_service_value(people.bob, outlet, service, "", " EV-17 ")
    (value,) = station_settings.service_values(people.bob, outlet)
    assert (value["name"], value["value"]) == ("Map", "EV-17")
    with pytest.raises(ChangedMeanwhile, match="Bob Example changed Map from nothing to EV-17"):
        station_settings.set_service_value(people.alice, outlet, service, "", "EV-18")
    with pytest.raises(ChangedMeanwhile):
        station_settings.set_service_value(people.alice, outlet, service, "EV-18", "")
    station_settings.set_service_value(people.bob, outlet, service, "EV-17", "50 %s")
    station_settings.set_service_value(people.bob, outlet, service, "50 %s", "")
    assert station_settings.service_values(people.bob, outlet)[0]["value"] == ""
    with pytest.raises(NotPermitted):
        station_settings.set_service_value(people.dana, outlet, service, "", "x")
    with pytest.raises(NotFound):
        station_settings.set_service_value(people.bob, outlet, 999, "", "x")


def test_what_is_changed_of_an_outlet_stands_in_its_own_event_log(people: People, outlet: int) -> None:
    service, _made = services.create(people.alice, "map", "Map", "Maps Ltd")
    edits.save(people.alice, services.SERVICE, service, {"is_active": False}, {"is_active": True})
    edits.save(people.bob, OUTLET, outlet, {"parking": "", "mode": "RFID"}, {"parking": "P1", "mode": "OPEN"})
    station_settings.set_service_value(people.sam, outlet, service, "", "50 %s")
    node = nodes.find(people.bob, f"outlet:{outlet}")
    newest = [{"colId": "logged", "sort": "desc"}]
    rows = log_tables.page(people.bob, alarm_tables.EVENTS, node, {}, newest, 0, 10).rows.to_pylist()
    assert [(row["node"], row["text"], row["done_by"]) for row in rows] == [
        ("P2 east Connector: 1", "Outlet property Map was changed from nothing to 50 %s.", "Sam Example"),
        ("P2 east Connector: 1", "bob@portal.example changed Parking, Mode of outlet 1.", "Bob Example"),
    ]
    changes = [(one.title, one.old, one.new) for one in event_changes.of_details(rows[1]["details"])]
    assert changes == [("Parking", "", "P1"), ("Mode", "RFID", "OPEN")]
