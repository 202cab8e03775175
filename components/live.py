"""Live updates: what changed in the portal reaches every open page within a second or two.

One poll a second per page asks for what changed since the page's last revision; however many pages there are, the
database is asked at most every half second. The Navigator follows by itself. A page of your own listens so:

    @callback(Output("total", "children"), Input("live-session", "data"), State("url", "search"))
    @allow(*EVERYONE)
    def refresh(changed: dict, search: str): ...

There is a store `live-<subject>` for each of `FOLLOWED`. It gets `{"ids": [...]}` when something of that subject that
the user may see changed (ids are of sites for session and event, of users for user, of nodes for topology, else of
stations; an EV user gets no ids), and never otherwise. When a page opens and after a lost connection all of them fire
with `{"ids": null}`: read everything again. A page that follows several subjects takes `Input("live-changes", "data")`
instead, with all that a poll brought: `{"changed": {subject: ids}}`. Such a callback keeps no idle session alive.
It also fires while another page is shown, so it names parts of its own page by pattern (`{"window": ALL}`), of which
there may be none, or starts from an Input of its page.
"""

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from datetime import UTC, datetime
from typing import Any, TypedDict, TypeVar

import dash
import flask
from dash import ClientsideFunction, Input, Output, State, dcc, no_update, set_props
from flask_babel import get_locale

from components import navigator
from components.access import EVERYONE, allow, changed_scope, current_scope
from data import nodes
from data.database import Change, Changes, Database, Revision
from data.errors import DatabaseUnavailable
from data.scope import Role, Scope

T = TypeVar("T")

POLL_MS = 1000
ASK_EVERY_S = 0.5
HURRIED_MS = 200
HURRY_S = 5.0
"""For so long after a command was given its page polls so often: the station's answer is waited for."""

REMEMBERED = 600
"""Polls kept: a page that slept longer than that reads everything again."""

REMEMBERED_STATES = 100
REMEMBERED_ANSWERS = 200

STATION_SUBJECTS = ("station_state", "outlet_state", "open_transaction", "alarm", "command", "station_file")
SUBJECTS = (
    "topology",
    *STATION_SUBJECTS,
    "session",
    "event",
    "user",
    "news",
    "service",
    "unknown_caller",
    "software_image",
    "import",
    "connection_day",
)
FREE_OF_SITES = ("topology", "user", "news", "connection_day")
FOLLOWED = ("session", "alarm", "news")  # each store more costs every open page at every change
EV_USER_SUBJECTS = ("open_transaction", "session", "news")


