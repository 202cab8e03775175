"""News (manual: Dashboard): a panel beside the menu in which everybody reads what administrators write.

Opening it marks all of it as read. `components/news_editor.py` is what administrators have beside that.
"""

from typing import Any

import dash
import dash_bootstrap_components as dbc
from dash import Input, Output, html, no_update
from flask_babel import gettext as _

from components import news as shown
from components import news_editor
from components.access import EVERYONE, allow, current_scope
from components.menus import icon
from data import news
from data.scope import Role


def layout(role: Role) -> list[Any]:
    """Return the panel, closed; and the dialogs of those who write."""
    writes = role is Role.ADMINISTRATOR
    close = html.Button(
        icon("bi-x-lg"),
        type="button",
        className="btn btn-ghost btn-icon",
        **{"aria-label": _("Close"), "data-news": ""},
    )
    title = html.H2(_("Charge Portal news"), id="news-name", className="flex-fill m-0")
    panel = dbc.Offcanvas(
        [
            html.Div([title, *([news_editor.write_button()] if writes else []), close], className="offcanvas-header"),
            html.Div(id="news-items", className="cp-news"),
        ],
        id="news-panel",
        is_open=False,
        close_button=False,
        placement="start",
        class_name="cp-news-panel",
        labelledby="news-name",
    )
    return [panel, *(news_editor.dialogs() if writes else [])]


def register_callbacks(app: dash.Dash) -> None:
    news_editor.register_callbacks(app)

    @app.callback(
        Output("news-items", "children"),
        *(Output(place, "children") for place in shown.UNREAD),
        Input("news-panel", "is_open"),
        Input("live-news", "data"),
    )
    @allow(*EVERYONE)
    def show(is_open: bool | None, _changed: dict[str, Any] | None) -> tuple[Any, ...]:
        """Show the items while the panel is open, else how many are unread."""
        scope = current_scope()
        if is_open:
            return shown.read(scope), *([[]] * len(shown.UNREAD))
        return no_update, *([shown.unread_dot(news.count_unread(scope))] * len(shown.UNREAD))
