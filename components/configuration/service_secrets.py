"""The secret of a service: hidden, shown once when it is made, and never again."""

from typing import Any

from dash import Input, Output, callback, html
from dash.exceptions import PreventUpdate
from flask_babel import gettext as _

from components.access import allow, current_scope
from components.form_fields import section_of
from components.menus import icon
from components.pressed import OfNumber, telling
from data import services
from data.scope import Role
from data.services import Secrets

HIDDEN = "•" * 16
PRESSED = "service-renewal"
"""The store that a press of Make new secrets is told by."""


def section(service_id: int, can_change: bool, made: Any = None) -> html.Section:
    """Return the section of a service's secret."""
    renew = html.Button(
        _("Make new secrets"),
        type="button",
        className="btn btn-secondary btn-sm",
        **telling(PRESSED, service_id, _("Make new secrets? The service is shut out until it has them.")),
    )
    return section_of(
        _("Secret"),
        _("Kept hidden. The key opens the portal to the service, and calls to it are signed with the signing secret."),
        [
            html.Div(made or html.Span(HIDDEN, **{"aria-label": _("Hidden")}), id="service-secret"),
            *([html.Div(renew), html.Div(_("The old ones end at once."), className="form-text")] if can_change else []),
        ],
    )


def once(made: Secrets) -> list[Any]:
    """Return new secrets with buttons to copy them; they are never shown again."""
    return [
        html.P(_("Give these to the service now: they are not shown again."), className="fw-semibold mb-2"),
        shown_with_copy(_("Key"), made.key),
        shown_with_copy(_("Signing secret"), made.signing_secret),
    ]


def register() -> None:
    @callback(
        Output("service-secret", "children"),
        Input(PRESSED, "data"),
        prevent_initial_call=True,
    )
    @allow(Role.ADMINISTRATOR)
    def renew(pressed: OfNumber | None) -> Any:
        if not pressed:
            raise PreventUpdate
        return once(services.renew_secrets(current_scope(), pressed["of"]))


def shown_with_copy(label: str, value: str) -> html.Div:
    """Return a secret with a button that copies it."""
    name = _("Copy %(field)s", field=label)
    copy = html.Button(
        icon("bi-copy"),
        type="button",
        className="btn btn-ghost btn-icon",
        title=name,
        **{"aria-label": name, "data-copy": value, "data-copied": _("Copied")},
    )
    return html.Div(
        [html.Span(label, className="form-label mb-0"), html.Code(value, className="text-break"), copy],
        className="d-flex align-items-center gap-2",
    )
