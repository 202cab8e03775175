"""Cards of a station's outlets: what each does now, and its own commands."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from dash import html
from flask_babel import gettext as _

from components import states, texts
from components.control.board import button
from components.format import NOTHING, clock, duration_short, number


def cards(found: list[dict[str, Any]], zone: str, reasons: Mapping[str, str]) -> list[html.Section]:
    """Return a card for each outlet that `data.controlled.outlets` gave."""
    return [_card(one, zone, reasons) for one in found]


def _card(outlet: dict[str, Any], zone: str, reasons: Mapping[str, str]) -> html.Section:
    name = _("Outlet %(number)s", number=outlet["connector_id"])
    kind = html.Span(f" {outlet['connector_type']}", className="cp-2nd fw-normal")
    head = html.Div(
        [html.H2([name, kind], className="flex-fill"), states.pill(states.STATES[outlet["state"]])],
        className="card-header",
    )
    is_charging = outlet["transaction_id"] is not None
    body = html.Div(
        [_charging(outlet, zone) if is_charging else _idle(outlet), _buttons(outlet, is_charging, reasons)],
        className="card-body pt-0 d-flex flex-column gap-3 h-100",
    )
    return html.Section([head, body], className="card", **{"aria-label": name})


def _charging(outlet: dict[str, Any], zone: str) -> html.Div:
    kilowatts = None if outlet["power_w"] is None else outlet["power_w"] / 1000
    lasted = duration_short((datetime.now(UTC) - outlet["started_at"]).total_seconds())
    figures = [
        _figure(number(kilowatts, 1), "kW", _("Power")),
        _figure(number(outlet["energy_kwh"], 1), "kWh", _("Energy")),
        _figure(lasted, "", _("Duration")),
    ]
    who = outlet["email"] or _("Anonymous")
    since = _("%(who)s, since %(time)s", who=who, time=clock(outlet["started_at"], zone))
    return html.Div(
        [
            html.Div(figures, className="d-flex flex-wrap column-gap-3 row-gap-1 justify-content-between"),
            html.Div(since, className="cp-t12 cp-2nd mt-2 text-break"),
        ]
    )


def _figure(value: str, unit: str, label: str) -> html.Div:
    shown = html.Div([value, html.Small(f" {unit}")] if value else NOTHING, className="cp-kpi is-md cp-tab")
    return html.Div([shown, html.Div(label, className="cp-t12 cp-2nd")])


def _idle(outlet: dict[str, Any]) -> html.Div:
    told = _("The station says: %(status)s.", status=texts.ocpp(outlet["status"])) if outlet["status"] else ""
    mode = _("Anybody may charge.") if outlet["mode"] == "OPEN" else _("An RFID tag is needed to charge.")
    return html.Div([told, " " if told else "", mode], className="cp-t13 cp-2nd")


def _buttons(outlet: dict[str, Any], is_charging: bool, reasons: Mapping[str, str]) -> html.Div:
    number_ = outlet["connector_id"]
    if is_charging:
        main = button("stop_charging", "stop_charging" in reasons, number_, "bi-stop-fill")
    else:
        main = button("start_charging", "start_charging" in reasons, number_, "bi-play-fill", "btn-primary")
    unlock = button("unlock", "unlock" in reasons, number_, "bi-unlock", "btn-secondary")
    return html.Div([main, unlock], className="d-flex flex-wrap gap-2 mt-auto")
