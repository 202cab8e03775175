"""User settings (manual: Dashboard): Dashboard windows, own name, email and password, theme, Email at alarm.

One form and one Save. Fields have the id `{"setting": name}`, what is wrong with one stands in
`{"setting-fault": name}`; the places of the Dashboard have the id `{"window-place": number}`.
"""

import json
from collections.abc import Sequence
from typing import Any

import dash
import dash_bootstrap_components as dbc
from dash import ALL, Input, Output, State, callback, ctx, dcc, html, set_props
from flask_babel import LazyString, lazy_gettext
from flask_babel import gettext as _
from flask_login import login_user

from components import menus, messages, windows
from components.access import EVERYONE, OPERATORS, SignedIn, allow, current_scope
from components.menus import ROLES, THEMES, icon
from data import own_settings, passwords, users
from data.errors import AlreadyExists, InvalidInput, LoginRefused
from data.own_settings import OwnSettings
from data.passwords import LONGEST_PASSWORD
from data.users import LONGEST_EMAIL, LONGEST_NAME, User

dash.register_page(__name__, path="/settings", name="User settings")

LABELS: dict[str, LazyString] = {
    "dashboard_windows": lazy_gettext("Dashboard windows"),
    "first_name": lazy_gettext("First name"),
    "last_name": lazy_gettext("Last name"),
    "email": lazy_gettext("Email"),
    "password": lazy_gettext("Current password"),
    "new_password": lazy_gettext("New password"),
    "new_password_again": lazy_gettext("New password again"),
    "theme": lazy_gettext("Theme"),
    "email_at_alarm": lazy_gettext("Email at alarm"),
}
KEPT = ("first_name", "last_name", "email", "email_at_alarm", "theme")
PASSWORDS = ("password", "new_password", "new_password_again")
THEME_ICONS = {"light": "bi-sun", "dark": "bi-moon", "system": "bi-circle-half"}

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
        html.Div(_form(user), id="settings", className="card"),
        _save_bar(),
    ]


@callback(
    Output({"window-place": ALL}, "value"),
    Output("settings-windows", "data"),
    Input({"window-place": ALL}, "value"),
    State("settings-windows", "data"),
    prevent_initial_call=True,
)
@allow(*EVERYONE)
def swap(now: list[str | None], before: list[str]) -> tuple[list[str], list[str]]:
    """Let two windows change places when one is chosen that already stands elsewhere."""
    places = _swapped(before, now)
    return places, places


@callback(
    Output({"setting-fault": ALL}, "children"),
    Output("settings-changes", "children"),
    Output("settings-bar", "className"),
    Input({"setting": ALL}, "value"),
    Input({"window-place": ALL}, "value"),
    Input("settings-save", "n_clicks"),
    State({"setting": ALL}, "id"),
    State({"setting-fault": ALL}, "id"),
)
@allow(*EVERYONE)
def check(
    values: list[str | bool | None],
    places: list[str | None],
    _clicks: int | None,
    ids: list[dict[str, str]],
    fault_ids: list[dict[str, str]],
) -> tuple[list[str], Any, str]:
    """Check the form when a field was left, and keep it when Save was pressed and nothing is wrong."""
    user = _me()
    form = {one["setting"]: value for one, value in zip(ids, values, strict=False)}
    wanted = _wanted(user, form, places)
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
    return _form(_me())


def _me() -> User:
    """Return the signed-in user as kept now: the session's may be a second old."""
    scope = current_scope()
    return users.find(scope.database, scope.user_id)


def _text(form: dict[str, Any], name: str) -> str:
    value = form.get(name)
    return value if isinstance(value, str) else ""


def _wanted(user: User, form: dict[str, Any], places: Sequence[str | None]) -> OwnSettings:
    kinds = windows.chosen(user.role, ",".join(place or "" for place in places))
    kept = windows.chosen(user.role, user.dashboard_windows)
    return OwnSettings(
        first_name=_text(form, "first_name").strip(),
        last_name=_text(form, "last_name").strip(),
        email=users.normalized(_text(form, "email")),
        email_at_alarm=form.get("email_at_alarm") is True if user.role in OPERATORS else user.email_at_alarm,
        theme=_text(form, "theme"),
        dashboard_windows=user.dashboard_windows if kinds == kept else ",".join(kinds),
    )


def _faults(user: User, wanted: OwnSettings, texts: dict[str, str], is_save: bool) -> Faults:
    """Tell what is wrong; what may just not have been filled in yet is wrong on Save only."""
    faults: Faults = {}
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
    names = [name for name in ("dashboard_windows", *KEPT) if getattr(wanted, name) != getattr(user, name)]
    return [str(LABELS[name]) for name in names] + ([_("Password")] if texts["new_password"] else [])


