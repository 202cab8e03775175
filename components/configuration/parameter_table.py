"""The table of a station's OCPP configuration: a row a parameter, with what the station has beside what is typed.

What a row's text says of itself stands in attributes that assets/parameters.js sets: data-differs, data-changed and
data-typing.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import html
from flask_babel import gettext as _

from components.forms import written_id
from components.menus import icon
from components.pressed import telling
from data.command_kinds import is_secret_key, may_cut_off

CUTS_OFF = "bi-shield-exclamation is-fault"


def table(found: Sequence[Mapping[str, Any]], said: Mapping[str, Any], drafts: Mapping[str, str]) -> Any:
    """Return the table.

    Args:
        found: as `parameters.of_station` gives them.
        said: what the station answered to the newest change of a parameter, by key.
        drafts: what is typed and not sent, by key.
    """
    if not found:
        return html.P(_("No parameters have been read from the station yet. Press Upload."), className="px-3 cp-2nd")
    head = html.Thead(
        html.Tr([html.Th(text, scope="col") for text in (_("Parameter"), _("Value"), _("Edit"), _("Answer"))])
    )
    rows = [_row(one, said.get(one["key"], ""), drafts.get(one["key"])) for one in found]
    return html.Table([head, html.Tbody(rows)], className="table table-hover mb-0 cp-parameters cp-stack")


def _row(one: Mapping[str, Any], said: Any, draft: str | None) -> html.Tr:
    key = one["key"]
    label, value, save = _closed(one) if one["readonly"] else _open(one, draft)
    return html.Tr(
        [
            html.Th(label, scope="row", className="fw-normal text-break"),
            html.Td(value),
            html.Td(save),
            html.Td(html.Div(said, id={"parameter-said": key}, role="status")),
        ],
        id={"parameter-row": key},
        key=key,
        **{"data-leave": _("What you typed is not sent to the station. Leave the page?")},
    )


def _closed(one: Mapping[str, Any]) -> tuple[Any, Any, Any]:
    key = one["key"]
    value = html.Span(_("Kept secret")) if is_secret_key(key) else html.Span(one["value"], id={"parameter-kept": key})
    value.className = "text-break"
    return key, value, html.Span(_("Read only"), className="cp-t12 cp-3rd text-nowrap")


def _open(one: Mapping[str, Any], draft: str | None) -> tuple[Any, Any, Any]:
    key, is_secret = one["key"], is_secret_key(one["key"])
    label: list[Any] = [html.Label(key, htmlFor=written_id({"parameter": key}))]
    if may_cut_off(key):
        mark = html.Span(_("May cut the station off"), className="visually-hidden")
        label = [icon(f"me-1 {CUTS_OFF}"), mark, *label]
    kept = "" if is_secret else one["value"]
    field = dbc.Input(
        id={"parameter": key},
        value=kept if draft is None else draft,
        type="password" if is_secret else "text",
        placeholder=_("Kept secret") if is_secret else "",
        maxlength=500,
        size="sm",
    )
    save = html.Button(
        _("Save"),
        type="button",
        className="btn btn-secondary btn-sm",
        **{"aria-label": _("Save %(name)s", name=key), **telling("parameters-pressed", key)},
    )
    return label, field if is_secret else [field, _kept(key, kept)], save


def _kept(key: str, value: str) -> html.Div:
    """Say beside another text what the station has; whether it had that before somebody typed is told apart."""
    return html.Div(
        [
            html.Span(_("The station has:"), className="cp-kept-still"),
            html.Span([icon("bi-exclamation-triangle-fill me-1"), _("The station now has:")], className="cp-kept-now"),
            " ",
            html.B(value, id={"parameter-kept": key}),
        ],
        className="cp-kept text-break",
        **{"aria-live": "polite"},
    )
