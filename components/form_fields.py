"""The fields of a form: how they are declared, and how they look."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import dash_bootstrap_components as dbc
from dash import html
from flask_babel import LazyString
from flask_babel import gettext as _

from components import form_hints
from components.menus import icon
from data.values import LONGEST_TEXT

if TYPE_CHECKING:
    from components.forms import Form

Text = str | LazyString
Values = dict[str, Any]
"""What stands in a form's fields, by column."""


@dataclass(frozen=True)
class Field:
    """A field of a form.

    Args:
        name: the record's column.
        kind: text, area, number, url, select, choice (of few values, as cards) or switch.
        options: what a select or choice offers, as (value, label).
        can_copy: a button beside the field copies what stands in it.
        is_fixed: shown, never changed here.
    """

    name: str
    label: Text
    hint: Text = ""
    kind: str = "text"
    options: Callable[[], Sequence[tuple[str, Text]]] | None = None
    longest: int = LONGEST_TEXT
    can_copy: bool = False
    is_fixed: bool = False


@dataclass(frozen=True)
class Section:
    """Fields under a heading; fields in a tuple of their own stand side by side."""

    title: Text
    text: Text
    fields: tuple[Field | tuple[Field, ...], ...]

    def all(self) -> list[Field]:
        return [field for group in self.fields for field in (group if isinstance(group, tuple) else (group,))]


def section(form: "Form", of: Section, values: Values, hints: Mapping[str, Any], can_save: bool) -> html.Section:
    """Return a section of a form filled in; closed where the user may not save."""
    groups = []
    for group in of.fields:
        if isinstance(group, tuple):
            row = [_field(form, field, values, hints, can_save) for field in group]
            groups.append(html.Div(row, className="cp-row2"))
        else:
            groups.append(_field(form, group, values, hints, can_save))
    return section_of(of.title, of.text, groups)


def section_of(title: Text, text: Text, content: Sequence[Any]) -> html.Section:
    """Return a section of a form's card: heading and text beside its content."""
    head = html.Header([html.H2(str(title)), html.P(str(text))] if text else [html.H2(str(title))])
    return html.Section([head, html.Div(list(content), className="cp-fields")], className="cp-sec")


def _field(form: "Form", field: Field, values: Values, hints: Mapping[str, Any], can_save: bool) -> html.Div:
    control = _control(form, field, values[field.name], closed=field.is_fixed or not can_save)
    if field.can_copy:
        control = dbc.InputGroup([control, _copy(field)])
    name = written_id({"form": form.id, "field": field.name})
    return html.Div(
        [
            None if field.kind == "choice" else dbc.Label(str(field.label), html_for=name),
            control,
            form_hints.line(form, field.name, hints),
            html.Div(
                id={"form-fault": form.id, "field": field.name},
                className="form-text is-fault",
                **{"aria-live": "polite"},
            ),
        ]
    )


def _control(form: "Form", field: Field, value: Any, closed: bool) -> Any:
    props: dict[str, Any] = {"id": {"form": form.id, "field": field.name}, "value": value}
    if field.kind == "select" and field.options:
        offered = dict(field.options())
        if value not in offered:  # kept by another way: what the field shows is what there is
            offered = {value: str(value), **offered}
        options = [{"value": key, "label": str(label)} for key, label in offered.items()]
        return dbc.Select(**props, options=options, disabled=closed)
    if field.kind == "choice" and field.options:
        return _cards(str(field.label), field.options(), closed, props)
    if field.kind == "switch":
        return dbc.Switch(**props, disabled=closed)
    if field.kind == "area":
        return dbc.Textarea(**props, debounce=True, disabled=closed, maxlength=field.longest, rows=3)
    kind = "number" if field.kind == "number" else "text"
    return dbc.Input(**props, type=kind, debounce=True, disabled=closed, maxlength=field.longest, step="any")


def _cards(name: str, offered: Sequence[tuple[str, Text]], closed: bool, props: dict[str, Any]) -> html.Div:
    """Return few values beside each other, each with what it means."""
    options = [
        {"value": key, "label": [html.B(key), html.Span(str(label))], "disabled": closed} for key, label in offered
    ]
    looks = {"class_name": "cp-roles is-two", "input_class_name": "btn-check", "label_class_name": "cp-role"}
    return html.Div(dbc.RadioItems(**props, **looks, options=options), role="radiogroup", **{"aria-label": name})


def _copy(field: Field) -> html.Button:
    name = _("Copy %(field)s", field=str(field.label))
    return html.Button(
        icon("bi-copy"),
        type="button",
        className="btn btn-secondary",
        title=name,
        **{"aria-label": name, "data-copy": "", "data-copied": _("Copied")},
    )


def written_id(field: dict[str, Any]) -> str:
    """Write an id of several parts as Dash does in the browser."""
    return json.dumps(field, separators=(",", ":"), sort_keys=True, ensure_ascii=False)
