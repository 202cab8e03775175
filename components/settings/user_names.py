"""The user's own name and email, which is the username."""

from dash import html
from flask_babel import gettext as _

from components.settings.fields import field, row, section
from data.users import LONGEST_EMAIL, LONGEST_NAME, User


def card(user: User) -> html.Section:
    return section(
        _("User"),
        _("The username is your email address. Your current password is asked for when you change it."),
        row(
            field("first_name", user.first_name, autocomplete="given-name", maxlength=LONGEST_NAME),
            field("last_name", user.last_name, autocomplete="family-name", maxlength=LONGEST_NAME),
        ),
        field("email", user.email, type="email", autocomplete="username", maxlength=LONGEST_EMAIL),
    )
