"""How the tables of Alarms look: their columns, cells, and what stands in an empty one."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import dash_bootstrap_components as dbc
import pyarrow as pa
from dash import dcc, html
from flask_babel import gettext, lazy_gettext, ngettext
from flask_babel import gettext as _

from components import event_changes, event_kinds
from components.filter_chips import Heading
from components.format import number
from components.log_tables import Face
from components.menus import icon
from components.states import SEVERITIES
from data import alarm_tables

SEVERITY = Heading(lazy_gettext("Severity"), 102, shown=True, renderer="LookCell")
RAISED = Heading(lazy_gettext("Create date"), 166, shown=True)
NODE = Heading(lazy_gettext("Node name"), 122, shown=True, renderer="IdentityCell")
SITE = Heading(lazy_gettext("Site"), 96, shown=True, renderer="TextCell")
DESCRIPTION = Heading(lazy_gettext("Description"), 144, shown=True, fills=True, renderer="TextCell")
REPEATS = Heading(lazy_gettext("Repeats"), 78, shown=True, numeric=True)


def cells(rows: pa.Table) -> list[dict[str, Any]]:
    """Write the rows of an `log_tables.Page` as its table shows them."""
    shown = [name for name in rows.column_names if name not in ("template", "arguments", "details")]
    return [{name: _cell(row[name]) for name in shown} | _look(row) for row in rows.to_pylist()]


def _cell(value: Any) -> Any:
    return f"{value:%Y-%m-%d\u00a0%H:%M:%S}" if isinstance(value, datetime) else value


def in_file(rows: pa.Table) -> pa.Table:
    """Return rows with their sentences in the user's language."""
    writers: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
        "node": lambda row: node_name(row["node"]),
        "description": lambda row: described(row["description"]),
        "text": lambda row: event_changes.after(event_kinds.sentence(row), event_changes.of(row)),
    }
    told = rows.to_pylist()
    for name, write in writers.items():
        if name in rows.column_names:
            cells = pa.array([write(row) for row in told], pa.string())
            rows = rows.set_column(rows.column_names.index(name), name, cells)
    return rows


def described(text: str) -> str:
    """Write an alarm's description, which is kept in English, in the user's language; what the station said stays."""
    what, bracket, said = text.partition(" (")
    return gettext(what.rstrip(".")) + bracket + said  # older portals kept some with a full stop


def node_name(name: str) -> str:
    """Write a row's node in the user's language: the station's name, and its connector."""
    station, connector, number_of_it = name.rpartition(" Connector: ")
    return station + " " + _("Connector: %(number)s", number=number_of_it) if connector else name


def doer(name: str) -> str:
    """Write who did something: the name of a person, and that of the portal, stands as it is."""
    return _("Station") if name == "Station" else name


def _look(row: Mapping[str, Any]) -> dict[str, str]:
    node = node_name(row["node"])
    if "severity" not in row:
        text = event_changes.shortly_after(event_kinds.sentence(row), event_changes.of(row))
        return {"kind": event_kinds.word(row["kind"]), "text": text, "node": node, "done_by": doer(row["done_by"])}
    look = SEVERITIES[row["severity"].lower()]
    repeats = {"repeats": f"×{number(row['repeats'])}" if row["repeats"] else ""}
    cleared_by = {"cleared_by": doer(row["cleared_by"])} if "cleared_by" in row else {}
    return (
        repeats
        | cleared_by
        | {
            "node": node,
            "description": described(row["description"]),
            "severity": str(look.word),
            "severity_look": f"{look.colour} {look.glyph}",
        }
    )


