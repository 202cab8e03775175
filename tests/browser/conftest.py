"""The portal in real Chromium: a served portal, and people logged in to it whose console must stay empty."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Dialog, Page, expect
from werkzeug.serving import make_server

from app import create_app
from data.duckdb_engine import DuckDB
from settings import from_env
from tests.conftest import PASSWORD, People

DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
WAIT_MS = 20_000  # what is waited for may share two cores with Lighthouse
expect.set_options(timeout=WAIT_MS)

TABLE_IS_DRAWN = "() => !document.querySelector('.ag-root-wrapper') || document.querySelector('.ag-header-cell')"
RULES = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]


def violations(page: Page) -> list[str]:
    """Return what breaks an accessibility rule, once a page's table is drawn if it has one."""
    page.wait_for_function(TABLE_IS_DRAWN)
    found = Axe().run(page, options={"runOnly": RULES})
    return [f"{each['id']}: {each['nodes'][0]['html']}" for each in found.response["violations"]]


def staying(page: Page) -> list[str]:
    """Answer the next question whether to leave by staying; return what is asked, once it is."""
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.message)
        dialog.dismiss()

    page.once("dialog", stay)
    return asked


@pytest.fixture
def portal(database: DuckDB, people: People, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """Serve the portal, with further settings if a test has some, and return its address."""
    app = create_app(database, from_env({"PORTAL_DATA": str(tmp_path), **getattr(request, "param", {})}))
    server = make_server("127.0.0.1", 0, app.server, threaded=True)
    server.daemon_threads = False  # so that closing waits for answers under way: they need the database
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def complaints() -> Iterator[list[str]]:
    """What the consoles of all pages say. It must be nothing; a test that expects something clears it."""
    complaints: list[str] = []
    yield complaints
    assert not complaints


@pytest.fixture
def visit(portal: str, browser: Browser, complaints: list[str]) -> Iterator[Callable[..., Page]]:
    """Open pages: `visit("alice")` is logged in, `visit("alice", PHONE)` on a phone."""
    contexts = []

    def open_page(
        name: str, viewport: dict[str, int] = DESKTOP, scheme: str = "light", path: str = "/dashboard"
    ) -> Page:
        is_phone = viewport["width"] < 600
        context = browser.new_context(
            base_url=portal, viewport=viewport, color_scheme=scheme, has_touch=is_phone, is_mobile=is_phone
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(WAIT_MS)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda line: complaints.append(line.text) if line.type in ("error", "warning") else None)
        page.goto(path)
        page.get_by_label("Email").fill(f"{name}@portal.example")
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Log in").click()
        page.wait_for_url(f"**{path}")
        page.get_by_role("heading", level=1).first.wait_for()
        return page

    yield open_page
    for context in contexts:
        context.close()
