"""What tests of every level share: a fresh database, the people, Chromium, and no error that nobody expected."""

import logging
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import argon2
import pytest

from data.database import FILE, Database, Sql
from data.duckdb_engine import DuckDB
from data.scope import Role, Scope

PASSWORD = "correct horse 1"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the browser's tests last: Playwright's loop then stays in the thread, and no other loop runs beside it.

    One that fails is run once more, and named in the summary: a page may come too late on a machine that is shared.
    """
    items.sort(key=_is_browsers)
    for item in filter(_is_browsers, items):
        item.add_marker(pytest.mark.flaky(reruns=1))


def _is_browsers(item: pytest.Item) -> bool:
    return "browser" in item.path.parts


@pytest.fixture(scope="session")
def new_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new portal's database file, made once: making its tables takes longer than most tests."""
    folder = tmp_path_factory.mktemp("new")
    DuckDB(folder).close()
    return folder / FILE


@pytest.fixture
def database(new_file: Path, tmp_path: Path) -> Iterator[DuckDB]:
    """A new portal's database, in a folder of its own."""
    shutil.copyfile(new_file, tmp_path / FILE)
    database = DuckDB(tmp_path)
    yield database
    database.close()


class People(NamedTuple):
    """Scopes of a person per role, and the two sites they know. Emails are <name>@portal.example."""

    alice: Scope  # administrator
    bob: Scope  # site administrator of Solna
    charlie: Scope  # site administrator of Lund, who must see nothing of Solna
    dana: Scope  # EV user with the tag 04A2B3C4
    sam: Scope  # support user
    solna: int
    lund: int


@pytest.fixture
def people(database: DuckDB) -> People:
    solna, lund = (_create_site(database, name) for name in ("Solna", "Lund"))
    people = People(
        alice=_create_person(database, "Alice", Role.ADMINISTRATOR),
        bob=_create_person(database, "Bob", Role.SITE_ADMINISTRATOR, solna),
        charlie=_create_person(database, "Charlie", Role.SITE_ADMINISTRATOR, lund),
        dana=_create_person(database, "Dana", Role.EV_USER),
        sam=_create_person(database, "Sam", Role.SUPPORT_USER),
        solna=solna,
        lund=lund,
    )
    tag = "INSERT INTO id_tag (id_tag, user_id) VALUES ('04A2B3C4', $user_id)"
    database.write([Sql(tag, {"user_id": people.dana.user_id})])
    return people


def _create_site(database: Database, name: str) -> int:
    insert = "INSERT INTO site (name, time_zone) VALUES ($name, 'Europe/Stockholm') RETURNING site_id"
    return int(database.write([Sql(insert, {"name": name})])[0]["site_id"][0].as_py())


def _create_person(database: Database, name: str, role: Role, site_id: int | None = None) -> Scope:
    insert = """INSERT INTO portal_user (role, first_name, last_name, email, password_hash, password_changed_at)
                VALUES ($role, $name, 'Example', $email, $hash, now()) RETURNING user_id"""
    email = f"{name.lower()}@portal.example"
    params = {"role": role.value, "name": name, "email": email, "hash": _password_hash()}
    user_id = int(database.write([Sql(insert, params)])[0]["user_id"][0].as_py())
    if site_id is None:
        return Scope(database, user_id, role, None)
    database.write([Sql("INSERT INTO user_site VALUES ($user_id, $site_id)", {"user_id": user_id, "site_id": site_id})])
    return Scope(database, user_id, role, frozenset({site_id}))


@cache
def _password_hash() -> str:
    """Hash the people's password, once and weakly: a good hash takes long on purpose, each time it is looked at."""
    return argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


@pytest.fixture(autouse=True)
def _no_unexpected_error_is_logged(request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fail a test that logs an ERROR, unless it is marked `logs_errors`."""
    yield
    if request.node.get_closest_marker("logs_errors"):
        return
    records = [record for when in ("setup", "call") for record in caplog.get_records(when)]
    errors = [record.getMessage() for record in records if record.levelno >= logging.ERROR]
    assert not errors, f"unexpected error logged: {errors}"


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Use Debian's Chromium, its shell without windows where there is one, and keep it from calling anybody."""
    quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"]
    return {
        **browser_type_launch_args,
        "executable_path": shutil.which("chromium-headless-shell") or shutil.which("chromium"),
        "args": ["--no-sandbox", "--disable-gpu", *quiet],
    }
