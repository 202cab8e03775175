"""The way from a table to the import that fills it."""

from dash import dcc
from flask_babel import gettext as _

from components.access import may_see
from components.menus import icon
from data.scope import Scope

PAGE = "/import"


def link(scope: Scope, kind: str) -> list[dcc.Link]:
    """Return the link to the import of a kind of files (data/imports/taking.py); nothing for who may not import."""
    if not may_see(scope.role, PAGE):
        return []
    return [dcc.Link([icon("bi-upload"), _("Import")], href=f"{PAGE}?kind={kind}", className="btn btn-ghost btn-sm")]
