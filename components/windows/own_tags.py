"""RFID: the user's own tags, and whether each can charge."""

from typing import Any, NamedTuple

from dash import html
from flask_babel import LazyString, lazy_gettext
from flask_babel import gettext as _

from components.windows.content import Content, empty
from data import own_charging
from data.nodes import Node
from data.scope import Role, Scope

TITLE = lazy_gettext("RFID")
PAGE = "/statistics"
SUBJECTS = ("minute",)
ROLES = (Role.EV_USER,)


class Look(NamedTuple):
    colour: str
    glyph: str
    word: LazyString


LOOKS = {
    "in use": Look("is-ok", "bi-check-circle", lazy_gettext("In use")),
    "blocked": Look("is-fault", "bi-slash-circle", lazy_gettext("Blocked")),
    "expired": Look("is-warn", "bi-calendar-x", lazy_gettext("Expired")),
}


def build(scope: Scope, _node: Node | None) -> Content:
    tags = own_charging.tags(scope)
    if not tags:
        return empty("bi-credit-card-2-front", _("No RFID tag"), _("An administrator can add your RFID tag."))
    rows = html.Ul([_row(tag) for tag in tags], className="list-group list-group-flush")
    return Content([html.Div(rows, className="cp-window-scroll")])


def _row(tag: dict[str, Any]) -> html.Li:
    look = LOOKS[tag["state"]]
    named = [html.B(tag["label"], className="fw-semibold d-block")] if tag["label"] else []
    state = [html.I(className=f"bi {look.glyph} {look.colour}", **{"aria-hidden": "true"}), str(look.word)]
    return html.Li(
        [
            html.I(className="bi bi-credit-card-2-front fs-4 cp-3rd", **{"aria-hidden": "true"}),
            html.Span([*named, html.Span(tag["id_tag"], className="cp-t13 cp-2nd cp-tab")], className="flex-fill"),
            html.Span(state, className=f"cp-pill cp-own-tag {look.colour}"),
        ],
        className="list-group-item d-flex align-items-center gap-3 py-3",
    )
