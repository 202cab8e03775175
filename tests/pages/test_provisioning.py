"""User provisioning by its callbacks and addresses, once per role: who sees whom, and who adds, changes and deletes."""

import io
import json
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import openpyxl
import pytest
from werkzeug.test import TestResponse

from components.user_table import HEADINGS
from data import stations, user_changes, user_details, users
from data.database import Database, Sql
from data.errors import NotFound
from data.id_tags import Tag
from data.scope import Role
from data.stations import NewStation
from data.user_details import Details
from data.user_table import COLUMNS
from tests.conftest import PASSWORD, People
from tests.pages.conftest import Visitor

Visit = Callable[..., Visitor]
FIELDS = ("role", "first_name", "last_name", "email", "password", "site_ids", "email_at_alarm")
FAULTS = ("role", "first_name", "last_name", "email", "password", "site_ids", "tags.0")
NOT_ADMINISTRATORS = ["bob", "dana", "sam"]


@pytest.fixture(autouse=True)
def _charged_in_solna(database: Database, people: People) -> None:
    station_id = stations.create_station(people.alice, NewStation(people.solna, "CP1", "CP1"))
    insert = """INSERT INTO session (session_id, charge_box_id, connector_id, started_at, ended_at, authentication,
                                     logged_at, duration_s, site_id, station_id, user_id)
                VALUES ('S-1', 'CP1', 1, now(), now(), 1, now(), 1, $site, $station, $user)"""
    params = {"site": people.solna, "station": station_id, "user": people.dana.user_id}
    database.write([Sql(insert, params)], [("session", people.solna)])


def rows(visitor: Visitor, node: str | None = None, **filters: Any) -> TestResponse:
    request = {"startRow": 0, "endRow": 100, "filterModel": filters, "sortModel": []}
    return visitor.call("users.getRowsResponse", {"users.getRowsRequest": request, "users-node.data": node})


def seen_by(visitor: Visitor, node: str | None = None) -> set[str]:
    answer = rows(visitor, node).json["response"]["users"]["getRowsResponse"]
    return {row["name"].removesuffix(" Example") for row in answer["rowData"]}


def wish(visitor: Visitor, action: str, user_id: int | None, part: str = "user-body.children") -> TestResponse:
    (output,) = (
        key
        for key, entry in visitor.app.callback_map.items()
        if part in key and entry["inputs"][0]["id"] == "users-wish"
    )
    values = {"users-wish.data": {"action": action, "user": user_id}}
    return visitor.call(output, values, ["users-wish.data"])


def press(visitor: Visitor, button: str, user_id: int | None, seen: Details, **typed: Any) -> TestResponse:
    """Press a button of the form of a user that was seen like this, with what was typed over it."""
    (output,) = (key for key in visitor.app.callback_map if "user-conflict-text.children" in key)
    form = {**seen.as_json(), "password": "", **typed}
    tag = Tag(*(form["tags"] or [Tag("")])[0])._asdict()
    fields = [_prop({"user-field": name}, "value", form[name]) for name in FIELDS]
    tags = [_prop({"user-tag": 0, "part": name}, "value", value) for name, value in tag.items()]
    faults = [{"id": {"user-fault": name}, "property": "children"} for name in FAULTS]
    entry = visitor.app.callback_map[output]
    body = {
        "output": output,
        "outputs": [faults, *_outputs(output)],
        "inputs": [*({**one, "value": 1} for one in entry["inputs"][:3]), fields, tags],
        "state": [
            [_prop(one["id"], "id", one["id"]) for one in fields],
            [_prop(one["id"], "id", one["id"]) for one in tags],
            [_prop(one["id"], "id", one["id"]) for one in faults],
            _prop("user-seen", "data", {"user": user_id, "details": seen.as_json()}),
        ],
        "changedPropIds": [f"{button}.n_clicks"] if button else [],
    }
    return visitor.client.post("/_dash-update-component", json=body, headers={"X-CSRFToken": visitor.token})


def _outputs(output: str) -> list[dict[str, str]]:
    parts = [one.rpartition(".") for one in output.strip(".").split("...")[1:]]
    return [{"id": name, "property": prop} for name, _dot, prop in parts]


def _prop(identity: object, name: str, value: object) -> dict[str, object]:
    return {"id": identity, "property": name, "value": value}


def delete(visitor: Visitor, user_id: int) -> TestResponse:
    (output,) = (key for key, entry in visitor.app.callback_map.items() if entry["inputs"][0]["id"] == "user-delete")
    return visitor.call(output, {"user-delete.n_clicks": 1, "user-doomed.data": user_id}, ["user-delete.n_clicks"])


def kept(people: People, user_id: int) -> Details:
    return user_details.read(people.alice, user_id).details


