"""What stations must show: passwords that only their hash is kept of, and the least security profile."""

from collections.abc import Callable

import pytest

from data import station_passwords, station_security, stations
from data.errors import InvalidInput, NotFound, NotPermitted
from data.scope import Scope
from data.station_security import Credentials
from data.stations import NewStation
from tests.conftest import People


@pytest.fixture
def station_id(people: People) -> int:
    return stations.create_station(people.alice, NewStation(people.solna, "CP1", "CP1"))


def known(people: People, station_id: int) -> Credentials:
    return station_security.known(people.alice.database)[station_id]


def test_a_password_is_shown_once_and_kept_as_a_hash_only(people: People, station_id: int) -> None:
    password = station_security.make_password(people.bob, station_id)
    kept = known(people, station_id)
    assert station_passwords.is_password(password.encode(), kept.password)
    assert kept.next_passwords == ()
    database = people.alice.database
    everything = str([database.query(f"SELECT * FROM {name}") for name in ("station_security", "event")])  # noqa: S608
    assert password not in everything
    assert station_passwords.authorization_key(password) not in everything
    state = station_security.of_station(people.bob, station_id)
    assert (state["has_password"], state["is_changing"]) == (True, False)


def test_a_second_password_leaves_the_first_valid(people: People, station_id: int) -> None:
    first, second = (station_security.make_password(people.alice, station_id) for _ in range(2))
    kept = known(people, station_id)
    assert station_passwords.is_password(first.encode(), kept.password)
    assert [station_passwords.is_password(second.encode(), one) for one in kept.next_passwords] == [True]


@pytest.mark.parametrize("form", [str, station_passwords.authorization_key, lambda word: word.encode().hex()])
def test_a_password_fits_as_it_is_and_as_hexadecimal_text(form: Callable[[str], str]) -> None:
    password = station_passwords.generate()
    key = station_passwords.authorization_key(password)
    assert len(password) == 20
    for kept in (station_passwords.hash_of(password), station_passwords.hash_of_key(key)):
        assert station_passwords.is_password(form(password).encode(), kept)
        assert not station_passwords.is_password(form(password)[:-1].encode(), kept)


def test_a_sent_password_is_a_command_whose_value_nobody_sees(people: People, station_id: int) -> None:
    station_security.send_password(people.sam, station_id)
    (command,) = people.alice.database.query("SELECT kind, parameters FROM command").to_pylist()
    assert command["kind"] == "change_configuration"
    assert "•••" in command["parameters"] or "\\u2022" in command["parameters"]


def test_a_profile_with_password_needs_one_first_and_keeps_it(people: People, station_id: int) -> None:
    with pytest.raises(InvalidInput, match="needs a password"):
        station_security.require_profile(people.alice, station_id, 2)
    station_security.make_password(people.alice, station_id)
    station_security.require_profile(people.alice, station_id, 2)
    with pytest.raises(InvalidInput, match="needs a password"):
        station_security.remove_password(people.alice, station_id)
    station_security.require_profile(people.alice, station_id, 0)
    station_security.remove_password(people.alice, station_id)
    assert known(people, station_id) == station_security.NOTHING
    texts = people.alice.database.query("SELECT text FROM event WHERE kind = 'configuration changed'")["text"]
    assert "Security profile was changed from 0 to 2." in texts.to_pylist()


@pytest.mark.parametrize("profile", [-1, 4])
def test_there_are_profiles_0_to_3(people: People, station_id: int, profile: int) -> None:
    with pytest.raises(InvalidInput):
        station_security.require_profile(people.alice, station_id, profile)


def test_a_short_authorization_key_is_not_taken(people: People, station_id: int) -> None:
    with pytest.raises(InvalidInput, match="at least 16"):
        station_passwords.check_key("0123456789ABCDE")


@pytest.mark.parametrize(
    "change",
    [
        station_security.make_password,
        station_security.send_password,
        station_security.remove_password,
        lambda scope, station_id: station_security.require_profile(scope, station_id, 3),
    ],
)
def test_only_operators_of_its_site_change_how_a_station_is_secured(
    people: People, station_id: int, change: Callable[[Scope, int], object]
) -> None:
    with pytest.raises(NotFound):
        change(people.charlie, station_id)
    with pytest.raises(NotPermitted):
        change(people.dana, station_id)
    with pytest.raises(NotFound):
        station_security.of_station(people.charlie, station_id)
