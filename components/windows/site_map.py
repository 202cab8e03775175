"""Map of sites: each site that has a position, in the colour and glyph of its stations' worst state.

Below the system the stations that stand on the site itself are there too.
"""

from flask_babel import gettext as _
from flask_babel import lazy_gettext

from components import maps
from components.access import OPERATORS
from components.windows.content import Content, empty
from data import addresses
from data.nodes import Node
from data.scope import Scope

TITLE = lazy_gettext("Map of sites")
PAGE = "/configuration"
SUBJECTS = ("topology", "station_state", "outlet_state", "open_transaction", "alarm")
ROLES = OPERATORS


def build(scope: Scope, node: Node) -> Content:
    places = [maps.site(site) for site in addresses.placed_sites(scope, node)]
    if node.site_id is not None:
        places += [maps.station(station) for station in addresses.placed_stations(scope, node.site_id)]
    if not places:
        text = _("A site stands here when its position is set: Configuration, Address.")
        return empty("bi-geo-alt", _("No site on the map"), text)
    return Content([maps.box("places", str(TITLE), **maps.places(places))])
