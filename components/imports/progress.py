"""How far an import is, what became of its lines, and the imports there were."""

from collections.abc import Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html
from flask_babel import gettext as _
from flask_babel import ngettext

from components.format import number, timestamp
from components.imports.words import STATES, why
from components.menus import icon
from components.pressed import telling
from data.imports.past import Import
from data.imports.uploads import Refused

MOST_REASONS = 50


def result(one: Import, refused: Sequence[Refused]) -> Any:
    """Return how far an import is; when it is done what became of the lines, and the first that were not taken.

    Args:
        refused: the first lines that were not taken.
    """
    if one.is_at_work:
        return _bar(one)
    told: list[Any] = []
    if one.failure:
        told.append(html.P([icon("bi-exclamation-circle me-2"), one.failure], className="is-fault", role="alert"))
    if one.state in ("checked", "done"):
        told.append(html.P(_counts(one), role="status", className="fw-semibold"))
    if one.refused:
        told += _refused(one, refused)
    if one.state in ("done", "failed", "running"):
        again = html.Button(
            _("Import another file"),
            type="button",
            className="btn btn-secondary",
            **telling("import-pressed", "another"),
        )
        told.append(html.Div(again, className="mt-3"))
    return html.Div(told, className="card-body") if told else []


def past(imports: Sequence[Import], zone: str) -> Any:
    """Return the table of the imports there were."""
    if not imports:
        return html.P(_("Nothing was imported yet."), className="px-3 cp-2nd")
    titles = (_("File"), _("Time"), _("User"), _("State"), _("New"), _("Changed"), _("Unchanged"), _("Not taken"), "")
    numbers = (_("New"), _("Changed"), _("Unchanged"), _("Not taken"))
    cells = [html.Th(title, scope="col", className="cp-num" if title in numbers else "") for title in titles[:-1]]
    head = html.Thead(html.Tr([*cells, html.Td()]))
    return html.Table([head, html.Tbody([_past_row(one, zone) for one in imports])], className="table table-hover mb-0")


def question() -> dbc.Modal:
    """Return what is asked before an import is undone."""
    keep = html.Button(_("Cancel"), id="import-keep", type="button", className="btn btn-ghost", autoFocus=True)
    undo = html.Button(_("Undo import"), id="import-undo", type="button", className="btn btn-danger")
    return dbc.Modal(
        [
            dbc.ModalHeader(dbc.ModalTitle(_("Undo import"), tag="h2"), close_button=False),
            dbc.ModalBody(id="import-question-text"),
            dbc.ModalFooter([keep, undo]),
        ],
        id="import-question",
        is_open=False,
        centered=True,
    )


def _bar(one: Import) -> html.Div:
    text = _("%(done)s of about %(lines)s lines", done=number(one.lines_done), lines=number(one.lines))
    name = _("Import in progress") if one.state == "running" else _("Check in progress")
    bar = html.Progress(
        value=str(min(one.lines_done, one.lines)),
        max=str(max(1, one.lines)),
        className="w-100",
        **{"aria-label": name},
    )
    said = [html.B(one.file_name, className="fw-semibold text-break"), " ", text]
    hint = html.P(_("You can leave this page; the import goes on."), className="cp-2nd cp-t13 mb-0")
    return html.Div([html.P(said, className="mb-2"), bar, hint], className="card-body")


def _counts(one: Import) -> str:
    parts = [
        _("%(count)s new", count=number(one.created)),
        _("%(count)s changed", count=number(one.changed)),
        _("%(count)s unchanged", count=number(one.unchanged)),
        _("%(count)s not taken", count=number(one.refused)),
    ]
    told = ", ".join(parts)
    return _("Checked: %(counts)s", counts=told) if one.state == "checked" else _("Imported: %(counts)s", counts=told)


def _refused(whole: Import, refused: Sequence[Refused]) -> list[Any]:
    if not refused:
        return []
    more = whole.refused - len(refused)
    lines = [
        html.Li(
            [
                html.Span(_("Line %(number)s", number=one.line), className="cp-2nd me-2"),
                why(one.column, one.value, one.why),
            ]
        )
        for one in refused
    ]
    fetch = html.A(
        [icon("bi-download me-1"), _("Download the lines that are not taken")],
        href=f"/import/{whole.import_id}/refused.csv",
        download="",
        className="btn btn-secondary btn-sm",
    )
    hint = _("They have the reason in their last column: correct them, and import that file.")
    rest = ngettext("and %(num)d more", "and %(num)d more", more) if more > 0 else ""
    return [
        html.Ul(
            lines, className="list-unstyled cp-t13 cp-import-reasons", tabIndex="0", **{"aria-label": _("Not taken")}
        ),
        html.P(rest, className="cp-2nd cp-t13") if rest else None,
        html.Div(
            [fetch, html.Span(hint, className="cp-2nd cp-t13")], className="d-flex flex-wrap gap-3 align-items-center"
        ),
    ]


def _past_row(one: Import, zone: str) -> html.Tr:
    is_lost = one.state in ("running", "undoing") and not one.is_at_work
    state = _("Interrupted") if is_lost else str(STATES[one.state])
    if one.undone_at:
        state = _("Undone %(time)s, %(name)s", time=timestamp(one.undone_at, zone), name=one.undoer)
    counts = (one.created, one.changed, one.unchanged, one.refused)
    return html.Tr(
        [
            html.Th(one.file_name, scope="row", className="fw-normal text-break cp-import-file"),
            html.Td(timestamp(one.started_at, zone), className="text-nowrap"),
            html.Td(one.by or _("Command line")),
            html.Td(state, title=one.failure or None),
            *(html.Td(number(count), className="cp-num") for count in counts),
            html.Td(_action(one), className="text-end text-nowrap"),
        ],
        key=one.import_id,
    )


def _action(one: Import) -> Any:
    if one.state in ("uploaded", "checked", "checking"):
        href = f"/import?kind={one.kind}&file={one.import_id}"
        name = html.Span(_("with %(name)s", name=one.file_name), className="visually-hidden")
        return dcc.Link([_("Go on"), " ", name], href=href, className="btn btn-ghost btn-sm")
    if one.can_be_undone:
        return html.Button(
            [icon("bi-arrow-counterclockwise me-1"), _("Undo")],
            type="button",
            className="btn btn-ghost btn-sm",
            **{"aria-label": _("Undo import of %(name)s", name=one.file_name)},
            **telling("import-undone", one.import_id),
        )
    return None
