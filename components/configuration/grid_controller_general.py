"""Grid controller, General: its name, description and ChargeboxId."""

from dash import html
from flask_babel import lazy_gettext

from components import forms
from components.forms import Field, Form, Section
from data.nodes import Node
from data.scope import Scope
from data.topology import GRID_CONTROLLER
from data.values import LONGEST_NAME

TITLE = lazy_gettext("General")

FORM = Form(
    "grid-controller-general",
    GRID_CONTROLLER,
    (
        Section(
            lazy_gettext("General"),
            lazy_gettext("What the grid controller is called in the portal."),
            (
                Field(
                    "name",
                    lazy_gettext("Name"),
                    longest=LONGEST_NAME,
                ),
                Field("description", lazy_gettext("Description"), kind="area"),
                Field(
                    "charge_box_id",
                    lazy_gettext("ChargeboxId"),
                    lazy_gettext("The same here and in the grid controller, letter by letter."),
                    longest=LONGEST_NAME,
                    can_copy=True,
                ),
            ),
        ),
    ),
)


def layout(scope: Scope, node: Node) -> html.Div:
    return forms.layout(FORM, scope, node.id)


def register() -> None:
    forms.register(FORM)
