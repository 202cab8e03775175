"""The frame around every page: rail (tab bar on phones), Navigator, top bar, user menu, banner."""

from collections.abc import Iterable
from functools import partial
from typing import Any

import dash
import dash_bootstrap_components as dbc
from dash import ClientsideFunction, Input, Output, dcc, html
from flask_babel import gettext, lazy_gettext
from flask_babel import gettext as _
from flask_login import current_user

from components import alarm_count, live, menus, messages, moving, navigator, news_panel, texts
from components.access import EVERYONE, allow, current_scope, current_user_of_portal, may_see
from components.menus import Entry, icon, link, menu_button
from data import own_settings
from data.scope import Role
from data.users import User

INDEX = """<!doctype html>
<html lang="{language}" data-bs-theme="light">
<head>
{metas}
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" href="/assets/favicon.svg">
<script src="/assets/early/theme.js"></script>
{css}
</head>
<body>
{app_entry}
<footer>{config}{scripts}{renderer}</footer>
</body>
</html>"""


MENU = (
    Entry("/dashboard", "bi-grid-1x2", lazy_gettext("Dashboard")),
    Entry("/diagrams", "bi-bar-chart", lazy_gettext("Diagrams")),
    Entry("/statistics", "bi-table", lazy_gettext("Statistics")),
    Entry("/schedule", "bi-calendar-week", lazy_gettext("Schedule")),
    Entry("/alarms", "bi-bell", lazy_gettext("Alarms")),
    Entry("/provisioning", "bi-people", lazy_gettext("Provisioning")),
    Entry("/configuration", "bi-sliders", lazy_gettext("Configuration")),
)
"""The main menu in its order (manual: Menu). Only what the role has, and what there is, is shown."""

WAIT_MS = 300  # a page that comes sooner shows no shape before
ON_TAB_BAR = 4


def name_pages(pages: Iterable[dict[str, Any]]) -> None:
    """Let the browser's tab say a page's name in the user's language."""
    for page in pages:
        page["title"] = partial(_title, page["name"])


def _title(name: str, **_path: str) -> str:
    return gettext(name)


def index(**parts: str) -> str:
    """Return the document that Dash fills: what it puts around `layout`, in the language of the present request."""
    return INDEX.format(language=texts.language(), **parts)


def layout() -> html.Div:
    """Return the whole page for the signed-in user; the page of the address is put into `main`."""
    if not current_user.is_authenticated:
        return html.Div(dash.page_container)  # Dash checks it once at the start; the gate lets nobody see it
    user = current_user_of_portal()
    entries = [entry for entry in MENU if may_see(user.role, entry.path)]
    has_navigator = user.role is not Role.EV_USER
    return html.Div(
        [
            dcc.Location(id="url", refresh="callback-nav"),
            html.A(_("Skip to content"), href="#main", className="visually-hidden-focusable cp-skip"),
            _signed_out(),
            _banner(),
            _rail(user, entries),
            *([navigator.layout(user.role in moving.MOVERS)] if has_navigator else []),
            html.Div(
                [_top_bar(user), html.Main(_page(), id="main", tabIndex="0", className="cp-content")],
                className="cp-main",
            ),
            _tab_bar(user, entries),
            menus.theme_menu(),
            menus.user_menu(user, entries[ON_TAB_BAR:]),
            menus.keys(),
            *news_panel.layout(user.role),
            dcc.Store(id="theme-choice"),
            dcc.Store(id="theme-shown"),
            html.Div(id="scrim", className="cp-scrim", hidden=True),
            messages.container(),
            *moving.parts(user.role),
            *navigator.stores(),
            *live.stores(),
        ],
        id="app",
        className="cp-app" if has_navigator else "cp-app no-nav",
    )


def register_callbacks(app: dash.Dash) -> None:
    app.clientside_callback(ClientsideFunction("shell", "address"), Input("url", "pathname"), Input("url", "search"))
    app.clientside_callback(
        ClientsideFunction("shell", "theme"),
        Output("theme-shown", "data"),
        Input("theme-choice", "data"),
        prevent_initial_call=True,
    )

    @app.callback(Input("theme-shown", "data"), prevent_initial_call=True)
    @allow(*EVERYONE)
    def keep_theme(choice: str) -> None:
        own_settings.choose_theme(current_scope(), choice)


def _page() -> dcc.Loading:
    """Return the place of the page: nothing for a moment while it is awaited, then its shape, at last a sentence."""
    window = html.Div(
        [
            dbc.Placeholder(xs=width, className=look)
            for width, look in ((4, ""), (3, "is-tall"), (12, ""), (8, ""), (10, ""))
        ],
        className="card",
        **{"aria-hidden": "true"},
    )
    late = html.P(
        [_("The portal takes long to answer."), " ", html.A(_("Try again"), href="")],
        className="cp-late",
        role="status",
    )
    waiting = html.Div([late, *[window] * 4], className="cp-waiting placeholder-glow")
    return dcc.Loading(
        dash.page_container,
        target_components={"_pages_content": "children"},
        delay_show=WAIT_MS,
        custom_spinner=waiting,
        parent_className="cp-page",
    )


