"""Texts that are kept in English and translated where they are read."""


def N_(text: str) -> str:  # noqa: N802 - gettext's own name, by which catalogs find such texts
    """Mark a text for the catalogs, and leave it as it is."""
    return text
