"""Site, Address: where the site is, by fields or by a click on the map (manual: Site level)."""

from dash import html
from flask_babel import lazy_gettext

from components.configuration import address
from data import addresses
from data.nodes import Node
from data.scope import Scope

TITLE = lazy_gettext("Address")
FORM = address.form("site-address", addresses.SITE)


def layout(scope: Scope, node: Node) -> html.Div:
    return address.layout(FORM, scope, node)


def register() -> None:
    address.register(FORM)
