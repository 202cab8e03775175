"""Measure and print one table; every load talks to this machine only and stops by itself."""

import argparse
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks import (
    alarm_table,
    connections,
    dashboard,
    diagrams,
    export,
    ingest,
    live_dashboards,
    message_table,
    navigator,
    reboot,
    remote_start,
    retention,
    sessions_table,
    soap,
    start,
    status_to_page,
)
from benchmarks.figures import Figure, table

Benchmark = Callable[[Path, bool], list[Figure]]

BENCHMARKS: dict[str, Benchmark] = {
    "ingest": ingest.measure,
    "soap": soap.measure,
    "connections": connections.measure,
    "start": start.measure,
    "sessions-table": sessions_table.measure,
    "diagrams": diagrams.measure,
    "dashboard": dashboard.measure,
    "alarm-table": alarm_table.measure,
    "message-table": message_table.measure,
    "retention": retention.measure,
    "live-dashboards": live_dashboards.measure,
    "export": export.measure,
    "navigator": navigator.measure,
    "status-to-page": status_to_page.measure,
    "reboot": reboot.measure,
    "remote-start": remote_start.measure,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(BENCHMARKS)}; default: all")
    parser.add_argument(
        "--data", type=Path, help="keeps the large databases for the next run; default: a temporary folder"
    )
    parser.add_argument("--quick", action="store_true", help="smaller and shorter: shows that it works, not how well")
    arguments = parser.parse_args()
    unknown = set(arguments.names) - set(BENCHMARKS)
    if unknown:
        parser.error(f"There is no benchmark {', '.join(unknown)}.")
    with tempfile.TemporaryDirectory(prefix="charge-portal-") as temporary:
        folder = (arguments.data or Path(temporary)).absolute()
        folder.mkdir(parents=True, exist_ok=True)
        figures = []
        for name in arguments.names or BENCHMARKS:
            print(f"{name} …", file=sys.stderr, flush=True)
            figures += BENCHMARKS[name](folder, arguments.quick)
    print(table(figures))


if __name__ == "__main__":
    main()
