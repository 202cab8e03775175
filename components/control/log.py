"""The list of commands: what was asked of stations, how far it is, and what became of it."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from dash import html
from flask_babel import LazyString, lazy_gettext
from flask_babel import gettext as _

from components import texts
from components.control.board import TITLES
from components.format import clock, timestamp
from components.menus import icon
from components.pressed import telling
from data.command_kinds import KINDS, Outcome
from data.command_rows import UNDER_WAY, State

Command = dict[str, Any]


class Look(NamedTuple):
    glyph: str
    word: LazyString


LOOKS = {
    State.QUEUED: Look("bi-hourglass cp-3rd", lazy_gettext("Queued")),
    State.SENT: Look("bi-arrow-up-right cp-3rd", lazy_gettext("Sent to station")),
    State.ACCEPTED: Look("bi-check-lg is-ok", lazy_gettext("Accepted")),
    State.WORKING: Look("bi-arrow-repeat cp-3rd", lazy_gettext("Working")),
    State.DONE: Look("bi-check-circle is-ok", lazy_gettext("Done")),
    State.REJECTED: Look("bi-x-circle is-fault", lazy_gettext("Rejected")),
    State.NOT_SUPPORTED: Look("bi-slash-circle cp-3rd", lazy_gettext("Not supported")),
    State.FAILED: Look("bi-x-circle is-fault", lazy_gettext("Failed")),
    State.TIMED_OUT: Look("bi-clock is-warn", lazy_gettext("No answer")),
    State.CANCELLED: Look("bi-dash-circle cp-3rd", lazy_gettext("Cancelled")),
    State.EXPIRED: Look("bi-clock is-warn", lazy_gettext("The station did not come in time")),
}
LAST_STEPS = {
    Outcome.BOOTED: lazy_gettext("Back online"),
    Outcome.INSTALLED: lazy_gettext("Installed"),
    Outcome.UPLOADED: lazy_gettext("On the FTP server"),
    Outcome.STARTED: lazy_gettext("Charging"),
    Outcome.STOPPED: lazy_gettext("Stopped"),
    Outcome.STATUS: lazy_gettext("Done"),
}


def commands(found: list[Command], zone: str, with_station: bool = False) -> list[Any]:
    """Return the list: what is under way with its steps, then what has ended.

    Args:
        found: as `data.command_log.of_node` gives them.
        with_station: they are of several stations.
    """
    if not found:
        nothing = _("Nothing has been asked of the stations yet.") if with_station else _("Nothing has been asked yet.")
        return [html.P(nothing, className="px-3 cp-2nd cp-t13")]
    running = [_running(one, zone, with_station) for one in found if one["state"] in UNDER_WAY]
    ended = [_ended(one, zone, with_station) for one in found if one["state"] not in UNDER_WAY]
    return [*running, html.Div(ended, className="list-group list-group-flush border-top")]


def title(command: Command, with_station: bool = False) -> str:
    """Say what was asked for, at which outlet, and of which station where that is not clear."""
    text = str(TITLES[command["kind"]])
    if command["connector_id"]:
        text = _("%(command)s, outlet %(number)s", command=text, number=command["connector_id"])
    if detail := command["parameters"].get("type") or command["parameters"].get("key"):
        text += f", {detail}"
    return f"{command['station']}: {text}" if with_station else text


def _running(command: Command, zone: str, with_station: bool) -> html.Div:
    steps = [_step(LOOKS[State.SENT], command["sent_at"], zone, is_next=command["state"] == State.QUEUED)]
    if command["state"] == State.QUEUED:
        steps = [_queued(command, zone)]
    else:
        steps.append(_step(LOOKS[State.ACCEPTED], command["answered_at"], zone, is_next=command["state"] == State.SENT))
        last = LAST_STEPS.get(KINDS[command["kind"]].done_when)
        if last and command["answered_at"]:
            steps += [_working(command), _step(Look("bi-circle", last), None, zone)]
    name = title(command, with_station)
    stop = ("cancel", _("Cancel")) if command["state"] == State.QUEUED else ("stop", _("Stop waiting"))
    may_stop = command["state"] != State.SENT
    button = html.Button(
        stop[1],
        type="button",
        className="btn btn-secondary btn-sm mt-2",
        **{"aria-label": f"{stop[1]}: {name}"},
        **telling("control-acting", {"what": stop[0], "which": command["command_id"]}),
    )
    return html.Div(
        [
            html.B(name, className="fw-semibold cp-t13"),
            html.Div(steps, className="d-grid gap-1 mt-1"),
            button if may_stop else None,
        ],
        className="p-3 pt-0",
    )


def _queued(command: Command, zone: str) -> html.Div:
    text = _("Queued; waits for the station until %(time)s", time=timestamp(command["expires_at"], zone))
    return html.Div([icon(LOOKS[State.QUEUED].glyph), html.Span(text), html.Span()], className="cp-step")


def _working(command: Command) -> html.Div:
    spinner = html.Span(className="spinner-border cp-spinner", role="status", **{"aria-label": _("Running")})
    percent = f"{command['progress']} %" if command["progress"] is not None else ""
    text = texts.kept(command["progress_text"], command) or str(LOOKS[State.WORKING].word)
    return html.Div(
        [spinner, html.B(text, className="fw-semibold"), html.Span(percent, className="cp-t12 cp-tab")],
        className="cp-step",
    )


def _step(look: Look, at: datetime | None, zone: str, is_next: bool = False) -> html.Div:
    if is_next:
        glyph: Any = html.Span(className="spinner-border cp-spinner", role="status", **{"aria-label": _("Running")})
    else:
        glyph = icon(look.glyph)
    when = clock(at, zone) if at else ""
    return html.Div(
        [glyph, html.Span(str(look.word)), html.Span(when, className="cp-t12 cp-2nd cp-tab")],
        className="cp-step" + ("" if at or is_next else " cp-3rd"),
    )


def outcome(command: Mapping[str, Any]) -> str:
    """Say how a command ended, and what the station or the portal said of it."""
    word = str(LOOKS[State(command["state"])].word)
    said = texts.kept(command["progress_text"] or command["answer"] or "", command)
    return f"{word}: {said}" if said.rstrip(".") not in ("", word) else word


def _ended(command: Command, zone: str, with_station: bool) -> html.Div:
    look = LOOKS[State(command["state"])]
    who = command["requested_by_name"] or "Charge Portal"
    when = f"{timestamp(command['ended_at'], zone)}, {who}"
    text = html.Div(
        [
            html.B(title(command, with_station), className="fw-semibold"),
            html.Br(),
            html.Span(outcome(command), className="cp-t12 cp-2nd text-break"),
            html.Br(),
            html.Span(when, className="cp-t12 cp-3rd"),
            messages_link(command),
            _result(command),
        ],
        className="flex-fill cp-t13 lh-sm",
    )
    return html.Div([icon(look.glyph), text], className="list-group-item d-flex gap-2 py-2")


def messages_link(command: Mapping[str, Any]) -> html.A | None:
    """Return the way to what was said when the command was sent; None: it was not."""
    if command["sent_at"] is None:
        return None
    sent_us = round(command["sent_at"].timestamp() * 1_000_000)
    address = f"/messages?node=station:{command['station_id']}&at={sent_us}"
    name = {"aria-label": _("Messages: %(command)s", command=title(command, with_station=True))}
    return html.A(_("Messages"), href=address, className="cp-t12 ms-2", **name)


def _result(command: Command) -> html.Details | None:
    """Return what the station told beside its word, to open."""
    told = {key: value for key, value in (command["result"] or {}).items() if value}
    if not told:
        return None
    text = json.dumps(told, indent=1, ensure_ascii=False)
    return html.Details([html.Summary(_("Result"), className="cp-t12"), html.Pre(text, className="cp-t12 mb-0")])
