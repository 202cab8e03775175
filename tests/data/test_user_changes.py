"""Adding, changing and deleting users: roles, RFID tags in any notation, two people at one user, the event log."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from data import id_tags, log_in, user_changes, user_details, users
from data.database import Sql
from data.errors import AlreadyExists, ChangedMeanwhile, InvalidInput, LoginRefused, NotFound, NotPermitted, PortalError
from data.id_tags import Tag
from data.scope import Role, Scope
from data.user_details import Details
from tests.conftest import PASSWORD, People

HERE = "192.0.2.1"
EVA = Details(Role.EV_USER, "Eva", "Ek", "eva@portal.example", tags=(Tag("77705923"),))


def kept(people: People, user: Scope) -> Details:
    return user_details.read(people.alice, user.user_id).details


def save(people: People, user: Scope, by: Scope | None = None, password: str = "", **changes: Any) -> None:
    seen = kept(people, user)
    user_changes.save(by or people.alice, user.user_id, seen, replace(seen, **changes), password)


def events(people: People) -> list[dict[str, Any]]:
    rows = people.alice.database.query("SELECT * FROM event WHERE kind = 'user changed' ORDER BY logged_at").to_pylist()
    return [row | {"details": json.loads(row["details"])} for row in rows]


def test_an_added_user_is_as_entered_and_can_log_in(people: People) -> None:
    user_id = user_changes.add(people.alice, replace(EVA, email=" Eva@Portal.example "), PASSWORD)
    assert user_details.read(people.alice, user_id).details == EVA
    assert log_in.authenticate(people.alice.database, "eva@portal.example", PASSWORD, HERE).user_id == user_id


@pytest.mark.parametrize("name", ["مریم\u200cسادات", "👩\u200d🔧", "<b>Bo</b>", "Åke"])
def test_a_name_is_kept_as_it_is_written(people: People, name: str) -> None:
    save(people, people.dana, first_name=name)
    assert kept(people, people.dana).first_name == name


def test_each_role_keeps_only_what_is_its_own(people: People) -> None:
    everything = replace(EVA, email_at_alarm=True, site_ids=(people.solna, people.lund))
    ids = {
        role: user_changes.add(
            people.alice, replace(everything, role=role, email=f"{role}@portal.example", tags=everything.tags), PASSWORD
        )
        for role in Role
    }
    found = {role: user_details.read(people.alice, user_id).details for role, user_id in ids.items()}
    assert {role for role, one in found.items() if one.tags} == {Role.EV_USER}
    assert {role for role, one in found.items() if one.site_ids} == {Role.SITE_ADMINISTRATOR}
    assert {role for role, one in found.items() if one.email_at_alarm} == set(Role) - {Role.EV_USER}


@pytest.mark.parametrize("name", ["bob", "charlie", "dana", "sam"])
def test_only_administrators_read_add_change_and_delete_users(people: People, name: str) -> None:
    somebody: Scope = getattr(people, name)
    with pytest.raises(NotPermitted):
        user_details.read(somebody, people.dana.user_id)
    with pytest.raises(NotPermitted):
        user_changes.add(somebody, EVA, PASSWORD)
    with pytest.raises(NotPermitted):
        save(people, people.dana, by=somebody, first_name="Forged")
    with pytest.raises(NotPermitted):
        user_changes.remove(somebody, people.dana.user_id)
    assert kept(people, people.dana).first_name == "Dana"


@pytest.mark.parametrize(
    ("changes", "password", "field"),
    [
        ({"first_name": " "}, PASSWORD, "first_name"),
        ({"last_name": "x" * 101}, PASSWORD, "last_name"),
        ({"first_name": "Eva\u202e"}, PASSWORD, "first_name"),
        ({"last_name": "E\tk"}, PASSWORD, "last_name"),
        ({"email": "eva"}, PASSWORD, "email"),
        ({"email": "DANA@portal.example"}, PASSWORD, "email"),
        ({}, "short1", "password"),
        ({}, "", "password"),
        ({"role": Role.SITE_ADMINISTRATOR}, PASSWORD, "site_ids"),
        ({"role": Role.SITE_ADMINISTRATOR, "site_ids": (4711,)}, PASSWORD, "site_ids"),
        ({"tags": (Tag("1" * 26),)}, PASSWORD, "tags.0"),
        ({"tags": (Tag("0000"),)}, PASSWORD, "tags.0"),
        ({"tags": (Tag("77705923", valid_until="soon"),)}, PASSWORD, "tags.0"),
        ({"tags": (Tag("04A1B2C3, 04A1B2C4"),)}, PASSWORD, "tags.0"),
        ({"tags": (Tag("04A1B2C3 04A1B2C4"),)}, PASSWORD, "tags.0"),  # two lines, pasted
        ({"tags": (Tag("77705923"), Tag("C3B2A104"))}, PASSWORD, "tags.1"),
        ({"tags": (Tag(""), Tag("04A2B3C4"))}, PASSWORD, "tags.1"),
    ],
)
def test_what_is_wrong_is_told_by_field_and_nothing_is_kept(
    people: People, changes: dict[str, Any], password: str, field: str
) -> None:
    wanted = replace(EVA, **changes)
    assert list(user_details.checked(people.alice, None, wanted, password)[1]) == [field]
    with pytest.raises(PortalError):
        user_changes.add(people.alice, wanted, password)
    found = people.alice.database.query("SELECT email FROM portal_user WHERE first_name <> 'x'")["email"].to_pylist()
    assert len(found) == 5
    assert events(people) == []


@pytest.mark.parametrize(
    "notation", ["04a2b3c4", "04:A2:B3:C4", "C4B3A204", "77771716", "3300106756", "77 771 716", "0x04A2B3C4"]
)
def test_a_tag_in_another_notation_or_byte_order_is_the_same_and_its_owner_is_named(
    people: People, notation: str
) -> None:
    with pytest.raises(AlreadyExists, match="dana@portal.example"):
        user_changes.add(people.alice, replace(EVA, tags=(Tag(notation),)), PASSWORD)
    save(people, people.dana, tags=(Tag(notation),))  # her own may be written otherwise
    assert id_tags.index(people.alice.database).find("04A2B3C4") is not None


def test_several_tags_with_their_rights_come_and_go(people: People) -> None:
    fob = Tag("77705923", "Fob", is_blocked=True, valid_until="2027-06-30", parent_id_tag="FAMILY", is_single=True)
    save(people, people.dana, tags=(Tag("04A2B3C4", "Card"), fob))
    assert kept(people, people.dana).tags == (Tag("04A2B3C4", "Card"), fob)
    holder = id_tags.index(people.alice.database).find("04A1B2C3")
    assert holder is not None
    assert (holder.user_id, holder.is_blocked, holder.parent_id_tag) == (people.dana.user_id, True, "FAMILY")
    assert holder.expires_at is not None
    assert holder.expires_at.isoformat() >= "2027-06-30T22:00:00"
    save(people, people.dana, tags=())
    assert kept(people, people.dana).tags == ()
    user_changes.add(people.alice, replace(EVA, tags=(Tag("04A2B3C4"),)), PASSWORD)


def test_a_change_is_an_event_with_old_and_new_and_a_password_is_never_in_it(people: People) -> None:
    save(people, people.bob, last_name="Berg", site_ids=(people.solna, people.lund), password="another horse 2")
    (event,) = events(people)
    assert event["user_id"] == people.alice.user_id
    assert event["text"] == "alice@portal.example changed Last name, Site, Password of user bob@portal.example."
    assert event["details"]["changes"] == {
        "last_name": ["Example", "Berg"],
        "site_ids": ["Solna", "Lund, Solna"] if people.lund < people.solna else ["Solna", "Solna, Lund"],
        "password": ["", "changed"],
    }
    user_changes.add(people.alice, EVA, PASSWORD)
    user_changes.remove(people.alice, people.dana.user_id)
    texts = [event["text"] for event in events(people)]
    assert texts[1:] == [
        "alice@portal.example added EV user eva@portal.example.",
        "alice@portal.example deleted EV user dana@portal.example.",
    ]
    assert events(people)[2]["details"]["changes"]["tags"] == ["04A2B3C4", ""]
    assert PASSWORD not in str(events(people))


def test_a_new_password_signs_the_user_out_and_an_empty_one_changes_nothing(people: People) -> None:
    database = people.alice.database
    before = users.find(database, people.dana.user_id).password_changed_at
    save(people, people.dana, first_name="Diana")
    assert users.find(database, people.dana.user_id).password_changed_at == before
    save(people, people.dana, password="another horse 2")
    assert users.find(database, people.dana.user_id).password_changed_at > before
    assert log_in.authenticate(database, "dana@portal.example", "another horse 2", HERE)


def test_saving_over_somebodys_change_is_refused_with_who_and_what(people: People) -> None:
    user_changes.add(people.alice, replace(EVA, role=Role.ADMINISTRATOR), PASSWORD)
    eva = users.scope_of(people.alice.database, log_in.authenticate(people.alice.database, EVA.email, PASSWORD, HERE))
    seen = kept(people, people.dana)
    save(people, people.dana, by=eva, first_name="Diana", tags=(Tag("77705924"),))
    with pytest.raises(ChangedMeanwhile) as refused:
        user_changes.save(people.alice, people.dana.user_id, seen, replace(seen, first_name="Dagny"))
    (change,) = refused.value.changes
    assert (change.field, change.old, change.new, change.who) == ("first_name", "Dana", "Diana", "Eva Ek")
    assert kept(people, people.dana).first_name == "Diana"


def test_changes_of_different_fields_are_both_kept(people: People) -> None:
    seen = kept(people, people.dana)
    save(people, people.dana, first_name="Diana")
    user_changes.save(people.alice, people.dana.user_id, seen, replace(seen, last_name="Dahl"))
    assert (kept(people, people.dana).first_name, kept(people, people.dana).last_name) == ("Diana", "Dahl")


def test_the_last_administrator_is_neither_deleted_nor_demoted(people: People) -> None:
    bob = Scope(people.alice.database, people.bob.user_id, Role.ADMINISTRATOR, None)  # a log-in of a moment ago
    with pytest.raises(InvalidInput, match="last administrator"):
        save(people, people.alice, by=bob, role=Role.SUPPORT_USER)
    with pytest.raises(InvalidInput, match="last administrator"):
        user_changes.remove(bob, people.alice.user_id)
    save(people, people.sam, role=Role.ADMINISTRATOR)
    save(people, people.alice, by=people.sam and bob, role=Role.SUPPORT_USER)
    assert kept(people._replace(alice=bob), people.alice).role is Role.SUPPORT_USER


def test_of_two_administrators_who_demote_each_other_at_once_one_stays(people: People) -> None:
    save(people, people.sam, role=Role.ADMINISTRATOR)
    sam = Scope(people.alice.database, people.sam.user_id, Role.ADMINISTRATOR, None)

    def demote(by: Scope, whom: Scope) -> str:
        try:
            save(people, whom, by=by, role=Role.SUPPORT_USER)
        except InvalidInput as error:
            return str(error)
        return ""

    with ThreadPoolExecutor(2) as both:
        told = list(both.map(demote, (people.alice, sam), (sam, people.alice)))
    assert sum("last administrator" in one for one in told) == 1
    left = people.alice.database.query("SELECT 1 FROM portal_user WHERE role = 'administrator'")
    assert left.num_rows == 1


def test_nobody_deletes_themselves_or_changes_their_own_password_without_the_present_one(people: People) -> None:
    save(people, people.sam, role=Role.ADMINISTRATOR)
    with pytest.raises(InvalidInput, match="is you"):
        user_changes.remove(people.alice, people.alice.user_id)
    with pytest.raises(InvalidInput, match="User settings"):
        save(people, people.alice, password="another horse 2")
    with pytest.raises(InvalidInput, match="User settings"):
        save(people, people.alice, email="other@portal.example")


def test_a_deleted_user_is_signed_out_and_keeps_the_sessions(people: People) -> None:
    database = people.alice.database
    database.write(
        [
            Sql(
                """INSERT INTO session (session_id, charge_box_id, connector_id, id_tag, started_at, ended_at,
                       authentication, email, logged_at, duration_s, site_id, station_id, user_id)
                   VALUES ('S-1', 'CP1', 1, '04A2B3C4', now(), now(), 1, 'dana@portal.example', now(), 1, $site, 1,
                           $user)""",
                {"site": people.solna, "user": people.dana.user_id},
            )
        ]
    )
    assert user_changes.remove(people.alice, people.dana.user_id) == "Dana Example"
    with pytest.raises(NotFound):
        users.find(database, people.dana.user_id)
    with pytest.raises(LoginRefused):
        log_in.authenticate(database, "dana@portal.example", PASSWORD, HERE)
    with pytest.raises(NotFound, match="Alice Example removed the user dana@portal.example at "):
        user_changes.remove(people.alice, people.dana.user_id)
    assert database.query("SELECT user_id, id_tag FROM session").to_pylist() == [
        {"user_id": people.dana.user_id, "id_tag": "04A2B3C4"}
    ]
    assert id_tags.index(database).find("04A2B3C4") is None


@pytest.mark.parametrize("forged", [{}, {"role": "owner"}, {"role": "ev_user", "tags": [[1, 2, 3, 4, 5, 6, 7, 8]]}])
def test_details_that_no_form_wrote_are_refused(forged: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        Details.of(forged)
    assert Details.of(json.loads(json.dumps(EVA.as_json()))) == EVA
