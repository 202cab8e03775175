"""The command line: `python app.py` runs the portal; `import`, `backup` and `check` work beside it or without it.

Each command imports what it needs, so that the supervisor stays small.
"""

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from data.errors import InvalidInput, PortalError
from settings import Address, Settings, from_env

if TYPE_CHECKING:
    from data.flight import RemoteDatabase

LEAST_FREE_BYTES = 1 << 30  # a day of a large portal's meter values and its backup
MOST_PROBLEMS_SHOWN = 50


def main() -> None:
    """Run the command line of this process, and end it."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code: 0 done, 1 not or not wholly done, 2 not understood."""
    options = understand(arguments)
    try:
        code: int = options.command(options, from_env(os.environ))
    except PortalError as error:
        print(error, file=sys.stderr)
        return 1
    return code


def understand(arguments: Sequence[str]) -> argparse.Namespace:
    """Parse a command line; ends the process with 2 and says why when it is none."""
    return _parser().parse_args(arguments)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python app.py", description="Run the Charge Portal, or look after it.")
    parser.set_defaults(command=_run_portal)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", help="none: run the portal")

    importing = commands.add_parser("import", help="take topology, users or past sessions from a CSV or Excel file")
    importing.set_defaults(command=_import)
    importing.add_argument("what", choices=("topology", "users", "sessions"))
    importing.add_argument("file", type=Path, metavar="FILE")
    importing.add_argument("--map", type=_mapping, default={}, metavar="THEIRS=OURS,…", help="the file's column names")
    importing.add_argument("--shift-years", type=int, default=0, metavar="N", help="sessions: add N to every year")
    importing.add_argument(
        "--create-stations", nargs="?", const="Imported", metavar="SITE",
        help="sessions: create stations that are not there in the line's site, else in SITE (default: Imported)",
    )  # fmt: skip

    backup = commands.add_parser("backup", help="write a consistent copy of the database, also while it is used")
    backup.set_defaults(command=_backup)
    backup.add_argument(
        "file", type=Path, nargs="?", metavar="FILE", help="default: a dated one in PORTAL_DATA/backups"
    )
    backup.add_argument("--whole", action="store_true", help="an archive with the keys and the files too")

    restore = commands.add_parser("restore", help="put a backup, also a whole one, in place of what there is")
    restore.set_defaults(command=_restore)
    restore.add_argument("file", type=Path, metavar="FILE")

    check = commands.add_parser("check", help="look at the settings, the disk, the ports and the database")
    check.set_defaults(command=_check)
    return parser


def _mapping(text: str) -> dict[str, str]:
    pairs = [pair.split("=") for pair in text.split(",")]
    if not all(len(pair) == 2 and all(pair) for pair in pairs):
        raise argparse.ArgumentTypeError(f"{text!r} is not theirs=ours,…")
    return {theirs.strip(): ours.strip() for theirs, ours in pairs}


def _run_portal(options: argparse.Namespace, settings: Settings) -> int:
    import supervisor

    return supervisor.run(settings)


def _import(options: argparse.Namespace, settings: Settings) -> int:
    from data.database import connect
    from data.imports import taking
    from data.imports.journal import Options

    if options.what != "sessions" and (options.shift_years or options.create_stations):
        raise InvalidInput("--shift-years and --create-stations", None, "are for sessions only.")
    how = Options(options.map, options.shift_years, options.create_stations)
    database = connect(settings.data)
    try:
        import_id = taking.begin(database, options.what, options.file.name)
        report = taking.take(database, import_id, options.what, options.file, how)
    finally:
        database.close()
    for problem in report.problems[:MOST_PROBLEMS_SHOWN]:
        print(problem, file=sys.stderr)
    if len(report.problems) > MOST_PROBLEMS_SHOWN:
        print(f"… and {len(report.problems) - MOST_PROBLEMS_SHOWN} more lines", file=sys.stderr)
    print("; ".join([f"{options.what}: {report}", *report.notes]))
    return 1 if report.problems else 0


