"""Menus: what a menu entry is, and the pop-ups of the user box: user, theme, keys."""

from typing import Any, NamedTuple

import dash_bootstrap_components as dbc
from dash import html
from flask_babel import LazyString, lazy_gettext
from flask_babel import gettext as _
from flask_wtf.csrf import generate_csrf

from components.access import may_see
from data.scope import Role
from data.users import User


class Entry(NamedTuple):
    path: str
    icon: str
    label: LazyString


SETTINGS = Entry("/settings", "bi-person-gear", lazy_gettext("User settings"))

THEMES = (("light", lazy_gettext("Light")), ("dark", lazy_gettext("Dark")), ("system", lazy_gettext("As the system")))
ROLES = {
    Role.ADMINISTRATOR: lazy_gettext("Administrator"),
    Role.SITE_ADMINISTRATOR: lazy_gettext("Site administrator"),
    Role.SUPPORT_USER: lazy_gettext("Support user"),
    Role.EV_USER: lazy_gettext("EV user"),
}
KEYS = (
    ("/", lazy_gettext("Find node")),
    ("↑ ↓ ← →", lazy_gettext("Move in the Navigator")),
    ("Enter", lazy_gettext("Choose the node, show the row")),
    ("Shift F10", lazy_gettext("Open the menu of a row")),
    ("Ctrl S", lazy_gettext("Save")),
    ("Esc", lazy_gettext("Close")),
    ("?", lazy_gettext("These keys")),
)


def user_menu(user: User, on_phone: list[Entry]) -> html.Div:
    who = html.Div(
        [
            html.Span(initials(user), className="cp-avatar cp-avatar-lg", **{"aria-hidden": "true"}),
            html.Div(
                [
                    html.B(user.name, className="fw-semibold d-block"),
                    html.Span(str(ROLES[user.role]), className="cp-2nd d-block"),
                    html.Span(user.email, className="cp-t12 cp-2nd"),
                ],
                className="lh-sm",
            ),
        ],
        className="px-3 py-2 d-flex gap-3 align-items-center",
    )
    themes = html.Button(
        [icon("bi-circle-half"), _("Theme")],
        type="button",
        className="dropdown-item d-lg-none",
        **{"data-menu": "theme-menu"},
    )
    keys = html.Button(
        [icon("bi-keyboard"), _("Keyboard shortcuts"), html.Kbd("?")],
        type="button",
        className="dropdown-item d-none d-lg-flex",
        **{"data-dialog": "keys"},
    )
    return html.Div(
        [
            who,
            html.Hr(className="dropdown-divider"),
            *(_item(entry, "d-lg-none") for entry in on_phone),
            news_button("dropdown-item d-lg-none", html.Span(id="news-unread-menu")),
            *([_item(SETTINGS)] if may_see(user.role, SETTINGS.path) else []),
            themes,
            keys,
            html.Hr(className="dropdown-divider"),
            log_out("dropdown-item"),
        ],
        id="user-menu",
        className="dropdown-menu cp-menu",
        **{"aria-label": _("User")},
    )


def log_out(look: str) -> html.Form:
    """Return the button that logs out, as a form of its own."""
    button = html.Button([icon("bi-box-arrow-right"), _("Log out")], type="submit", className=look)
    token = dbc.Input(type="hidden", name="csrf_token", value=generate_csrf())
    return html.Form([token, button], action="/logout", method="POST")


def theme_menu() -> html.Div:
    return html.Div(
        [
            html.Button(
                [icon("bi-check-lg"), str(label)],
                type="button",
                className="dropdown-item",
                **{"data-theme": name, "aria-pressed": "false"},
            )
            for name, label in THEMES
        ],
        id="theme-menu",
        className="dropdown-menu cp-menu",
        role="group",
        **{"aria-label": _("Theme")},
    )


def keys() -> html.Dialog:
    rows = [html.Div([html.Dt(html.Kbd(key)), html.Dd(str(text))], className="d-contents") for key, text in KEYS]
    close = html.Button(_("Close"), type="button", className="btn btn-secondary btn-sm", **{"data-close": "keys"})
    return html.Dialog(
        [html.H2(_("Keyboard shortcuts")), html.Dl(rows, className="cp-dl my-3"), close],
        id="keys",
        className="cp-dialog",
        **{"aria-label": _("Keyboard shortcuts")},
    )


def link(entry: Entry, *marks: Any) -> html.A:
    return html.A(
        [icon(entry.icon), str(entry.label), *marks], href=entry.path, className="nav-link", **{"data-page": entry.path}
    )


def _item(entry: Entry, classes: str = "") -> html.A:
    return html.A(
        [icon(entry.icon), str(entry.label)],
        href=entry.path,
        className=f"dropdown-item {classes}",
        **{"data-page": entry.path},
    )


def news_button(look: str, unread: html.Span) -> html.Button:
    """Return what opens the News panel, and closes it."""
    return html.Button(
        [icon("bi-megaphone"), _("News"), unread],
        type="button",
        className=look,
        **{"data-news": "", "aria-haspopup": "dialog"},
    )


def menu_button(menu: str, children: list[Any], name: str | None = None) -> html.Button:
    named = {"aria-label": name} if name else {}
    return html.Button(
        children,
        type="button",
        className="nav-link",
        **{"data-menu": menu, "aria-controls": menu, "aria-expanded": "false", **named},
    )


def icon(name: str, **props: str) -> html.I:
    return html.I(className=f"bi {name}", **{"aria-hidden": "true"}, **props)


def initials(user: User) -> str:
    return (user.first_name[:1] + user.last_name[:1]).upper()


def short_name(user: User) -> str:
    return f"{user.first_name} {user.last_name[:1]}." if user.last_name else user.first_name
