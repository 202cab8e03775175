"""How the table of Messages looks, and the panel with a call and its answer."""

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
        "frame": row["frame"][:LONGEST_SHOWN],
    }


FACE = Face(
    "",
    lazy_gettext("Messages"),
    message_table.ALL,
    {
        "logged": Heading(lazy_gettext("Time"), 172, shown=True),
        "station": Heading(lazy_gettext("Station"), 130, shown=True, renderer="IdentityCell"),
        "direction": Heading(lazy_gettext("Direction"), 150, shown=True, renderer="WayCell"),
        "action": Heading(lazy_gettext("Action"), 190, shown=True),
        "kind": Heading(lazy_gettext("Kind"), 104, shown=True, renderer="KindCell"),
        "latency": Heading(lazy_gettext("Answered after"), 146, shown=True, unit="ms", numeric=True),
        "id": Heading(lazy_gettext("Message id"), 120, shown=True),
        "frame": Heading(lazy_gettext("Text"), 200, shown=True, fills=True),
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
    where = html.P([identity(known["station"]), f", {known['site']}"], className="cp-2nd mb-2")
    return [
        html.Div([html.H2(title, className="h3", id="frames-panel-title"), close], className="card-header"),
        html.Div([where, *_part(found.call), *_answer(found)], className="card-body"),
    ]


def _part(message: Mapping[str, Any] | None) -> list[Any]:
    if message is None:
        return [html.P(_("The call is not kept, or there was none."), className="cp-2nd")]
    facts = [f"{message['logged']:%H:%M:%S.%f}"[:-3], str(WAYS[message["direction"]])]
    if message["latency_ms"] is not None:
        facts.append(_("after %(latency)s ms", latency=number(message["latency_ms"], 0)))
    head = html.H3(
        [str(KINDS[message["kind"]]).capitalize(), html.Span(", ".join(facts), className="cp-2nd fw-normal ms-2")],
        className="fs-6 fw-semibold mt-3",
    )
    frame = html.Pre(message["frame"], tabIndex="0", className="cp-frame", **{"aria-label": _("Text")})
    return [head, frame]


def _answer(found: Exchange) -> list[Any]:
    if found.answer is None:
        return [html.P(_("No answer is kept."), className="cp-2nd mt-2")]
    return _part(found.answer)
