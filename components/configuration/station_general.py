"""Charging station, General: logical name, description, model and ChargeboxId (manual: Charging station level)."""

from collections.abc import Mapping
from typing import Any

from dash import html
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from components import forms
from components.configuration import station_facts
from components.forms import Field, Form, Section
from components.menus import icon
from components.typed_confirmation import Question
from data import station_settings
from data.nodes import Node
from data.scope import Scope
from data.station_settings import STATION
from data.values import LONGEST_NAME

TITLE = lazy_gettext("General")


def _hints(scope: Scope, station_id: int) -> Mapping[str, Any]:
    """Say beside a field what the station itself reports."""
    about = station_settings.about(scope, station_id)
    reported = [about["vendor"], about["reported_model"]]
    hints: dict[str, Any] = {"model": "", "charge_box_id": ""}
    if any(reported):
        hints["model"] = _("The station reports %(model)s.", model=" ".join(part for part in reported if part))
    if about["connected"]:
        same = [icon("bi-check-circle me-1"), _("The station is connected with this ChargeboxId.")]
        changed = _("Changing it here ends the connection: the station comes back only when the same is entered in it.")
        hints["charge_box_id"] = [html.Span(same, className="is-ok"), " ", changed]
    return hints


def _asks(scope: Scope, station_id: int, old: Mapping[str, Any], new: Mapping[str, Any]) -> Question | None:
    """Ask before a station that is connected loses the identity it connects with."""
    before, after = old["charge_box_id"], new["charge_box_id"]
    if before == after or not station_settings.about(scope, station_id)["connected"]:
        return None
    text = _(
        "%(name)s is connected as %(old)s. Its connection is dropped, and it comes back only when %(new)s is entered "
        "in the station.",
        name=old["name"],
        old=before,
        new=after,
    )
    return Question(text, before, _("Change ChargeboxId"))


FORM = Form(
    "station-general",
    STATION,
    (
        Section(
            lazy_gettext("General"),
            lazy_gettext("What the charging station is called in the portal."),
            (
                Field(
                    "name",
                    lazy_gettext("Logical name"),
                    longest=LONGEST_NAME,
                ),
                Field("description", lazy_gettext("Description"), kind="area"),
                Field(
                    "model",
                    lazy_gettext("Model"),
                    lazy_gettext("Empty: the model of the next start is taken over. Another one is an alarm."),
                    longest=LONGEST_NAME,
                ),
            ),
        ),
        Section(
            lazy_gettext("Pairing"),
            lazy_gettext("The ChargeboxId must be the same here and in the station, letter by letter."),
            (
                Field(
                    "charge_box_id",
                    lazy_gettext("ChargeboxId"),
                    longest=LONGEST_NAME,
                    can_copy=True,
                ),
            ),
        ),
    ),
    hints=_hints,
    asks=_asks,
)


def layout(scope: Scope, node: Node) -> html.Div:
    return forms.layout(FORM, scope, node.id, [station_facts.section(scope, node)])


def register() -> None:
    forms.register(FORM)
    station_facts.register()
