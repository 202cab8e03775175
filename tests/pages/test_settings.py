"""User settings through the page's own callbacks: what is kept, what is refused, who stays signed in."""

from collections.abc import Callable, Iterable, Sequence
from itertools import zip_longest
from typing import Any

import pytest
from werkzeug.test import TestResponse

from components import access, windows
from data import log_in, stations, users
from data.database import Database, Sql
from data.own_settings import OwnSettings
from data.scope import Role, Scope
from data.stations import NewStation
from data.users import User
from tests.conftest import PASSWORD, People
from tests.pages.conftest import Visitor

Visit = Callable[..., Visitor]

FIELDS = ("first_name", "last_name", "email", "password", "new_password", "new_password_again")
FAULTS = [{"setting-fault": name} for name in FIELDS]
NEW_PASSWORD = "another horse 2"


@pytest.fixture(autouse=True)
def forgetful(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look users up anew in every request."""
    monkeypatch.setattr(access, "KNOWN_FOR_S", 0.0)


def kept(scope: Scope) -> User:
    return users.find(scope.database, scope.user_id)


def submit(visitor: Visitor, user: User, places: list[Any] | None = None, **changes: Any) -> TestResponse:
    """Press Save with the user's present settings and some changes."""
    form = {
        name: getattr(user, name, "") for name in (*FIELDS, "theme", "language", "email_at_alarm", "time_zone")
    } | changes
    fields = [{"setting": name} for name in form]
    shown = places or windows.chosen(user.role, user.dashboard_windows)
    save = {"id": "settings-save", "property": "n_clicks", "value": 1}
    return call(
        visitor,
        "settings-bar",
        outputs=[_props(FAULTS, "children"), _prop("settings-changes", "children"), _prop("settings-bar", "className")],
        inputs=[_props(fields, "value", form.values()), _places(shown), save],
        state=[
            _props(fields, "id", fields),
            _props(FAULTS, "id", FAULTS),
            _prop("settings-seen", "data", {name: getattr(user, name) for name in OwnSettings.__dataclass_fields__}),
        ],
    )


def call(visitor: Visitor, part: str, **body: Any) -> TestResponse:
    """Call the callback that draws a part, as a browser does after a click on Save."""
    (output,) = (key for key in visitor.app.callback_map if part in key)
    body |= {"output": output, "changedPropIds": ["settings-save.n_clicks"]}
    return visitor.client.post("/_dash-update-component", json=body, headers={"X-CSRFToken": visitor.token})


def _prop(identity: object, name: str, value: object = None) -> dict[str, object]:
    return {"id": identity, "property": name, "value": value}


def _props(ids: Sequence[object], name: str, values: Iterable[object] = ()) -> list[dict[str, object]]:
    return [_prop(*one) for one in zip_longest(ids, [name] * len(ids), values)]


def _places(kinds: Sequence[object]) -> list[dict[str, object]]:
    return _props([{"window-place": number} for number in range(1, len(kinds) + 1)], "value", kinds)


def faults(answer: TestResponse) -> dict[str, str]:
    told = {name: answer.json["response"][f'{{"setting-fault":"{name}"}}']["children"] for name in FIELDS}
    return {name: text for name, text in told.items() if text}


def test_own_name_email_and_alarm_mail_are_changed(visitor: Visit, people: People) -> None:
    bob = visitor("bob")
    changes = {"first_name": "Robert", "email": " Robert@Portal.example", "email_at_alarm": True}
    assert faults(submit(bob, kept(people.bob), password=PASSWORD, **changes)) == {}
    now = kept(people.bob)
    assert (now.name, now.email, now.email_at_alarm) == ("Robert Example", "robert@portal.example", True)
    assert visitor().log_in("robert").status_code == 302


def test_the_time_zone_of_the_mails_is_kept_for_each_user_and_must_be_one(visitor: Visit, people: People) -> None:
    bob = visitor("bob")
    assert kept(people.bob).time_zone == ""  # that of each site
    assert "Asia/Tokyo" in bob.page("/settings")
    submit(bob, kept(people.bob), time_zone="Asia/Tokyo")
    assert (kept(people.bob).time_zone, kept(people.alice).time_zone) == ("Asia/Tokyo", "")
    submit(bob, kept(people.bob), time_zone="Moon/Tranquility")
    assert kept(people.bob).time_zone == "Asia/Tokyo"
    submit(bob, kept(people.bob), time_zone="sites")
    assert kept(people.bob).time_zone == ""


def test_two_pages_of_a_user_keep_each_others_changes(visitor: Visit, people: People) -> None:
    here, elsewhere, began = visitor("alice"), visitor("alice"), kept(people.alice)
    submit(here, began, first_name="Anna")
    submit(elsewhere, began, last_name="Ek")
    assert kept(people.alice).name == "Anna Ek"


def test_new_password_signs_out_other_sessions_and_keeps_this_one(visitor: Visit, people: People) -> None:
    here, elsewhere = visitor("alice"), visitor("alice")
    answer = submit(
        here, kept(people.alice), password=PASSWORD, new_password=NEW_PASSWORD, new_password_again=NEW_PASSWORD
    )
    assert faults(answer) == {}
    assert here.client.get("/dashboard").status_code == 200
    assert elsewhere.client.get("/dashboard").status_code == 302
    assert visitor().log_in("alice").status_code == 401
    assert visitor().log_in("alice", NEW_PASSWORD).status_code == 302


def test_what_a_page_asked_before_the_answer_with_its_new_cookie_is_answered(visitor: Visit, people: People) -> None:
    here = visitor("alice")
    before = here.client.get_cookie("session")
    assert before
    new = {"new_password": NEW_PASSWORD, "new_password_again": NEW_PASSWORD}
    assert faults(submit(here, kept(people.alice), password=PASSWORD, **new)) == {}
    after = here.client.get_cookie("session")
    assert after
    assert after.value != before.value
    here.client.set_cookie("session", before.value)
    assert here.client.get("/dashboard").status_code == 200
    assert here.client.get_cookie("session").value == before.value


def test_a_refused_request_leaves_the_cookie_that_the_browser_has(visitor: Visit, people: People) -> None:
    here = visitor("alice")
    users.change_password(people.alice.database, people.alice.user_id, NEW_PASSWORD)
    answer = here.client.get("/dashboard")
    assert answer.status_code == 302
    assert not [one for one in answer.headers.getlist("Set-Cookie") if one.startswith("session=")]


@pytest.mark.parametrize("password", ["", "wrong 1234"])
@pytest.mark.parametrize(
    "changes",
    [{"email": "other@portal.example"}, {"new_password": NEW_PASSWORD, "new_password_again": NEW_PASSWORD}],
    ids=["email", "password"],
)
def test_email_and_password_need_the_current_password(
    visitor: Visit, people: People, password: str, changes: dict[str, str]
) -> None:
    before = kept(people.dana)
    answer = submit(visitor("dana"), before, password=password, **changes)
    assert set(faults(answer)) == {"password"}
    assert kept(people.dana) == before


def test_guessing_the_current_password_must_wait_like_a_log_in(visitor: Visit, people: People) -> None:
    alice, user = visitor("alice"), kept(people.alice)
    for _ in range(log_in.FREE_FAILURES["account"]):
        submit(alice, user, email="other@portal.example", password="wrong 1234")
    answer = submit(alice, user, email="other@portal.example", password=PASSWORD)
    assert "Too many failed attempts" in faults(answer)["password"]
    assert kept(people.alice) == user


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("first_name", {"first_name": " "}),
        ("first_name", {"first_name": "Alice\u202e"}),
        ("last_name", {"last_name": "x" * 101}),
        ("email", {"email": "no address"}),
        ("email", {"email": ""}),
        ("email", {"email": "bob@portal.example"}),
        ("new_password", {"new_password": "short 1", "new_password_again": "short 1"}),
        ("new_password", {"new_password": "onlyletters", "new_password_again": "onlyletters"}),
        ("new_password_again", {"new_password": NEW_PASSWORD, "new_password_again": "another"}),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_nothing_is_kept(
    visitor: Visit, people: People, field: str, changes: dict[str, str]
) -> None:
    before = kept(people.alice)
    answer = submit(visitor("alice"), before, password=PASSWORD, **{"last_name": "Changed"} | changes)
    assert set(faults(answer)) == {field}
    assert kept(people.alice) == before


@pytest.mark.parametrize(
    "forged",
    [
        {"theme": "neon"},
        {"language": "xx"},
        {"role": "administrator", "user_id": 1, "last_name": "Ok"},
        {"email": True},
        {"first_name": "x" * 101},
        {"email_at_alarm": True},
    ],
    ids=["theme", "language", "role", "type", "long", "alarm"],
)
def test_forged_values_change_nothing_they_may_not(visitor: Visit, people: People, forged: dict[str, Any]) -> None:
    before = kept(people.dana)
    submit(visitor("dana"), before, password=PASSWORD, **forged)
    now = kept(people.dana)
    assert (now.role, now.user_id, now.email) == (before.role, before.user_id, before.email)
    assert (now.theme, now.language) == (before.theme, before.language)
    assert (now.first_name, now.email_at_alarm) == (before.first_name, False)


def test_saving_touches_nobody_else(visitor: Visit, people: People, database: Database) -> None:
    others = [kept(scope) for scope in (people.bob, people.dana, people.sam)]
    submit(visitor("alice"), kept(people.alice), last_name="Changed", theme="dark")
    assert [kept(scope) for scope in (people.bob, people.dana, people.sam)] == others


def test_chosen_windows_and_their_order_are_on_the_dashboard(visitor: Visit, people: People) -> None:
    alice = visitor("alice")
    places = list(reversed(windows.available(Role.ADMINISTRATOR)))[:4]
    assert faults(submit(alice, kept(people.alice), places)) == {}
    page = alice.page("/dashboard")
    at = [page.index(f'"id": {{"window": "{kind}"}}') for kind in places]
    assert at == sorted(at)
    assert windows.chosen(Role.ADMINISTRATOR, kept(people.alice).dashboard_windows) == places


def test_a_window_of_another_role_cannot_be_chosen(visitor: Visit, people: People) -> None:
    dana = visitor("dana")
    submit(dana, kept(people.dana), ["active_alarms", "nonsense"], last_name="Ek")
    assert '"window": "active_alarms"' not in dana.page("/dashboard")


def test_choosing_nothing_keeps_the_default_windows() -> None:
    assert windows.chosen(Role.ADMINISTRATOR, "") == [
        "station_status",
        "power_now",
        "active_alarms",
        "ongoing_sessions",
    ]


@pytest.mark.parametrize("name", ["alice", "bob", "sam", "dana"])
def test_every_window_a_role_may_choose_is_drawn_without_data_too(visitor: Visit, people: People, name: str) -> None:
    person, scope = visitor(name), getattr(people, name)
    kinds = windows.available(scope.role)
    for kind in kinds:
        submit(person, kept(scope), [kind])
        assert kept(scope).dashboard_windows.startswith(kind) or kind == kinds[0]
        assert f'"id": {{"window": "{kind}"}}' in person.page("/dashboard")


def test_there_are_eight_kinds_to_choose_from() -> None:
    assert len(windows.available(Role.ADMINISTRATOR)) >= 8


def test_windows_of_the_last_days_keep_to_the_scope(visitor: Visit, people: People, database: Database) -> None:
    station_id = stations.create_station(people.alice, NewStation(people.solna, "Gate", "Gate"))
    row = {"station": station_id, "site": people.solna, "user": people.dana.user_id}
    session = """INSERT INTO session (session_id, charge_box_id, connector_id, started_at, ended_at, energy_kwh,
                     authentication, logged_at, duration_s, site_id, station_id, user_id)
                 VALUES ('s1', 'Gate', 1, now() - INTERVAL 2 HOUR, now() - INTERVAL 1 HOUR, 4711, 1, now(), 3600,
                     $site, $station, $user)"""
    chosen = "UPDATE portal_user SET dashboard_windows = 'energy_30_days,top_stations,outlet_use,latest_sessions'"
    database.write([Sql(session, row), Sql(chosen)])
    shown = {name: visitor(name).page("/dashboard") for name in ("alice", "bob", "dana", "charlie", "sam")}
    assert {name for name, page in shown.items() if "4\u00a0711" in page} == {"alice", "bob", "dana", "sam"}
    assert "Gate" not in shown["charlie"]


def test_a_window_chosen_twice_changes_places(visitor: Visit, people: People) -> None:
    alice = visitor("alice")
    before = windows.chosen(Role.ADMINISTRATOR)
    now = [before[2], *before[1:]]
    sketches = [{"window-sketch": number} for number in range(1, 5)]
    answer = call(
        alice,
        "settings-windows",
        outputs=[_places(now), _props(sketches, "children"), _prop("settings-windows", "data")],
        inputs=[_places(now)],
        state=[_prop("settings-windows", "data", before)],
    )
    assert answer.json["response"]["settings-windows"]["data"] == [before[2], before[1], before[0], before[3]]


def test_theme_of_the_user_comes_with_the_log_in(visitor: Visit, people: People) -> None:
    submit(visitor("alice"), kept(people.alice), theme="dark")
    cookies = visitor().log_in("alice").headers.getlist("Set-Cookie")
    assert any(cookie.startswith("theme-choice=dark") for cookie in cookies)


def test_theme_of_the_menu_is_kept(visitor: Visit, people: People) -> None:
    alice = visitor("alice")
    (output,) = (
        key
        for key, entry in alice.app.callback_map.items()
        if entry.get("no_output") and entry["inputs"] == [{"id": "theme-shown", "property": "data"}]
    )
    alice.call(output, {"theme-shown.data": "light"}, ["theme-shown.data"])
    assert kept(people.alice).theme == "light"


def test_chosen_language_is_spoken_at_once_and_everywhere(visitor: Visit, people: People) -> None:
    alice = visitor("alice")
    assert '<html lang="en"' in alice.client.get("/dashboard").text
    answer = submit(alice, kept(people.alice), language="sv")
    assert answer.json["sideUpdate"]["settings-language"]["data"] == "sv"
    assert '<html lang="sv"' in alice.client.get("/dashboard").text
    assert '"Översikt"' in alice.page("/dashboard")
    assert "Innehåller" in alice.page("/statistics")
    assert "Översikt" in visitor("alice").shell()
    assert '"Dashboard"' in visitor("bob").page("/dashboard")
    assert '"locale": "sv"' in alice.page("/diagrams")


def test_change_of_settings_is_in_the_event_log_without_the_password(
    visitor: Visit, people: People, database: Database
) -> None:
    submit(
        visitor("alice"),
        kept(people.alice),
        first_name="Anna",
        password=PASSWORD,
        new_password=NEW_PASSWORD,
        new_password_again=NEW_PASSWORD,
    )
    (row,) = database.query("SELECT * FROM event WHERE kind = 'user changed'").to_pylist()
    assert "First name, Password" in row["text"]
    assert NEW_PASSWORD not in str(row)
    assert PASSWORD not in str(row)


def test_signed_out_visitor_has_no_settings(visitor: Visit, people: People) -> None:
    assert visitor().client.get("/settings").status_code == 302