def _backup(options: argparse.Namespace, settings: Settings) -> int:
    from data.database import FILE, connect
    from data.whole_backup import FILES, KEYS, write

    ending = "tar" if options.whole else "duckdb"
    file = options.file or settings.data / "backups" / f"portal-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.{ending}"
    if file.exists():
        raise InvalidInput("FILE", str(file), "is there already. A backup is never written over another file.")
    if not (settings.data / FILE).exists():
        raise InvalidInput("PORTAL_DATA", str(settings.data), "has no database yet.")
    database = connect(settings.data)
    try:
        if options.whole:
            file.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=file.parent, prefix="backup-") as beside:
                database.backup(Path(beside, FILE))
                write(settings.data, Path(beside, FILE), file)
        else:
            database.backup(file)
    finally:
        database.close()
    print(f"Backup written to {file} ({file.stat().st_size / 1e6:,.1f} MB)")
    if not options.whole:
        print(f"Not in it: {', '.join(KEYS)} and the folder {FILES}. With --whole they are.")
    return 0


def _restore(options: argparse.Namespace, settings: Settings) -> int:
    from data.database_file import restore

    runs = restore(settings.data, options.file)
    print(f"Restored {options.file}. What was before is kept beside it, as …before-restore-….")
    if runs:
        print("The running portal takes it over now: its central system starts again, and stations connect again.")
    return 0


def _check(options: argparse.Namespace, settings: Settings) -> int:
    """Print a line per thing looked at; 1 when one is in the way of running."""
    from data.database import FILE
    from data.flight import RemoteDatabase

    owner = RemoteDatabase(settings.data)
    running = owner.is_reachable()
    problems = 0
    checks: dict[str, Callable[[], str]] = {
        "data folder": lambda: _check_folder(settings.data),
        "PORTAL_WEB": lambda: _check_port("PORTAL_WEB", settings.web, running),
        "PORTAL_OCPP": lambda: _check_port("PORTAL_OCPP", settings.ocpp, running),
        "PORTAL_API": lambda: _check_port("PORTAL_API", settings.api, running),
        "database": lambda: _check_database(settings.data / FILE, owner if running else None),
    }
    for name, tls in (("PORTAL_OCPP_TLS", settings.ocpp_tls), ("PORTAL_API_TLS", settings.api_tls)):
        if tls:
            checks[name] = partial(_check_port, name, tls.address, running)
    for subject, look in checks.items():
        try:
            print(f"ok       {subject}: {look()}")
        except PortalError as error:
            problems += 1
            print(f"PROBLEM  {error}")
    owner.close()
    return 1 if problems else 0


def _check_folder(folder: Path) -> str:
    present = next(path for path in (folder, *folder.parents) if path.exists())
    free = shutil.disk_usage(present).free
    if not os.access(present, os.W_OK | os.X_OK):
        raise InvalidInput("PORTAL_DATA", str(folder), "cannot be written to.")
    if free < LEAST_FREE_BYTES:
        raise InvalidInput("PORTAL_DATA", str(folder), f"has only {free / 1e9:.1f} GB left on its disk. Make room.")
    return f"{folder}, {free / 1e9:,.1f} GB free"


def _check_port(setting: str, address: Address, running: bool) -> str:
    from supervisor import listen

    try:
        listen(setting, address).close()
    except InvalidInput:
        if running:
            return f"{address}, in use by the running portal"
        raise
    return f"{address}, free"


def _check_database(file: Path, owner: "RemoteDatabase | None") -> str:
    from data.database_file import COUNTS_SQL, VERSION_SQL, Contents, look_into

    if owner:
        (version,) = owner.query(VERSION_SQL)["version"].to_pylist()
        contents = Contents(version, owner.query(COUNTS_SQL).to_pylist()[0])
    elif file.exists():
        contents = look_into(file)
    else:
        return f"{file} is made at the first start"
    counts = ", ".join(f"{count:,} {word}" for word, count in contents.counts.items())
    return f"{file}, schema {contents.version}, {counts}"
