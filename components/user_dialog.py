"""Add user and Edit: the dialog around `user_form`, which checks a field when it is left and everything on Save."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, TypedDict

import dash_bootstrap_components as dbc
from dash import ALL, Input, Output, State, callback, ctx, dcc, html, no_update
from dash.exceptions import PreventUpdate
from flask_babel import LazyString, lazy_gettext
from flask_babel import gettext as _

from components import conflicts, messages, user_entries, user_form
from components.access import allow, current_scope
from components.texts import said
from components.user_form import PARTS
from data import user_changes, user_details
from data.edits import Change
from data.errors import AlreadyExists, ChangedMeanwhile, InvalidInput
from data.id_tags import Tag
from data.scope import Role, Scope
from data.user_details import Details

WRITERS = (Role.ADMINISTRATOR,)
ADD, EDIT = "add", "edit"


class Wish(TypedDict):
    """What is to be done with which user (null for a new one): `users-wish`."""

    action: str
    user: int | None


class Seen(TypedDict):
    """Which user the form is of (null for a new one), and what it was when the form opened."""

    user: int | None
    details: dict[str, Any]


class Label(NamedTuple):
    """What a field is called in a sentence about somebody else's change."""

    label: LazyString


LABELS: Mapping[str, Label] = {
    "role": Label(lazy_gettext("Role")),
    "first_name": Label(lazy_gettext("First name")),
    "last_name": Label(lazy_gettext("Last name")),
    "email": Label(lazy_gettext("Email")),
    "email_at_alarm": Label(lazy_gettext("Email at alarm")),
    "site_ids": Label(lazy_gettext("Site")),
    "tags": Label(lazy_gettext("RFID")),
}


def dialog() -> list[Any]:
    """Return the dialog, shut."""
    buttons = [
        html.Button(_("Cancel"), type="button", className="btn btn-ghost", **{"data-user-close": ""}),
        html.Button(_("Save"), id="user-save", type="button", className="btn btn-primary"),
    ]
    close = html.Button(
        html.I(className="bi bi-x-lg", **{"aria-hidden": "true"}),
        type="button",
        className="btn btn-ghost btn-icon ms-auto",
        **{"data-user-close": "", "aria-label": _("Close")},
    )
    title = dbc.ModalTitle(id="user-title", tag="h2")
    return [
        dbc.Modal(
            [
                dbc.ModalHeader([title, close], close_button=False),
                dbc.ModalBody([_conflict(), html.Div(id="user-body", className="d-grid gap-3")]),
                dbc.ModalFooter(buttons),
            ],
            id="user-dialog",
            is_open=False,
            centered=True,
            scrollable=True,
            keyboard=False,
            backdrop="static",
            fullscreen="sm-down",
            class_name="cp-user-dialog",
            labelledby="user-title",
        ),
        dcc.Store(id="user-seen"),
        html.Div(id="user-leave", hidden=True, **{"data-leave": _("Your changes are not saved. Leave the form?")}),
    ]


def register() -> None:
    """Make the dialog's callbacks."""
    _register_opening()
    _register_parts()
    _register_saving()


def _register_opening() -> None:
    @callback(
        Output("user-dialog", "is_open"),
        Output("user-title", "children"),
        Output("user-body", "children"),
        Output("user-seen", "data"),
        Output("user-conflict", "hidden"),
        Input("users-wish", "data"),
        prevent_initial_call=True,
    )
    @allow(*WRITERS)
    def open_(wish: Wish | None) -> tuple[Any, ...]:
        if not wish or wish["action"] not in (ADD, EDIT):
            raise PreventUpdate
        scope, user_id = current_scope(), wish["user"] if wish["action"] == EDIT else None
        body, seen = _opened(scope, user_id)
        details = seen["details"]
        name = f"{details['first_name']} {details['last_name']}".strip()
        return True, _("Add user") if user_id is None else _("Edit %(name)s", name=name), body, seen, True


def _register_parts() -> None:
    @callback(
        Output({"user-part": ALL}, "hidden"),
        Output("user-save", "children"),
        Input({"user-field": "role"}, "value"),
        State({"user-part": ALL}, "id"),
        State("user-seen", "data"),
        prevent_initial_call=True,
    )
    @allow(*WRITERS)
    def suit(role: str | None, parts: list[dict[str, str]], seen: Seen | None) -> tuple[list[bool], str]:
        chosen = user_entries.role(role)
        hidden = [chosen not in PARTS.get(part.get("user-part", ""), ()) for part in parts]
        return hidden, user_form.save_text(chosen, is_new=not seen or seen["user"] is None)

    @callback(
        Output("user-tags", "children"),
        Input("user-tag-add", "n_clicks"),
        State({"user-tag": ALL, "part": ALL}, "value"),
        State({"user-tag": ALL, "part": ALL}, "id"),
        prevent_initial_call=True,
    )
    @allow(*WRITERS)
    def add_tag(clicks: int | None, values: list[str | bool | None], ids: list[dict[str, str | int]]) -> list[Any]:
        if not clicks:
            raise PreventUpdate
        shown = user_entries.tags(values, ids)
        return user_form.tags([*shown, Tag("")], begins=len(shown))


