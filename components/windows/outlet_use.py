"""Outlet use: how many outlets are in use in each hour of the week, from the last 30 days."""

from flask_babel import lazy_gettext

from components.access import OPERATORS
from components.diagrams import load
from components.windows.content import Content
from components.windows.last_30_days import drawn
from data.nodes import Node
from data.scope import Scope

TITLE = lazy_gettext("Outlet use")
PAGE = "/diagrams?d=week"
SUBJECTS = ("minute",)
ROLES = OPERATORS


def build(scope: Scope, node: Node) -> Content:
    return drawn(load.WEEK, scope, node)
