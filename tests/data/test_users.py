"""Adding users, passwords, the first administrator, what a user may see."""

import pytest

from data import log_in, passwords, users
from data.database import Database, Sql
from data.errors import AlreadyExists, InvalidInput, LoginRefused, NotFound, NotPermitted
from data.scope import Role
from data.users import NewUser
from tests.conftest import PASSWORD, People

HERE = "192.0.2.1"


def new(email: str = "eva@portal.example", password: str = "charging 22", role: Role = Role.EV_USER) -> NewUser:
    return NewUser(role, "Eva", "Ek", email, password)


@pytest.mark.parametrize("password", ["short 1", "onlyletters", "1234567890", ""])
def test_password_needs_eight_characters_with_letters_and_digits(
    database: Database, people: People, password: str
) -> None:
    with pytest.raises(InvalidInput, match="at least 8 characters"):
        users.create(people.alice, new(password=password))
    with pytest.raises(InvalidInput):
        users.change_password(database, people.alice.user_id, password)


@pytest.mark.parametrize(
    "email",
    [
        "",
        "eva",
        "@portal.example",
        "eva@",
        "e va@portal.example",
        "a@b@c",
        "e\u200bva@portal.example",
        "\u202eeva@portal.example",
        "eva@\x00",
    ],
)
def test_user_needs_an_email(people: People, email: str) -> None:
    with pytest.raises(InvalidInput):
        users.create(people.alice, new(email))


def test_email_is_unique_whatever_its_case(people: People) -> None:
    users.create(people.alice, new("Eva@Portal.example"))
    with pytest.raises(AlreadyExists):
        users.create(people.alice, new(" eva@portal.EXAMPLE "))


def test_email_of_a_removed_user_is_free(database: Database, people: People) -> None:
    first = users.create(people.alice, new())
    database.write([Sql("UPDATE portal_user SET removed_at = now() WHERE user_id = $id", {"id": first})])
    assert users.create(people.alice, new()) != first


def test_refused_user_leaves_nothing_behind(database: Database, people: People) -> None:
    users.create(people.alice, new())
    with pytest.raises(AlreadyExists):
        users.create(people.alice, NewUser(Role.SITE_ADMINISTRATOR, "Eva", "Ek", new().email, PASSWORD, site_ids=[1]))
    orphans = database.query("SELECT * FROM user_site WHERE user_id NOT IN (SELECT user_id FROM portal_user)")
    assert orphans.num_rows == 0


@pytest.mark.parametrize("name", ["bob", "dana", "sam"])
def test_only_administrators_add_users(people: People, name: str) -> None:
    with pytest.raises(NotPermitted):
        users.create(getattr(people, name), new())


def test_password_is_kept_as_argon2id_only(database: Database, people: People) -> None:
    users.create(people.alice, new())
    (row,) = database.query("SELECT password_hash FROM portal_user WHERE first_name = 'Eva'").to_pylist()
    assert row["password_hash"].startswith("$argon2id$")


def test_scope_of_a_site_administrator_is_own_sites(database: Database, people: People) -> None:
    bob = users.scope_of(database, users.find(database, people.bob.user_id))
    assert bob.site_ids == {people.solna}
    alice = users.scope_of(database, users.find(database, people.alice.user_id))
    assert alice.site_ids is None


def test_removed_user_is_not_found(database: Database, people: People) -> None:
    database.write([Sql("UPDATE portal_user SET removed_at = now() WHERE user_id = $id", {"id": people.sam.user_id})])
    with pytest.raises(NotFound):
        users.find(database, people.sam.user_id)
    with pytest.raises(LoginRefused):
        log_in.authenticate(database, "sam@portal.example", PASSWORD, HERE)


def test_first_administrator_gets_a_generated_password_once(database: Database) -> None:
    password = users.ensure_administrator(database, "admin@portal.example", "")
    assert password is not None
    assert log_in.authenticate(database, "admin@portal.example", password, HERE).role is Role.ADMINISTRATOR
    assert users.ensure_administrator(database, "other@portal.example", "") is None


def test_first_administrator_takes_a_given_password(database: Database) -> None:
    assert users.ensure_administrator(database, "admin@portal.example", PASSWORD) is None
    assert log_in.authenticate(database, "admin@portal.example", PASSWORD, HERE)


def test_generated_passwords_keep_the_rule() -> None:
    for _ in range(200):
        passwords.check_password(passwords.generate_password())
