"""Grid controller, Address: where a grid controller on no floor stands."""

from dash import html
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from components.configuration import address
from data import addresses
from data.nodes import Node
from data.scope import Scope

TITLE = lazy_gettext("Address")
FORM = address.form("grid-controller-address", addresses.GRID_CONTROLLER)


def layout(scope: Scope, node: Node) -> html.Div:
    if node.floor_id is not None:
        return address.of_floor(node, _("A grid controller on a floor has the address of its site."))
    return address.layout(FORM, scope, node)


def register() -> None:
    address.register(FORM)
