"""The panel beside Topology: creating below the selected node, renaming and moving it, and unknown callers.

Fields have the id `{"topology-field": name}`, what is wrong with one stands in `{"topology-fault": name}`.
"""

import json
from collections.abc import Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import html
from flask_babel import gettext as _

from components.configuration.topology_table import BELOW, KINDS, places, why_kept
from components.format import identity
from components.menus import icon
from components.pressed import telling
from data.stations import MODES, MOST_OUTLETS
from data.topology import Row
from data.values import LONGEST_NAME


def panel(rows: Sequence[Row], row: Row, mode: str) -> list[Any]:
    """Return the panel's heading and fields for what is to be done with a node: create, rename or move."""
    title, fields, label = {"rename": _rename, "move": _move}.get(mode, _create)(rows, row)
    do = html.Button(label, id="topology-do", type="button", className="btn btn-primary", disabled=not fields)
    kept = why_kept(rows, row)
    note = html.Div([icon("bi-info-circle me-1"), kept], className="card-footer cp-2nd", role="status")
    leave = {"data-leave": _("What you typed is not saved. Leave it?"), "data-enter": "topology-do"}
    return [
        html.Div(html.H2(title), className="card-header"),
        html.Div(
            [*fields, do] if fields else [html.P(label, className="mb-0 cp-2nd"), html.Span(do, hidden=True)],
            className="card-body pt-0 d-grid gap-3 cp-topology-form",
            **leave,
        ),
        *([note] if kept else []),
    ]


def _create(_rows: Sequence[Row], row: Row) -> tuple[str, list[Any], str]:
    kinds = BELOW.get(row.kind, ())
    if not kinds:
        return _("Create"), [], _("Nothing can be created here. Select the system, a site or a floor.")
    options = [{"value": kind, "label": str(KINDS[kind][1])} for kind in kinds]
    if row.kind != "site":
        reason = _("Select a site first") if row.kind == "floor" else ""
        options += [{"value": "floor", "label": f"{KINDS['floor'][1]} ({reason})", "disabled": True}] if reason else []
    kind = "station" if "station" in kinds else kinds[0]
    has_id = kind != "site"
    choice = dbc.RadioItems(id={"topology-field": "kind"}, options=options, value=kind, name="topology-kind")
    types = html.Fieldset([html.Legend(_("Type"), className="form-label"), choice])
    outlets = [{"value": str(number), "label": str(number)} for number in range(1, MOST_OUTLETS + 1)]
    fields = [
        types,
        _text("name", _("Name"), _("Logical name in the Navigator")),
        html.Div(
            _text("charge_box_id", _("ChargeboxId"), _("Must be identical to the id in the station.")),
            id="topology-id",
            hidden=not has_id,
        ),
        html.Div(
            [
                _select("outlets", _("Outlets"), outlets, "2"),
                _text("connector", _("Connector"), _("Such as Type 2")),
                _select("mode", _("Mode"), [{"value": mode, "label": mode} for mode in MODES], "RFID"),
            ],
            id="topology-outlets",
            hidden=kind != "station",
            className="d-grid gap-3",
        ),
    ]
    return _("Create in %(node)s", node=row.name), fields, _("Create")


def _rename(_rows: Sequence[Row], row: Row) -> tuple[str, list[Any], str]:
    if row.kind in ("system", "outlet"):
        return _("Rename"), [], _("Its name is not changed here.")
    fields = [_text("name", _("Name"), "", row.name), _seen(row.name)]
    return _("Rename %(node)s", node=row.name), fields, _("Rename")


def _move(rows: Sequence[Row], row: Row) -> tuple[str, list[Any], str]:
    if row.kind not in ("station", "grid_controller"):
        return _("Move"), [], _("Only charging stations and grid controllers can be moved.")
    field = _select("place", _("Site or floor"), places(rows), row.parent or "")
    return _("Move %(node)s", node=row.name), [field, _seen(row.parent or "")], _("Move")


def _seen(value: str) -> dbc.Input:
    """Keep what the panel showed, so that nobody's change is overwritten unseen."""
    return dbc.Input(id={"topology-field": "seen"}, value=value, type="hidden")


def callers(found: Sequence[dict[str, Any]], place: str, can_take: bool) -> list[Any]:
    """Return the card's content of stations that call and are not configured.

    Args:
        place: the name of the site or floor that one would be taken into; empty when none is selected.
    """
    if not found:
        return []
    hint = _("They are taken into %(node)s.", node=place) if place else _("Select a site or floor to take them in.")
    rows = [
        html.Div(
            [
                html.Div(
                    [
                        html.Span(identity(one["charge_box_id"]), className="fw-semibold"),
                        html.Div(f"{one['protocol']}, {one['address']}", className="cp-t12 cp-2nd"),
                    ],
                    className="flex-fill text-break",
                ),
                html.Button(
                    _("Take in"),
                    type="button",
                    className="btn btn-secondary btn-sm",
                    disabled=not (place and can_take),
                    **{"aria-label": _("Take in %(station)s", station=one["charge_box_id"])},
                    **telling("topology-taken", one["charge_box_id"]),
                ),
            ],
            className="list-group-item d-flex align-items-center gap-2",
        )
        for one in found
    ]
    return [
        html.Div(html.H2(_("Unknown callers")), className="card-header"),
        html.P(
            [_("Charging stations that call and are not configured."), " ", hint], className="px-3 mb-2 cp-t13 cp-2nd"
        ),
        html.Div(rows, className="list-group list-group-flush border-top"),
    ]


def fault(name: str) -> dict[str, str]:
    return {"topology-fault": name}


def _text(name: str, label: str, hint: str, value: str = "") -> html.Div:
    control = dbc.Input(id={"topology-field": name}, value=value, type="text", maxlength=LONGEST_NAME)
    return _labelled(name, label, control, hint)


def _select(name: str, label: str, options: list[dict[str, Any]], value: str) -> html.Div:
    return _labelled(name, label, dbc.Select(id={"topology-field": name}, options=options, value=value), "")


def _labelled(name: str, label: str, control: Any, hint: str) -> html.Div:
    written = json.dumps({"topology-field": name}, separators=(",", ":"))
    return html.Div(
        [
            dbc.Label(label, html_for=written),
            control,
            *([html.Div(hint, className="form-text")] if hint else []),
            html.Div(id=fault(name), className="form-text is-fault", **{"aria-live": "polite"}),
        ]
    )
