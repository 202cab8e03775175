"""Texts that are kept in English and translated where they are read."""

from collections.abc import Mapping


class Told(str):
    """An English text that remembers what it was made of, so that it can be said in another language too."""

    template: str
    values: Mapping[str, object]


def N_(text: str) -> str:  # noqa: N802 - gettext's own name, by which catalogs find such texts
    """Mark a text for the catalogs, and leave it as it is."""
    return text


def told(template: str, **values: object) -> Told:
    """Return a text with its values filled in; those that are Told themselves are translated with it."""
    text = Told(template % values if values else template)
    text.template, text.values = str(template), values
    return text
