"""How what a user changed is said: each field with its old and its new value."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from flask_babel import gettext as _

from components.texts import decimal_sign, in_language, language
from data import event_changes
from data.texts import Told, told

LONGEST_IN_ROW = 60
MOST_IN_ROW = 3


class Said(NamedTuple):
    """A field and its values, in the user's language."""

    title: str
    old: str
    new: str


def of(row: Mapping[str, Any]) -> list[Said]:
    """Say the changes that a row of the event log keeps; none where it keeps none."""
    return [
        Said(in_language(told(change.title)), _written(change.old), _written(change.new))
        for change in event_changes.of_details(row["details"])
    ]


def after(sentence: str, changes: Sequence[Said]) -> str:
    """Return a sentence with what was changed."""
    return " ".join([sentence, "; ".join(f"{one.title}: {one.old} → {one.new}" for one in changes)]).strip()


def shortly_after(sentence: str, changes: Sequence[Said]) -> str:
    """Return a sentence with the beginnings of the first few things that were changed."""
    short = [Said(one.title, _beginning(one.old), _beginning(one.new)) for one in changes[:MOST_IN_ROW]]
    return after(sentence, short) + ("; …" if len(changes) > MOST_IN_ROW else "")


def _written(value: object) -> str:
    if value is None or value == "":
        return "–"
    if isinstance(value, Told):
        return in_language(value)
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, float):
        return f"{value:.12g}".replace(".", decimal_sign(language()))
    return str(value)


def _beginning(text: str) -> str:
    return text if len(text) <= LONGEST_IN_ROW else text[: LONGEST_IN_ROW - 1] + "…"
