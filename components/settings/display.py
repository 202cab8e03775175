"""How the portal looks to this user: language and theme; and the daily mail for those who may get it."""

from typing import Any

import dash_bootstrap_components as dbc
from dash import html
from flask_babel import gettext as _

from components import texts
from components.access import OPERATORS
from components.menus import THEMES, icon
from components.settings.fields import LABELS, section
from data.own_settings import LANGUAGES
from data.users import User

THEME_ICONS = {"light": "bi-sun", "dark": "bi-moon", "system": "bi-circle-half"}


def card(user: User) -> html.Section:
    themes = [{"label": html.Span([icon(THEME_ICONS[name]), " ", str(word)]), "value": name} for name, word in THEMES]
    languages = [{"label": html.Span(texts.name_of(name), lang=name), "value": name} for name in LANGUAGES]
    fields = [_choice("language", user.language, languages), _choice("theme", user.theme, themes)]
    if user.role in OPERATORS:
        fields.append(_email_at_alarm(user))
    return section(_("Display and email"), _("Only for you."), *fields)


def _choice(name: str, value: str, options: list[dict[str, Any]]) -> html.Div:
    label = f"settings-{name}"
    buttons = dbc.RadioItems(
        id={"setting": name},
        name=f"setting-{name}",
        options=options,
        value=value,
        input_class_name="btn-check",
        label_class_name="btn btn-sm",
        class_name="cp-seg",
    )
    return html.Div(
        [
            html.Span(str(LABELS[name]), id=label, className="form-label mb-0 me-2 cp-choice-label"),
            html.Div(buttons, role="group", **{"aria-labelledby": label}),
        ],
        className="d-flex flex-wrap align-items-center gap-2",
    )


def _email_at_alarm(user: User) -> html.Div:
    switch = dbc.Switch(
        id={"setting": "email_at_alarm"}, value=user.email_at_alarm, label=str(LABELS["email_at_alarm"])
    )
    every = html.Div(_("One email every 24 h with the active alarms"), className="form-text cp-under-switch")
    return html.Div([switch, every])
