"""A new password; the old one is asked for."""

from typing import Any

from dash import html
from flask_babel import gettext as _

from components.settings.fields import field, row, section
from data.passwords import LONGEST_PASSWORD
from data.users import User


def card(_user: User) -> html.Section:
    return section(
        _("Password"),
        _("At least 8 characters, with both letters and numbers. A new one signs you out everywhere else."),
        row(_secret("password", "current-password")),
        row(_secret("new_password", "new-password"), _secret("new_password_again", "new-password")),
    )


def _secret(name: str, autocomplete: str) -> Any:
    return field(name, "", type="password", maxlength=LONGEST_PASSWORD, autocomplete=autocomplete)
