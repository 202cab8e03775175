"""Charging station, Address: where a station on no floor stands (manual: Charging station level)."""

from dash import html
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from components.configuration import address
from data import addresses
from data.nodes import Node
from data.scope import Scope

TITLE = lazy_gettext("Address")
FORM = address.form("station-address", addresses.STATION)


def layout(scope: Scope, node: Node) -> html.Div:
    if node.floor_id is not None:
        return address.of_floor(node, _("A charging station on a floor has the address of its site."))
    page = address.layout(FORM, scope, node)
    page.children.insert(0, address.note(_own(node)))
    return page


def _own(node: Node) -> str:
    return _(
        "This station belongs directly to the site %(site)s, so it has an address of its own. "
        "A station on a floor has the address of its site.",
        site=node.path[1][1],
    )


def register() -> None:
    address.register(FORM)
