"""Checks of what people enter into forms: each gives the value as it is kept, or says why it cannot be."""

import unicodedata
from collections.abc import Callable
from functools import cache
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from data.errors import InvalidInput
from data.texts import N_, told

LONGEST_NAME, LONGEST_TEXT, LONGEST_URL = 100, 1000, 500
_NAMELESS = {"\0": N_("null"), "\t": N_("tab"), "\n": N_("line break"), "\r": N_("line break")}
"""Characters that Unicode has no name for."""


def name(title: str, value: object) -> str:
    """Return a name: 1 to 100 characters on one line."""
    kept = text(LONGEST_NAME)(title, value)
    if not kept:
        raise InvalidInput(title, None, "must have 1 to 100 characters.")
    require_visible(title, kept)
    return kept


def require_visible(title: str, kept: str, is_fine: Callable[[str], bool] = str.isprintable) -> None:
    """Refuse a character that nobody sees, such as a tab or one that turns the direction of writing; say which."""
    for place, mark in enumerate(kept, start=1):
        if not is_fine(mark):
            called = told(_NAMELESS.get(mark) or unicodedata.name(mark, "control character").lower())
            raise InvalidInput(
                title,
                None,
                told(
                    "has an invisible character, number %(place)s: U+%(code)s (%(name)s). Delete it.",
                    place=place,
                    code=f"{ord(mark):04X}",
                    name=called,
                ),
            )


def charge_box_id(title: str, value: object) -> str:
    """Return a ChargeboxId: a name that can be the last part of a station's address."""
    kept = name(title, value)
    if any(mark in kept for mark in "/\\?#%"):
        raise InvalidInput(title, None, r"may not have / \ ? # or a percent sign: the station's address ends with it.")
    return kept


def text(longest: int = LONGEST_TEXT) -> Callable[[str, object], str]:
    """Return the check of a text that may be empty, trimmed."""

    def check(title: str, value: object) -> str:
        kept = "" if value is None else value
        if not isinstance(kept, str):
            raise InvalidInput(title, None, "must be a text.")
        require_visible(title, kept.strip(), lambda mark: mark != "\0")
        if len(kept.strip()) > longest:
            raise InvalidInput(title, None, told("has more than %(longest)s characters.", longest=longest))
        return kept.strip()

    return check


def line(longest: int = LONGEST_NAME) -> Callable[[str, object], str]:
    """Return the check of a text on one line, such as a person's name, which may be empty.

    Unlike other names it may have what joins letters or keeps them apart, which Persian and emoji are written with.
    """

    def check(title: str, value: object) -> str:
        kept = text(longest)(title, value)
        require_visible(title, kept, lambda mark: mark.isprintable() or mark in "\u200c\u200d")
        return kept

    return check


@cache
def time_zones() -> frozenset[str]:
    """Return the names of IANA's time zones."""
    return frozenset(available_timezones())


def time_zone(title: str, value: object) -> str:
    """Return an IANA time zone."""
    if not isinstance(value, str) or value not in time_zones():
        raise InvalidInput(title, None, "is no time zone, such as Europe/Stockholm.")
    return value


def url(scheme: str, other: str) -> Callable[[str, object], str]:
    """Return the check of an address with one of two schemes; it may be empty."""

    def check(title: str, value: object) -> str:
        kept = text(LONGEST_URL)(title, value)
        require_visible(title, kept)
        try:
            parts = urlsplit(kept)
            fits = parts.scheme in (scheme, other) and bool(parts.hostname) and (parts.port or 1) > 0
        except ValueError:
            fits = False
        if kept and (not fits or " " in kept):
            reason = N_(
                "must be an address without spaces that begins with %(one)s:// or %(other)s:// and names a host."
            )
            raise InvalidInput(title, None, told(reason, one=scheme, other=other))
        return kept

    return check


def number_or_none(low: float, high: float, digits: int) -> Callable[[str, object], float | None]:
    """Return the check of a number from low to high, which may be missing; it is rounded to some decimals."""

    def check(title: str, value: object) -> float | None:
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            raise InvalidInput(
                title, None, told("must be a number from %(low)s to %(high)s.", low=f"{low:g}", high=f"{high:g}")
            )
        return round(float(value), digits)

    return check


def identity(title: str, value: object) -> int:
    """Return the number of a node."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise InvalidInput(title, value, "is none.")
    return value


def identity_or_none(title: str, value: object) -> int | None:
    """Return the number of a node, or none."""
    return None if value is None else identity(title, value)
