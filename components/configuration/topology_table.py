"""The table of Topology: the nodes along the path to the selected one, and below it; and what is said beside it."""

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html
from flask_babel import LazyString, lazy_gettext, ngettext
from flask_babel import gettext as _

from components.format import identity
from components.menus import icon
from components.pressed import telling
from components.texts import in_language
from data.texts import few
from data.topology import Row

KINDS: Mapping[str, tuple[str, LazyString]] = {
    "system": ("bi-diagram-3", lazy_gettext("System")),
    "site": ("bi-geo-alt", lazy_gettext("Site")),
    "floor": ("bi-layers", lazy_gettext("Floor")),
    "station": ("bi-ev-station", lazy_gettext("Charging station")),
    "grid_controller": ("bi-hdd-network", lazy_gettext("Grid controller")),
    "outlet": ("bi-plug", lazy_gettext("Outlet")),
}
"""Kind of node → its glyph and its word."""

BELOW: Mapping[str, tuple[str, ...]] = {
    "system": ("site",),
    "site": ("floor", "station", "grid_controller"),
    "floor": ("station", "grid_controller"),
}
"""What can be created under a node."""


def path(rows: Sequence[Row], ref: str) -> list[Row]:
    """Return the nodes from the system down to a node; only the system if there is no such node."""
    by_ref = {row.ref: row for row in rows}
    found: list[Row] = []
    row = by_ref.get(ref, rows[0])
    while row:
        found.insert(0, row)
        row = by_ref.get(row.parent or "")
    return found


def body(rows: Sequence[Row], selected: str, folded: str, can_change: bool) -> list[html.Tr]:
    """Return the rows in sight: every level of the path to the selected node is open.

    Args:
        folded: the selected node, when it is closed all the same.
        can_change: whether charging stations and grid controllers can be dragged to another place, and leaving a node
            leaves what is typed for it.
    """
    is_open = {row.ref for row in path(rows, selected) if row.ref != selected or row.ref != folded}
    levels: dict[str | None, int] = {None: -1}
    below: dict[str | None, list[Row]] = {}
    for row in rows:
        below.setdefault(row.parent, []).append(row)
    drawn: list[html.Tr] = []

    def draw(parent: str | None) -> None:
        for row in below.get(parent, ()):
            levels[row.ref] = levels[parent] + 1
            drawn.append(_row(row, levels[row.ref], row.ref in is_open, row.ref == selected, can_change))
            if row.ref in is_open:
                draw(row.ref)

    draw(None)
    return drawn


def _row(row: Row, level: int, is_open: bool, is_selected: bool, can_change: bool) -> html.Tr:
    glyph, word = KINDS[row.kind]
    caret = "bi-chevron-down" if is_open else "bi-chevron-right"
    name = _("Outlet %(number)s", number=row.name) if row.kind == "outlet" else identity(row.name)
    expanded = {"aria-expanded": str(is_open).lower()} if row.children else {}
    button = html.Button(
        [icon(f"{caret} cp-3rd" + ("" if row.children else " invisible")), icon(f"{glyph} cp-3rd"), html.Span(name)],
        type="button",
        className="cp-topology-node",
        style={"paddingLeft": f"{level * 22}px"},
        **expanded,
        **telling("topology-pressed", row.ref),
        **({"aria-current": "true"} if is_selected else {"data-leaves": ""} if can_change else {}),
    )
    return html.Tr(
        [
            html.Th(button, scope="row"),
            html.Td(str(word)),
            html.Td(str(row.children) if row.kind != "outlet" else "", className="cp-num cp-2nd"),
            html.Td(html.Span(identity(row.charge_box_id), className="cp-2nd")),
        ],
        key=row.ref,
        className="table-active" if is_selected else "",
        draggable=can_change and row.kind in ("station", "grid_controller"),
        **{"data-ref": row.ref},
    )


def head() -> html.Thead:
    """Return the headings."""
    return html.Thead(
        html.Tr(
            [
                html.Th(_("Node"), scope="col"),
                html.Th(_("Type"), scope="col"),
                html.Th(_("Sub-nodes"), scope="col", className="cp-num"),
                html.Th(_("ChargeboxId"), scope="col"),
            ]
        )
    )


def summary(rows: Sequence[Row]) -> str:
    """Say how many nodes there are."""
    count = {kind: sum(row.kind == kind for row in rows) for kind in KINDS}
    return ", ".join(
        [
            ngettext("%(num)d site", "%(num)d sites", count["site"]),
            ngettext("%(num)d floor", "%(num)d floors", count["floor"]),
            ngettext("%(num)d charging station", "%(num)d charging stations", count["station"]),
            ngettext("%(num)d grid controller", "%(num)d grid controllers", count["grid_controller"]),
        ]
    )


def why_kept(rows: Sequence[Row], row: Row) -> str:
    """Say why a node cannot be removed; nothing when it can be."""
    if row.kind == "system":
        return _("The system cannot be removed.")
    if row.kind == "outlet":
        return _("An outlet is removed with its charging station.")
    if row.kind in ("site", "floor") and row.children:
        return ngettext(
            "%(name)s cannot be removed while it has %(num)d sub-node: %(nodes)s. Remove it first.",
            "%(name)s cannot be removed while it has %(num)d sub-nodes: %(nodes)s. Remove them first.",
            row.children,
            name=row.name,
            nodes=in_language(few([one.name for one in rows if one.parent == row.ref])),
        )
    return ""


def places(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Return the sites and floors as options of a select."""
    return [
        {"value": row.ref, "label": " / ".join(one.name for one in path(rows, row.ref)[1:])}
        for row in rows
        if row.kind in ("site", "floor")
    ]
