"""Import: administrators bring files of charging sessions, topology or users, and undo what one has made."""

from typing import Any

import dash
from dash import ALL, ClientsideFunction, Input, Output, State, callback, clientside_callback, ctx, dcc, html, no_update
from dash.exceptions import PreventUpdate
from flask_babel import gettext as _

from components import files, messages
from components.access import PAGES, allow, current_scope
from components.imports import mapping, progress, running, uploading
from components.imports.words import ABOUT, KINDS
from components.pressed import OfNumber, OfText
from components.texts import said
from data import nodes
from data.errors import InvalidInput, PortalError
from data.imports import past, taking, undo, uploads
from data.imports.journal import Options
from data.imports.past import Import
from data.scope import Scope

dash.register_page(__name__, path="/import", name="Import")

ROLES = PAGES["/import"]
TICK_MS = 500
COLUMN = {"import-column": ALL}


def layout(kind: str = "", file: str = "", **_query: str) -> list[Any]:
    scope = current_scope()
    kind = kind if kind in KINDS else next(iter(KINDS))
    waiting = past.find(scope, int(file)) if file.isdecimal() and len(file) < 10 else None
    return [
        html.Div([html.H1(_("Import")), html.Span(str(KINDS[kind]), className="cp-sub")], className="cp-head"),
        html.Nav([_tab(one, kind) for one in KINDS], className="nav nav-underline cp-tabs", **_named(_("Import"))),
        html.P(str(ABOUT[kind]), className="cp-2nd mb-0"),
        html.Section(
            [
                html.Div(id="import-work"),
                html.Div(id="import-said", className="px-3 cp-t13", role="status"),
                html.Div(id="import-result"),
            ],
            className="card",
            **_named(_("File")),
        ),
        html.Section(
            [
                html.Div(html.H2(_("Past imports")), className="card-header"),
                html.Div(_past(scope, kind), id="import-past", className="overflow-auto"),
            ],
            className="card",
            **_named(_("Past imports")),
        ),
        progress.question(),
        dcc.Interval(id="import-ticker", interval=TICK_MS, disabled=not (waiting and waiting.is_at_work)),
        dcc.Store(id="import-id", data=waiting.import_id if waiting else None),
        dcc.Store(id="import-kind", data=kind),
        dcc.Store(id="import-asked"),
        dcc.Store(id="import-pressed"),
        dcc.Store(id="import-undone"),
        dcc.Store(id="import-live"),
        html.Span(id="import-subject", hidden=True, **{"data-subject": "import"}),
    ]


@callback(Output("import-work", "children"), Input("import-id", "data"), State("import-kind", "data"))
@allow(*ROLES)
def work(import_id: int | None, kind: str) -> Any:
    """Show where to drop a file, or the columns of the one that was brought."""
    if import_id is None:
        return uploading.drop_zone(kind if kind in KINDS else next(iter(KINDS)))
    one = _find(import_id)
    if one.is_at_work or one.state not in ("uploaded", "checked", "checking"):
        return []
    return mapping.card(one, uploads.head(uploads.head_file_of(files.folder(), import_id)))


@callback(
    Output("import-preview", "children"),
    Output("import-unused", "children"),
    Output("import-fault", "children"),
    Output("import-begin", "disabled"),
    Input(COLUMN, "value"),
    Input("import-years", "value"),
    Input("import-creates", "value"),
    Input("import-site", "value"),
    State("import-id", "data"),
)
@allow(*ROLES)
def look(
    columns: list[str | None],
    years: int | float | None,
    creates: bool | None,
    site: str | None,
    import_id: int | None,
) -> tuple[Any, str, str, bool]:
    """Show what the first lines will become by what is chosen now; what does not fit cannot begin."""
    if import_id is None or not columns:
        raise PreventUpdate
    scope, one, file = current_scope(), _find(import_id), uploads.head_file_of(files.folder(), import_id)
    names = uploads.head(file).names
    unused = mapping.unused(names, columns)
    try:
        options = mapping.options_of(one.kind, names, columns, years, _site(creates, site), scope.user_id)
        report = taking.preview(scope.database, one.kind, file, options._replace(most_lines=mapping.PREVIEWED_LINES))
    except InvalidInput as error:
        return [], unused, said(error), True
    return [*_creates(scope, one, options), mapping.preview(one.kind, report, _zone(scope))], unused, "", False