class Feed:
    """The change feed of this process: asked for by many pages, asking the owner once for all of them."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._polls: deque[Changes] = deque(maxlen=REMEMBERED)
        self._asked_at = 0.0
        self._lock = threading.Lock()
        self._states: OrderedDict[tuple[Any, ...], dict[str, str]] = OrderedDict()
        self._made: OrderedDict[tuple[Any, ...], Future[Any]] = OrderedDict()
        self._hurried_until = 0.0
        self.away_since: datetime | None = None

    @property
    def is_hurried(self) -> bool:
        return time.monotonic() < self._hurried_until

    def hurry(self) -> None:
        """Ask the owner as often as a hurried page polls, for a while."""
        self._hurried_until = time.monotonic() + HURRY_S

    def since(self, revision: Revision) -> Changes:
        """Return what changed after a revision this feed gave out; reset when it is too old or another owner's.

        Raises:
            DatabaseUnavailable: the owner did not answer the last time it was asked.
        """
        with self._lock:
            if time.monotonic() - self._asked_at >= (HURRIED_MS / 2000 if self.is_hurried else ASK_EVERY_S):
                self._ask()
            if self.away_since:
                raise DatabaseUnavailable
            latest, oldest = self._polls[-1].revision, self._polls[0].revision
            if revision.epoch != latest.epoch or revision.number < oldest.number:
                return Changes(latest, frozenset(), reset=True)
            newer = [poll.changed for poll in self._polls if poll.revision.number > revision.number]
            return Changes(latest, frozenset().union(*newer), reset=False)

    def once(self, scope: Scope, what: Hashable, make: Callable[[], T]) -> T:
        """Return `make()`, made once for all who see the same: until something changes, and anew each minute for ages.

        Args:
            what: tells it from everything else that is made so.
        """
        who = scope.user_id if scope.role is Role.EV_USER else (scope.role, scope.site_ids)
        with self._lock:
            if not self._polls:
                return make()
            key = (self._polls[-1].revision, int(time.time() // 60), str(get_locale()), who, what)
            made, is_first = self._made.get(key), key not in self._made
            if made is None:
                made = self._made[key] = Future()
                if len(self._made) > REMEMBERED_ANSWERS:
                    self._made.popitem(last=False)
        if is_first:
            try:
                made.set_result(make())
            except BaseException as error:
                made.set_exception(error)
                with self._lock:
                    self._made.pop(key, None)
        return made.result()

    def states(self, scope: Scope, changes: Changes) -> dict[str, str]:
        """Return the present state of what changed at stations, by ref; asked once for all users of the same sites."""
        stations = frozenset(int(str(number)) for subject, number in changes.changed if subject in STATION_SUBJECTS)
        if scope.role is Role.EV_USER or not stations:
            return {}
        key = (changes.revision, stations, scope.site_ids)
        states = self._states.get(key)
        if states is None:
            states = nodes.states(scope, sorted(stations))
            with self._lock:
                self._states[key] = states
                if len(self._states) > REMEMBERED_STATES:
                    self._states.popitem(last=False)
        return states

    def _ask(self) -> None:
        self._asked_at = time.monotonic()
        try:
            changes = self._database.changes(self._polls[-1].revision if self._polls else Revision())
        except DatabaseUnavailable:
            self.away_since = self.away_since or datetime.now(UTC)
            return
        self.away_since = None
        if changes.reset:
            self._polls.clear()
        if changes.reset or changes.changed or not self._polls:
            self._polls.append(changes)


class Told(TypedDict):
    """What `live-changes` holds."""

    changed: dict[str, list[Any] | None]


def stores() -> list[Any]:
    """Return what every page carries to be live; the shell has it."""
    return [
        dcc.Interval(id="live-ticker", interval=POLL_MS),
        dcc.Store(id="live-revision"),
        dcc.Store(id="live-clock"),
        dcc.Store(id="live-changes"),
        *(dcc.Store(id=f"live-{subject}") for subject in FOLLOWED),
    ]


def register_callbacks(app: dash.Dash) -> None:
    feed = app.server.extensions["live"] = Feed(app.server.extensions["database"])

    @app.callback(
        Output("live-clock", "data"),
        Output("live-changes", "data"),
        Output("live-revision", "data"),
        Output("navigator-nodes", "data"),
        Input("live-ticker", "n_intervals"),
        State("live-revision", "data"),
        State("live-ticker", "interval"),
    )
    @allow(*EVERYONE)
    def poll(_ticks: int | None, revision: list[str | int] | None, interval: int | None) -> tuple[Any, ...]:
        scope = current_scope()
        if interval == HURRIED_MS and not feed.is_hurried:
            set_props("live-ticker", {"interval": POLL_MS})
        try:
            changes = feed.since(_revision(revision))
            if not changes.changed and not changes.reset:
                return _clock(), no_update, no_update, no_update
            if any(subject == "user" for subject, _number in changes.changed):
                scope = changed_scope()
            return (
                _clock(),
                update(scope, changes, feed.states(scope, changes)),
                changes.revision,
                _tree(scope, changes),
            )
        except DatabaseUnavailable:
            return _clock(feed.away_since), no_update, no_update, no_update

    app.clientside_callback(ClientsideFunction("live", "clock"), Input("live-clock", "data"))
    app.clientside_callback(ClientsideFunction("live", "changes"), Input("live-changes", "data"))


def hurry() -> None:
    """Let this page poll often for a while, from a callback that asked a station for something."""
    feed: Feed = flask.current_app.extensions["live"]
    feed.hurry()
    set_props("live-ticker", {"interval": HURRIED_MS})


def once(scope: Scope, what: Hashable, make: Callable[[], T]) -> T:
    """Return `make()`, made once for all open pages that show the same: see `Feed.once`."""
    feed: Feed = flask.current_app.extensions["live"]
    return feed.once(scope, what, make)


def _revision(sent: list[str | int] | None) -> Revision:
    """Read a page's revision; one that is not understood leads to reading everything."""
    match sent:
        case [str(epoch), int(number)]:
            return Revision(epoch, number)
    return Revision()


def update(scope: Scope, changes: Changes, states: dict[str, str]) -> dict[str, Any]:
    """Return what a page of this user is told: ids by subject (null: read everything again) and new node states."""
    if changes.reset:
        return {"changed": dict.fromkeys(_subjects(scope)), "states": {}, "followed": FOLLOWED}
    seen = {int(ref.partition(":")[2]) for ref in states if ref.startswith("station:")}
    changed: dict[str, list[Any]] = {}
    for subject, number in changes.changed:
        if _may_know(scope, (subject, number), seen):
            changed.setdefault(subject, []).append(number)
    if scope.role is Role.EV_USER:
        changed = {subject: [] for subject in changed}
    elif scope.site_ids is not None:
        changed |= {subject: [] for subject in ("topology", "user") if subject in changed}  # ids of every site
    return {"changed": changed, "states": states, "followed": [subject for subject in FOLLOWED if subject in changed]}


def _may_know(scope: Scope, change: Change, stations: set[int]) -> bool:
    subject, number = change
    if subject not in _subjects(scope):
        return False
    if scope.site_ids is None:
        return True
    if subject in STATION_SUBJECTS:
        return number in stations
    return number in scope.site_ids if subject in ("session", "event") else subject in FREE_OF_SITES


def _subjects(scope: Scope) -> tuple[str, ...]:
    return EV_USER_SUBJECTS if scope.role is Role.EV_USER else SUBJECTS


def _tree(scope: Scope, changes: Changes) -> Any:
    """Return the whole tree when it may be another one, else nothing: states come as changes."""
    grew = changes.reset or any(subject == "topology" for subject, _number in changes.changed)
    return navigator.rows(scope) if grew and scope.role is not Role.EV_USER else no_update


def _clock(away_since: datetime | None = None) -> dict[str, int | None]:
    """Return the time of this answer and since when the central system is away, in ms since 1970."""
    return {"at": _ms(datetime.now(UTC)), "away": _ms(away_since) if away_since else None}


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)
