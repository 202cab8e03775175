"""What a site holds now, in a section of its form General."""

from typing import Any

from dash import html
from flask_babel import gettext as _
from flask_babel import npgettext

from components import form_fields, states
from components.configuration.followed import follow, followed
from components.format import number
from data import outlets, sites
from data.nodes import Node
from data.scope import Scope

NAME = "site-content"


def section(scope: Scope, node: Node) -> html.Section:
    text = _("What the site holds now. It is changed in Topology.")
    return form_fields.section_of(_("Content"), text, [followed(NAME, _content, scope, node)])


def register() -> None:
    follow(NAME, _content, "changed")


def _content(scope: Scope, node: Node) -> list[Any]:
    parts = outlets.counts(scope, node)
    total = {state: sum(getattr(part, state) for part in parts) for state in states.STATES}
    held = sites.content(scope, node.id)
    outlet_count = sum(total.values())
    counted = [
        (held.floors, npgettext("under", "floor", "floors", held.floors)),
        (held.stations, npgettext("under", "charging station", "charging stations", held.stations)),
        (outlet_count, npgettext("under", "outlet", "outlets", outlet_count)),
        (held.grid_controllers, npgettext("under", "grid controller", "grid controllers", held.grid_controllers)),
        (held.administrators, npgettext("under", "site administrator", "site administrators", held.administrators)),
    ]
    # Each word stands under its number: as catalogs see it, another text than the same word in a sentence.
    figures = [
        html.Div([html.Div(number(count), className="cp-kpi is-md"), html.Div(word, className="cp-t12 cp-2nd")])
        for count, word in counted
    ]
    return [html.Div(figures, className="d-flex flex-wrap column-gap-5 row-gap-2"), *states.shares(total)]
