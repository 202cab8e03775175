"""What stands in a user's form, and what is said of what is wrong with it."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _

from components.texts import said
from data.errors import AlreadyExists, PortalError
from data.id_tags import Tag
from data.scope import Role
from data.user_details import Details


def wanted(form: Mapping[str, Any], tags: Sequence[Tag]) -> Details:
    """Return the details that the form asks for."""
    sites = form.get("site_ids")
    return Details(
        role(form.get("role")),
        text(form, "first_name").strip(),
        text(form, "last_name").strip(),
        text(form, "email").strip(),
        form.get("email_at_alarm") is True,
        tuple(sorted(sites)) if isinstance(sites, list) else (),
        tuple(tags),
    )


def tags(values: Sequence[Any], ids: Sequence[Mapping[str, Any]]) -> list[Tag]:
    """Return the tags of the form in their places, blank ones too."""
    parts: dict[int, dict[str, Any]] = {}
    for one, value in zip(ids, values, strict=False):
        if one.get("part") in Tag._fields and isinstance(one.get("user-tag"), int):
            is_switch = one["part"] in ("is_blocked", "is_single")
            kept = value is True if is_switch else value if isinstance(value, str) else ""
            parts.setdefault(one["user-tag"], {})[one["part"]] = kept
    return [Tag(**({"id_tag": ""} | parts[place])) for place in sorted(parts)]


def role(value: Any) -> Role:
    """Return the chosen role; an EV user's where there is none such."""
    return next((one for one in Role if one.value == value), Role.EV_USER)


def text(form: Mapping[str, Any], name: str) -> str:
    """Return what was typed into a field."""
    value = form.get(name)
    return value if isinstance(value, str) else ""


def sentence(name: str, fault: PortalError, is_filled: bool) -> str:
    """Say what is wrong with a field."""
    if isinstance(fault, AlreadyExists):
        if name == "email":
            return _("Another user has this email.")
        return _("%(user)s has this RFID already. Remove it there first.", user=fault.identity)
    sentences = {
        "first_name": "" if is_filled else _("Enter the first name."),
        "email": _("Enter an email address, such as anna@example.com."),
        "password": _("At least 8 characters, with both letters and numbers."),
        "site_ids": _("Choose at least one site."),
    }
    return sentences.get(name) or said(fault)
