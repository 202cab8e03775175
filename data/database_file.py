"""The database file while nobody has it open: look into it, or put a backup in its place."""

import shutil
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import duckdb

from data.database import FILE
from data.duckdb_engine import SCHEMA, DuckDB
from data.errors import DatabaseUnusable
from data.flight import RemoteDatabase
from data.whole_backup import is_whole, put_in_place, unpack

WAITING = "portal-to-restore.duckdb"
VERSION_SQL = "SELECT max(version) AS version FROM schema_version"
COUNTS_SQL = """
SELECT (SELECT count(*) FROM site WHERE removed_at IS NULL) AS sites,
       (SELECT count(*) FROM charging_station WHERE removed_at IS NULL) AS "charging stations",
       (SELECT count(*) FROM portal_user WHERE removed_at IS NULL) AS users,
       (SELECT count(*) FROM session) AS "charging sessions"
"""


class Contents(NamedTuple):
    """What a database holds: its schema's version, and numbers of rows by the word for them."""

    version: int
    counts: Mapping[str, int]


def newest_version() -> int:
    """Return the schema version that this portal brings a database to."""
    return max(int(script.name[:4]) for script in SCHEMA.glob("*.sql"))


def look_into(file: Path) -> Contents:
    """Read a database without changing it.

    Raises:
        DatabaseUnusable: it is open elsewhere, damaged, of a newer portal, or no portal's.
    """
    if not file.is_file():
        raise DatabaseUnusable(file, "there is no such file.")
    try:
        with duckdb.connect(file, read_only=True) as connection:
            version = connection.execute(VERSION_SQL).fetchall()[0][0]
            if version is None or version > newest_version():
                raise DatabaseUnusable(file, f"it has schema {version}, this portal knows up to {newest_version()}.")
            result = connection.execute(COUNTS_SQL)
            words = [word for word, *_ in result.description or ()]
            return Contents(version, dict(zip(words, result.fetchall()[0], strict=True)))
    except duckdb.CatalogException as error:
        raise DatabaseUnusable(file, "it is a database, but not a portal's.") from error
    except (duckdb.Error, PermissionError) as error:
        reason = "another process has it open." if "lock on file" in str(error) else f"{error}."
        raise DatabaseUnusable(file, reason) from error


def restore(folder: Path, backup: Path) -> bool:
    """Put a backup in the place of the database, also beside a running portal, whose central system then starts again.

    The keys and files of a whole backup take the place of those there are, which are kept beside them.

    Returns: whether a portal runs, which takes the backup over at its next start: a second later.

    Raises:
        DatabaseUnusable: the backup cannot be used, or a process that is no portal has the database open. Nothing is
            changed then.
    """
    owner, file = RemoteDatabase(folder), folder / FILE
    runs = owner.is_reachable()
    if not runs and _is_locked(file):
        raise DatabaseUnusable(file, "another process has it open. Stop that one, and try again.")
    if not is_whole(backup):
        look_into(backup)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.TemporaryDirectory(dir=folder, prefix="restore-") as name:
        trial = Path(name)
        if is_whole(backup):
            unpack(backup, trial)
            look_into(trial / FILE)
        else:
            shutil.copyfile(backup, trial / FILE)
        DuckDB(trial).close()  # it opens, and is brought to this portal's schema
        put_in_place(trial, folder, folder / f"before-restore-{datetime.now(UTC):%Y%m%dT%H%M%SZ}")
        (trial / FILE).rename(folder / WAITING)
    if runs:
        owner.start_again()
    else:
        take_over_restored(folder)
    return runs


def take_over_restored(folder: Path) -> Path | None:
    """Put a database that waits to be restored in its place, before anybody opens it.

    Returns: where the one before is kept; None when nothing waited or there was none before.
    """
    waiting, file = folder / WAITING, folder / FILE
    if not waiting.exists():
        return None
    kept = _keep_aside(file)
    waiting.rename(file)
    return kept


def _is_locked(file: Path) -> bool:
    """Tell whether another process has the file open; a damaged file is not locked, and may be replaced."""
    try:
        if file.exists():
            duckdb.connect(file, read_only=True).close()
    except duckdb.Error as error:
        return "lock on file" in str(error)
    return False


def _keep_aside(file: Path) -> Path | None:
    """Rename the present database together with its write-ahead log, which belongs to no other."""
    if not file.exists():
        return None
    kept = file.with_name(f"{file.stem}-before-restore-{datetime.now(UTC):%Y%m%dT%H%M%SZ}{file.suffix}")
    log = file.with_name(file.name + ".wal")
    if log.exists():
        log.rename(kept.with_name(kept.name + ".wal"))
    file.rename(kept)
    return kept