def _save(wanted: OwnSettings, texts: dict[str, str]) -> Faults:
    """Keep the settings, stay signed in and show them as kept; or tell why not."""
    try:
        user = own_settings.change_settings(current_scope(), wanted, texts["password"], texts["new_password"])
    except LoginRefused as error:
        wait = _("Too many failed attempts. Try again in %(seconds)s s.", seconds=error.wait_s)
        return {"password": wait if error.wait_s else _("This is not your current password.")}
    except AlreadyExists:
        return {"email": _("Another user has this email.")}
    if texts["new_password"]:
        login_user(SignedIn(user))  # the new password signed out every session, this one too
    set_props("settings", {"children": _form(user)})
    set_props("theme-choice", {"data": user.theme})
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


def _swapped(before: Sequence[str], now: Sequence[str | None]) -> list[str]:
    if len(now) != len(before) or set(now) - set(windows.WINDOWS):
        return list(before)
    places = [kind or "" for kind in now]
    for index, (old, new) in enumerate(zip(before, places, strict=True)):
        if old != new and new in before:
            places[before.index(new)] = old
            places[index] = new
            break
    return places


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


def _form(user: User) -> list[Any]:
    places = windows.chosen(user.role, user.dashboard_windows)
    name = {"maxlength": LONGEST_NAME}
    password = {"type": "password", "maxlength": LONGEST_PASSWORD}
    return [
        dcc.Store(id="settings-windows", data=places),
        _section(
            LABELS["dashboard_windows"],
            _("What each place of your Dashboard shows. Choose a window of another place, and the two change places."),
            html.Div([_place(user, number, kind) for number, kind in enumerate(places, 1)], className="cp-places"),
        ),
        _section(
            lazy_gettext("User"),
            _("The username is your email address. Your current password is asked for when you change it."),
            _row(
                _field("first_name", user.first_name, autocomplete="given-name", **name),
                _field("last_name", user.last_name, autocomplete="family-name", **name),
            ),
            _field("email", user.email, type="email", autocomplete="username", maxlength=LONGEST_EMAIL),
        ),
        _section(
            lazy_gettext("Password"),
            _("At least 8 characters, with both letters and numbers. A new one signs you out everywhere else."),
            _row(_field("password", "", autocomplete="current-password", **password)),
            _row(
                _field("new_password", "", autocomplete="new-password", **password),
                _field("new_password_again", "", autocomplete="new-password", **password),
            ),
        ),
        _display(user),
    ]


def _section(title: LazyString, text: str, *fields: Any) -> html.Section:
    head = html.Header([html.H2(str(title)), html.P(text)])
    return html.Section([head, html.Div(list(fields), className="cp-fields")], className="cp-sec")


def _row(*fields: Any) -> html.Div:
    return html.Div(list(fields), className="cp-row2")


def _field(name: str, value: str, **props: Any) -> html.Div:
    field = {"setting": name}
    return html.Div(
        [
            dbc.Label(str(LABELS[name]), html_for=_written(field)),
            dbc.Input(**{"id": field, "value": value, "type": "text", "debounce": True, **props}),
            _fault(name),
        ]
    )


def _written(field: dict[str, Any]) -> str:
    """Write an id of several parts as Dash does in the browser."""
    return json.dumps(field, separators=(",", ":"))


def _fault(name: str) -> html.Div:
    return html.Div(id={"setting-fault": name}, className="form-text is-fault", **{"aria-live": "polite"})


def _place(user: User, number: int, kind: str) -> html.Div:
    field = {"window-place": number}
    label = dbc.Label(
        [html.Span(_("Window"), className="visually-hidden"), f" {number}"],
        html_for=_written(field),
        class_name="badge mb-0",
    )
    options = [{"label": str(windows.WINDOWS[one].TITLE), "value": one} for one in windows.available(user.role)]
    return html.Div([label, dbc.Select(id=field, options=options, value=kind)], className="cp-place")


def _display(user: User) -> html.Section:
    options = [
        {"label": html.Span([icon(THEME_ICONS[name]), " ", str(label)]), "value": name} for name, label in THEMES
    ]
    theme = dbc.RadioItems(
        id={"setting": "theme"},
        options=options,
        value=user.theme,
        input_class_name="btn-check",
        label_class_name="btn btn-sm",
        class_name="cp-seg",
    )
    title = html.Span(str(LABELS["theme"]), id="settings-theme", className="form-label mb-0 me-2")
    group = html.Div(theme, role="group", **{"aria-labelledby": "settings-theme"})
    fields = [html.Div([title, group], className="d-flex flex-wrap align-items-center gap-2")]
    if user.role in OPERATORS:
        switch = dbc.Switch(
            id={"setting": "email_at_alarm"}, value=user.email_at_alarm, label=str(LABELS["email_at_alarm"])
        )
        every = html.Div(_("One email every 24 h with the active alarms"), className="form-text cp-under-switch")
        fields.append(html.Div([switch, every]))
    return _section(lazy_gettext("Display and email"), _("Only for you."), *fields)
