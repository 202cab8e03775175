"""What administrators have in the News panel: the dialogs in which they write, change and delete an item."""

from contextlib import suppress
from typing import Any

import dash
import dash_bootstrap_components as dbc
from dash import Input, Output, State, ctx, dcc, html, no_update
from dash.exceptions import PreventUpdate
from flask_babel import gettext as _

from components import messages
from components import news as shown
from components.access import allow, current_scope
from components.menus import icon
from components.pressed import OfNumber
from data import news
from data.errors import NotFound
from data.news import LONGEST_TEXT, LONGEST_TITLE
from data.scope import Role


def write_button() -> html.Button:
    return html.Button(
        [icon("bi-pencil-square"), _("Write news")], id="news-write", type="button", className="btn btn-primary btn-sm"
    )


def dialogs() -> list[Any]:
    return [
        _editor(),
        _deletion(),
        *(dcc.Store(id=name) for name in ("news-chosen", "news-edited", "news-deleted")),
    ]


def register_callbacks(app: dash.Dash) -> None:
    _register_writing(app)
    _register_deletion(app)


def _register_writing(app: dash.Dash) -> None:
    @app.callback(
        Output("news-editor", "is_open"),
        Output("news-chosen", "data"),
        Output("news-title", "value"),
        Output("news-text", "value"),
        Output("news-title-fault", "children"),
        Output("news-text-fault", "children"),
        Input("news-write", "n_clicks"),
        Input("news-edited", "data"),
        prevent_initial_call=True,
    )
    @allow(Role.ADMINISTRATOR)
    def open_editor(write: int | None, edited: OfNumber | None) -> tuple[Any, ...]:
        """Open the editor, empty or with an item."""
        if not (write or edited):
            raise PreventUpdate
        news_id = edited["of"] if edited and ctx.triggered_id == "news-edited" else None
        item = _find(news_id) or {"title": "", "text": ""}
        return True, news_id, item["title"], item["text"], "", ""

    @app.callback(
        Output("news-items", "children", allow_duplicate=True),
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
        return shown.read(scope), False, "", ""

    @app.callback(
        Output("news-editor", "is_open", allow_duplicate=True),
        Input("news-cancel", "n_clicks"),
        prevent_initial_call=True,
    )
    @allow(Role.ADMINISTRATOR)
    def cancel(_clicks: int | None) -> bool:
        return False


def _register_deletion(app: dash.Dash) -> None:
    @app.callback(
        Output("news-deletion", "is_open"),
        Output("news-deletion-text", "children"),
        Output("news-chosen", "data", allow_duplicate=True),
        Input("news-deleted", "data"),
        prevent_initial_call=True,
    )
    @allow(Role.ADMINISTRATOR)
    def ask(deleted: OfNumber | None) -> tuple[Any, ...]:
        """Name what is about to be deleted."""
        item = _find(deleted["of"]) if deleted else None
        if item is None:
            return no_update, no_update, no_update
        return True, _("“%(title)s” disappears for every user.", title=item["title"]), item["news_id"]

    @app.callback(
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
        with suppress(NotFound):  # somebody else was faster: it is gone, as was wanted
            news.delete(scope, news_id)
        messages.say(_("The item is deleted"))
        return shown.read(scope), False


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
            dbc.ModalHeader(dbc.ModalTitle(_("News"), id="news-editor-title"), close_button=False),
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
            dbc.ModalHeader(dbc.ModalTitle(_("Delete this item?"), id="news-deletion-title"), close_button=False),
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
