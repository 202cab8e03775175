"""User settings (manual: Dashboard): Dashboard windows, own name, email, password, language, theme, Email at alarm.

One form and one Save over the cards of `components/settings`.
"""

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

import dash
from dash import ALL, ClientsideFunction, Input, Output, State, callback, clientside_callback, ctx, dcc, html, set_props
from flask_babel import gettext as _

from components import menus, messages, settings, windows
from components.access import EVERYONE, OPERATORS, allow, current_scope, current_user_of_portal, keep_signed_in
from components.menus import ROLES, icon
from components.settings import dashboard_windows, sketches
from components.settings.display import OF_SITES
from components.settings.fields import LABELS
from components.texts import said
from data import own_settings, passwords, users, values
from data.errors import AlreadyExists, InvalidInput, LoginRefused
from data.own_settings import OwnSettings
from data.users import User

dash.register_page(__name__, path="/settings", name="User settings")

PASSWORDS = ("password", "new_password", "new_password_again")

Faults = dict[str, str]
"""What is wrong, by the name of the field."""


def layout(**_query: str) -> list[Any]:
    user = _me()
    who = f"{user.name}, {ROLES[user.role]}"
    head = [
        html.H1(_("User settings")),
        html.Span(who, className="cp-sub"),
        html.Div(menus.log_out("btn btn-secondary btn-sm"), className="cp-actions"),
    ]
    return [
        html.Div(head, className="cp-head"),
        html.Div(settings.form(user), id="settings", className="card"),
        dcc.Store(id="settings-language"),
        _save_bar(),
    ]


@callback(
    Output({"window-place": ALL}, "value"),
    Output({"window-sketch": ALL}, "children"),
    Output("settings-windows", "data"),
    Input({"window-place": ALL}, "value"),
    State("settings-windows", "data"),
    prevent_initial_call=True,
)
@allow(*EVERYONE)
def swap(now: list[str | None], before: list[str]) -> tuple[list[str], list[Any], list[str]]:
    """Let two windows change places when one is chosen that already stands elsewhere."""
    places = dashboard_windows.swapped(before, now)
    return places, [sketches.of(kind) for kind in places], places


@callback(
    Output({"setting-fault": ALL}, "children"),
    Output("settings-changes", "children"),
    Output("settings-bar", "className"),
    Input({"setting": ALL}, "value"),
    Input({"window-place": ALL}, "value"),
    Input("settings-save", "n_clicks"),
    State({"setting": ALL}, "id"),
    State({"setting-fault": ALL}, "id"),
    State("settings-seen", "data"),
)
@allow(*EVERYONE)
def check(
    values: list[str | bool | None],
    places: list[str | None],
    _clicks: int | None,
    ids: list[dict[str, str]],
    fault_ids: list[dict[str, str]],
    seen: dict[str, Any],
) -> tuple[list[str], Any, str]:
    """Check the form when a field was left, and keep it when Save was pressed and nothing is wrong."""
    user = _me()
    form = {one["setting"]: value for one, value in zip(ids, values, strict=False)}
    wanted = _wanted(user, seen, form, places)
    texts = {name: _text(form, name) for name in PASSWORDS}
    is_save = "settings-save.n_clicks" in ctx.triggered_prop_ids  # beside the field that the click left
    faults, changes = _faults(user, wanted, texts, is_save), _changes(user, wanted, texts)
    if is_save and changes and not faults:
        faults = _save(wanted, texts)
        changes = changes if faults else []
    return [faults.get(one["setting-fault"], "") for one in fault_ids], *_told(faults, changes)


@callback(Output("settings", "children"), Input("settings-discard", "n_clicks"), prevent_initial_call=True)
@allow(*EVERYONE)
def discard(_clicks: int | None) -> Any:
    """Show again what is kept."""
    return settings.form(_me())


clientside_callback(ClientsideFunction("settings", "speak"), Input("settings-language", "data"))
clientside_callback(
    ClientsideFunction("settings", "suggestZone"),
    Output("browser-zone", "children"),
    Output("browser-zone-use", "hidden"),
    Input({"setting": "time_zone"}, "value"),
    State({"setting": "time_zone"}, "options"),
)
clientside_callback(
    ClientsideFunction("settings", "useZone"),
    Output({"setting": "time_zone"}, "value"),
    Input("browser-zone-use", "n_clicks"),
    prevent_initial_call=True,
)


def _me() -> User:
    """Return the signed-in user as kept now: the session's may be a second old."""
    scope = current_scope()
    return users.find(scope.database, scope.user_id)


def _text(form: dict[str, Any], name: str) -> str:
    value = form.get(name)
    return value if isinstance(value, str) else ""


