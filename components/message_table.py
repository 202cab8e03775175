"""How the table of Messages looks, and the panel with a call and its answer."""

import re
from collections.abc import Mapping
from typing import Any

import pyarrow as pa
from dash import html
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from components.filter_chips import Heading
from components.format import identity, number
from components.log_tables import Face
from components.menus import icon
from components.session_messages import KINDS
from data import message_table
from data.message_table import Exchange

TABLE = "frames"
LONGEST_SHOWN = 300
WAYS = {way: lazy_gettext(word) for way, word in message_table.WAYS.items()}
HINT = lazy_gettext("What charging stations and the portal say to each other appears here, for as long as it is kept.")


def cells(rows: pa.Table) -> list[dict[str, Any]]:
    return [_cells(row) for row in rows.to_pylist()]


def _cells(row: Mapping[str, Any]) -> dict[str, Any]:
    return dict(row) | {
        "logged": f"{row['logged']:%Y-%m-%d\u00a0%H:%M:%S}",
        "way": str(WAYS[row["direction"]]),
        "word": str(KINDS[row["kind"]]),
        "latency": "" if row["latency"] is None else number(row["latency"], 0),
        "frame": _beginning(row["frame"]),
    }


def _beginning(frame: str) -> str:
    """Return the beginning of a frame; of an envelope, that of its body."""
    body = re.search(r"<(?:[\w.-]+:)?Body[^>]*>", frame) if frame.startswith("<") else None
    return " ".join(frame[body.end() if body else 0 :][:LONGEST_SHOWN].split())


FACE = Face(
    "",
    lazy_gettext("Messages"),
    message_table.ALL,
    {
        "logged": Heading(lazy_gettext("Time"), 172, shown=True, renderer="TimeCell"),
        "station": Heading(lazy_gettext("Station"), 110, shown=True, renderer="IdentityCell"),
        "direction": Heading(lazy_gettext("Direction"), 142, shown=True, renderer="WayCell"),
        "action": Heading(lazy_gettext("Action"), 170, shown=True, renderer="ActionCell"),
        "kind": Heading(lazy_gettext("Kind"), 100, shown=True, renderer="WordCell"),
        "flaw": Heading(lazy_gettext("Error"), 120, shown=True, renderer="FlawCell"),
        "frame": Heading(lazy_gettext("Text"), 150, shown=True, fills=True),
        "latency": Heading(lazy_gettext("Answered after"), 146, shown=True, unit="ms", numeric=True),
        "id": Heading(lazy_gettext("Message id"), 120, shown=True),
    },
    lazy_gettext("No messages are kept here."),
    HINT,
    cells,
    by_scope=message_table.table,
)


def panel(found: Exchange) -> list[Any]:
    """Return what the panel says of a chosen message."""
    known = found.call or found.answer or {}
    title = known["action"] or str(KINDS[known["kind"]])
    close = html.Button(
        icon("bi-x-lg"),
        type="button",
        className="btn btn-ghost btn-icon ms-auto",
        **{"aria-label": _("Close"), "data-close-frame": ""},
    )
    where = html.P([identity(known["station"]), f", {known['site']}, {known['logged']:%Y-%m-%d}"], className="cp-2nd")
    return [
        html.Div([html.H2(title, className="h3", id="frames-panel-title"), close], className="card-header"),
        html.Div([where, _ways(found), *_part(found.call), *_answer(found)], className="card-body"),
    ]


def _ways(found: Exchange) -> html.Nav:
    """Return the links to what a message is about."""
    known = found.call or found.answer or {}
    links = []
    if known["station_ref"]:
        of_day = f"node={known['station_ref']}&f=logged.is.{known['logged']:%Y-%m-%d}"
        links.append((_("Station"), f"/configuration?node={known['station_ref']}"))
        links.append((_("Events that day"), f"/alarms?tab=events&{of_day}"))
    session_id = next((one["session_id"] for one in found if one and one["session_id"]), None)
    if session_id:
        links.append((_("Charging session"), f"/session/{session_id}"))
    faces = [html.A(text, href=href, className="btn btn-secondary btn-sm") for text, href in links]
    return html.Nav(faces, className="d-flex flex-wrap gap-2 mt-2", **{"aria-label": _("More about this message")})


def _part(message: Mapping[str, Any] | None) -> list[Any]:
    if message is None:
        return [html.P(_("The call is not kept, or there was none."), className="cp-2nd mt-3")]
    facts = [f"{message['logged']:%H:%M:%S.%f}"[:-3], str(WAYS[message["direction"]])]
    if message["latency_ms"] is not None:
        facts.append(_("after %(latency)s ms", latency=number(message["latency_ms"], 0)))
    head = html.H3(
        [str(KINDS[message["kind"]]).capitalize(), html.Span(", ".join(facts), className="cp-2nd fw-normal ms-2")],
        className="fs-6 fw-semibold mb-0",
    )
    copy = html.Button(
        icon("bi-copy"),
        type="button",
        className="btn btn-ghost btn-icon ms-auto",
        **{"aria-label": _("Copy text"), "data-copy": message["frame"], "data-copied": _("Copied")},
    )
    flaw = [html.P(message["flaw"], className="cp-state is-err mb-1")] if message["flaw"] else []
    frame = html.Pre(message["frame"], tabIndex="0", className="cp-frame", **{"aria-label": _("Text")})
    return [html.Div([head, copy], className="d-flex align-items-center mt-2"), *flaw, frame]


def _answer(found: Exchange) -> list[Any]:
    if found.answer is None:
        return [html.P(_("No answer is kept."), className="cp-2nd mt-2")]
    return _part(found.answer)
