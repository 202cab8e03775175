"""The question before a form saves something grave: what will happen, and the word that must be typed to go on."""

from typing import NamedTuple

import dash_bootstrap_components as dbc
from dash import html
from flask_babel import gettext as _


class Question(NamedTuple):
    """text: what will happen. word: what must be typed. verb: what the button says, and the title asks."""

    text: str
    word: str
    verb: str


def dialog(form_id: str) -> dbc.Modal:
    """Return the question of a form, shut."""
    stay = html.Button(_("Cancel"), id=f"{form_id}-stay", type="button", className="btn btn-ghost")
    go = html.Button(id=f"{form_id}-go", type="button", className="btn btn-danger")
    return dbc.Modal(
        [
            dbc.ModalHeader(dbc.ModalTitle(id=f"{form_id}-sure-title", tag="h2"), close_button=False),
            dbc.ModalBody(
                [
                    html.P(id=f"{form_id}-sure-text"),
                    dbc.Label(id=f"{form_id}-sure-label", html_for=f"{form_id}-typed"),
                    dbc.Input(id=f"{form_id}-typed", autoComplete="off", autofocus=True),
                    html.Div(id=f"{form_id}-sure-fault", className="form-text is-fault", role="alert"),
                ]
            ),
            dbc.ModalFooter([stay, go]),
        ],
        id=f"{form_id}-sure",
        is_open=False,
        centered=True,
    )


PARTS = (
    "sure.is_open",
    "sure-title.children",
    "sure-text.children",
    "sure-label.children",
    "go.children",
    "typed.value",
    "sure-fault.children",
)
"""What `asked` and `shut` fill, in this order."""


def asked(question: Question, typed: str | None) -> tuple[object, ...]:
    """Return the question, open; with what is wrong where something else was typed."""
    label = _("Type %(word)s to go on", word=question.word)
    fault = _("This is not %(word)s.", word=question.word) if typed else ""
    return True, f"{question.verb}?", question.text, label, question.verb, typed or "", fault


def shut() -> tuple[object, ...]:
    return False, "", "", "", "", "", ""