def _signed_out() -> html.Div:
    """Return what is told, instead of leaving, where something is not saved when the session has ended."""
    told = html.Span(
        [
            html.B(_("You are logged out."), className="fw-semibold"),
            " ",
            _("What you typed is still here: log in in another tab, then save it."),
        ],
        className="flex-fill",
    )
    log_in = html.A(_("Log in"), href="/login", target="_blank", className="btn btn-secondary btn-sm")
    content = [icon("bi-exclamation-triangle-fill"), told, log_in]
    return html.Div(content, id="signed-out", className="cp-banner", role="alert", hidden=True)


def _banner() -> html.Div:
    return html.Div(
        [
            icon("bi-exclamation-triangle-fill"),
            html.Span(
                [
                    html.B(
                        [_("The central system is not reachable since"), " ", html.Span(id="banner-since"), "."],
                        className="fw-semibold",
                    ),
                    " ",
                    _("Values stand still. Stations go on charging, and sessions are logged when the contact is back."),
                ],
                className="flex-fill",
            ),
            html.Span(_("The portal tries again every second."), className="cp-2nd text-nowrap"),
        ],
        id="banner",
        className="cp-banner",
        role="alert",
        hidden=True,
    )


def _rail(user: User, entries: list[Entry]) -> html.Nav:
    avatar = html.Span(menus.initials(user), className="cp-avatar cp-avatar-sm", **{"aria-hidden": "true"})
    foot = [
        menus.news_button("nav-link", html.Span(id="news-unread")),
        menu_button("theme-menu", [icon("bi-circle-half"), _("Theme")]),
        menu_button("user-menu", [avatar, menus.short_name(user)], f"{user.name}, {menus.ROLES[user.role]}"),
    ]
    return html.Nav(
        [
            html.A(
                _bolt(),
                href="/dashboard",
                className="cp-brand",
                **{"aria-label": "Charge Portal", "data-page": "/dashboard"},
            ),
            html.Ul(
                [
                    html.Li(link(entry, *alarm_count.mark(entry.path, "rail")), className="nav-item")
                    for entry in entries
                ],
                className="nav flex-column",
            ),
            html.Div(foot, className="cp-rail-foot"),
        ],
        className="cp-rail",
        **{"aria-label": _("Main menu")},
    )


def _top_bar(user: User) -> html.Header:
    if user.role is Role.EV_USER:
        name = html.B("Charge Portal", className="fw-semibold flex-fill ms-2")
        avatar = html.Span(menus.initials(user), className="cp-avatar cp-avatar-md", **{"aria-hidden": "true"})
        who = menu_button(
            "user-menu", [avatar, html.Span(id="news-unread-more")], f"{user.name}, {menus.ROLES[user.role]}"
        )
        brand = html.Span(_bolt(), className="cp-brand cp-brand-sm m-0")
        return html.Header([brand, name, html.Div(who, className="d-lg-none")], className="cp-topbar px-3")
    open_navigator = html.Button(
        icon("bi-list-nested fs-5"),
        type="button",
        className="btn btn-ghost btn-icon cp-open-nav",
        **{"aria-label": _("Open Navigator"), "data-navigator": "open", "aria-controls": "navigator"},
    )
    path = html.Nav(
        html.Ol(id="path", className="breadcrumb"), className="cp-path", **{"aria-label": _("Selected node")}
    )
    age = html.Span(
        [
            icon("bi-broadcast is-ok", id="live-icon"),
            html.Span(_("Live, updated"), id="live-word"),
            html.Span(id="live-age"),
        ],
        id="live-status",
        className="cp-live",
        title=_("Values update by themselves"),
        **{"data-live": _("Live, updated"), "data-paused": _("Paused at")},
    )
    return html.Header([open_navigator, path, age], className="cp-topbar")


def _tab_bar(user: User, entries: list[Entry]) -> html.Nav:
    if user.role is Role.EV_USER:
        more: Any = link(menus.SETTINGS._replace(label=lazy_gettext("Settings")))
    else:
        more = menu_button("user-menu", [icon("bi-list"), _("More"), html.Span(id="news-unread-more")])
    return html.Nav(
        [*(link(entry, *alarm_count.mark(entry.path, "tabs")) for entry in entries[:ON_TAB_BAR]), more],
        className="cp-tabbar",
        **{"aria-label": _("Main menu")},
    )


def _bolt() -> html.Img:
    return html.Img(src="/assets/bolt.svg", width="20", height="20", alt="")
