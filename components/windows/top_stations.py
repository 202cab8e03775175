"""Top stations: those that gave most energy in the last 30 days."""

from flask_babel import lazy_gettext

from components.access import OPERATORS
from components.diagrams import ranked
from components.windows.content import SHOWN, Content
from components.windows.last_30_days import drawn
from data.nodes import Node
from data.scope import Scope

TITLE = lazy_gettext("Top stations")
PAGE = "/diagrams?d=stations"
SUBJECTS = ("minute",)
ROLES = OPERATORS


def build(scope: Scope, node: Node) -> Content:
    return drawn(ranked.STATIONS, scope, node, most=SHOWN)
