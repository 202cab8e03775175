"""Delete a user: the question that names the user and what happens, and the deed."""

from typing import Any

import dash_bootstrap_components as dbc
from dash import Input, Output, State, callback, ctx, dcc, html, no_update
from dash.exceptions import PreventUpdate
from flask_babel import gettext as _

from components import messages
from components.access import allow, current_scope
from components.texts import said
from components.user_dialog import WRITERS, Wish
from data import user_changes
from data.errors import InvalidInput, NotFound, NotPermitted

DELETE = "delete"


def question() -> list[Any]:
    """Return the question, shut."""
    keep = html.Button(_("Cancel"), id="user-keep", type="button", className="btn btn-ghost", autoFocus=True)
    confirm = html.Button(_("Delete user"), id="user-delete", type="button", className="btn btn-danger")
    return [
        dbc.Modal(
            [
                dbc.ModalHeader(dbc.ModalTitle(id="user-question-title", tag="h2"), close_button=False),
                dbc.ModalBody(id="user-question-text"),
                dbc.ModalFooter([keep, confirm]),
            ],
            id="user-question",
            is_open=False,
            centered=True,
            labelledby="user-question-title",
        ),
        dcc.Store(id="user-doomed"),
    ]


def register() -> None:
    """Make the question's callbacks."""

    @callback(
        Output("user-question", "is_open"),
        Output("user-question-title", "children"),
        Output("user-question-text", "children"),
        Output("user-doomed", "data"),
        Input("users-wish", "data"),
        Input("user-keep", "n_clicks"),
        prevent_initial_call=True,
    )
    @allow(*WRITERS)
    def ask(wish: Wish | None, _keep: int | None) -> tuple[Any, ...]:
        if ctx.triggered_id == "user-keep":
            return False, no_update, no_update, None
        if not wish or wish["action"] != DELETE or wish["user"] is None:
            raise PreventUpdate
        details = user_changes.removable(current_scope(), wish["user"]).details
        name = f"{details.first_name} {details.last_name}".strip()
        effects = [_("%(email)s can no longer log in and is signed out at once.", email=details.email)]
        if details.tags:
            listed = ", ".join(tag.id_tag for tag in details.tags)
            effects.append(_("RFID %(tags)s is refused from now on, and free for another user.", tags=listed))
        effects.append(_("The charging sessions stay in Statistics."))
        return True, _("Delete %(name)s?", name=name), html.Ul([html.Li(one) for one in effects]), wish["user"]

    @callback(
        Output("user-question", "is_open", allow_duplicate=True),
        Output("user-doomed", "data", allow_duplicate=True),
        Input("user-delete", "n_clicks"),
        State("user-doomed", "data"),
        prevent_initial_call=True,
    )
    @allow(*WRITERS)
    def delete(clicks: int | None, user_id: int | None) -> tuple[bool, None]:
        if not clicks or user_id is None:
            raise PreventUpdate
        try:
            messages.say(_("%(name)s is deleted", name=user_changes.remove(current_scope(), user_id)))
        except (InvalidInput, NotFound, NotPermitted) as error:
            messages.say(said(error), refused=True)
        return False, None
