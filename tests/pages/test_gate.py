"""The gate: who gets in, who sees what, and what everybody else is told."""

import re
import time
from collections.abc import Callable
from pathlib import Path

import dash
import pytest
from dash import Input, Output
from werkzeug.test import TestResponse

from app import create_app
from components import access
from components.access import ROUTER, allow
from data import log_in, users
from data.database import Database, Sql
from data.duckdb_engine import DuckDB
from data.flight import DatabaseService, RemoteDatabase
from data.scope import Role
from settings import Settings
from tests.conftest import PASSWORD, People
from tests.pages.conftest import Visitor, next_of

Visit = Callable[..., Visitor]
PAGE = "tests_only_page"


@pytest.fixture
def forgetful(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look users up anew in every request."""
    monkeypatch.setattr(access, "KNOWN_FOR_S", 0.0)


@pytest.mark.parametrize("address", ["/", "/dashboard", "/statistics?node=site:1", "/nowhere"])
def test_signed_out_visitor_is_sent_to_log_in_and_then_back(visitor: Visit, people: People, address: str) -> None:
    answer = visitor().client.get(address)
    assert answer.status_code == 302
    assert answer.location.startswith("/login")
    assert next_of(answer) == (None if address == "/" else address)


@pytest.mark.parametrize(
    ("method", "address"),
    [
        ("GET", "/_dash-layout"),
        ("GET", "/_dash-dependencies"),
        ("POST", "/_dash-update-component"),
        ("GET", "/export/sessions.xlsx"),
        ("POST", "/export/sessions.xlsx"),
        ("DELETE", "/dashboard"),
    ],
)
def test_signed_out_visitor_gets_401_and_no_data(visitor: Visit, method: str, address: str) -> None:
    answer = visitor().client.open(address, method=method)
    assert answer.status_code == 401
    assert answer.json == {"error": "signed out"}


@pytest.mark.parametrize(
    "address", ["/login", "/healthz", "/assets/bolt.svg", "/bootstrap/static/css/bootstrap.min.css"]
)
def test_log_in_page_health_and_static_files_are_open(visitor: Visit, address: str) -> None:
    assert visitor().client.get(address, buffered=True).status_code == 200


def test_log_in_leads_to_the_page_first_asked_for(visitor: Visit, people: People) -> None:
    answer = visitor().log_in("alice", address="/login?next=/statistics?node%3Dsite:1")
    assert answer.location == "/statistics?node=site:1"


@pytest.mark.parametrize("address", ["//evil.example", "https://evil.example", "/\\evil.example", "evil", "/\r\nx", ""])
def test_log_in_never_leads_to_another_site(visitor: Visit, people: People, address: str) -> None:
    somebody = visitor()
    somebody.client.get("/login")
    form = {"email": "alice@portal.example", "password": PASSWORD, "csrf_token": somebody.token}
    assert somebody.client.post("/login", query_string={"next": address}, data=form).location == "/dashboard"


def test_wrong_email_and_wrong_password_get_the_same_answer(visitor: Visit, people: People) -> None:
    answers = [visitor().log_in(name, password) for name, password in (("alice", "wrong 1234"), ("nobody", PASSWORD))]
    assert [answer.status_code for answer in answers] == [401, 401]
    refusals = [re.search(r'role="alert".*?</div>', answer.text, re.DOTALL)[0] for answer in answers]  # type: ignore[index]
    assert "Wrong email or password" in refusals[0]
    assert refusals[0] == refusals[1]


def test_repeated_failures_make_the_account_wait(visitor: Visit, people: People) -> None:
    for _ in range(log_in.FREE_FAILURES["account"]):
        visitor().log_in("alice", "wrong 1234")
    later = "UPDATE login_failure SET failed_at = failed_at + INTERVAL 1 MINUTE"  # longer than a busy machine takes
    people.alice.database.write([Sql(later)])
    answer = visitor().log_in("alice")
    assert answer.status_code == 429
    assert "Try again in" in answer.text


def test_log_in_without_token_is_refused(visitor: Visit, people: People) -> None:
    answer = visitor().client.post("/login", data={"email": "alice@portal.example", "password": PASSWORD})
    assert answer.status_code == 400
    assert answer.mimetype == "text/html"  # somebody whose log-in page stood open too long


@pytest.fixture
def strict(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let an address wait after two failures."""
    monkeypatch.setitem(log_in.FREE_FAILURES, "address", 2)


@pytest.mark.usefixtures("strict")
def test_addresses_behind_a_proxy_on_this_machine_wait_for_themselves_only(
    visitor: Visit, people: People, database: Database
) -> None:
    for n in range(log_in.FREE_FAILURES["address"]):
        _log_in_from(visitor(), "192.0.2.1", f"guess{n}", peer="127.0.0.1")
    database.write([Sql("UPDATE login_failure SET failures = 90 WHERE key LIKE 'address:%'")])  # a long wait
    assert _log_in_from(visitor(), "192.0.2.1", "alice", peer="127.0.0.1").status_code == 429
    assert _log_in_from(visitor(), "192.0.2.2", "alice", peer="127.0.0.1").status_code == 302


@pytest.mark.usefixtures("strict")
def test_nobody_else_is_trusted_to_name_an_address(visitor: Visit, people: People, database: Database) -> None:
    for n in range(log_in.FREE_FAILURES["address"]):
        _log_in_from(visitor(), f"192.0.2.{n}", f"guess{n}", peer="198.51.100.1")
    database.write([Sql("UPDATE login_failure SET failures = 90 WHERE key LIKE 'address:%'")])  # a long wait
    assert _log_in_from(visitor(), "192.0.2.99", "alice", peer="198.51.100.1").status_code == 429


def _log_in_from(somebody: Visitor, forwarded_for: str, name: str, peer: str) -> TestResponse:
    """Log in through a proxy that adds to what the browser may have claimed."""
    somebody.client.get("/login")
    form = {"email": f"{name}@portal.example", "password": PASSWORD, "csrf_token": somebody.token}
    headers = {"X-Forwarded-For": f"203.0.113.7, {forwarded_for}"}
    return somebody.client.post("/login", data=form, headers=headers, environ_overrides={"REMOTE_ADDR": peer})


def test_callback_without_token_is_refused(visitor: Visit, people: People) -> None:
    alice = visitor("alice")
    assert alice.client.post("/_dash-update-component", json={"output": ROUTER}).status_code == 400


def test_log_out_ends_the_session(visitor: Visit, people: People) -> None:
    alice = visitor("alice")
    alice.client.get("/dashboard")
    assert alice.client.post("/logout", data={"csrf_token": alice.token}).location == "/login"
    assert alice.client.get("/dashboard").status_code == 302


def test_copy_of_a_cookie_is_worth_nothing_after_log_out(visitor: Visit, people: People) -> None:
    alice, thief, phone = visitor("alice"), visitor(), visitor("alice")
    cookie = alice.client.get_cookie("session")
    assert cookie is not None
    thief.client.set_cookie("session", cookie.value)
    assert thief.client.get("/dashboard").status_code == 200
    alice.client.post("/logout", data={"csrf_token": alice.token})
    assert thief.client.get("/dashboard").status_code == 302
    assert phone.client.get("/dashboard").status_code == 200


def test_log_out_twice_leads_to_log_in(visitor: Visit, people: People) -> None:
    answer = visitor().client.post("/logout")
    assert (answer.status_code, answer.location) == (302, "/login")


def test_log_out_without_token_is_refused(visitor: Visit, people: People) -> None:
    alice = visitor("alice")
    assert alice.client.post("/logout").status_code == 400
    assert alice.client.get("/dashboard").status_code == 200


def test_log_in_begins_a_new_session(visitor: Visit, people: People) -> None:
    somebody = visitor()
    with somebody.client.session_transaction() as session:
        session["planted"] = "by somebody else"
    somebody.log_in("alice")
    with somebody.client.session_transaction() as session:
        assert "planted" not in session


def test_nothing_but_static_files_is_kept_by_browsers(visitor: Visit, people: People) -> None:
    alice = visitor("alice")
    for address in ("/dashboard", "/login", "/_dash-layout", "/export/nothing.xlsx"):
        assert alice.client.get(address).headers["Cache-Control"] == "no-store"
    assert "no-store" not in alice.client.get("/assets/bolt.svg", buffered=True).headers.get("Cache-Control", "")


def test_log_in_and_log_out_stand_in_the_event_log(visitor: Visit, people: People) -> None:
    alice = visitor("alice")
    visitor().log_in("alice", "wrong 1234")
    visitor().log_in("my secret 1", "wrong 1234")
    alice.client.post("/logout", data={"csrf_token": alice.token})
    kept = people.alice.database.query("SELECT kind, text, user_id FROM event ORDER BY logged_at DESC")
    noted = [tuple(event.values()) for event in kept.to_pylist()]
    me = people.alice.user_id
    assert noted == [
        ("logged out", "alice@portal.example logged out from 127.0.0.1.", me),
        ("log-in failed", "A log-in as an unknown email from 127.0.0.1 failed.", None),
        ("log-in failed", "A log-in as alice@portal.example from 127.0.0.1 failed.", me),
        ("logged in", "alice@portal.example logged in from 127.0.0.1.", me),
    ]


def test_site_administrator_without_a_site_sees_an_empty_portal(
    visitor: Visit, people: People, database: DuckDB
) -> None:
    database.write([Sql("DELETE FROM user_site WHERE user_id = $id", {"id": people.bob.user_id})])
    bob = visitor("bob")
    for page in (bob.page("/dashboard"), bob.page("/statistics")):
        assert "E-" not in page
        assert "Solna" not in page
    assert [node[0] for node in bob.poll()["navigator-nodes"]["nodes"]] == ["system:1"]


def test_session_cookie_is_kept_from_scripts_and_other_sites(visitor: Visit, people: People) -> None:
    cookies = visitor().log_in("alice").headers.getlist("Set-Cookie")
    (cookie,) = (cookie for cookie in cookies if cookie.startswith("session="))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie


def test_cookies_stay_on_tls_when_they_came_over_it(visitor: Visit) -> None:
    cookies = visitor().client.get("/login", base_url="https://portal.example").headers.getlist("Set-Cookie")
    assert cookies
    assert all("Secure" in cookie for cookie in cookies)


def test_pages_may_only_run_scripts_of_the_portal(visitor: Visit, people: People) -> None:
    policy = visitor("alice").client.get("/dashboard").headers["Content-Security-Policy"]
    scripts = re.search(r"script-src ([^;]*)", policy)[1]  # type: ignore[index]
    assert "'self'" in scripts
    assert "unsafe" not in scripts


def test_key_of_the_sessions_is_kept_and_private(app: dash.Dash, database: Database, settings: Settings) -> None:
    assert Path(settings.data / "secret_key").stat().st_mode & 0o777 == 0o600
    assert create_app(database, settings).server.secret_key == app.server.secret_key


def test_idle_session_ends_and_live_updates_do_not_keep_it(visitor: Visit, people: People) -> None:
    alice = visitor("alice")
    long_ago = int(time.time()) - access.IDLE_S + 60
    with alice.client.session_transaction() as session:
        session["seen_at"] = long_ago
    alice.poll()
    with alice.client.session_transaction() as session:
        assert session["seen_at"] == long_ago
        session["seen_at"] = long_ago - 120
    assert alice.client.get("/dashboard").status_code == 302


def test_use_keeps_a_session(visitor: Visit, people: People) -> None:
    alice = visitor("alice")
    with alice.client.session_transaction() as session:
        session["seen_at"] -= 3600
    alice.client.get("/dashboard")
    with alice.client.session_transaction() as session:
        assert session["seen_at"] > time.time() - 60


@pytest.mark.usefixtures("forgetful")
def test_changed_password_signs_out_every_session(visitor: Visit, people: People, database: Database) -> None:
    alice = visitor("alice")
    users.change_password(database, people.alice.user_id, "another horse 2")
    assert alice.client.get("/dashboard").status_code == 302


@pytest.mark.usefixtures("forgetful")
def test_removed_user_is_signed_out(visitor: Visit, people: People, database: Database) -> None:
    bob = visitor("bob")
    database.write([Sql("UPDATE portal_user SET removed_at = now() WHERE user_id = $id", {"id": people.bob.user_id})])
    assert bob.client.get("/dashboard").status_code == 302


@pytest.mark.parametrize(
    ("name", "has_it"), [("alice", True), ("bob", True), ("charlie", True), ("sam", False), ("dana", False)]
)
def test_page_a_role_does_not_have_is_not_there_for_it(visitor: Visit, people: People, name: str, has_it: bool) -> None:
    person = visitor(name)
    assert person.client.get("/provisioning").status_code == (200 if has_it else 404)
    assert ("User provisioning" in person.page("/provisioning")) is has_it
    assert ('"data-page": "/provisioning"' in person.shell()) is has_it


@pytest.mark.parametrize(
    "node", ["site:{lund}", "site:999999", "site:", "nonsense", "system:2", "site:1;DROP", "site:٣"]
)
def test_node_outside_the_scope_is_not_there(visitor: Visit, people: People, node: str) -> None:
    bob, address = visitor("bob"), f"/dashboard?node={node.format(lund=people.lund)}"
    assert bob.client.get(address).status_code == 404
    page = bob.page(address)
    assert "This node does not exist" in page
    assert "Lund" not in page


def test_own_node_is_there(visitor: Visit, people: People) -> None:
    assert visitor("bob").client.get(f"/dashboard?node=site:{people.solna}").status_code == 200


def test_ev_user_has_no_nodes_and_no_navigator(visitor: Visit, people: People) -> None:
    dana = visitor("dana")
    assert dana.client.get(f"/dashboard?node=site:{people.solna}").status_code == 404
    assert dana.client.get("/dashboard").status_code == 200
    assert "navigator-tree" not in dana.shell()
    assert "navigator-nodes" not in dana.poll()


def test_every_callback_names_its_roles(app: dash.Dash) -> None:
    assert access.unguarded(app) == []


def test_no_answer_to_a_press_is_dropped_for_a_live_change(app: dash.Dash) -> None:
    """Dash drops the answer of a callback that is asked again, if ALL is not among its outputs (assets/in_order.js)."""
    of_both = [
        output
        for output, callback in app.callback_map.items()
        if {"n_clicks", "data"} <= {one["property"] for one in callback["inputs"]}
        and any("live" in str(one["id"]) for one in callback["inputs"])
    ]
    assert of_both
    assert [output for output in of_both if '["ALL"]' not in output] == []


def test_callback_is_refused_to_other_roles(app: dash.Dash, visitor: Visit, people: People) -> None:
    @app.callback(Output("answer", "children"), Input("question", "n_clicks"))
    @allow(Role.ADMINISTRATOR)
    def answer(_clicks: int | None) -> str:
        return "secret"

    assert "secret" in visitor("alice").call("answer.children").text
    refused = visitor("bob").call("answer.children")
    assert refused.status_code == 403
    assert "secret" not in refused.text


def test_callback_that_names_no_roles_is_refused_to_everybody(app: dash.Dash, visitor: Visit, people: People) -> None:
    @app.callback(Output("answer", "children"), Input("question", "n_clicks"))
    def answer(_clicks: int) -> str:
        return "secret"

    alice = visitor("alice")
    assert alice.call("answer.children").status_code == 403
    assert alice.call("unheard.of").status_code == 403


@pytest.mark.logs_errors
def test_fault_in_a_page_is_shown_as_a_number_only(database: Database, settings: Settings, people: People) -> None:
    def fail(**_query: str) -> None:
        raise ZeroDivisionError("secret detail")

    dash.register_page(PAGE, path="/schedule", layout=fail)
    try:
        alice = Visitor(create_app(database, settings))
        alice.log_in("alice")
        page = alice.page("/schedule")
    finally:
        del dash.page_registry[PAGE]
    assert re.search("E-[0-9A-F]{8}", page)
    assert "secret detail" not in page
    assert "Traceback" not in page


def test_lost_central_system_logs_nobody_out(
    tmp_path: Path, database: DuckDB, settings: Settings, people: People
) -> None:
    owner = DatabaseService(database, tmp_path)
    remote = RemoteDatabase(tmp_path)
    try:
        alice = Visitor(create_app(remote, settings))
        alice.log_in("alice")
        assert alice.poll()["live-clock"]["away"] is None
    finally:
        owner.shutdown()
    assert alice.client.get("/dashboard").status_code == 200
    assert "not reachable" in alice.page("/dashboard")
    assert alice.client.get("/session/S-1").status_code == 200
    assert "not reachable" in alice.page("/session/S-1")
    stranger = Visitor(alice.app)
    refused = stranger.log_in("bob")
    assert refused.status_code == 503
    assert "not reachable" in refused.text
    assert alice.client.post("/logout", data={"csrf_token": alice.token}).location == "/login"
    remote.close()
