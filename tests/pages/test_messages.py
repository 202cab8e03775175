"""The page Messages, once per role: the stations of the scope, filtered by action and errors."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from data import message_log
from data.duckdb_engine import DuckDB
from data.message_log import MASK, Message
from tests.conftest import People
from tests.pages.conftest import Visitor

Visit = Callable[..., Visitor]
AT = datetime(2026, 3, 20, 12, 0, tzinfo=UTC)
SOLNA_TAG, LUND_TAG = "04A2B3C4", "04FFFFFF"


@pytest.fixture(autouse=True)
def two_messages(database: DuckDB, people: People) -> None:
    rows = [
        Message(AT, site, site, "in", kind, action, "1", 1, None, None, f'[2,"1","{action}",{{"idTag":"{tag}"}}]')
        for site, kind, action, tag in (
            (people.solna, "call", "Authorize", SOLNA_TAG),
            (people.lund, "error", "StartTransaction", LUND_TAG),
        )
    ]
    database.write([message_log.logged(rows)])


@pytest.mark.parametrize(
    ("name", "seen"),
    [("alice", (True, True, False)), ("bob", (True, False, False)), ("charlie", (False, True, False)),
     ("sam", (False, False, True))],
)  # fmt: skip
def test_each_role_sees_the_messages_of_its_scope(visitor: Visit, name: str, seen: tuple[bool, ...]) -> None:
    page = visitor(name).page("/messages")

    assert (SOLNA_TAG in page, LUND_TAG in page, MASK in page or "\\u2022" in page) == seen


def test_action_and_errors_filter(visitor: Visit) -> None:
    alice = visitor("alice")

    assert LUND_TAG not in alice.page("/messages?action=Authorize")
    assert SOLNA_TAG not in alice.page("/messages?errors=1")


def test_an_ev_user_has_no_such_page(visitor: Visit) -> None:
    assert visitor("dana").client.get("/messages").status_code == 404
