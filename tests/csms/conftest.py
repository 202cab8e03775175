import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest

from csms.central import Timing
from csms.system import running
from data.database import FILE
from data.duckdb_engine import DuckDB
from settings import Address, TlsServer
from tests.csms.portal import FAST, Portal, configure

ANY_PORT = Address("127.0.0.1", 0)

Start = Callable[..., AbstractAsyncContextManager[Portal]]


@pytest.fixture(scope="session")
def configured_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database file of the portal under test, made once."""
    folder = tmp_path_factory.mktemp("configured")
    database = DuckDB(folder)
    configure(database)
    database.close()
    return folder / FILE


@pytest.fixture
def database(configured_file: Path, tmp_path: Path) -> Iterator[DuckDB]:
    shutil.copyfile(configured_file, tmp_path / FILE)
    database = DuckDB(tmp_path)
    yield database
    database.close()


@pytest.fixture
def start(database: DuckDB) -> Start:
    """Start the central system; a second time in one test is as after a restart."""

    @asynccontextmanager
    async def start(timing: Timing = FAST, tls: TlsServer | None = None) -> AsyncIterator[Portal]:
        async with running(database, ANY_PORT, ANY_PORT, timing, tls=tls, api_tls=tls) as system:
            yield Portal(system)

    return start


@pytest.fixture
async def portal(start: Start) -> AsyncIterator[Portal]:
    async with start() as portal:
        yield portal
