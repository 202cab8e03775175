"""The Dashboard by its address, once per role: which windows, and nothing of another scope in them."""

from collections.abc import Callable

import pytest

from components import windows
from data import node_changes, sites, stations
from data.database import Sql
from data.duckdb_engine import DuckDB
from data.scope import Role
from data.stations import NewStation
from tests.conftest import People
from tests.pages.conftest import Visitor

Visit = Callable[..., Visitor]


@pytest.fixture(autouse=True)
def running(database: DuckDB, people: People) -> None:
    """Dana charges in Solna, somebody else in Lund, and both stations have an alarm."""
    for number, (site_id, name, user_id) in enumerate(
        [(people.solna, "Gate", people.dana.user_id), (people.lund, "Yard", None)], start=1
    ):
        station_id = stations.create_station(people.alice, NewStation(site_id, name, name))
        values = {"n": number, "station": station_id, "site": site_id, "name": name, "user": user_id}
        database.write(
            [
                Sql(
                    "INSERT INTO station_state (station_id, connected, registered_at) VALUES ($s, TRUE, now())",
                    {"s": station_id},
                ),
                Sql(
                    """INSERT INTO open_transaction (transaction_id, station_id, site_id, connector_id, charge_box_id,
                           user_id, authentication, started_at, logged_at, power_w, measured_at)
                       VALUES ($n, $station, $site, 1, $name, $user, 1, now(), now(), 11000, now())""",
                    values,
                ),
                Sql(
                    """INSERT INTO alarm (alarm_id, kind, code, site_id, station_id, connector_id, description,
                           raised_at, repeated_at)
                       VALUES ($n, 'Fuse', 'GroundFailure', $site, $station, 1, 'Fault of ' || $name, now(), now())""",
                    {key: value for key, value in values.items() if key != "user"},
                ),
            ]
        )


@pytest.mark.parametrize(
    ("name", "own", "foreign"),
    [
        ("alice", ("Gate", "Yard", "Fault of Gate", "Fault of Yard"), ()),
        ("sam", ("Gate", "Yard", "Fault of Gate", "Fault of Yard"), ()),
        ("bob", ("Gate", "Fault of Gate"), ("Yard", "Lund")),
        ("charlie", ("Yard", "Fault of Yard"), ("Gate", "Solna")),
        ("dana", ("Gate",), ("Yard", "Fault of", "Lund")),
    ],
)
def test_each_role_sees_its_own_scope_only(
    visitor: Visit, name: str, own: tuple[str, ...], foreign: tuple[str, ...]
) -> None:
    page = visitor(name).page("/dashboard")
    assert [text for text in own if text not in page] == []
    assert [text for text in foreign if text in page] == []


def test_the_chosen_node_limits_every_window(visitor: Visit, people: People) -> None:
    page = visitor("alice").page(f"/dashboard?node=site:{people.lund}")
    assert "Yard" in page
    assert "Gate" not in page


def test_a_node_of_another_site_is_not_there(visitor: Visit, people: People) -> None:
    page = visitor("charlie").page(f"/dashboard?node=site:{people.solna}")
    assert "404" in page
    assert "Gate" not in page


def test_a_new_portal_shows_what_is_missing_in_every_window(visitor: Visit, database: DuckDB) -> None:
    database.write(
        [Sql(f"DELETE FROM {table}") for table in ("open_transaction", "alarm", "charging_station", "outlet")]
    )
    page = visitor("alice").page("/dashboard")
    for text in ("No charging stations here", "Nothing is charging", "No active alarms", "No meter values"):
        assert text in page
    assert "Open Topology" in page
    page = visitor("charlie").page("/dashboard")
    assert "An administrator can add them." in page
    assert "Open Topology" not in page


def test_an_administrator_has_four_windows_of_four_kinds() -> None:
    assert len(windows.chosen(Role.ADMINISTRATOR)) >= 4


@pytest.mark.parametrize("kind", windows.WINDOWS)
def test_a_window_says_what_it_needs_to(kind: str) -> None:
    window = windows.WINDOWS[kind]
    assert all([str(window.TITLE), window.PAGE.startswith("/"), window.SUBJECTS, window.ROLES, callable(window.build)])


def test_only_windows_that_show_what_changed_are_drawn_again() -> None:
    assert windows.concerned(windows.WINDOWS, ["alarm"]) == ["station_status", "active_alarms", "site_map"]


def test_of_a_node_that_is_removed_meanwhile_the_reader_is_told_in_words(visitor: Visit, people: People) -> None:
    alice, [output] = visitor("alice"), [key for key in visitor().app.callback_map if '{"content":["ALL"]}.data' in key]
    site = sites.create_site(people.alice, "Umeå")
    shown = {"url.search": f"?node=site:{site}", "live-changes.data": {"changed": {"session": None}}}
    node_changes.remove(people.alice, "site", site)
    answer = alice.call(output, shown, ["live-changes.data"], {"content": ["latest_sessions", "energy_30_days"]})
    assert answer.status_code == 200
    assert "Alice Example removed the site Umeå at " in answer.text
