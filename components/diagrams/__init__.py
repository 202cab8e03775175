"""The predefined diagrams (manual: Diagrams): by the name that links use, in the order of the list."""

from collections.abc import Mapping

from components.diagrams import faults, load, ranked, sessions
from components.diagrams.diagram import Diagram
from data.scope import Role

DIAGRAMS: Mapping[str, Diagram] = {
    "energy": sessions.ENERGY,
    "sessions": sessions.COUNT,
    "duration": sessions.DURATION,
    "session-energy": sessions.SESSION_ENERGY,
    "power": load.POWER,
    "week": load.WEEK,
    "outlets": load.OUTLETS,
    "stations": ranked.STATIONS,
    "users": ranked.USERS,
    "authentication": sessions.AUTHENTICATION,
    "availability": faults.AVAILABILITY,
    "faults": faults.FAULTS,
}


def of_role(role: Role) -> dict[str, Diagram]:
    """Return the diagrams a role may see."""
    return {name: diagram for name, diagram in DIAGRAMS.items() if role in diagram.roles}