@callback(
    Output("import-id", "data"),
    Output("import-ticker", "disabled"),
    Output("import-fault", "children", allow_duplicate=True),
    Output("import-said", "children"),
    Output("import-result", "children"),
    Output("import-work", "hidden"),
    Input("import-pressed", "data"),
    State(COLUMN, "value"),
    State("import-years", "value"),
    State("import-creates", "value"),
    State("import-site", "value"),
    State("import-id", "data"),
    prevent_initial_call=True,
)
@allow(*ROLES)
def do(
    pressed: OfText | None,
    columns: list[str | None],
    years: int | float | None,
    creates: bool | None,
    site: str | None,
    import_id: int | None,
) -> tuple[Any, ...]:
    """Check or take in the file, or let it be."""
    if not pressed:
        raise PreventUpdate
    what, scope, folder = pressed["of"], current_scope(), files.folder()
    if what == "another" or import_id is None:
        return None, True, no_update, "", [], False
    try:
        if what == "forget":
            uploads.forget(scope, folder, import_id)
            return None, True, no_update, "", [], False
        one, is_dry = _find(import_id), what == "check"
        names = uploads.head(uploads.head_file_of(folder, import_id)).names
        options = mapping.options_of(one.kind, names, columns, years, _site(creates, site), scope.user_id)
        running.start(scope, folder, import_id, options, is_dry)
    except PortalError as error:
        return no_update, no_update, said(error), no_update, no_update, no_update
    return no_update, False, "", "", progress.result(_find(import_id), []), not is_dry


@callback(
    Output("import-result", "children", allow_duplicate=True),
    Output("import-ticker", "disabled", allow_duplicate=True),
    Input("import-ticker", "n_intervals"),
    State("import-id", "data"),
    prevent_initial_call=True,
)
@allow(*ROLES)
def follow(_ticks: int | None, import_id: int | None) -> tuple[Any, bool]:
    """Show how far it is, and at the end what became of the lines."""
    if import_id is None:
        return no_update, True
    one = _find(import_id)
    refused = [] if one.is_at_work else uploads.refused(files.folder(), import_id, progress.MOST_REASONS)
    return progress.result(one, refused), not one.is_at_work


@callback(
    Output("import-past", "children"),
    Input("import-live", "data"),
    State("import-kind", "data"),
    prevent_initial_call=True,
)
@allow(*ROLES)
def list_past(_live: Any, kind: str) -> Any:
    return _past(current_scope(), kind)


@callback(
    Output("import-question", "is_open"),
    Output("import-question-text", "children"),
    Output("import-asked", "data"),
    Input("import-undone", "data"),
    Input("import-keep", "n_clicks"),
    Input("import-undo", "n_clicks"),
    State("import-asked", "data"),
    prevent_initial_call=True,
)
@allow(*ROLES)
def undo_import(
    pressed: OfNumber | None, _keep: int | None, _undo: int | None, asked: int | None
) -> tuple[bool, Any, Any]:
    """Ask first, then undo it."""
    if ctx.triggered_id == "import-keep":
        return False, no_update, None
    if ctx.triggered_id == "import-undo":
        if asked is not None:
            _undo_now(asked)
        return False, no_update, None
    if not pressed:
        raise PreventUpdate
    one = _find(pressed["of"])
    text = _("What the import of %(name)s made is removed, and what it changed becomes as it was.", name=one.file_name)
    return True, text, one.import_id


clientside_callback(
    ClientsideFunction("forms", "changed"),
    Output("import-live", "data"),
    Input("live-changes", "data"),
    State("import-subject", "data-subject"),
    prevent_initial_call=True,
)


def _creates(scope: Scope, one: Import, options: Options) -> list[Any]:
    if one.kind != "topology":
        return []
    whole = uploads.file_of(files.folder(), one.import_id)
    report = taking.preview(scope.database, one.kind, whole, options._replace(most_lines=mapping.MOST_PLACES_LINES))
    return mapping.creates(one, report)


def _undo_now(import_id: int) -> None:
    try:
        one = undo.undo(current_scope(), import_id)
    except PortalError as error:
        messages.say(_("That did not work"), said(error), refused=True)
    else:
        messages.say(_("The import of %(name)s is undone", name=one.file_name))


def _find(import_id: int) -> Import:
    return past.find(current_scope(), import_id)


def _past(scope: Scope, kind: str) -> Any:
    return progress.past(past.latest(scope, kind), _zone(scope))


def _zone(scope: Scope) -> str:
    return nodes.find(scope, nodes.SYSTEM).time_zone


def _site(creates: bool | None, site: str | None) -> str | None:
    return (site or "").strip() or mapping.default_site() if creates else None


def _tab(kind: str, shown: str) -> html.Div:
    look = "nav-link active" if kind == shown else "nav-link"
    current = {"aria-current": "page"} if kind == shown else {}
    return html.Div(dcc.Link(str(KINDS[kind]), href=f"/import?kind={kind}", className=look), **current)


def _named(name: str) -> dict[str, str]:
    return {"aria-label": name}
