"""System, Services: the table of services, and the information of the selected one (manual: Services)."""

from collections.abc import Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import ClientsideFunction, Input, Output, State, callback, clientside_callback, dcc, html, no_update
from dash.exceptions import PreventUpdate
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from components import form_fields, forms, messages
from components.access import allow, current_scope
from components.configuration import service_notifications, service_secrets
from components.format import timestamp
from components.forms import Field, Form, Section
from components.menus import icon
from components.pressed import OfNumber, telling
from components.texts import said
from data import nodes, service_deliveries, services
from data.errors import AlreadyExists, InvalidInput
from data.nodes import Node
from data.scope import Role, Scope
from data.services import ALL_OUTLETS, KINDS, LISTED_OUTLETS, SERVICE
from data.values import LONGEST_NAME, LONGEST_URL

TITLE = lazy_gettext("Services")
READERS = (Role.ADMINISTRATOR, Role.SUPPORT_USER)
WRITERS = (Role.ADMINISTRATOR,)
REMOVAL = "service-removal"
"""The store that a press of Remove service is told by."""
KIND_WORDS = {
    "charging": lazy_gettext("Charging service"),
    "map": lazy_gettext("Map"),
    "payment": lazy_gettext("Payment"),
}


def _outlets() -> list[tuple[str, Any]]:
    return [
        (ALL_OUTLETS, lazy_gettext("All")),
        (LISTED_OUTLETS, lazy_gettext("Those with a value at the service")),
    ]


FORM = Form(
    "service",
    SERVICE,
    (
        Section(
            lazy_gettext("Service information"),
            lazy_gettext("The service you selected in the table. Its provider gives you the values."),
            (
                Field("provider", lazy_gettext("Service provider"), longest=LONGEST_NAME),
                Field("description", lazy_gettext("Description")),
                Field(
                    "url",
                    lazy_gettext("Service URL"),
                    longest=LONGEST_URL,
                    can_copy=True,
                ),
                Field(
                    "outlets",
                    lazy_gettext("Outlets"),
                    lazy_gettext("Which ones it controls and is told of."),
                    kind="select",
                    options=_outlets,
                ),
                Field(
                    "energy_every_s",
                    lazy_gettext("Energy updates, s"),
                    lazy_gettext("How often it is told the energy of an ongoing session. 0: only beginning and end."),
                    kind="number",
                ),
                Field("is_active", lazy_gettext("Active"), kind="switch"),
            ),
        ),
    ),
)

Services = Sequence[dict[str, Any]]


def layout(scope: Scope, node: Node) -> html.Div:
    found = services.all_services(scope)
    chosen = found[0]["service_id"] if found else None
    return html.Div(
        [
            html.Section(
                [
                    html.Div(html.H2(_("Active services")), className="card-header"),
                    html.Div(_table(found, chosen, node.time_zone), id="services-table", className="overflow-auto"),
                    *([_add()] if scope.role in WRITERS else []),
                ],
                className="card",
                **{"aria-label": str(TITLE)},
            ),
            html.Div(_information(scope, chosen), id="services-information", className="d-flex flex-column flex-fill"),
            dcc.Store(id="services-chosen", data=chosen),
            dcc.Store(id="services-live"),
            dcc.Store(id="services-pressed"),
            *(dcc.Store(id=name) for name in (service_notifications.PRESSED, service_secrets.PRESSED, REMOVAL)),
            html.Span(id="services-subject", hidden=True, **{"data-subject": "service"}),
        ],
        className="d-flex flex-column gap-3 flex-fill",
    )


def register() -> None:
    forms.register(FORM)
    service_secrets.register()
    _register_table()
    _register_adding()
    _register_removal()
    clientside_callback(
        ClientsideFunction("forms", "changed"),
        Output("services-live", "data"),
        Input("live-changes", "data"),
        State("services-subject", "data-subject"),
        prevent_initial_call=True,
    )


def _register_table() -> None:
    @callback(
        Output("services-chosen", "data"),
        Output("services-information", "children"),
        Input("services-pressed", "data"),
        prevent_initial_call=True,
    )
    @allow(*READERS)
    def select(pressed: OfNumber | None) -> tuple[int, Any]:
        if not pressed:
            raise PreventUpdate
        return pressed["of"], _information(current_scope(), pressed["of"])

    @callback(
        Output("services-table", "children"),
        Input("services-chosen", "data"),
        Input("services-live", "data"),
        prevent_initial_call=True,
    )
    @allow(*READERS)
    def show(chosen: int | None, _live: Any) -> Any:
        scope = current_scope()
        return _table(services.all_services(scope), chosen, nodes.find(scope, nodes.SYSTEM).time_zone)

    @callback(
        Output("services-notifications", "children"),
        Input("services-live", "data"),
        State("services-chosen", "data"),
        prevent_initial_call=True,
    )
    @allow(*READERS)
    def follow(_live: Any, chosen: int | None) -> Any:
        scope = current_scope()
        known = {service["service_id"] for service in services.all_services(scope)}
        return _notifications(scope, chosen if chosen in known else None)

    @callback(
        Output("services-notifications", "children", allow_duplicate=True),
        Input(service_notifications.PRESSED, "data"),
        prevent_initial_call=True,
    )
    @allow(*WRITERS)
    def send_now(pressed: OfNumber | None) -> Any:
        if not pressed:
            raise PreventUpdate
        scope = current_scope()
        service_deliveries.send_now(scope, pressed["of"])
        return _notifications(scope, pressed["of"])


