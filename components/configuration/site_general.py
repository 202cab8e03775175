"""Site, General: name, identification, description, time zone, and whom to call (manual: Site level)."""

from dash import html
from flask_babel import lazy_gettext

from components import forms
from components.configuration import site_content
from components.configuration.time_zones import time_zones
from components.forms import Field, Form, Section
from data.nodes import Node
from data.scope import Scope
from data.topology import SITE
from data.values import LONGEST_NAME

TITLE = lazy_gettext("General")

FORM = Form(
    "site-general",
    SITE,
    (
        Section(
            lazy_gettext("General"),
            lazy_gettext("Name and identification of the site."),
            (
                Field(
                    "name",
                    lazy_gettext("Name"),
                    longest=LONGEST_NAME,
                ),
                Field(
                    "identification",
                    lazy_gettext("Identification"),
                    lazy_gettext("Your own number or code of the site."),
                    longest=LONGEST_NAME,
                ),
                Field("description", lazy_gettext("Description"), kind="area"),
                Field(
                    "time_zone",
                    lazy_gettext("Time zone"),
                    lazy_gettext("Times of the site's charging sessions and alarms are shown in it."),
                    kind="select",
                    options=time_zones,
                ),
            ),
        ),
        Section(
            lazy_gettext("Contact"),
            lazy_gettext("Whom to call about the site. Shown to support users and in alarm emails."),
            (
                (
                    Field("contact_name", lazy_gettext("Contact person"), longest=100),
                    Field("contact_phone", lazy_gettext("Phone"), longest=40),
                ),
            ),
        ),
    ),
)


def layout(scope: Scope, node: Node) -> html.Div:
    return forms.layout(FORM, scope, node.id, [site_content.section(scope, node)])


def register() -> None:
    forms.register(FORM)
    site_content.register()
