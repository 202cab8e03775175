"""What a form says when somebody else changed the same thing: a sentence at the field, and a question before saving.

And what it says when they took the thing away.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, TypedDict

import dash_bootstrap_components as dbc
from dash import html
from flask_babel import LazyString
from flask_babel import gettext as _

from components import filter_chips
from components.format import clock
from components.texts import in_language, said
from data import gone, nodes
from data.edits import Change
from data.errors import Gone, NotFound
from data.scope import Scope


class Seen(TypedDict):
    """What a form showed when it was filled in: the record's id, and values by column."""

    row: int
    values: dict[str, Any]


class Labelled(Protocol):
    @property
    def label(self) -> str | LazyString: ...


def sentence(scope: Scope, fields: Mapping[str, Labelled], change: Change) -> str:
    """Say who changed what, from what to what and when."""
    told = {"field": str(fields[change.field].label), "old": _written(change.old), "new": _written(change.new)}
    if change.who is None or change.at is None:
        return _("%(field)s was changed from %(old)s to %(new)s meanwhile.", **told)
    zone = nodes.find(scope, nodes.SYSTEM).time_zone
    return _(
        "%(who)s changed %(field)s from %(old)s to %(new)s at %(time)s.",
        who=change.who,
        time=clock(change.at, zone)[:5],
        **told,
    )


def told(scope: Scope, fields: Mapping[str, Labelled], changes: Sequence[Change], mine: Mapping[str, Any]) -> Any:
    """Return the question's text: what others changed, and what the user entered instead."""
    return [
        html.P([sentence(scope, fields, change), " ", _("You entered %(value)s.", value=_written(mine[change.field]))])
        for change in changes
    ]


def lost(scope: Scope, error: NotFound) -> list[Any]:
    """Say why somebody has no longer what is open before them, with the way to what the event log has of it."""
    if not isinstance(error, Gone):
        return [in_language(gone.shut_out(scope) or error.sentence), " "]
    named = {"text": {"type": "contains", "filter": str(error.identity)}}
    href = f"/alarms?tab=events&{filter_chips.link(named, [])}"
    look = html.A(_("Event log"), href=href, target="_blank", rel="noopener")  # what was typed stays open here
    return [said(error), " ", look, " "]


def dialog(form_id: str) -> dbc.Modal:
    """Return the question that is asked before somebody else's change is overwritten."""
    buttons = [
        _button(form_id, "look", _("Look"), "btn btn-secondary", autoFocus=True),
        _button(form_id, "theirs", _("Discard mine"), "btn btn-secondary"),
        _button(form_id, "overwrite", _("Overwrite"), "btn btn-danger"),
    ]
    return dbc.Modal(
        [
            dbc.ModalHeader(dbc.ModalTitle(_("Changed by somebody else meanwhile"), tag="h2"), close_button=False),
            dbc.ModalBody(id=f"{form_id}-conflict-text"),
            dbc.ModalFooter(buttons),
        ],
        id=f"{form_id}-conflict",
        is_open=False,
        centered=True,
        scrollable=True,
    )


def _button(form_id: str, name: str, text: str, look: str, **props: Any) -> html.Button:
    return html.Button(text, id=f"{form_id}-{name}", type="button", className=look, **props)


def _written(value: object) -> str:
    return _("nothing") if value in ("", None) else f"“{value}”"