def _register_adding() -> None:
    @callback(
        Output("services-fault", "children"),
        Output("services-chosen", "data", allow_duplicate=True),
        Output("services-information", "children", allow_duplicate=True),
        Output("services-name", "value"),
        Output("services-provider", "value"),
        Input("services-add", "n_clicks"),
        State("services-kind", "value"),
        State("services-name", "value"),
        State("services-provider", "value"),
        prevent_initial_call=True,
    )
    @allow(*WRITERS)
    def add(clicks: int | None, kind: str | None, name: str | None, provider: str | None) -> tuple[Any, ...]:
        if not clicks:
            raise PreventUpdate
        scope = current_scope()
        try:
            chosen, made = services.create(scope, kind or "", name or "", provider or "")
        except (InvalidInput, AlreadyExists) as error:
            return said(error), *[no_update] * 4
        messages.say(_("%(name)s is added", name=name), _("Activate it when its values are entered."))
        return "", chosen, _information(scope, chosen, service_secrets.once(made)), "", ""


def _register_removal() -> None:
    @callback(
        Output("services-chosen", "data", allow_duplicate=True),
        Output("services-information", "children", allow_duplicate=True),
        Input(REMOVAL, "data"),
        prevent_initial_call=True,
    )
    @allow(*WRITERS)
    def remove(pressed: OfNumber | None) -> tuple[int | None, Any]:
        if not pressed:
            raise PreventUpdate
        scope = current_scope()
        messages.say(_("%(name)s is removed", name=services.remove(scope, pressed["of"])))
        left = services.all_services(scope)
        chosen = left[0]["service_id"] if left else None
        return chosen, _information(scope, chosen)


def _information(scope: Scope, chosen: int | None, made: Any = None) -> Any:
    notifications = html.Div(_notifications(scope, chosen), id="services-notifications")
    if chosen is None:
        return notifications
    can_change = scope.role in WRITERS
    below = [service_secrets.section(chosen, can_change, made), notifications]
    if can_change:
        below.append(_removal(chosen))
    return forms.layout(FORM, scope, chosen, below)


def _removal(service_id: int) -> html.Section:
    question = _("Remove the service? Its key opens nothing any more, and it is told nothing more.")
    button = html.Button(
        _("Remove service"),
        type="button",
        className="btn btn-outline-danger btn-sm",
        **telling(REMOVAL, service_id, question),
    )
    return form_fields.section_of(
        _("Remove"),
        _("What the service did stays in the event log. Not active keeps it, with its values."),
        [html.Div(button)],
    )


def _notifications(scope: Scope, chosen: int | None) -> Any:
    if chosen is None:
        return []
    return service_notifications.section(scope, chosen, nodes.find(scope, nodes.SYSTEM).time_zone)


def _table(found: Services, chosen: int | None, zone: str) -> Any:
    if not found:
        return html.P(_("No services yet."), className="px-3 cp-2nd")
    heads = (_("Service"), _("Provider"), _("Description"), _("State"), _("Last contact"))
    rows = [_row(one, one["service_id"] == chosen, zone) for one in found]
    head = html.Thead(html.Tr([html.Th(text, scope="col") for text in heads]))
    return html.Table([head, html.Tbody(rows)], className="table table-hover mb-0 cp-services cp-stack")


def _row(one: dict[str, Any], is_chosen: bool, zone: str) -> html.Tr:
    name = html.Button(
        one["name"],
        type="button",
        className="btn btn-link p-0 text-start" + (" fw-semibold" if is_chosen else ""),
        **{"data-leaves": "", **({"aria-current": "true"} if is_chosen else {})},
        **telling("services-pressed", one["service_id"]),
    )
    state = _("Active") if one["is_active"] else _("Not active")
    kind = html.Span([" ", str(KIND_WORDS[one["kind"]])], className="cp-2nd")
    return html.Tr(
        [
            html.Th([name, kind], scope="row"),
            html.Td(one["provider"]),
            html.Td(one["description"]),
            html.Td(state),
            html.Td(_contact(one, zone)),
        ],
        key=one["service_id"],
        className="table-active" if is_chosen else "",
    )


def _contact(one: dict[str, Any], zone: str) -> Any:
    failed, reached = one["last_failure_at"], one["last_contact_at"]
    if failed and (not reached or failed > reached):
        text = _("No answer since %(time)s", time=timestamp(failed, zone))
        return html.Span([icon("bi-exclamation-triangle-fill me-1"), text], className="is-warn")
    return timestamp(reached, zone)


def _add() -> html.Div:
    kinds = [{"value": kind, "label": str(KIND_WORDS[kind])} for kind in KINDS]
    fields = [
        _labelled("services-kind", _("Service"), dbc.Select(id="services-kind", options=kinds, value=KINDS[0])),
        _labelled("services-name", _("Name"), dbc.Input(id="services-name", maxlength=LONGEST_NAME)),
        _labelled("services-provider", _("Provider"), dbc.Input(id="services-provider", maxlength=LONGEST_NAME)),
        html.Button(
            _("Add service"), id="services-add", type="button", className="btn btn-secondary", **{"data-leaves": ""}
        ),
    ]
    told = {"aria-live": "polite", "data-of": "services-name"}
    fault = html.Div(id="services-fault", className="form-text is-fault w-100 m-0", **told)
    look = "card-footer d-flex flex-wrap align-items-end gap-3 cp-adds"
    asks = {"data-enter": "services-add", "data-leave": _("What you typed is not saved. Leave it?")}
    return html.Div([*fields, fault], className=look, **asks)


def _labelled(name: str, label: str, control: Any) -> html.Div:
    return html.Div([dbc.Label(label, html_for=name), control])
