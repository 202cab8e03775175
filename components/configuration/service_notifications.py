"""What a service was told last, and what waits until it takes it."""

from datetime import datetime
from typing import Any

from dash import html
from flask_babel import gettext as _
from flask_babel import lazy_gettext, ngettext

from components.form_fields import section_of
from components.format import timestamp
from components.menus import icon
from components.pressed import telling
from data import service_deliveries
from data.scope import Role, Scope

EVENTS = {
    "session.started": lazy_gettext("Session started"),
    "session.updated": lazy_gettext("Session updated"),
    "session.ended": lazy_gettext("Session ended"),
    "session.corrected": lazy_gettext("Session corrected"),
    "outlet.state": lazy_gettext("Outlet state"),
}
PRESSED = "service-send-now"
"""The store that a press of Send now is told by."""

BESIDE = "d-none d-md-table-cell"
"""What a phone has no room for."""


def section(scope: Scope, service_id: int, zone: str) -> html.Section:
    """Return the newest notifications, those that wait first, and the button that lets them wait no longer."""
    can_send = scope.role == Role.ADMINISTRATOR
    found, waiting = service_deliveries.latest(scope, service_id)
    text = _("What the service was told last. Nothing is lost: what it does not take is sent again.")
    if not found:
        return section_of(_("Notifications"), text, [html.P(_("None yet."), className="cp-2nd m-0")])
    count = ngettext("%(num)d waits", "%(num)d wait", waiting) if waiting else _("All delivered")
    heads = ((_("Event"), ""), (_("About"), BESIDE), (_("Time"), ""), (_("Tries"), BESIDE), (_("State"), ""))
    head = html.Thead(html.Tr([html.Th(one, scope="col", className=look) for one, look in heads]))
    table = html.Table([head, html.Tbody([_row(one, zone) for one in found])], className="table table-sm mb-0")
    shown = html.Div(table, className="overflow-auto", tabIndex=0, role="region", **{"aria-label": _("Notifications")})
    head_line = [html.Span(count, className="fw-semibold"), *([_send_now(service_id)] if can_send and waiting else [])]
    above = html.Div(head_line, className="d-flex align-items-center gap-3 mb-2")
    return section_of(_("Notifications"), text, [above, shown])


def _send_now(service_id: int) -> html.Button:
    return html.Button(
        _("Send now"), type="button", className="btn btn-secondary btn-sm", **telling(PRESSED, service_id)
    )


def _row(one: dict[str, Any], zone: str) -> html.Tr:
    return html.Tr(
        [
            html.Th(str(EVENTS.get(one["event"], one["event"])), scope="row", className="fw-normal"),
            html.Td(one["subject"], className=BESIDE),
            html.Td(timestamp(one["created_at"], zone)),
            html.Td(str(one["attempts"]), className=BESIDE),
            html.Td(_state(one["delivered_at"], one["answer"], one["next_at"], zone)),
        ]
    )


def _said(answer: str) -> str:
    """Write a service's answer, or why there is none, in the user's language; details stay as they were told."""
    what, colon, why = answer.partition(": ")
    return f"{_(what)}{colon}{why}"


def _state(delivered_at: datetime | None, answer: str, next_at: datetime, zone: str) -> Any:
    if delivered_at:
        return _("Delivered: %(answer)s", answer=_said(answer))
    if not answer:
        return _("Waits")
    text = _("%(answer)s; again at %(time)s", answer=_said(answer), time=timestamp(next_at, zone))
    return html.Span([icon("bi-exclamation-triangle-fill me-1"), text], className="is-warn")
