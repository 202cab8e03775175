"""Who may see and do what: the roles matrix, the gate before every request, and the scope of the signed-in user.

A page says nothing of roles: `PAGES` does, and `guard_pages` wraps every registered page. A callback stands under
`@allow(...)`; one without is refused for everybody.

    @callback(Output(...), Input(...))
    @allow(*OPERATORS)
    def clear(...): ...
"""

import functools
import logging
import secrets
import time
from collections.abc import Callable
from typing import Any

import dash
import flask
from flask import Response, abort, request, session
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user

from components import callback_request
from data import users
from data.database import Database
from data.errors import DatabaseUnavailable, NotFound
from data.scope import Role, Scope

log = logging.getLogger(__name__)

EVERYONE = tuple(Role)
OPERATORS = (Role.ADMINISTRATOR, Role.SITE_ADMINISTRATOR, Role.SUPPORT_USER)

PAGES: dict[str, tuple[Role, ...]] = {
    "/dashboard": EVERYONE,
    "/diagrams": EVERYONE,
    "/statistics": EVERYONE,
    "/session": EVERYONE,
    "/schedule": OPERATORS,
    "/alarms": OPERATORS,
    "/provisioning": (Role.ADMINISTRATOR, Role.SITE_ADMINISTRATOR),
    "/configuration": OPERATORS,
    "/import": (Role.ADMINISTRATOR,),
    "/messages": OPERATORS,
    "/settings": EVERYONE,
}
"""The roles matrix (manual: Users). Key: the first part of the page's path. What a role may not see is a 404 for it."""

LOGIN, LOGOUT = "/login", "/logout"
OPEN = (LOGIN, "/healthz", "/_favicon.ico")
OPEN_FOLDERS = ("/assets/", "/bootstrap/static/", "/_dash-component-suites/")
CALLBACK = "/_dash-update-component"
ROUTER = ".._pages_content.children..._pages_store.data.."
IDLE_S = 12 * 3600
SEEN_EVERY_S = 60
KNOWN_FOR_S = 1.0
RENEWED_FOR_S = 10.0
"""How long a page may still ask with the cookie it had before its user's own new password."""


class SignedIn(UserMixin):
    """A portal user as Flask-Login knows one. Its id changes with the password, which signs out every session."""

    def __init__(self, user: users.User) -> None:
        self.user = user

    def get_id(self) -> str:
        return f"{self.user.user_id}.{self.user.password_changed_at.timestamp():.6f}"


class KnownUsers:
    """Users by session id, asked of the database at most once a second each, and kept while the database is away."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[str, tuple[float, SignedIn | None]] = {}
        self._renewed: dict[str, tuple[float, SignedIn]] = {}  # by log-in

    def load(self, session_id: str) -> SignedIn | None:
        return self._as_kept(session_id) or self._as_renewed()

    def anew(self, session_id: str) -> SignedIn | None:
        """Ask again for a user whom somebody may have changed just now."""
        self._known.pop(session_id, None)
        return self._as_kept(session_id)

    def _as_kept(self, session_id: str) -> SignedIn | None:
        at, known = self._known.get(session_id, (0.0, None))
        if time.monotonic() - at < KNOWN_FOR_S:
            return known
        try:
            known = self._find(session_id)
        except DatabaseUnavailable:
            if known is None:
                raise
        self._known[session_id] = (time.monotonic(), known)
        return known

    def _as_renewed(self) -> SignedIn | None:
        at, renewed = self._renewed.get(session.get("login", ""), (0.0, None))
        return renewed if time.monotonic() - at < RENEWED_FOR_S else None

    def renew(self, user: users.User) -> SignedIn:
        """Take what a user's own request changed; else it would be shown a second late.

        What this session's page asked just before, when it had the old cookie, is answered too.
        """
        known, now = SignedIn(user), time.monotonic()
        self._known[known.get_id()] = (now, known)
        recent = {login: (at, one) for login, (at, one) in self._renewed.items() if now - at < RENEWED_FOR_S}
        self._renewed = {**recent, session["login"]: (now, known)}
        return known

    def _find(self, session_id: str) -> SignedIn | None:
        try:
            found = SignedIn(users.find(self._database, int(session_id.partition(".")[0])))
        except (NotFound, ValueError):
            return None
        return found if found.get_id() == session_id else None


class EndedSessions:
    """Log-ins that were logged out, for as long as their cookie would live: a copy of it opens nothing any more.

    They are forgotten with the process; a copy is then good for what is left of its idle time.
    """

    def __init__(self) -> None:
        self._ended: dict[str, float] = {}

    def add(self, login: str) -> None:
        now = time.time()
        self._ended = {login: now} | {key: at for key, at in self._ended.items() if now - at <= IDLE_S}

    def __contains__(self, login: object) -> bool:
        return login in self._ended


def allow(*roles: Role) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Name the roles that may call a callback; stands directly under `@callback`.

    What the browser sends must be of the types that the callback's parameters are annotated with.
    """

    def mark(function: Callable[..., Any]) -> Callable[..., Any]:
        check_values = callback_request.check_values(function)

        @functools.wraps(function)
        def checked(*args: Any, **kwargs: Any) -> Any:
            if current_scope().role not in roles:
                abort(403)
            check_values(*args)
            return function(*args, **kwargs)

        checked.roles = roles  # type: ignore[attr-defined]
        return checked

    return mark


