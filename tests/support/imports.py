"""Files taken in as the command line takes them."""

from collections.abc import Mapping
from pathlib import Path

from data.database import Database
from data.imports import taking
from data.imports.journal import Options
from data.imports.lines import Report


def take_file(
    database: Database,
    kind: str,
    file: Path,
    renamed: Mapping[str, str] | None = None,
    shift_years: int = 0,
    create_stations: str | None = None,
    by: int | None = None,
) -> Report:
    """Take a file in; its import is the newest of the database."""
    import_id = taking.begin(database, kind, file.name)
    return taking.take(database, import_id, kind, file, Options(renamed or {}, shift_years, create_stations, by=by))
