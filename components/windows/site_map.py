"""Map of sites: each site that has a position, in the colour and glyph of its stations' worst state."""

import json

from flask_babel import gettext as _
from flask_babel import lazy_gettext, ngettext

from components import format, maps, states
from components.access import OPERATORS
from components.windows.content import Content, empty
from data import addresses
from data.addresses import PlacedSite
from data.nodes import Node
from data.scope import Scope

TITLE = lazy_gettext("Map of sites")
PAGE = "/configuration"
SUBJECTS = ("topology", "station_state", "outlet_state", "open_transaction", "alarm")
ROLES = OPERATORS


def build(scope: Scope, node: Node) -> Content:
    sites = addresses.placed_sites(scope, node)
    if not sites:
        text = _("A site stands here when its position is set: Configuration, Address.")
        return empty("bi-geo-alt", _("No site on the map"), text)
    shown = json.dumps([_shown(site) for site in sites], ensure_ascii=False)
    return Content([maps.box("sites", str(TITLE), **{"data-sites": shown})])


def _shown(site: PlacedSite) -> dict[str, object]:
    """Return a site as assets/maps.js draws it."""
    look = states.STATES[site.state]
    stations = format.number(site.stations) + format.NO_BREAK + ngettext("station", "stations", site.stations)
    count = {"fault": site.fault, "charging": site.charging}.get(site.state, 0)
    told = f"{format.number(count)} {str(look.word).lower()}" if count else str(look.word)
    return {
        "ref": f"site:{site.site_id}",
        "at": [site.latitude, site.longitude],
        "name": site.name,
        "look": look.colour,
        "glyph": look.glyph,
        "label": f"{site.name}: {told}, {stations}",
    }
