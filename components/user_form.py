"""The form of a user: role, names, email, password, and what only this role has (manual: Add EV User …).

Fields have the id `{"user-field": name}`, those of an RFID tag `{"user-tag": place, "part": name}`; what is wrong with
one stands in `{"user-fault": name}`, with a tag in `{"user-fault": "tags.<place>"}`.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import html
from flask_babel import LazyString, lazy_gettext
from flask_babel import gettext as _

from components.menus import ROLES, icon
from data.id_tags import Tag
from data.passwords import LONGEST_PASSWORD
from data.scope import Role
from data.user_details import MOST_TAGS, Details
from data.users import LONGEST_EMAIL
from data.values import LONGEST_NAME

LONGEST_TAG = 40  # with blanks and colons
FACES: Mapping[Role, tuple[str, LazyString]] = {
    Role.EV_USER: ("bi-car-front", lazy_gettext("Sees own charging")),
    Role.ADMINISTRATOR: ("bi-shield-check", lazy_gettext("Full permission")),
    Role.SITE_ADMINISTRATOR: ("bi-geo-alt", lazy_gettext("One site or several")),
    Role.SUPPORT_USER: ("bi-tools", lazy_gettext("Supervise, update")),
}
PARTS: Mapping[str, tuple[Role, ...]] = {
    "tags": (Role.EV_USER,),
    "site_ids": (Role.SITE_ADMINISTRATOR,),
    "email_at_alarm": (Role.ADMINISTRATOR, Role.SITE_ADMINISTRATOR, Role.SUPPORT_USER),
}
"""Which roles have a part of the form."""


def body(details: Details, sites: Mapping[int, str], is_new: bool, is_own: bool) -> list[Any]:
    """Return the form's fields.

    Args:
        is_own: the user's own account, whose email and password are changed in User settings.
    """
    own = _("Your own is changed in User settings.") if is_own else ""
    unique = own or _("The username. Each email can be used once.")
    rule = _("At least 8 characters, with letters and numbers")
    keep = "" if is_new else _("Leave blank to keep the password. A new one signs the user out.")
    names: dict[str, Any] = {"maxlength": LONGEST_NAME}
    return [
        _roles(details.role),
        html.Div(
            [
                _text("first_name", _("First name"), details.first_name, autofocus=True, **names),
                _text("last_name", _("Last name"), details.last_name, **names),
            ],
            className="cp-row2",
        ),
        _text("email", _("Email"), details.email, unique, type="email", maxlength=LONGEST_EMAIL, disabled=is_own),
        _password(own or rule, keep if not own else "", is_own),
        _part("tags", details.role, html.Div(tags(details.tags), id="user-tags", className="d-grid gap-3")),
        _part("site_ids", details.role, _sites(details.site_ids, sites)),
        _part("email_at_alarm", details.role, _at_alarm(details.email_at_alarm)),
    ]


def tags(shown: Sequence[Tag], begins: int | None = None) -> list[Any]:
    """Return the fields of RFID tags, at least one.

    Args:
        begins: the place of the tag that is about to be typed.
    """
    shown = list(shown) or [Tag("")]
    rows = [_tag(place, tag, place == begins) for place, tag in enumerate(shown)]
    more = html.Button(
        [icon("bi-plus-lg"), _("Add RFID")],
        id="user-tag-add",
        type="button",
        className="btn btn-ghost btn-sm justify-self-start",
        disabled=len(shown) >= MOST_TAGS,
    )
    return [*rows, html.Div(more)]


def save_text(role: Role, is_new: bool) -> str:
    """Return what the button says."""
    if not is_new:
        return _("Save")
    return {
        Role.EV_USER: _("Add EV user"),
        Role.ADMINISTRATOR: _("Add administrator"),
        Role.SITE_ADMINISTRATOR: _("Add site administrator"),
        Role.SUPPORT_USER: _("Add support user"),
    }[role]


def _roles(chosen: Role) -> html.Div:
    options = [
        {"value": role.value, "label": [icon(glyph), html.B(str(ROLES[role])), html.Span(str(text))]}
        for role, (glyph, text) in FACES.items()
    ]
    choice = dbc.RadioItems(
        id=_field("role"),
        name="user-role",
        options=options,
        value=chosen.value,
        class_name="cp-roles",
        input_class_name="btn-check",
        label_class_name="cp-role",
    )
    return html.Div([choice, _fault("role")], role="group", **{"aria-label": _("Role")})


def _password(rule: str, keep: str, is_own: bool) -> html.Div:
    control = dbc.Input(
        id=_field("password"),
        value="",
        type="password",
        maxlength=LONGEST_PASSWORD,
        autocomplete="new-password",
        debounce=True,
        disabled=is_own,
    )
    shows = html.Button(
        icon("bi-eye"),
        type="button",
        className="btn btn-secondary",
        **{"aria-label": _("Show what is typed"), "aria-pressed": "false", "data-reveal": ""},
    )
    hint = html.Div(
        [icon("bi-check-circle me-1"), rule], className="form-text", **({} if is_own else {"data-password-rule": ""})
    )
    return _labelled("password", _("Password"), dbc.InputGroup([control, shows]), [hint, *_hint(keep)])


def _sites(chosen: Sequence[int], sites: Mapping[int, str]) -> html.Fieldset:
    choice = dbc.Checklist(
        id=_field("site_ids"),
        options=[{"value": site_id, "label": name} for site_id, name in sites.items()],
        value=list(chosen),
        class_name="cp-choices",
    )
    legend = html.Legend(_("Site"), className="form-label")
    return html.Fieldset(
        [legend, choice, *_hint(_("The user sees and configures only these sites.")), _fault("site_ids")]
    )


def _at_alarm(value: bool) -> html.Div:
    switch = dbc.Switch(id=_field("email_at_alarm"), value=value, label=_("Email at alarm"))
    hint = html.Div(_("One email every 24 h with the active alarms"), className="form-text cp-under-switch")
    return html.Div([switch, hint])


def _tag(place: int, tag: Tag, begins: bool) -> html.Div:
    title = _("RFID") if place == 0 else _("RFID %(number)s", number=place + 1)
    control = dbc.Input(
        id=_part_of(place, "id_tag"), value=tag.id_tag, debounce=True, maxlength=LONGEST_TAG, autofocus=begins
    )
    label = dbc.Label(
        [title, html.Span([" (", _("optional"), ")"], className="cp-3rd fw-normal")] if place == 0 else title,
        html_for=_written(_part_of(place, "id_tag")),
    )
    hint = _("Number on the tag, decimal or hexadecimal. Leave blank if RFID is not in use.") if place == 0 else ""
    return html.Div([label, control, *_hint(hint), _fault(f"tags.{place}"), _rights(place, tag)])


def _rights(place: int, tag: Tag) -> html.Details:
    """Return what else there is to say of a tag; shut while it is as most are."""
    fields = [
        html.Div([_tag_text(place, "label", _("Label"), tag.label), _day(place, tag)], className="cp-row2"),
        _tag_text(
            place, "parent_id_tag", _("Group"), tag.parent_id_tag, _("Tags of a group can stop each other's charging.")
        ),
        dbc.Switch(id=_part_of(place, "is_blocked"), value=tag.is_blocked, label=_("Blocked")),
        dbc.Switch(id=_part_of(place, "is_single"), value=tag.is_single, label=_("One outlet at a time")),
    ]
    summary = html.Summary(_("Label and rights"), className="cp-t13 cp-2nd")
    is_plain = tag == Tag(tag.id_tag)
    return html.Details([summary, html.Div(fields, className="d-grid gap-3 pt-2")], open=not is_plain, className="mt-1")


def _day(place: int, tag: Tag) -> html.Div:
    field = _part_of(place, "valid_until")
    control = dbc.Input(id=field, value=tag.valid_until, type="date", debounce=True)
    return html.Div([dbc.Label(_("Valid until"), html_for=_written(field)), control])


def _tag_text(place: int, part: str, label: str, value: str, hint: str = "") -> html.Div:
    field = _part_of(place, part)
    control = dbc.Input(id=field, value=value, debounce=True, maxlength=LONGEST_NAME)
    return html.Div([dbc.Label(label, html_for=_written(field)), control, *_hint(hint)])


def _part(name: str, role: Role, content: Any) -> html.Div:
    return html.Div(content, id={"user-part": name}, hidden=role not in PARTS[name])


def _text(name: str, label: str, value: str, hint: str = "", **props: Any) -> html.Div:
    control = dbc.Input(**{"id": _field(name), "value": value, "autocomplete": "off", "debounce": True, **props})
    return _labelled(name, label, control, _hint(hint))


def _labelled(name: str, label: str, control: Any, hints: Sequence[Any]) -> html.Div:
    return html.Div([dbc.Label(label, html_for=_written(_field(name))), control, *hints, _fault(name)])


def _hint(text: str) -> list[html.Div]:
    return [html.Div(text, className="form-text")] if text else []


def _fault(name: str) -> html.Div:
    return html.Div(id={"user-fault": name}, className="form-text is-fault", **{"aria-live": "polite"})


def _field(name: str) -> dict[str, str]:
    return {"user-field": name}


def _part_of(place: int, part: str) -> dict[str, str | int]:
    return {"user-tag": place, "part": part}


def _written(field: Mapping[str, Any]) -> str:
    """Write an id of several parts as Dash does in the browser."""
    return json.dumps(field, separators=(",", ":"), sort_keys=True)
