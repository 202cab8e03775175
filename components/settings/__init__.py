"""The cards of User settings, one module each: `card(user)` draws it with what is kept.

Fields have the id `{"setting": name}`, what is wrong with one stands in `{"setting-fault": name}`; the places of the
Dashboard have the id `{"window-place": number}`.
"""

from typing import Any

from dash import dcc

from components.settings import dashboard_windows, display, password, user_names
from data.own_settings import OwnSettings
from data.users import User

CARDS = (dashboard_windows, user_names, password, display)


def form(user: User) -> list[Any]:
    """Draw every card, and keep what they began with: what is untouched follows other changes."""
    began = {name: getattr(user, name) for name in OwnSettings.__dataclass_fields__}
    return [*(card.card(user) for card in CARDS), dcc.Store(id="settings-seen", data=began)]
