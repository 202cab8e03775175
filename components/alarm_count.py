"""How many alarms are active, on the menu's entry Alarms: live, and in words for who does not see the mark."""

from typing import Any

import dash
from dash import ALL, Input, Output, ctx, html
from flask_babel import ngettext

from components import live
from components.access import EVERYONE, allow, current_scope
from components.format import number
from data import alarm_tables, log_tables

PATH = "/alarms"


def mark(path: str, place: str) -> list[html.Span]:
    """Return what stands at a menu entry: the count at Alarms, nothing at others.

    Args:
        place: which menu it is.
    """
    return [html.Span(id={"alarm-count": place})] if path == PATH else []


def register_callbacks(app: dash.Dash) -> None:
    @app.callback(Output({"alarm-count": ALL}, "children"), Input("live-alarm", "data"))
    @allow(*EVERYONE)
    def count(_changed: dict[str, Any] | None) -> list[Any]:
        places = len(ctx.outputs_list)
        scope = current_scope()
        active = live.once(scope, PATH, lambda: log_tables.count(scope, alarm_tables.ACTIVE, None, {})) if places else 0
        return [_shown(active)] * places


def _shown(active: int) -> list[html.Span]:
    if not active:
        return []
    told = ngettext("%(count)s active alarm", "%(count)s active alarms", active, count=number(active))
    figure = html.Span("99+" if active > 99 else str(active), className="cp-count", **{"aria-hidden": "true"})
    return [figure, html.Span(told, className="visually-hidden")]