def test_every_column_has_its_heading() -> None:
    assert set(HEADINGS) == set(COLUMNS)


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("alice", {"Alice", "Bob", "Charlie", "Dana", "Sam"}),
        ("bob", {"Bob", "Dana"}),
        ("charlie", {"Charlie"}),
    ],
)
def test_each_role_sees_the_users_of_its_scope_and_exports_them(visitor: Visit, name: str, seen: set[str]) -> None:
    somebody = visitor(name)
    assert seen_by(somebody) == seen
    (begin,) = (key for key in somebody.app.callback_map if "users-job.data" in key)
    values = {"users-export.n_clicks": 1, "users-query.data": {"filters": {}, "order": []}}
    job = somebody.call(begin, values, ["users-export.n_clicks"]).json["response"]["users-job"]["data"]
    for thread in threading.enumerate():
        if thread.name == "export":
            thread.join()
    with somebody.client.get(f"/export/{job}.xlsx") as answer:
        sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).active
    assert sheet is not None
    found = {str(row[0]).removesuffix(" Example") for row in sheet.iter_rows(values_only=True) if row[0]}
    assert found & {"Alice", "Bob", "Charlie", "Dana", "Sam"} == seen


@pytest.mark.parametrize("name", ["dana", "sam"])
def test_other_roles_have_no_page_no_rows_and_no_export(visitor: Visit, name: str) -> None:
    somebody = visitor(name)
    assert somebody.client.get("/provisioning").status_code == 404
    assert "User provisioning" not in somebody.page("/provisioning")
    assert rows(somebody).status_code == 403
    (begin,) = (key for key in somebody.app.callback_map if "users-job.data" in key)
    assert somebody.call(begin, {"users-export.n_clicks": 1}).status_code == 403


def test_a_node_of_another_site_is_no_way_to_its_users(visitor: Visit, people: People) -> None:
    charlie = visitor("charlie")
    assert charlie.client.get(f"/provisioning?node=site:{people.solna}").status_code == 404
    assert "Dana" not in json.dumps(rows(charlie, f"site:{people.solna}").json)


def test_a_site_administrator_has_no_button_dialog_or_menu_entry_that_changes_users(visitor: Visit) -> None:
    page = visitor("bob").page("/provisioning")
    assert "Add user" not in page
    assert "user-dialog" not in page
    assert "wish:" not in page
    assert "wish:edit" in visitor("alice").page("/provisioning")


def test_a_site_administrator_filters_by_the_roles_there_are_at_sites(visitor: Visit) -> None:
    output = next(key for key in visitor().app.callback_map if "users-roles.children" in key)
    asked = {"users-query.data": {"filters": {}, "order": []}}
    shown = {
        name: [one["props"]["children"] for one in answer.json["response"]["users-roles"]["children"]]
        for name in ("alice", "bob")
        if (answer := visitor(name).call(output, asked))
    }
    assert shown == {
        "alice": ["All 5", "EV user 1", "Site administrator 2", "Administrator 1", "Support user 1"],
        "bob": ["All 2", "EV user 1", "Site administrator 1"],
    }


@pytest.mark.parametrize("name", NOT_ADMINISTRATORS)
def test_only_an_administrator_opens_saves_and_deletes(visitor: Visit, people: People, name: str) -> None:
    somebody, dana = visitor(name), kept(people, people.dana.user_id)
    assert wish(somebody, "edit", people.dana.user_id).status_code == 403
    assert wish(somebody, "delete", people.dana.user_id, "user-question-text.children").status_code == 403
    assert press(somebody, "user-save", people.dana.user_id, dana, first_name="Forged").status_code == 403
    assert press(somebody, "user-save", None, dana, email="eva@portal.example", password=PASSWORD).status_code == 403
    assert delete(somebody, people.dana.user_id).status_code == 403
    assert kept(people, people.dana.user_id) == dana


@pytest.mark.parametrize("role", list(Role))
def test_an_administrator_adds_each_role_with_what_it_has(visitor: Visit, people: People, role: Role) -> None:
    typed = {
        "role": role.value, "first_name": "Eva", "last_name": "Ek", "email": "Eva@portal.example", "password": PASSWORD,
        "site_ids": [people.solna, people.lund], "email_at_alarm": True, "tags": [Tag("77 705 923")],
    }  # fmt: skip
    answer = press(visitor("alice"), "user-save", None, Details(Role.EV_USER), **typed)
    assert answer.json["response"]["user-dialog"]["is_open"] is False
    assert "Eva Ek is added" in str(answer.json["sideUpdate"])
    (row,) = people.alice.database.query("SELECT user_id FROM portal_user WHERE first_name = 'Eva'").to_pylist()
    is_site_administrator, is_ev_user = role is Role.SITE_ADMINISTRATOR, role is Role.EV_USER
    assert kept(people, row["user_id"]) == Details(
        role,
        "Eva",
        "Ek",
        "eva@portal.example",
        email_at_alarm=not is_ev_user,
        site_ids=tuple(sorted((people.solna, people.lund))) if is_site_administrator else (),
        tags=(Tag("77705923"),) if is_ev_user else (),
    )


