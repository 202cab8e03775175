"""News (manual: Dashboard): what administrators tell everybody; opening the page marks all of it as read."""

from typing import Any

import dash
import dash_bootstrap_components as dbc
from dash import ALL, Input, Output, State, callback, ctx, dcc, html, no_update
from flask_babel import gettext as _

from components import messages
from components import news as shown
from components.access import allow, current_scope
from components.menus import icon
from data import news
from data.errors import NotFound
from data.news import LONGEST_TEXT, LONGEST_TITLE
from data.scope import Role, Scope

dash.register_page(__name__, path="/news", name="News")


def layout(**_query: str) -> list[Any]:
    scope = current_scope()
    writes = scope.role is Role.ADMINISTRATOR
    write = html.Button(
        [icon("bi-pencil-square"), _("Write news")], id="news-write", type="button", className="btn btn-primary btn-sm"
    )
    head = [html.H1(_("News")), *([html.Div(write, className="cp-actions")] if writes else [])]
    parts: list[Any] = [
        html.Div(head, className="cp-head"),
        html.Div(_items(scope), id="news-items", className="card cp-news"),
    ]
    return parts + ([_editor(), _deletion(), dcc.Store(id="news-chosen")] if writes else [])


@callback(
    Output("news-editor", "is_open"),
    Output("news-chosen", "data"),
    Output("news-title", "value"),
    Output("news-text", "value"),
    Output("news-title-fault", "children"),
    Output("news-text-fault", "children"),
    Input("news-write", "n_clicks"),
    Input({"news-edit": ALL}, "n_clicks"),
    prevent_initial_call=True,
)
@allow(Role.ADMINISTRATOR)
def open_editor(_write: int | None, _edit: list[int | None]) -> tuple[Any, ...]:
    """Open the editor, empty or with an item."""
    if not _is_click():
        return (no_update,) * 6
    news_id = ctx.triggered_id["news-edit"] if isinstance(ctx.triggered_id, dict) else None
    item = _find(news_id) or {"title": "", "text": ""}
    return True, news_id, item["title"], item["text"], "", ""


@callback(
    Output("news-items", "children"),
    Output("news-editor", "is_open", allow_duplicate=True),
    Output("news-title-fault", "children", allow_duplicate=True),
    Output("news-text-fault", "children", allow_duplicate=True),
    Input("news-save", "n_clicks"),
    State("news-chosen", "data"),
    State("news-title", "value"),
    State("news-text", "value"),
    prevent_initial_call=True,
)
@allow(Role.ADMINISTRATOR)
def save(_clicks: int | None, news_id: int | None, title: str | None, text: str | None) -> tuple[Any, ...]:
    """Add or change an item; what is wrong stands beside its field, and nothing typed is lost."""
    scope, title, text = current_scope(), title or "", text or ""
    faults = [_fault(title, LONGEST_TITLE), _fault(text, LONGEST_TEXT)]
    if any(faults):
        return no_update, True, *faults
    try:
        if news_id is None:
            news.write(scope, title, text)
        else:
            news.edit(scope, news_id, title, text)
    except NotFound:
        return no_update, True, _("Somebody has deleted this item. Copy your text and write it anew."), ""
    messages.say(_("The news are saved"))
    return _items(scope), False, "", ""


@callback(
    Output("news-deletion", "is_open"),
    Output("news-deletion-text", "children"),
    Output("news-chosen", "data", allow_duplicate=True),
    Input({"news-delete": ALL}, "n_clicks"),
    prevent_initial_call=True,
)
@allow(Role.ADMINISTRATOR)
def ask(_delete: list[int | None]) -> tuple[Any, ...]:
    """Name what is about to be deleted."""
    item = _find(ctx.triggered_id["news-delete"]) if _is_click() and isinstance(ctx.triggered_id, dict) else None
    if item is None:
        return no_update, no_update, no_update
    text = _("“%(title)s” disappears for every user.", title=item["title"])
    return True, text, item["news_id"]


@callback(
    Output("news-items", "children", allow_duplicate=True),
    Output("news-deletion", "is_open", allow_duplicate=True),
    Input("news-delete-now", "n_clicks"),
    Input("news-keep", "n_clicks"),
    State("news-chosen", "data"),
    prevent_initial_call=True,
)
@allow(Role.ADMINISTRATOR)
def delete(_clicks: int | None, _keep: int | None, news_id: int | None) -> tuple[Any, ...]:
    if ctx.triggered_id != "news-delete-now" or news_id is None:
        return no_update, False
    scope = current_scope()
    try:
        news.delete(scope, news_id)
    except NotFound:  # somebody else was faster: it is gone, as was wanted
        pass
    messages.say(_("The item is deleted"))
    return _items(scope), False


@callback(
    Output("news-editor", "is_open", allow_duplicate=True),
    Input("news-cancel", "n_clicks"),
    prevent_initial_call=True,
)
@allow(Role.ADMINISTRATOR)
def cancel(_clicks: int | None) -> bool:
    return False


def _items(scope: Scope) -> list[Any]:
    """Draw all items, and note that the user has now seen them."""
    found = news.latest(scope)
    if any(item["is_new"] for item in found):
        news.mark_read(scope, found[0]["news_id"])
    return shown.items(found, scope.role is Role.ADMINISTRATOR)


def _is_click() -> bool:
    """Tell a click from the drawing of new buttons, which Dash takes for a change too."""
    return bool(ctx.triggered[0]["value"])


def _find(news_id: object) -> dict[str, Any] | None:
    return next((item for item in news.latest(current_scope()) if item["news_id"] == news_id), None)


def _fault(text: str, longest: int) -> str:
    if not text.strip():
        return _("Write something here.")
    return _("At most %(count)s characters.", count=longest) if len(text.strip()) > longest else ""


def _editor() -> dbc.Modal:
    title = dbc.Input(id="news-title", type="text", value="", maxlength=LONGEST_TITLE)
    text = dbc.Textarea(id="news-text", value="", rows=8, maxlength=LONGEST_TEXT)
    return dbc.Modal(
        [
            dbc.ModalHeader(dbc.ModalTitle(_("News"), id="news-editor-title")),
            dbc.ModalBody(
                [
                    html.Div([dbc.Label(_("Title"), html_for="news-title"), title, _fault_of("news-title")]),
                    html.Div([dbc.Label(_("Text"), html_for="news-text"), text, _fault_of("news-text")]),
                ],
                class_name="d-grid gap-3",
            ),
            _footer("news-cancel", _button("news-save", _("Save"), "btn-primary")),
        ],
        id="news-editor",
        is_open=False,
        centered=True,
        backdrop="static",  # a click beside it would lose what was typed
        labelledby="news-editor-title",
    )


def _deletion() -> dbc.Modal:
    return dbc.Modal(
        [
            dbc.ModalHeader(dbc.ModalTitle(_("Delete this item?"), id="news-deletion-title")),
            dbc.ModalBody(id="news-deletion-text"),
            _footer("news-keep", _button("news-delete-now", _("Delete item"), "btn-danger")),
        ],
        id="news-deletion",
        is_open=False,
        centered=True,
        labelledby="news-deletion-title",
    )


def _footer(cancel_id: str, action: html.Button) -> dbc.ModalFooter:
    return dbc.ModalFooter([_button(cancel_id, _("Cancel"), "btn-ghost"), action])


def _button(name: str, label: str, look: str) -> html.Button:
    return html.Button(label, id=name, type="button", className=f"btn {look}")


def _fault_of(name: str) -> html.Div:
    return html.Div(id=f"{name}-fault", className="form-text is-fault", **{"aria-live": "polite"})
