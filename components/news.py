"""Charge Portal news: the list of items as everybody reads it, and the count of unread ones at the News entry."""

from collections.abc import Sequence
from typing import Any

from dash import html
from flask_babel import gettext as _
from flask_babel import ngettext

from components.menus import icon
from components.pressed import telling
from data import news as written
from data.scope import Role, Scope

UNREAD = ("news-unread", "news-unread-menu", "news-unread-more")
"""Where unread news are counted: at the entry of the rail, in the user menu, and at what opens that on a phone."""


def read(scope: Scope) -> list[Any]:
    """Draw all items, and note that the user has now seen them."""
    found = written.latest(scope)
    if any(item["is_new"] for item in found):
        written.mark_read(scope, found[0]["news_id"])
    return items(found, scope.role is Role.ADMINISTRATOR)


def items(news: Sequence[dict[str, Any]], may_edit: bool) -> list[Any]:
    """Return the items that `data.news.latest` gave. Their words are shown as text, whatever they look like."""
    if not news:
        text = _("What administrators write appears here.")
        return [
            html.Div([icon("bi-megaphone"), html.H2(_("No news"), className="h3"), html.P(text)], className="cp-empty")
        ]
    return [_item(item, may_edit) for item in news]


def unread_dot(count: int) -> list[html.Span]:
    """Return what stands at the News entry: a dot that says the number, nothing when all is read."""
    if not count:
        return []
    told = html.Span(ngettext("%(num)d unread", "%(num)d unread", count), className="visually-hidden")
    return [html.Span(told, className="cp-dot")]


def _item(item: dict[str, Any], may_edit: bool) -> html.Article:
    written = item["written_at"]
    head = [
        html.Time(f"{written:%Y-%m-%d}", dateTime=f"{written:%Y-%m-%dT%H:%M:%S}"),
        item["author"],
        *([html.Span(_("New"), className="badge")] if item["is_new"] else []),
    ]
    name = f"news-{item['news_id']}"
    return html.Article(
        [
            html.Div(head, className="d-flex align-items-center gap-2 cp-t12 cp-2nd"),
            html.H2(item["title"], id=name),
            html.P(item["text"], className="cp-t13 cp-2nd cp-news-text"),
            *([_actions(item)] if may_edit else []),
        ],
        **{"aria-labelledby": name},
    )


def _actions(item: dict[str, Any]) -> html.Div:
    return html.Div(
        [
            _action("news-edited", "bi-pencil", _("Edit"), item),
            _action("news-deleted", "bi-trash", _("Delete"), item),
        ],
        className="d-flex gap-2",
    )


def _action(store: str, glyph: str, label: str, item: dict[str, Any]) -> html.Button:
    return html.Button(
        [icon(glyph), label],
        type="button",
        className="btn btn-secondary btn-sm",
        **{"aria-label": f"{label} {item['title']}", **telling(store, item["news_id"])},
    )
