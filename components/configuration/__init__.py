"""The tabs of Configuration: one module a tab, with TITLE, layout(scope, node) and register().

The order here is the order on the page. A level without a tab has nothing to configure yet.
"""

from collections.abc import Mapping
from types import ModuleType

from components.configuration import (
    floor_general,
    floor_position,
    grid_controller_address,
    grid_controller_general,
    outlet_general,
    site_address,
    site_general,
    station_address,
    station_connection,
    station_control,
    station_files,
    station_general,
    station_parameters,
    station_security,
    stations_connection,
    stations_control,
    system_general,
    system_services,
    system_software,
    system_topology,
)

TABS: Mapping[str, Mapping[str, ModuleType]] = {
    "system": {
        "general": system_general,
        "topology": system_topology,
        "services": system_services,
        "software": system_software,
        "control": stations_control,
        "connection": stations_connection,
    },
    "site": {
        "general": site_general,
        "address": site_address,
        "control": stations_control,
        "connection": stations_connection,
    },
    "floor": {
        "general": floor_general,
        "position": floor_position,
        "control": stations_control,
        "connection": stations_connection,
    },
    "station": {
        "general": station_general,
        "address": station_address,
        "control": station_control,
        "ocpp": station_parameters,
        "security": station_security,
        "files": station_files,
        "connection": station_connection,
    },
    "outlet": {"general": outlet_general},
    "grid_controller": {"general": grid_controller_general, "address": grid_controller_address},
}
"""Kind of node → the tab's name in the address → its module."""
