"""Energy of the last 30 days: a bar per day of the node's zone."""

from flask_babel import lazy_gettext

from components.access import EVERYONE
from components.diagrams import sessions
from components.windows.content import Content
from components.windows.last_30_days import drawn
from data.nodes import Node
from data.scope import Scope

TITLE = lazy_gettext("Energy")
PAGE = "/diagrams"
SUBJECTS = ("minute",)  # sessions end all the time; a day's sum need not be counted again for each
ROLES = EVERYONE


def build(scope: Scope, node: Node | None) -> Content:
    return drawn(sessions.ENERGY, scope, node)
