"""Lighthouse finds every page accessible and well made, in both themes."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from data.database import Sql
from data.duckdb_engine import DuckDB
from data.stations import NewOutlet, NewStation, create_station
from tests.conftest import People

AUDIT = Path(__file__).parent / "lighthouse" / "audit.mjs"
LEAST = 95
LONGEST_S = 300


PATHS = (
    *("/dashboard", "/diagrams", "/statistics", "/alarms", "/messages", "/provisioning", "/import", "/settings"),
    "/login",
)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_page_scores_at_least_95(
    visit: Callable[..., Page],
    portal: str,
    database: DuckDB,
    people: People,
    browser_type_launch_args: dict[str, Any],
    theme: str,
) -> None:
    station_id = create_station(people.alice, NewStation(people.solna, "CB-1", "00001", outlets=(NewOutlet(1),)))
    database.write([Sql("UPDATE portal_user SET theme = $theme", {"theme": theme})])
    page = visit("alice")
    cookie = "; ".join(f"{one['name']}={one['value']}" for one in page.context.cookies())
    nodes = ("system:1", f"site:{people.solna}", f"station:{station_id}", f"outlet:{station_id}:1")
    paths = (*PATHS, *(f"/configuration?node={node}" for node in nodes))

    chromium = browser_type_launch_args["executable_path"]
    wish = json.dumps({"addresses": [portal + path for path in paths], "cookie": cookie, "chromium": chromium})
    ended = subprocess.run(["node", AUDIT, wish], capture_output=True, text=True, timeout=LONGEST_S, check=False)

    assert ended.returncode == 0, ended.stderr
    told = json.loads(ended.stdout)
    low = {address: one for address, every in told.items() for one in every if one["score"] < LEAST}
    assert len(told) == len(paths)
    assert low == {}
