"""Passwords, log-in and its delay, the first administrator, what a user may see."""

import threading

import pytest

from data import users
from data.database import Database, Sql
from data.duckdb_engine import DuckDB
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
        users.authenticate(database, "sam@portal.example", PASSWORD, HERE)


def test_email_is_matched_whatever_its_case(database: Database, people: People) -> None:
    assert users.authenticate(database, " Alice@Portal.Example ", PASSWORD, HERE).user_id == people.alice.user_id


def fail(database: Database, email: str, times: int, address: str = HERE) -> None:
    for _ in range(times):
        with pytest.raises(LoginRefused):
            users.authenticate(database, email, "wrong 1234", address)


def wait_of(database: Database, email: str, address: str = HERE) -> int:
    """Return how long a log-in with the right password must wait."""
    with pytest.raises(LoginRefused) as refused:
        users.authenticate(database, email, PASSWORD, address)
    return refused.value.wait_s


def pass_time(database: Database, seconds: float) -> None:
    earlier = "UPDATE login_failure SET failed_at = failed_at - to_seconds($seconds)"
    database.write([Sql(earlier, {"seconds": seconds})])


def test_wait_grows_with_failures_of_an_account_from_any_address(database: Database, people: People) -> None:
    free = users.FREE_FAILURES["account"]
    for n in range(free):
        fail(database, "alice@portal.example", 1, f"192.0.2.{n}")
    assert wait_of(database, "alice@portal.example", "192.0.2.99") == 1
    waits = []
    for n in range(4):
        pass_time(database, users.LONGEST_WAIT_S["account"])
        fail(database, "alice@portal.example", 1, f"198.51.100.{n}")
        waits.append(wait_of(database, "alice@portal.example", "192.0.2.99"))
    assert all(most - 1 <= wait <= most for wait, most in zip(waits, [2, 4, 8, 15], strict=True))  # time goes on


def test_wait_is_never_longer_than_the_longest(database: Database, people: People) -> None:
    database.write([Sql("INSERT INTO login_failure VALUES ('account:alice@portal.example', 90000, now())")])
    assert wait_of(database, "alice@portal.example") <= users.LONGEST_WAIT_S["account"]


def test_address_waits_after_failures_with_many_accounts(database: Database, people: People) -> None:
    for n in range(users.FREE_FAILURES["address"]):
        fail(database, f"guess{n}@portal.example", 1)
    assert wait_of(database, "alice@portal.example") >= 1
    assert users.authenticate(database, "alice@portal.example", PASSWORD, "192.0.2.2")


def test_address_that_waits_does_not_make_an_account_wait(database: Database, people: People) -> None:
    database.write([Sql("INSERT INTO login_failure VALUES ('address:192.0.2.1', 90, now())")])
    fail(database, "alice@portal.example", users.FREE_FAILURES["account"] + 3)
    assert users.authenticate(database, "alice@portal.example", PASSWORD, "192.0.2.2")


@pytest.mark.parametrize(
    ("addresses", "wait_together"),
    [
        (("2001:db8::1", "2001:db8::2"), True),
        (("2001:db8::1", "2001:db8:0:1::1"), False),
        (("::ffff:192.0.2.1", "192.0.2.1"), True),
        (("nonsense", "fe80::1%eth0"), False),
    ],
)
def test_ipv6_addresses_of_one_network_wait_together(
    database: Database,
    people: People,
    monkeypatch: pytest.MonkeyPatch,
    addresses: tuple[str, str],
    wait_together: bool,
) -> None:
    monkeypatch.setitem(users.FREE_FAILURES, "address", 2)
    for n in range(users.FREE_FAILURES["address"]):
        fail(database, f"guess{n}@portal.example", 1, addresses[0])
    database.write([Sql("UPDATE login_failure SET failures = 90 WHERE key LIKE 'address:%'")])  # a long wait
    if wait_together:
        assert wait_of(database, "alice@portal.example", addresses[1]) >= 1
    else:
        assert users.authenticate(database, "alice@portal.example", PASSWORD, addresses[1])


def test_email_is_one_however_its_letters_are_composed(database: Database, people: People) -> None:
    users.create(people.alice, new("zo\u00eb@portal.example", PASSWORD))
    assert users.authenticate(database, "ZOE\u0308@portal.example", PASSWORD, HERE)


def test_success_forgets_the_failures(database: Database, people: People) -> None:
    fail(database, "alice@portal.example", users.FREE_FAILURES["account"] - 1)
    users.authenticate(database, "alice@portal.example", PASSWORD, HERE)
    fail(database, "alice@portal.example", users.FREE_FAILURES["account"] - 1)
    assert users.authenticate(database, "alice@portal.example", PASSWORD, HERE)


def test_failures_are_forgotten_after_a_day(database: Database, people: People) -> None:
    fail(database, "alice@portal.example", users.FREE_FAILURES["account"])
    pass_time(database, users.FORGET_AFTER_S + 60)
    fail(database, "alice@portal.example", 1)
    assert users.authenticate(database, "alice@portal.example", PASSWORD, HERE)


def test_guesses_at_once_wait_like_guesses_in_a_row(database: DuckDB, people: People) -> None:
    waits: list[int] = []

    def guess() -> None:
        try:
            users.authenticate(database, "alice@portal.example", "wrong 1234", HERE)
        except LoginRefused as error:
            waits.append(error.wait_s)

    guesses = [threading.Thread(target=guess) for _ in range(12)]
    for thread in guesses:
        thread.start()
    for thread in guesses:
        thread.join()
    assert waits.count(0) == users.FREE_FAILURES["account"]


def test_first_administrator_gets_a_generated_password_once(database: Database) -> None:
    password = users.ensure_administrator(database, "admin@portal.example", "")
    assert password is not None
    assert users.authenticate(database, "admin@portal.example", password, HERE).role is Role.ADMINISTRATOR
    assert users.ensure_administrator(database, "other@portal.example", "") is None


def test_first_administrator_takes_a_given_password(database: Database) -> None:
    assert users.ensure_administrator(database, "admin@portal.example", PASSWORD) is None
    assert users.authenticate(database, "admin@portal.example", PASSWORD, HERE)


def test_generated_passwords_keep_the_rule() -> None:
    for _ in range(200):
        users.check_password(users.generate_password())