def test_what_is_wrong_stands_at_its_field_and_the_dialog_stays(visitor: Visit, people: People) -> None:
    typed: dict[str, Any] = {"first_name": "Eva\u202e"}
    answer = press(visitor("alice"), "user-save", None, Details(Role.EV_USER), **typed).json["response"]
    assert "RIGHT-TO-LEFT" in answer['{"user-fault":"first_name"}']["children"].upper()
    typed = {"email": "bob@portal.example", "password": "short", "tags": [Tag("C4B3A204")]}
    answer = press(visitor("alice"), "user-save", None, Details(Role.EV_USER), **typed).json["response"]
    told = {name: answer[f'{{"user-fault":"{name}"}}']["children"] for name in FAULTS}
    assert told["first_name"] == "Enter the first name."
    assert told["email"] == "Another user has this email."
    assert told["password"] == "At least 8 characters, with both letters and numbers."
    assert told["tags.0"].startswith("dana@portal.example has this RFID already")
    assert "user-dialog" not in answer
    assert PASSWORD not in str(answer)


def test_a_field_that_was_not_filled_in_yet_is_wrong_on_save_only(visitor: Visit, people: People) -> None:
    answer = press(visitor("alice"), "", None, Details(Role.EV_USER), email="eva").json["response"]
    told = {name: answer[f'{{"user-fault":"{name}"}}']["children"] for name in FAULTS}
    assert [name for name, text in told.items() if text] == ["email"]


def test_the_second_of_two_is_told_who_changed_what_and_chooses(visitor: Visit, people: People) -> None:
    alice, user_id = visitor("alice"), people.dana.user_id
    seen = kept(people, user_id)
    eva = Details(Role.ADMINISTRATOR, "Eva", "Ek", "eva@portal.example")
    by = people.alice.__class__(people.alice.database, user_changes.add(people.alice, eva, PASSWORD), eva.role, None)
    user_changes.save(by, user_id, seen, Details(Role.EV_USER, "Diana", seen.last_name, seen.email, tags=seen.tags))
    answer = press(alice, "user-save", user_id, seen, first_name="Dagny").json["response"]
    assert "Eva Ek changed First name from “Dana” to “Diana”" in str(answer["user-conflict-text"])
    assert "You entered “Dagny”" in str(answer["user-conflict-text"])
    assert answer["user-conflict"]["hidden"] is False
    theirs = press(alice, "user-theirs", user_id, seen, first_name="Dagny").json["response"]
    assert theirs["user-seen"]["data"]["details"]["first_name"] == "Diana"
    assert kept(people, user_id).first_name == "Diana"
    user_changes.save(by, user_id, kept(people, user_id), replace(kept(people, user_id), last_name="Eriksson"))
    press(alice, "user-overwrite", user_id, seen, first_name="Dagny")  # what was not asked about stays
    assert (kept(people, user_id).first_name, kept(people, user_id).last_name) == ("Dagny", "Eriksson")


def test_deleting_asks_with_name_and_effects_then_keeps_the_sessions(visitor: Visit, people: People) -> None:
    alice = visitor("alice")
    asked = str(wish(alice, "delete", people.dana.user_id, "user-question-text.children").json)
    assert "Delete Dana Example?" in asked
    assert "04A2B3C4" in asked
    assert "sessions stay" in asked
    assert kept(people, people.dana.user_id)
    assert "Dana Example is deleted" in str(delete(alice, people.dana.user_id).json)
    with pytest.raises(NotFound):
        kept(people, people.dana.user_id)
    assert people.alice.database.query("SELECT 1 FROM session").num_rows == 1


def test_refusals_are_told_in_words(visitor: Visit, people: People) -> None:
    alice = visitor("alice")
    asked = str(wish(alice, "delete", people.alice.user_id, "user-question-text.children").json)
    assert "is you" in asked
    assert "Delete Alice" not in asked
    refused = delete(alice, people.alice.user_id).json
    assert "is you" in str(refused)
    assert refused["response"]["user-question"]["is_open"] is False
    me = kept(people, people.alice.user_id)
    answer = press(alice, "user-save", people.alice.user_id, me, role="support_user").json["response"]
    assert "last administrator" in answer['{"user-fault":"role"}']["children"]
    answer = press(alice, "user-save", people.alice.user_id, me, password="another horse 2").json["response"]
    assert "User settings" in str(answer)
    assert users.find(people.alice.database, people.alice.user_id).role is Role.ADMINISTRATOR


def test_forged_forms_are_refused(visitor: Visit, people: People) -> None:
    alice, dana = visitor("alice"), kept(people, people.dana.user_id)
    assert press(alice, "user-save", people.dana.user_id, dana, first_name={"a": 1}).status_code == 400
    press(alice, "user-save", people.dana.user_id, dana, role="owner")
    assert kept(people, people.dana.user_id) == dana
    assert wish(alice, "edit", 4711).status_code in (200, 204)
