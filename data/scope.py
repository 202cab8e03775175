"""Who asks: every function that pages call takes a `Scope` first, and joins its condition into the SQL."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from data.database import Database
from data.errors import NotPermitted
from data.texts import N_

if TYPE_CHECKING:
    from data.nodes import Node


class Role(StrEnum):
    ADMINISTRATOR = "administrator"
    SITE_ADMINISTRATOR = "site_administrator"
    SUPPORT_USER = "support_user"
    EV_USER = "ev_user"

    @property
    def title(self) -> str:  # type: ignore[override]  # the manual's spelling instead of str's method
        return TITLES[self]


TITLES = {
    Role.ADMINISTRATOR: N_("administrator"),
    Role.SITE_ADMINISTRATOR: N_("site administrator"),
    Role.SUPPORT_USER: N_("support user"),
    Role.EV_USER: N_("EV user"),
}

PORTAL = 0
"""The user_id of what the portal does of itself."""

Condition = tuple[str, dict[str, object]]
"""SQL for a WHERE clause and its parameters."""


@dataclass(frozen=True)
class Scope:
    """What one user may see. site_ids None means every site; an EV user sees own sessions only, whatever the site."""

    database: Database
    user_id: int
    role: Role
    site_ids: frozenset[int] | None

    def require(self, *roles: Role, action: str) -> None:
        """Raise NotPermitted unless the user has one of the roles."""
        if self.role not in roles:
            raise NotPermitted(self.role.title, action)

    def sees_site(self, site_id: int) -> bool:
        return self.role is not Role.EV_USER and (self.site_ids is None or site_id in self.site_ids)

    def sites(self, column: str = "site_id") -> Condition:
        """Limit rows to the user's sites by a site_id column; an EV user gets none."""
        if self.role is Role.EV_USER:
            return "FALSE", {}
        if self.site_ids is None:
            return "TRUE", {}
        return f"{column} = ANY($scope_sites)", {"scope_sites": sorted(self.site_ids)}

    def condition(self, node: "Node | None" = None, connector: str = "connector_id") -> Condition:
        """Limit rows to what the user may see of a node, by columns site_id, station_id, connector and user_id.

        Args:
            node: a node that `data.nodes.find` gave to this user; none, or the system, means everything in scope.
            connector: the column or expression to compare with an outlet's connector_id.
        """
        if self.role is Role.EV_USER:
            return "user_id = $scope_user", {"scope_user": self.user_id}
        sites, params = self.sites()
        if node is None or node.kind == "system":
            return sites, params
        own, own_params = node.condition(connector)
        return f"{sites} AND {own}", {**params, **own_params}