FACES: Mapping[str, Face] = {
    "active-alarms": Face(
        "active",
        lazy_gettext("Active alarms"),
        alarm_tables.ACTIVE,
        {
            "severity": SEVERITY,
            "raised": RAISED,
            "node": NODE,
            "site": SITE,
            "description": DESCRIPTION,
            "repeats": REPEATS,
        },
        lazy_gettext("No active alarms"),
        lazy_gettext("Every charging station works as it should."),
        cells,
        lazy_gettext("An alarm also clears by itself when the station reports that all is well"),
        in_file=in_file,
    ),
    "alarm-history": Face(
        "history",
        lazy_gettext("Alarm history"),
        alarm_tables.HISTORY,
        {
            "severity": SEVERITY,
            "raised": RAISED,
            "cleared": Heading(lazy_gettext("Clear date"), 166, shown=True),
            "node": NODE,
            "description": DESCRIPTION,
            "cleared_by": Heading(lazy_gettext("Cleared by"), 94, shown=True, renderer="TextCell"),
            "site": SITE,
            "repeats": REPEATS,
        },
        lazy_gettext("No alarm was cleared yet"),
        lazy_gettext("An alarm appears here when its station has recovered, or when somebody cleared it."),
        cells,
        in_file=in_file,
    ),
    "event-log": Face(
        "events",
        lazy_gettext("Event log"),
        alarm_tables.EVENTS,
        {
            "logged": Heading(lazy_gettext("Date"), 166, shown=True),
            "node": NODE,
            "site": SITE,
            "kind": Heading(lazy_gettext("Kind"), 122, shown=True, renderer="TextCell"),
            "text": Heading(lazy_gettext("Event"), 200, shown=True, fills=True, renderer="TextCell"),
            "done_by": Heading(lazy_gettext("By"), 110, shown=True, renderer="TextCell"),
        },
        lazy_gettext("No events yet"),
        lazy_gettext("What users do and what stations report appears here."),
        cells,
        in_file=in_file,
    ),
}
"""The tables by their id on the page, in the order of the tabs (manual: Alarms)."""


def of_tab(tab: str) -> str:
    """Return the id of a tab's table; of an unknown one, the first table's."""
    return next((table_id for table_id, face in FACES.items() if face.tab == tab), next(iter(FACES)))


def causes() -> dbc.Alert:
    """Return what says where many stations lost contact at once: it stays as it was opened while `caused` fills it."""
    opened = html.Details([html.Summary(id="alarms-cause"), html.Ul(id="alarms-causes", className="mt-2 mb-0")])
    return dbc.Alert(opened, color="danger", className="cp-causes mb-0")


def caused(found: Sequence[Mapping[str, Any]]) -> tuple[list[Any], list[Any]]:
    """Return the line and the list of `causes`, from `alarms.causes`: somebody is to look there first."""
    if not found:
        return [], []
    title = _silent(found[0])
    if len(found) > 1:
        said = _("%(count)s times, charging stations of a site lost contact together.", count=number(len(found)))
        title = [html.B(said)]
    line = [icon("bi-diagram-3 me-2"), *title, " ", _("One cause is likely: the site's network or power.")]
    return line, [html.Li([*_silent(cause), " ", _link(cause)]) for cause in found]


def _silent(cause: Mapping[str, Any]) -> list[Any]:
    said = ngettext(
        "%(num)d charging station lost contact at %(time)s.",
        "%(num)d charging stations lost contact at %(time)s.",
        cause["stations"],
        time=f"{cause['began_at']:%Y-%m-%d\u00a0%H:%M}",
    )
    return [html.B(cause["site_name"]), f" {said}"]


def _link(cause: Mapping[str, Any]) -> dcc.Link:
    return dcc.Link(_("Show them"), href=f"/alarms?node=site:{cause['site_id']}&f=description.has.No%20network")


def severities(counts: Mapping[str, int], kept: str) -> list[html.Button]:
    """Return the buttons that keep the alarms of one severity, or all.

    Args:
        counts: alarms by severity.
        kept: the severity that is kept; empty: all.
    """
    faces: list[tuple[str, list[Any], int]] = [("", [_("All")], sum(counts.values()))]
    for name, look in SEVERITIES.items():
        word = name.capitalize()
        faces.append((word, [icon(f"{look.glyph} {look.colour} me-1"), str(look.word)], counts.get(word, 0)))
    return [
        html.Button(
            [*face, f" {number(count)}"],
            type="button",
            className="btn btn-sm" + (" active" if severity == kept else ""),
            **{"data-severity": severity, "aria-pressed": "true" if severity == kept else "false"},
        )
        for severity, face, count in faces
    ]


def selection() -> html.Div:
    """Return what is said and offered of selected alarms; hidden while there are none."""
    return html.Div(
        [
            html.Span(
                [_("Selected alarms:"), " ", html.B(className="cp-num")],
                className="fw-semibold",
                **{"aria-live": "polite"},
            ),
            html.Button(
                _("Clear selected"), type="button", className="btn btn-primary btn-sm", **{"data-clear-selected": ""}
            ),
            html.Button(_("Deselect"), type="button", className="btn btn-ghost btn-sm", **{"data-deselect": ""}),
        ],
        id="alarms-selection",
        hidden=True,
        className="card-footer align-items-center",
    )
