"""The tabs of Configuration: one module a tab, with TITLE, layout(scope, node) and register().

The order here is the order on the page. A level without a tab has nothing to configure yet.
"""

from collections.abc import Mapping
from types import ModuleType

from components.configuration import site_general, system_general, system_services, system_topology

TABS: Mapping[str, Mapping[str, ModuleType]] = {
    "system": {"general": system_general, "topology": system_topology, "services": system_services},
    "site": {"general": site_general},
}
"""Kind of node → the tab's name in the address → its module."""
