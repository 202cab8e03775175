"""Log-in: the email and password, and the delay after failures."""

import threading

import pytest

from data import log_in, users
from data.database import Database, Sql
from data.duckdb_engine import DuckDB
from data.errors import LoginRefused
from data.scope import Role
from data.users import NewUser
from tests.conftest import PASSWORD, People

HERE = "192.0.2.1"


def test_email_is_matched_whatever_its_case(database: Database, people: People) -> None:
    assert log_in.authenticate(database, " Alice@Portal.Example ", PASSWORD, HERE).user_id == people.alice.user_id


def fail(database: Database, email: str, times: int, address: str = HERE) -> None:
    for _ in range(times):
        with pytest.raises(LoginRefused):
            log_in.authenticate(database, email, "wrong 1234", address)


def wait_of(database: Database, email: str, address: str = HERE) -> int:
    """Return how long a log-in with the right password must wait."""
    with pytest.raises(LoginRefused) as refused:
        log_in.authenticate(database, email, PASSWORD, address)
    return refused.value.wait_s


def pass_time(database: Database, seconds: float) -> None:
    earlier = "UPDATE login_failure SET failed_at = failed_at - to_seconds($seconds)"
    database.write([Sql(earlier, {"seconds": seconds})])


def test_wait_grows_with_failures_of_an_account_from_any_address(database: Database, people: People) -> None:
    free = log_in.FREE_FAILURES["account"]
    for n in range(free):
        fail(database, "alice@portal.example", 1, f"192.0.2.{n}")
    assert wait_of(database, "alice@portal.example", "192.0.2.99") == 1
    waits = []
    for n in range(4):
        pass_time(database, log_in.LONGEST_WAIT_S["account"])
        fail(database, "alice@portal.example", 1, f"198.51.100.{n}")
        waits.append(wait_of(database, "alice@portal.example", "192.0.2.99"))
    assert all(most - 1 <= wait <= most for wait, most in zip(waits, [2, 4, 8, 15], strict=True))  # time goes on


def test_wait_is_never_longer_than_the_longest(database: Database, people: People) -> None:
    database.write([Sql("INSERT INTO login_failure VALUES ('account:alice@portal.example', 90000, now())")])
    assert wait_of(database, "alice@portal.example") <= log_in.LONGEST_WAIT_S["account"]


def test_address_waits_after_failures_with_many_accounts(database: Database, people: People) -> None:
    for n in range(log_in.FREE_FAILURES["address"]):
        fail(database, f"guess{n}@portal.example", 1)
    assert wait_of(database, "alice@portal.example") >= 1
    assert log_in.authenticate(database, "alice@portal.example", PASSWORD, "192.0.2.2")


def test_address_that_waits_does_not_make_an_account_wait(database: Database, people: People) -> None:
    database.write([Sql("INSERT INTO login_failure VALUES ('address:192.0.2.1', 90, now())")])
    fail(database, "alice@portal.example", log_in.FREE_FAILURES["account"] + 3)
    assert log_in.authenticate(database, "alice@portal.example", PASSWORD, "192.0.2.2")


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
    monkeypatch.setitem(log_in.FREE_FAILURES, "address", 2)
    for n in range(log_in.FREE_FAILURES["address"]):
        fail(database, f"guess{n}@portal.example", 1, addresses[0])
    database.write([Sql("UPDATE login_failure SET failures = 90 WHERE key LIKE 'address:%'")])  # a long wait
    if wait_together:
        assert wait_of(database, "alice@portal.example", addresses[1]) >= 1
    else:
        assert log_in.authenticate(database, "alice@portal.example", PASSWORD, addresses[1])


def test_email_is_one_however_its_letters_are_composed(database: Database, people: People) -> None:
    users.create(people.alice, NewUser(Role.EV_USER, "Zoë", "", "zo\u00eb@portal.example", PASSWORD))
    assert log_in.authenticate(database, "ZOE\u0308@portal.example", PASSWORD, HERE)


def test_success_forgets_the_failures(database: Database, people: People) -> None:
    fail(database, "alice@portal.example", log_in.FREE_FAILURES["account"] - 1)
    log_in.authenticate(database, "alice@portal.example", PASSWORD, HERE)
    fail(database, "alice@portal.example", log_in.FREE_FAILURES["account"] - 1)
    assert log_in.authenticate(database, "alice@portal.example", PASSWORD, HERE)


def test_failures_are_forgotten_after_a_day(database: Database, people: People) -> None:
    fail(database, "alice@portal.example", log_in.FREE_FAILURES["account"])
    pass_time(database, log_in.FORGET_AFTER_S + 60)
    fail(database, "alice@portal.example", 1)
    assert log_in.authenticate(database, "alice@portal.example", PASSWORD, HERE)


def test_guesses_at_once_wait_like_guesses_in_a_row(database: DuckDB, people: People) -> None:
    waits: list[int] = []

    def guess() -> None:
        try:
            log_in.authenticate(database, "alice@portal.example", "wrong 1234", HERE)
        except LoginRefused as error:
            waits.append(error.wait_s)

    guesses = [threading.Thread(target=guess) for _ in range(12)]
    for thread in guesses:
        thread.start()
    for thread in guesses:
        thread.join()
    assert waits.count(0) == log_in.FREE_FAILURES["account"]
