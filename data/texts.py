"""Texts that are kept in English and translated where they are read."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

MOST_NAMED = 3  # names in a sentence
_AS_JSON = json.JSONEncoder(default=str)


class Told(str):
    """An English text that remembers what it was made of, so that it can be said in another language too."""

    template: str
    values: Mapping[str, object]


class Words(NamedTuple):
    """What a text was made of, as rows keep it: its template, and its values as JSON; None where it is not Told."""

    template: str | None
    arguments: str | None


def N_(text: str) -> str:  # noqa: N802 - gettext's own name, by which catalogs find such texts
    """Mark a text for the catalogs, and leave it as it is."""
    return text


def told(template: str, **values: object) -> Told:
    """Return a text with its values filled in; those that are Told themselves are translated with it."""
    text = Told(template % values if values else template)
    text.template, text.values = str(template), values
    return text


def as_told(text: str) -> Told:
    """Return a text to be translated, if it is not one already."""
    return text if isinstance(text, Told) else told(text)


def because(what: Told, why: object) -> Told:
    """Return what went wrong with a reason in somebody else's words, which are shortened and not translated."""
    return told("%(what)s: %(why)s", what=what, why=str(why)[:200])


def sentences(texts: Iterable[str]) -> Told:
    """Return texts one after another, each to be translated by itself."""
    return _joined(" ", texts)


def listed(texts: Iterable[str]) -> Told:
    """Return texts with commas between them, each to be translated by itself."""
    return _joined(", ", texts)


def few(names: Sequence[str]) -> str:
    """Return the first of some names, and how many more there are."""
    first = ", ".join(names[:MOST_NAMED])
    more = len(names) - MOST_NAMED
    return told("%(names)s and %(count)s more", names=first, count=more) if more > 0 else first


def _joined(between: str, texts: Iterable[str]) -> Told:
    values = {f"part{place}": text for place, text in enumerate(texts)}
    return told(between.join(f"%({name})s" for name in values), **values)


def words(text: str) -> Words:
    """Return what a text was made of."""
    if not isinstance(text, Told):
        return Words(None, None)
    return Words(text.template, _AS_JSON.encode(_kept(text.values)) if text.values else None)


def retold(text: str, template: str | None, arguments: str | None) -> str:
    """Return a kept text as it was told; as it stands where its words were not kept, or do not fit any more."""
    if template is None:
        return text
    try:
        again = _told_again({"template": template, "arguments": json.loads(arguments) if arguments else {}})
    except (ValueError, TypeError, KeyError, AttributeError):
        return text
    return again if again == text else text


def _kept(values: Mapping[str, object]) -> dict[str, object]:
    return {
        name: {"template": value.template, "arguments": _kept(value.values)} if isinstance(value, Told) else value
        for name, value in values.items()
    }


def _told_again(kept: Mapping[str, Any]) -> Told:
    values = {
        name: _told_again(value) if isinstance(value, dict) else value for name, value in kept["arguments"].items()
    }
    template = kept["template"]
    return told(template, **values)
