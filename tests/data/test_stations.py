"""Creating and removing sites, floors, charging stations, grid controllers and outlets."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from data import grid_controllers, node_changes, sites, stations
from data.errors import AlreadyExists, HasChildren, InvalidInput, NotFound, NotPermitted, PortalError
from data.stations import NewOutlet, NewStation
from tests.conftest import People


def test_a_station_comes_with_its_outlets_each_with_a_uuid_of_its_own(people: People) -> None:
    new = NewStation(people.solna, "00004079", "Gate", outlets=[NewOutlet(1), NewOutlet(2, "Type 2", "OPEN", "B12")])
    station_id = stations.create_station(people.alice, new)
    outlets = people.alice.database.query("SELECT * FROM outlet ORDER BY connector_id").to_pylist()
    assert [(o["station_id"], o["connector_id"], o["connector_type"], o["mode"], o["parking"]) for o in outlets] == [
        (station_id, 1, "", "RFID", ""),
        (station_id, 2, "Type 2", "OPEN", "B12"),
    ]
    assert len({outlet["uuid"] for outlet in outlets}) == 2


def test_a_charge_box_id_stands_once_among_the_living(people: People) -> None:
    first = stations.create_station(people.alice, NewStation(people.solna, "00004079", "Gate"))
    with pytest.raises(AlreadyExists, match="00004079"):
        stations.create_station(people.alice, NewStation(people.lund, "00004079", "Other"))
    node_changes.remove(people.alice, "station", first)
    assert stations.create_station(people.alice, NewStation(people.lund, "00004079", "Other")) != first


def test_of_several_who_create_one_station_at_once_one_does(people: People) -> None:
    """The others are told, and leave nothing behind."""
    at_once = threading.Barrier(8)

    def create(_who: int) -> bool:
        at_once.wait()
        try:
            stations.create_station(people.alice, NewStation(people.solna, "00004079", "Gate"))
        except AlreadyExists:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(create, range(8))) == 1
    for table in ("charging_station", "outlet"):
        assert people.alice.database.query(f"SELECT 1 FROM {table}").num_rows == 1  # noqa: S608 - constants


def test_of_several_stations_all_are_created_or_none(people: People) -> None:
    twins = [NewStation(people.solna, "A", "A"), NewStation(people.solna, "B", "B"), NewStation(people.solna, "A", "C")]
    with pytest.raises(AlreadyExists, match="A"):
        stations.create_stations(people.alice, twins)
    assert people.alice.database.query("SELECT 1 FROM charging_station").num_rows == 0


@pytest.mark.parametrize(
    ("station", "reason"),
    [
        (NewStation(1, "x", "x", outlets=[]), "numbered 1 to at most 4"),
        (NewStation(1, "x", "x", outlets=[NewOutlet(n) for n in range(1, 6)]), "numbered 1 to at most 4"),
        (NewStation(1, "x", "x", outlets=[NewOutlet(2)]), "numbered 1 to at most 4"),
        (NewStation(1, "x", "x", outlets=[NewOutlet(1, mode="FREE")]), "OPEN or RFID"),
        (NewStation(1, " ", "x"), "1 to 100 characters"),
        (NewStation(1, "x", "n" * 101), "more than 100 characters"),
    ],
)
def test_an_impossible_station_is_refused_with_the_reason(people: People, station: NewStation, reason: str) -> None:
    with pytest.raises(InvalidInput, match=reason):
        stations.create_station(people.alice, station._replace(site_id=people.solna))


def test_names_are_unique_where_they_stand(people: People) -> None:
    sites.create_floor(people.alice, people.solna, "P1")
    sites.create_floor(people.alice, people.lund, "P1")
    for again in (
        lambda: sites.create_site(people.alice, "Solna"),
        lambda: sites.create_floor(people.alice, people.solna, "P1"),
    ):
        with pytest.raises(AlreadyExists):
            again()


def test_a_node_with_sub_nodes_is_not_removed_and_says_what_stands_below(people: People) -> None:
    floor = sites.create_floor(people.alice, people.solna, "P1")
    grid_controllers.create_grid_controller(people.alice, people.solna, "GC", "gc-1", floor)
    with pytest.raises(HasChildren, match=r"The site Solna still has one floor \(P1\)\. Remove"):
        node_changes.remove(people.alice, "site", people.solna)
    with pytest.raises(HasChildren, match=r"The floor P1 still has one grid controller \(GC\)\. Remove"):
        node_changes.remove(people.alice, "floor", floor)


def test_a_removed_node_is_gone_for_its_user(people: People) -> None:
    node_changes.remove(people.alice, "site", people.lund)
    with pytest.raises(NotFound):
        node_changes.remove(people.alice, "site", people.lund)


def test_who_may_not_configure_creates_nothing(people: People) -> None:
    new = NewStation(people.solna, "00004079", "Gate")
    for scope, refusal in ((people.sam, NotPermitted), (people.dana, NotPermitted), (people.charlie, NotFound)):
        with pytest.raises(refusal):
            stations.create_station(scope, new)
    with pytest.raises(NotPermitted):
        sites.create_site(people.bob, "Uppsala")
    with pytest.raises(PortalError):
        node_changes.remove(people.bob, "site", people.solna)
    assert stations.create_station(people.bob, new)
