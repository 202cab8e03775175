"""Outlet, General: what it is, how it behaves, and what it is called at services (manual: Outlet level)."""

from typing import Any

import dash_bootstrap_components as dbc
from dash import ALL, Input, Output, State, callback, dcc, html, no_update
from dash.exceptions import PreventUpdate
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from components import conflicts, form_fields, forms, messages
from components.access import OPERATORS, allow, current_scope
from components.forms import Field, Form, Section
from components.pressed import OfNumber, telling
from components.texts import said
from data import station_settings
from data.errors import ChangedMeanwhile, InvalidInput, NotFound
from data.nodes import Node
from data.scope import Scope
from data.station_settings import OUTLET
from data.values import LONGEST_NAME

TITLE = lazy_gettext("General")


def _modes() -> list[tuple[str, Any]]:
    return [
        ("OPEN", lazy_gettext("Anybody charges. Sessions are anonymous.")),
        ("RFID", lazy_gettext("Authorization is needed to charge.")),
    ]


FORM = Form(
    "outlet-general",
    OUTLET,
    (
        Section(
            lazy_gettext("General"),
            lazy_gettext("What the outlet is and where."),
            (
                (
                    Field(
                        "connector_type",
                        lazy_gettext("Connector"),
                        lazy_gettext("For example Type 2."),
                        longest=LONGEST_NAME,
                    ),
                    Field(
                        "connector_id",
                        lazy_gettext("Outlet id"),
                        lazy_gettext("The station's own number of the outlet."),
                        kind="number",
                        is_fixed=True,
                    ),
                ),
                Field(
                    "uuid",
                    lazy_gettext("UUID"),
                    lazy_gettext("Services start and stop the outlet by it."),
                    can_copy=True,
                    is_fixed=True,
                ),
                Field(
                    "parking",
                    lazy_gettext("Parking"),
                    lazy_gettext("For your own description, such as the number of the place."),
                    longest=LONGEST_NAME,
                ),
            ),
        ),
        Section(
            lazy_gettext("Mode"),
            lazy_gettext("Who may charge here."),
            (Field("mode", lazy_gettext("Mode"), kind="choice", options=_modes),),
        ),
    ),
)


def layout(scope: Scope, node: Node) -> html.Div:
    return forms.layout(FORM, scope, node.id, [_properties(scope, node)])


def register() -> None:
    forms.register(FORM)
    _register_saving()
    _register_following()


def _register_saving() -> None:
    @callback(
        Output({"outlet-value-fault": ALL}, "children"),
        Output({"outlet-value-kept": ALL}, "data-kept"),
        Input("outlet-value-pressed", "data"),
        State({"outlet-value": ALL}, "value"),
        State({"outlet-value": ALL}, "id"),
        State({"outlet-value-kept": ALL}, "data-kept"),
        State("outlet-general-seen", "data"),
        prevent_initial_call=True,
    )
    @allow(*OPERATORS)
    def save(
        pressed: OfNumber | None,
        values: list[str | None],
        ids: list[dict[str, int]],
        kept: list[str | None],
        seen: conflicts.Seen,
    ) -> tuple[list[str], list[Any]]:
        if not pressed:
            raise PreventUpdate
        chosen, scope, outlet_id = pressed["of"], current_scope(), seen["row"]
        faults, now = [""] * len(ids), list(kept)
        for place, (one, value, before) in enumerate(zip(ids, values, kept, strict=True)):
            if one["outlet-value"] == chosen:
                try:
                    station_settings.set_service_value(scope, outlet_id, chosen, before or "", value or "")
                    now[place] = value
                    messages.say(_("Your changes are saved"))
                except ChangedMeanwhile as error:
                    faults[place], now[place] = said(error), error.changes[0].new  # saving again is over what was told
                except InvalidInput as error:
                    faults[place] = said(error)
        return faults, now


def _register_following() -> None:
    @callback(
        Output({"outlet-value": ALL}, "value"),
        Output({"outlet-value-fault": ALL}, "children", allow_duplicate=True),
        Output({"outlet-value-kept": ALL}, "data-kept", allow_duplicate=True),
        Input(f"{FORM.id}-live", "data"),
        State({"outlet-value": ALL}, "value"),
        State({"outlet-value": ALL}, "id"),
        State({"outlet-value-kept": ALL}, "data-kept"),
        State(f"{FORM.id}-seen", "data"),
        prevent_initial_call=True,
    )
    @allow(*OPERATORS)
    def follow(
        _live: Any,
        shown: list[str | None],
        ids: list[dict[str, int]],
        kept: list[str | None],
        seen: conflicts.Seen,
    ) -> tuple[list[Any], list[Any], list[Any]]:
        """Show what others changed; where somebody is typing, say who did."""
        scope, services = current_scope(), [one["outlet-value"] for one in ids]
        before = {service: value or "" for service, value in zip(services, kept, strict=True)}
        try:
            others = station_settings.service_value_changes(scope, seen["row"], before)
        except NotFound:  # the form says who took it away
            others = {}
        told: list[list[Any]] = [[no_update] * len(ids) for _part in range(3)]
        for place, (service, value) in enumerate(zip(services, shown, strict=True)):
            if change := others.get(service):
                is_typed = (value or "") not in (before[service], change.new)
                told[0][place] = no_update if is_typed else change.new
                told[1][place] = (
                    conflicts.sentence(scope, {"value": Field("value", change.title)}, change) if is_typed else ""
                )
                told[2][place] = change.new
        return told[0], told[1], told[2]


def _properties(scope: Scope, node: Node) -> html.Section:
    """Return the table of services and the outlet's value in each."""
    title, text = _("Outlet and plug properties"), _("What the outlet is called at each active service.")
    found = station_settings.service_values(scope, node.id)
    if not found:
        return form_fields.section_of(title, text, [html.P(_("There is no active service."), className="cp-2nd m-0")])
    return form_fields.section_of(title, text, [*(_value(one) for one in found), dcc.Store(id="outlet-value-pressed")])


def _value(one: dict[str, Any]) -> html.Div:
    name = form_fields.written_id({"outlet-value": one["service_id"]})
    label = f"{one['name']}, {one['provider']}" if one["provider"] else one["name"]
    save = html.Button(
        _("Save"),
        type="button",
        className="btn btn-secondary",
        **{"aria-label": _("Save %(name)s", name=one["name"]), **telling("outlet-value-pressed", one["service_id"])},
    )
    control = dbc.Input(id={"outlet-value": one["service_id"]}, value=one["value"], maxlength=200)
    fault = html.Div(id={"outlet-value-fault": one["service_id"]}, className="form-text is-fault", role="status")
    leave = _("Your changes are not saved. Leave the page?")
    group = html.Div(
        dbc.InputGroup([control, save]),
        id={"outlet-value-kept": one["service_id"]},
        className="cp-own-save",
        **{"data-kept": one["value"], "data-leave": leave},
    )
    return html.Div([dbc.Label(label, html_for=name), group, fault])
