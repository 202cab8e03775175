"""The tab Security of a station through its own callback."""

from collections.abc import Callable

import pytest

from data import stations
from data.stations import NewStation
from tests.conftest import People
from tests.pages.conftest import Visitor


@pytest.fixture
def station_id(people: People) -> int:
    return stations.create_station(people.alice, NewStation(people.solna, "CP1", "CP1"))


def test_a_station_s_password_is_shown_once_and_its_profile_saved(
    visitor: Callable[..., Visitor], people: People, station_id: int
) -> None:
    bob = visitor("bob")
    address = f"/configuration?node=station:{station_id}&tab=security"
    assert "The station may come without a password." in bob.page(address)

    def press(button: str, profile: str = "0", somebody: Visitor = bob) -> str:
        values = {
            "security-pressed.data": {"of": {"what": button, "which": ""}},
            "security-profile.value": profile,
            "security-node.data": f"station:{station_id}",
        }
        answer = somebody.call("security-sections.children", values, changed=["security-pressed.data"])
        return answer.get_data(as_text=True)

    assert "needs a password" in press("require", "1")
    made = press("make")
    assert "it is not shown again" in made
    assert "AuthorizationKey" in made
    assert "The station must come with its password." in press("require", "1")
    assert "it is not shown again" not in bob.page(address)
    assert "it is not shown again" not in press("make", somebody=visitor("charlie"))
