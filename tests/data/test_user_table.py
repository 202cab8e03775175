"""The list of users: who sees whom, the chosen node, search, filters and order."""

from typing import Any

import pytest

from data import nodes, stations, user_table
from data.database import Sql
from data.errors import InvalidInput, NotPermitted
from data.scope import Role, Scope
from data.stations import NewStation
from tests.conftest import People


def names(scope: Scope, node: str | None = None, sort: Any = (), **filters: Any) -> list[str]:
    chosen = nodes.find(scope, node) if node else None
    rows = user_table.page(scope, chosen, filters, sort, 0, 100).rows
    return [name.removesuffix(" Example") for name in rows["name"].to_pylist()]


def charge(people: People, user: Scope, site_id: int, station_id: int) -> None:
    people.alice.database.write(
        [
            Sql(
                """INSERT INTO session (session_id, charge_box_id, connector_id, started_at, ended_at, authentication,
                       logged_at, duration_s, site_id, station_id, user_id)
                   VALUES ('S-1', 'CP1', 1, now(), now(), 1, now(), 1, $site, $station, $user)""",
                {"site": site_id, "station": station_id, "user": user.user_id},
            )
        ],
        changed=[("session", site_id)],
    )


def contains(word: str) -> dict[str, str]:
    return {"filterType": "text", "type": "contains", "filter": word}


def test_an_administrator_sees_everybody_by_name(people: People) -> None:
    assert names(people.alice) == ["Alice", "Bob", "Charlie", "Dana", "Sam"]
    assert names(people.alice, sort=[{"colId": "email", "sort": "desc"}])[0] == "Sam"


def test_a_site_administrator_sees_who_charged_at_or_administers_own_sites(people: People) -> None:
    station_id = stations.create_station(people.alice, NewStation(people.solna, "CP1", "CP1"))
    assert names(people.bob) == ["Bob"]
    charge(people, people.dana, people.solna, station_id)
    assert names(people.bob) == ["Bob", "Dana"]
    assert names(people.charlie) == ["Charlie"]
    assert user_table.find(people.charlie, people.dana.user_id) is None
    found = user_table.find(people.bob, people.dana.user_id)
    assert found is not None
    assert found["email"] == "dana@portal.example"


def test_a_site_administrator_is_told_no_site_of_others_of_who_has_several(people: People) -> None:
    both = Sql(
        "INSERT INTO user_site VALUES ($id, $solna), ($bob, $lund)",
        {"id": people.charlie.user_id, "solna": people.solna, "bob": people.bob.user_id, "lund": people.lund},
    )
    people.alice.database.write([both], [("user", 0)])
    seen = {
        name: {row["name"]: row["site"] for row in user_table.export(scope, None, {}, []).to_pylist()}
        for name, scope in (("alice", people.alice), ("bob", people.bob))
    }
    assert seen["alice"]["Charlie Example"] == "Lund, Solna"
    assert seen["bob"] == {"Bob Example": "Solna", "Charlie Example": "Solna"}
    assert names(people.bob, site=contains("Lund")) == []


@pytest.mark.parametrize("name", ["dana", "sam"])
def test_other_roles_have_no_users(people: People, name: str) -> None:
    with pytest.raises(NotPermitted):
        names(getattr(people, name))
    with pytest.raises(NotPermitted):
        user_table.count_roles(getattr(people, name), None, {})


def test_a_node_narrows_to_who_charged_there_or_has_rights_there(people: People) -> None:
    one, other = (
        stations.create_station(people.alice, NewStation(people.solna, charge_box_id, charge_box_id))
        for charge_box_id in ("CP1", "CP2")
    )
    charge(people, people.dana, people.solna, one)
    assert names(people.alice, f"site:{people.solna}") == ["Alice", "Bob", "Dana", "Sam"]
    assert names(people.alice, f"site:{people.lund}") == ["Alice", "Charlie", "Sam"]
    assert names(people.alice, f"station:{one}") == ["Alice", "Bob", "Dana", "Sam"]
    assert names(people.alice, f"station:{other}") == ["Alice", "Bob", "Sam"]


@pytest.mark.parametrize(("word", "found"), [("dana@", ["Dana"]), ("A2B3", ["Dana"]), ("Sam Ex", ["Sam"]), ("%", [])])
def test_search_looks_through_name_email_and_rfid(people: People, word: str, found: list[str]) -> None:
    assert names(people.alice, find=contains(word)) == found


def test_roles_are_counted_under_the_other_filters(people: People) -> None:
    counts = user_table.count_roles(people.alice, None, {})
    assert counts == {
        Role.ADMINISTRATOR: 1,
        Role.SITE_ADMINISTRATOR: 2,
        Role.SUPPORT_USER: 1,
        Role.EV_USER: 1,
    }
    assert user_table.count_roles(people.bob, None, {}) == {Role.EV_USER: 0, Role.SITE_ADMINISTRATOR: 1}
    assert user_table.count(people.alice, None, {"name": contains("bob")}) == 1
    assert names(people.alice, role={"filterType": "text", "type": "equals", "filter": "EV user"}) == ["Dana"]


def test_rows_tell_sites_tags_and_the_last_log_in(people: People) -> None:
    people.alice.database.write(
        [Sql("UPDATE portal_user SET last_login_at = '2026-03-20T10:00:00Z' WHERE role = 'site_administrator'")],
        changed=[("user", 0)],
    )
    rows = {row["name"]: row for row in user_table.export(people.alice, None, {}, []).to_pylist()}
    bob, dana, alice = (rows[f"{name} Example"] for name in ("Bob", "Dana", "Alice"))
    assert (bob["site"], alice["site"], dana["site"]) == ("Solna", "All sites", "")
    assert (dana["rfid"], dana["at_alarm"], bob["at_alarm"]) == ("04A2B3C4", "", "No")
    assert (f"{bob['last_login']:%Y-%m-%d %M}", dana["last_login"]) == ("2026-03-20 00", None)


def test_a_column_that_there_is_not_is_refused(people: People) -> None:
    with pytest.raises(InvalidInput):
        names(people.alice, password_hash=contains("a"))
