"""How the portal looks to this user: language and theme; and the daily mail for those who may get it."""

from typing import Any

import dash_bootstrap_components as dbc
from dash import html
from flask_babel import gettext as _

from components import texts
from components.access import OPERATORS
from components.configuration.time_zones import time_zones
from components.menus import THEMES, icon
from components.settings.fields import LABELS, section, written
from data.own_settings import LANGUAGES
from data.users import User

THEME_ICONS = {"light": "bi-sun", "dark": "bi-moon", "system": "bi-circle-half"}

OF_SITES = "sites"
"""What stands for no time zone of one's own: a list shows no entry that is empty."""


def card(user: User) -> html.Section:
    themes = [{"label": html.Span([icon(THEME_ICONS[name]), " ", str(word)]), "value": name} for name, word in THEMES]
    languages = [{"label": html.Span(texts.name_of(name), lang=name), "value": name} for name in LANGUAGES]
    fields = [_choice("language", user.language, languages), _choice("theme", user.theme, themes)]
    if user.role in OPERATORS:
        fields += [_email_at_alarm(user), _time_zone(user)]
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


def _time_zone(user: User) -> html.Div:
    field = {"setting": "time_zone"}
    options = [(OF_SITES, _("That of each site")), *time_zones()]
    choice = dbc.Select(
        id=field,
        options=[{"value": value, "label": label} for value, label in options],
        value=user.time_zone or OF_SITES,
    )
    return html.Div(
        [
            dbc.Label(str(LABELS["time_zone"]), html_for=written(field)),
            choice,
            html.Div(_("The times in the daily email"), className="form-text"),
            html.Button(
                [_("This browser:"), " ", html.Span(id="browser-zone")],
                id="browser-zone-use",
                type="button",
                className="btn btn-ghost btn-sm mt-1",
                hidden=True,  # until settings.js knows one that is not chosen
            ),
        ]
    )