def _register_saving() -> None:
    @callback(
        Output({"user-fault": ALL}, "children"),
        Output("user-dialog", "is_open", allow_duplicate=True),
        Output("user-seen", "data", allow_duplicate=True),
        Output("user-body", "children", allow_duplicate=True),
        Output("user-conflict", "hidden", allow_duplicate=True),
        Output("user-conflict-text", "children"),
        Input("user-save", "n_clicks"),
        Input("user-overwrite", "n_clicks"),
        Input("user-theirs", "n_clicks"),
        Input({"user-field": ALL}, "value"),
        Input({"user-tag": ALL, "part": ALL}, "value"),
        State({"user-field": ALL}, "id"),
        State({"user-tag": ALL, "part": ALL}, "id"),
        State({"user-fault": ALL}, "id"),
        State("user-seen", "data"),
        prevent_initial_call=True,
    )
    @allow(*WRITERS)
    def save(
        _save: int | None,
        _overwrite: int | None,
        _theirs: int | None,
        values: list[str | bool | list[int] | None],
        tag_values: list[str | bool | None],
        ids: list[dict[str, str]],
        tag_ids: list[dict[str, str | int]],
        fault_ids: list[dict[str, str]],
        seen: Seen | None,
    ) -> tuple[Any, ...]:
        if not seen or not values:
            raise PreventUpdate
        scope = current_scope()
        form = {one["user-field"]: value for one, value in zip(ids, values, strict=False)}
        wanted, password = (
            user_entries.wanted(form, user_entries.tags(tag_values, tag_ids)),
            user_entries.text(form, "password"),
        )
        pressed = {prop.partition(".")[0] for prop in ctx.triggered_prop_ids}
        if "user-theirs" in pressed:
            body, now = _opened(scope, seen["user"])
            return [""] * len(fault_ids), no_update, now, body, True, []
        if "user-overwrite" in pressed and seen["user"] is not None:
            details = user_changes.over_others(scope, seen["user"], Details.of(seen["details"]), wanted)
            seen = {**seen, "details": details.as_json()}
        is_save = bool(pressed & {"user-save", "user-overwrite"})
        faults = _faults(scope, seen["user"], wanted, password, is_save)
        conflict: Sequence[Change] = ()
        if is_save and not faults:
            faults, conflict = _save_it(scope, seen, wanted, password)
        shown = [faults.get(one["user-fault"], "") for one in fault_ids]
        is_done = is_save and not faults and not conflict
        hidden: Any = no_update if not is_save else not conflict
        told = _told(scope, conflict, wanted) if conflict else no_update
        return shown, False if is_done else no_update, seen, no_update, hidden, told


def _opened(scope: Scope, user_id: int | None) -> tuple[list[Any], Seen]:
    """Return the form's fields as a user is kept now, and what they began as."""
    details = user_details.read(scope, user_id).details if user_id is not None else Details(Role.EV_USER)
    body = user_form.body(details, user_details.sites(scope), user_id is None, user_id == scope.user_id)
    return body, {"user": user_id, "details": details.as_json()}


def _save_it(scope: Scope, seen: Seen, wanted: Details, password: str) -> tuple[dict[str, str], Sequence[Change]]:
    """Add or change the user; return what is wrong by field, or what somebody else changed meanwhile."""
    name = f"{wanted.first_name} {wanted.last_name}".strip()
    try:
        if seen["user"] is None:
            user_changes.add(scope, wanted, password)
            messages.say(_("%(name)s is added", name=name))
        else:
            user_changes.save(scope, seen["user"], Details.of(seen["details"]), wanted, password)
            messages.say(_("%(name)s is saved", name=name))
    except ChangedMeanwhile as error:
        return {}, error.changes
    except (AlreadyExists, InvalidInput) as error:
        field = {title: field for field, title in user_details.TITLES.items()}.get(getattr(error, "field", ""), "")
        return {field or "email": said(error)}, ()
    return {}, ()


def _faults(scope: Scope, user_id: int | None, wanted: Details, password: str, is_save: bool) -> dict[str, str]:
    """Tell what is wrong; what may just not have been filled in yet is wrong on Save only."""
    filled = {"first_name": wanted.first_name, "email": wanted.email, "password": password, "site_ids": wanted.site_ids}
    faults = user_details.checked(scope, user_id, wanted, password)[1]
    shown = {name: fault for name, fault in faults.items() if is_save or filled.get(name, True)}
    return {name: user_entries.sentence(name, fault, bool(filled.get(name, True))) for name, fault in shown.items()}


def _told(scope: Scope, changes: Sequence[Change], wanted: Details) -> Any:
    mine = {change.field: user_changes.in_words(scope, change.field, wanted) for change in changes}
    return conflicts.told(scope, LABELS, changes, mine)


def _conflict() -> html.Div:
    """Return the question that is asked before somebody else's change is overwritten; hidden until then."""
    buttons = [
        html.Button(_("Overwrite"), id="user-overwrite", type="button", className="btn btn-danger btn-sm"),
        html.Button(_("Discard mine"), id="user-theirs", type="button", className="btn btn-secondary btn-sm"),
    ]
    content = [html.Div(id="user-conflict-text"), html.Div(buttons, className="d-flex gap-2")]
    return html.Div(
        content, id="user-conflict", className="alert alert-warning d-block mb-3", role="alert", hidden=True
    )
