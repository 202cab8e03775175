"""The cards of User settings, one module each: `card(user)` draws it with what is kept.

Fields have the id `{"setting": name}`, what is wrong with one stands in `{"setting-fault": name}`; the places of the
Dashboard have the id `{"window-place": number}`.
"""

from typing import Any

from components.settings import dashboard_windows, display, password, user_names
from data.users import User

CARDS = (dashboard_windows, user_names, password, display)


def form(user: User) -> list[Any]:
    """Draw every card."""
    return [card.card(user) for card in CARDS]
