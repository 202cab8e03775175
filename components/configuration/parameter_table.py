"""The table of a station's OCPP configuration: a row a parameter, with what the station has beside what is typed.

The browser draws the rows, as copies of the two patterns here (assets/parameters.js): a station has hundreds of
parameters, and Dash looks at every component of a page at each of its steps.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import html
from flask_babel import gettext as _

from components.menus import icon
from data.command_kinds import LONGEST_KEY, is_secret_key, may_cut_off
from data.parameters import CUT, LONGEST_VALUE

CUTS_OFF = "bi-shield-exclamation is-fault"


def table() -> list[Any]:
    """Return the table, without rows, and what stands in its place while none is read or looked for."""
    titles = (_("Parameter"), _("Value"), _("Answer"), _("Edit"))
    head = html.Thead(html.Tr([html.Th(title, scope="col") for title in titles]))
    body = html.Tbody(id="parameters-rows")
    unread = _("No parameters have been read from the station yet.")
    return [
        html.Table([head, body], className="table table-hover mb-0 cp-parameters cp-stack"),
        html.P(unread, id="parameters-unread", className="px-3 py-2 cp-2nd", hidden=True),
        html.P(_("No parameter is like this."), id="parameters-none", className="px-3 py-2 cp-2nd", hidden=True),
        html.Template(html.Table(html.Tbody([_open(), _closed()])), id="parameters-patterns"),
    ]


def rows(found: Sequence[Mapping[str, Any]], said: Mapping[str, Mapping[str, str]]) -> list[dict[str, Any]]:
    """Return what the browser fills the rows with; a secret value is none.

    Args:
        found: as `parameters.of_station` gives them.
        said: what the station answered to the newest change of a parameter, by key: glyph, text, time and later.
    """
    return [
        {
            "key": one["key"],
            "value": None if is_secret_key(one["key"]) else one["value"],
            "pattern": "closed" if one["readonly"] else "open",
            "cutsOff": not one["readonly"] and may_cut_off(one["key"]),
            "said": said.get(one["key"]) or _cut(one),
        }
        for one in found
    ]


def _cut(parameter: Mapping[str, Any]) -> dict[str, str] | None:
    """Say of a parameter that is too long to be kept whole what of it is not."""
    if parameter["key"].endswith(CUT):
        text = _("Its name is cut here after %(most)s characters: it cannot be changed.", most=LONGEST_KEY)
    elif parameter["value"].endswith(CUT) and len(parameter["value"]) == LONGEST_VALUE:
        text = _("Its value is cut here after %(most)s characters.", most=LONGEST_VALUE)
    else:
        return None
    return {"glyph": "bi-exclamation-triangle is-warn", "text": text, "time": "", "later": ""}


def _row(pattern: str, label: Any, value: list[Any], edit: Any) -> html.Tr:
    return html.Tr(
        [
            html.Th(label, scope="row", className="fw-normal text-break"),
            html.Td(value),
            html.Td(html.Div(role="status", className="cp-t12", **{"data-part": "said"})),
            html.Td(edit),
        ],
        **{"data-pattern": pattern, "data-leave": _("What you typed is not sent to the station. Leave the page?")},
    )


def _closed() -> html.Tr:
    value = html.Span(className="text-break", **{"data-part": "kept", "data-secret": _("Kept secret")})
    edit = html.Span(_("Read only"), className="cp-t12 cp-3rd text-nowrap")
    return _row("closed", html.Span(**{"data-part": "key"}), [value], edit)


def _open() -> html.Tr:
    mark = [icon(f"me-1 {CUTS_OFF}"), html.Span(_("May cut the station off"), className="visually-hidden")]
    label = [html.Span(mark, **{"data-part": "cuts-off"}), html.Label(**{"data-part": "key"})]
    # Whether the station had its value before somebody typed is told apart.
    kept = html.Div(
        [
            html.Span(_("The station has:"), className="cp-kept-still"),
            html.Span([icon("bi-exclamation-triangle-fill me-1"), _("The station now has:")], className="cp-kept-now"),
            " ",
            html.B(**{"data-part": "kept"}),
        ],
        className="cp-kept text-break",
        **{"aria-live": "polite"},
    )
    save = _("Save %(name)s", name="{key}")
    return _row(
        "open",
        label,
        [dbc.Input(size="sm", placeholder=_("Kept secret")), kept],
        html.Button(_("Save"), type="button", className="btn btn-secondary btn-sm", **{"aria-label": save}),
    )