def _wanted(user: User, seen: dict[str, Any], form: dict[str, Any], places: Sequence[str | None]) -> OwnSettings:
    """Return what is to be kept: what stands in the form, and of what is untouched there what is kept now."""
    kinds = windows.chosen(user.role, ",".join(place or "" for place in places))
    typed = OwnSettings(
        first_name=_text(form, "first_name").strip(),
        last_name=_text(form, "last_name").strip(),
        email=users.normalized(_text(form, "email")),
        email_at_alarm=form.get("email_at_alarm") is True if user.role in OPERATORS else user.email_at_alarm,
        theme=_text(form, "theme"),
        language=_text(form, "language"),
        dashboard_windows=",".join(kinds),
        time_zone=_text(form, "time_zone").replace(OF_SITES, "") if user.role in OPERATORS else user.time_zone,
    )
    began = {**seen, "dashboard_windows": ",".join(windows.chosen(user.role, str(seen.get("dashboard_windows"))))}
    untouched = {name: getattr(user, name) for name, value in asdict(typed).items() if value == began.get(name)}
    return replace(typed, **untouched)


def _faults(user: User, wanted: OwnSettings, texts: dict[str, str], is_save: bool) -> Faults:
    """Tell what is wrong; what may just not have been filled in yet is wrong on Save only."""
    faults: Faults = {}
    for name, text in (("first_name", wanted.first_name), ("last_name", wanted.last_name)):
        try:
            values.line()(own_settings.TITLES[name], text)
        except InvalidInput as error:
            faults[name] = said(error)
    if not wanted.first_name:
        faults["first_name"] = _("Enter your first name.")
    if not users.is_email(wanted.email):
        faults["email"] = _("Enter an email address, such as anna@example.com.")
    if texts["new_password"]:
        try:
            passwords.check_password(texts["new_password"])
        except InvalidInput:
            faults["new_password"] = _("At least 8 characters, with both letters and numbers.")
    again = texts["new_password_again"]
    if again != texts["new_password"] and (again or is_save):
        faults["new_password_again"] = _("Not the same as the new password.")
    if is_save and not texts["password"] and (texts["new_password"] or wanted.email != user.email):
        faults["password"] = _("Enter your current password to change your email or password.")
    return faults


def _changes(user: User, wanted: OwnSettings, texts: dict[str, str]) -> list[str]:
    kept = [name for name in LABELS if name not in PASSWORDS]
    changed = [str(LABELS[name]) for name in kept if getattr(wanted, name) != getattr(user, name)]
    return changed + ([_("Password")] if texts["new_password"] else [])


def _save(wanted: OwnSettings, texts: dict[str, str]) -> Faults:
    """Keep the settings, stay signed in and show them as kept; or tell why not."""
    before = current_user_of_portal()
    try:
        user = own_settings.change_settings(current_scope(), wanted, texts["password"], texts["new_password"])
    except LoginRefused as error:
        wait = _("Too many failed attempts. Try again in %(seconds)s s.", seconds=error.wait_s)
        return {"password": wait if error.wait_s else _("This is not your current password.")}
    except AlreadyExists:
        return {"email": _("Another user has this email.")}
    keep_signed_in(user)
    set_props("settings", {"children": settings.form(user)})
    set_props("theme-choice", {"data": user.theme})
    if user.language != before.language:
        set_props("settings-language", {"data": user.language})
    messages.say(_("Your settings are saved"))
    return {}


def _told(faults: Faults, changes: list[str]) -> tuple[Any, str]:
    """Return what the save bar says, and its class."""
    if faults:
        names = ", ".join(str(LABELS[name]) for name in faults)
        return [icon("bi-exclamation-circle is-fault me-2"), _("Correct to save: %(fields)s", fields=names)], BAR_DIRTY
    if changes:
        return [icon("bi-pencil-square me-2"), _("Changed: %(fields)s", fields=", ".join(changes))], BAR_DIRTY
    return _("No changes to save"), BAR


BAR = "cp-savebar mt-auto"
BAR_DIRTY = f"{BAR} is-dirty"


def _save_bar() -> html.Div:
    return html.Div(
        [
            html.Span(_("No changes to save"), id="settings-changes", role="status"),
            html.Button(_("Discard"), id="settings-discard", type="button", className="btn btn-ghost btn-sm"),
            html.Button(_("Save"), id="settings-save", type="button", className="btn btn-primary btn-sm"),
        ],
        id="settings-bar",
        className=BAR,
        **{"data-leave": _("Your changes are not saved. Leave the page?")},
    )
