"""What the columns of a brought file are, how it is read, and what its first lines will become.

Columns have the id `{"import-column": place}`.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import dash_bootstrap_components as dbc
from dash import html
from flask_babel import gettext as _
from flask_babel import ngettext

from components.form_fields import written_id
from components.format import number, timestamp
from components.imports.words import COLUMNS, OUTCOMES, why
from components.menus import icon
from components.pressed import telling
from data.errors import InvalidInput
from data.imports.columns import guess
from data.imports.journal import Options
from data.imports.lines import Outcome, Problem, Report
from data.imports.past import Import
from data.imports.taking import KINDS
from data.imports.uploads import Head

PREVIEWED_LINES = 10
MOST_PLACES_LINES = 5000  # of a file are looked at for new sites and floors: it takes a second, at every choice
MOST_NAMES = 8
MOST_YEARS = 3000
NOT_USED = "-"


def default_site() -> str:
    """Return what the site of stations is called that are not there, where nothing is said."""
    return _("Imported")


def card(one: Import, head: Head) -> list[Any]:
    """Return the mapping of a file with its best guess, its options, and where the preview comes."""
    guessed = guess(one.kind, head.names)
    rows = [_row(one.kind, place, name, head.lines, guessed[name]) for place, name in enumerate(head.names)]
    titles = (_("Column of the file"), _("First values"), _("Is"))
    table = html.Table(
        [html.Thead(html.Tr([html.Th(title, scope="col") for title in titles])), html.Tbody(rows)],
        className="table table-sm mb-0 cp-import-columns",
    )
    lines = _("%(name)s, about %(count)s lines", name=one.file_name, count=number(one.lines))
    return [
        html.Div(
            [html.H2(_("Columns")), html.Span(lines, className="cp-2nd text-break")], className="card-header gap-3"
        ),
        html.Div(table, className="overflow-auto"),
        html.Div(
            _options(head, guessed),
            hidden=one.kind != "sessions",
            className="card-body cp-import-options",
        ),
        html.Div(id="import-unused", className="px-3 py-2 cp-t13 cp-2nd"),
        html.Div(id="import-fault", className="px-3 form-text is-fault", role="alert"),
        html.Div(html.H3(_("The first lines as they will become"), className="h6 m-0"), className="px-3 pt-3 pb-2"),
        html.Div(id="import-preview", className="overflow-auto", **{"aria-live": "polite"}),
        html.Div(
            [
                _button("forget", _("Cancel"), "btn-ghost"),
                html.Fieldset(
                    [
                        _button("check", _("Check all lines"), "btn-secondary"),
                        _button("take", _("Import"), "btn-primary", "bi-upload"),
                    ],
                    id="import-begin",
                    className="d-flex flex-wrap gap-2",
                    disabled=True,  # until its columns are known to fit
                ),
            ],
            className="card-footer d-flex flex-wrap gap-2 justify-content-end",
        ),
    ]


def options_of(
    kind: str, names: Sequence[str], chosen: Sequence[str | None], years: float | None, site: str | None, by: int
) -> Options:
    """Return how a file is read, from what was chosen for each of its columns.

    Args:
        site: for stations that are not there; None: their lines are refused.
        by: the user who takes it in.

    Raises:
        InvalidInput: a column that must be there is not, or one is chosen twice.
    """
    columns = KINDS[kind].columns
    ours = ["" if name in (None, NOT_USED) else str(name) for name in chosen]
    if len(ours) != len(names) or any(name and name not in COLUMNS for name in ours):
        raise InvalidInput("Columns", None, _("do not fit the file. Load the page again."))
    for name in columns.required:
        if name not in ours:
            raise InvalidInput(str(COLUMNS[name]), None, _("is missing. Choose the column of the file that has it."))
    for name in ours:
        if name and ours.count(name) > 1:
            raise InvalidInput(str(COLUMNS[name]), None, _("is chosen for two columns. Choose one."))
    if years and not 0 <= years <= MOST_YEARS:
        raise InvalidInput(_("Years to add"), years, _("must be between 0 and 3000."))
    if kind != "sessions":
        return Options(dict(zip(names, ours, strict=True)), by=by)
    return Options(dict(zip(names, ours, strict=True)), int(years or 0), site, by=by)


def unused(names: Sequence[str], chosen: Sequence[str | None]) -> str:
    """Name the columns that are passed over."""
    left = [name for name, ours in zip(names, chosen, strict=False) if ours in (None, NOT_USED)]
    return _("Not used: %(columns)s", columns=", ".join(left)) if left else ""


def preview(kind: str, report: Report, zone: str) -> Any:
    """Return the first lines as they will become, and those that will not be taken with the reason."""
    looked_at: list[Outcome | Problem] = sorted([*report.outcomes, *report.problems], key=lambda one: one.line)
    if not looked_at:
        return html.P(_("The file has no lines below its header."), className="px-3 cp-2nd")
    shown = list(dict.fromkeys(name for one in report.outcomes for name in one.becomes))
    titles = [_("Line"), _("Becomes"), *(str(COLUMNS[name]) for name in shown)]
    head = html.Thead(html.Tr([html.Th(title, scope="col") for title in titles]))
    rows = [_outcome(one, shown, zone) if isinstance(one, Outcome) else problem(one, len(shown)) for one in looked_at]
    return html.Table([head, html.Tbody(rows)], className="table table-sm mb-0 cp-import-preview")


def creates(one: Import, report: Report) -> list[Any]:
    """Return which sites and floors a file creates: a misspelt name makes one that nobody wants."""
    told = []
    if report.new_sites:
        names = _named(report.new_sites)
        told.append(
            ngettext("%(num)d new site: %(names)s", "%(num)d new sites: %(names)s", len(report.new_sites), names=names)
        )
    if report.new_floors:
        names = _named(report.new_floors)
        told.append(
            ngettext(
                "%(num)d new floor: %(names)s", "%(num)d new floors: %(names)s", len(report.new_floors), names=names
            )
        )
    if told and one.lines > MOST_PLACES_LINES:
        told.append(_("Of the first %(count)s lines only.", count=number(MOST_PLACES_LINES)))
    lines = [html.P(text, className="mb-0 text-break") for text in told]
    return [html.Div([icon("bi-info-circle"), html.Div(lines)], className="alert mx-3")] if lines else []


def _named(names: Sequence[str]) -> str:
    more = len(names) - MOST_NAMES
    shown = ", ".join(names[:MOST_NAMES])
    return " ".join([shown, ngettext("and %(num)d more", "and %(num)d more", more)]) if more > 0 else shown


def problem(one: Problem, width: int) -> html.Tr:
    """Return a line that is not taken, with the reason."""
    told = html.Div(why(one.column, one.value, one.reason), className="cp-import-reason")
    reason = html.Td(told, colSpan=max(1, width), className="text-wrap")
    mark = html.Td(html.Span([icon("bi-x-circle me-1"), _("Not taken")], className="is-fault text-nowrap"))
    return html.Tr([html.Td(str(one.line), className="cp-num"), mark, reason])


def _outcome(one: Outcome, shown: Iterable[str], zone: str) -> html.Tr:
    new = html.Span(_("New"), className="badge ms-2")
    cells = [html.Td([_written(one.becomes.get(name), zone), new if name in one.new else None]) for name in shown]
    return html.Tr([html.Td(str(one.line), className="cp-num"), html.Td(str(OUTCOMES[one.what])), *cells])


def _written(value: object, zone: str) -> str:
    match value:
        case None:
            return ""
        case datetime():
            return timestamp(value, zone)
        case float():
            return number(value, 2)
        case _:
            return str(value)


def _row(kind: str, place: int, name: str, lines: Sequence[Sequence[str]], guessed: str) -> html.Tr:
    columns = KINDS[kind].columns
    options = [{"value": NOT_USED, "label": _("Not used")}]
    options += [{"value": one, "label": f"{COLUMNS[one]} *"} for one in columns.required]
    options += [{"value": one, "label": str(COLUMNS[one])} for one in columns.optional]
    field = {"import-column": place}
    values = ", ".join(cells[place] for cells in lines if place < len(cells) and cells[place])
    if guessed == "password":
        values = "••••••••"
    label = html.Label(name or _("Column %(number)s", number=place + 1), htmlFor=written_id(field), className="m-0")
    return html.Tr(
        [
            html.Th(label, scope="row", className="fw-normal text-break"),
            html.Td(html.Span(values, className="cp-2nd cp-import-values")),
            html.Td(dbc.Select(id=field, options=options, value=guessed or NOT_USED, size="sm")),
        ]
    )


def _options(head: Head, guessed: Mapping[str, str]) -> list[Any]:
    years = 2000 if _lacks_century(head, guessed) else 0
    return [
        html.Div(
            [
                dbc.Switch(id="import-creates", label=_("Create charging stations that are not there"), value=False),
                html.Div(
                    [
                        dbc.Label(_("In site, where the line names none"), html_for="import-site"),
                        dbc.Input(id="import-site", value=default_site(), maxlength=100),
                    ]
                ),
            ],
            className="d-grid gap-2",
        ),
        html.Div(
            [
                dbc.Label(_("Years to add"), html_for="import-years"),
                dbc.Input(id="import-years", type="number", min=0, max=MOST_YEARS, step=1, value=years),
                html.Div(_("2000 where the file writes 0014 for 2014"), className="form-text"),
            ]
        ),
    ]


def _lacks_century(head: Head, guessed: Mapping[str, str]) -> bool:
    place = next((place for place, name in enumerate(head.names) if guessed[name] == "started_at"), None)
    return place is not None and any(cells[place].startswith("00") for cells in head.lines if place < len(cells))


def _button(what: str, text: str, look: str, glyph: str = "") -> html.Button:
    content = [icon(glyph), text] if glyph else text
    return html.Button(content, type="button", className=f"btn {look}", **telling("import-pressed", what))