def current_user_of_portal() -> users.User:
    """Return the signed-in user."""
    user: users.User = current_user.user
    return user


def current_scope() -> Scope:
    """Return what the signed-in user may see; pages hand it to every function of `data`."""
    return users.scope_of(flask.current_app.extensions["database"], current_user_of_portal())


def changed_scope() -> Scope:
    """Return what the signed-in user may see since users were changed: no request that follows knows the old."""
    known: KnownUsers = flask.current_app.extensions["known_users"]
    now = known.anew(current_user.get_id())
    return users.scope_of(flask.current_app.extensions["database"], now.user) if now else current_scope()


def log_in(user: users.User) -> None:
    """Begin a session: nothing of an earlier one is kept."""
    session.clear()
    session["login"] = secrets.token_urlsafe(9)
    session["seen_at"] = int(time.time())
    login_user(SignedIn(user))


def keep_signed_in(user: users.User) -> None:
    """Go on as the user is now: a new password has signed out every session, this one too."""
    known: KnownUsers = flask.current_app.extensions["known_users"]
    login_user(known.renew(user))


def log_out() -> None:
    """End the session, and every copy of its cookie."""
    ended: EndedSessions = flask.current_app.extensions["ended_sessions"]
    ended.add(session["login"])
    logout_user()
    session.clear()


def is_open(path: str) -> bool:
    """Tell whether a path is there for everybody: log-in, health and static files."""
    return path in OPEN or path.startswith(OPEN_FOLDERS)


def address() -> str:
    """Return the network address of who asks. A proxy on this machine is trusted to name it."""
    peer = request.remote_addr or ""
    return request.access_route[-1] if peer in ("127.0.0.1", "::1") else peer


def may_see(role: Role, path: str) -> bool:
    """Tell whether a role has the page of a path, and the portal too."""
    return role in PAGES.get(_first(path), ()) and any(
        _first(page["path"]) == _first(path) for page in dash.page_registry.values()
    )


def _first(path: str) -> str:
    return "/" + path.strip("/").split("/")[0]


def guard(app: dash.Dash, database: Database) -> None:
    """Put the gate before every request of an app."""
    server = app.server
    server.extensions["database"] = database
    server.extensions["ended_sessions"] = EndedSessions()
    manager = LoginManager(server, add_context_processor=False)
    manager.session_protection = None  # it binds to the address behind a proxy; the signed cookie is enough
    server.extensions["known_users"] = KnownUsers(database)
    manager.user_loader(server.extensions["known_users"].load)
    server.before_request(lambda: _gate(app))


def unguarded(app: dash.Dash) -> list[str]:
    """Return the callbacks that name no roles; a test asserts that there are none."""
    return [
        output
        for output, entry in app.callback_map.items()
        if output != ROUTER and entry.get("callback") and not _roles(entry)
    ]


def _gate(app: dash.Dash) -> Response | None:
    path = request.path
    if is_open(path):
        return None
    if not current_user.is_authenticated or _is_ended() or _is_idle():
        return _to_login()  # the cookie stays as it is: the browser may have a newer one by now
    if path == CALLBACK and request.method == "POST":
        return _refuse_callback(app, current_user_of_portal().role)
    return flask.redirect("/dashboard") if path == "/" else None


def _is_ended() -> bool:
    return session.get("login") in flask.current_app.extensions["ended_sessions"]


def _is_idle() -> bool:
    """Tell whether nobody used the session for too long."""
    now = int(time.time())
    idle_s = now - session.get("seen_at", 0)
    if SEEN_EVERY_S < idle_s <= IDLE_S and not _is_live_update():
        session["seen_at"] = now
    return idle_s > IDLE_S


def _is_live_update() -> bool:
    """Tell whether a page asks by itself: what only live inputs caused is nobody's doing."""
    changed = callback_request.body().get("changedPropIds") if request.path == CALLBACK else None
    return bool(changed) and all(prop.startswith("live-") for prop in changed)


def _to_login() -> Response:
    if request.path == LOGOUT:
        return flask.redirect(LOGIN)
    if request.method != "GET" or request.path.startswith(("/_", "/export/")):
        return Response('{"error": "signed out"}', 401, mimetype="application/json")
    wanted = request.full_path.rstrip("?")
    return flask.redirect(flask.url_for("login", next=None if wanted == "/" else wanted))


def _refuse_callback(app: dash.Dash, role: Role) -> Response | None:
    sent = callback_request.body()
    output = sent["output"]
    entry = app.callback_map.get(output, {})
    if output == ROUTER or role in _roles(entry):
        callback_request.check_shape(sent, entry)
        if output == ROUTER:
            callback_request.check_address(*(one.get("value") for one in sent["inputs"]))
        return None
    log.warning("user %s (%s) was refused the callback %s", current_user.get_id(), role, output)
    return Response('{"error": "forbidden"}', 403, mimetype="application/json")


def _roles(entry: dict[str, Any]) -> tuple[Role, ...]:
    function = entry.get("callback")
    while function is not None:
        if roles := getattr(function, "roles", None):
            return tuple(roles)
        function = getattr(function, "__wrapped__", None)
    return ()
