"""What the text of one field means. Each function raises InvalidInput with the column, the value and the reason."""

import math
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from data import values
from data.errors import InvalidInput
from data.texts import told

FIRST_YEAR = 1990  # no charging session is older; exports that lost the century are (0014 for 2014)


def whole_number(column: str, text: str, least: int, most: int) -> int:
    if not (text.isascii() and text.isdigit() and least <= int(text) <= most):
        raise InvalidInput(
            column, text, told("must be a whole number from %(least)s to %(most)s.", least=least, most=most)
        )
    return int(text)


def decimal(column: str, text: str, most: float) -> float | None:
    """Read `1234.5`, `1234,5`, `1.234,5` or `1,234.5`: the last mark is the decimal one. Blank is None."""
    if not text:
        return None
    whole, mark, fraction = text.rpartition(max(".,", key=text.rfind))
    if mark and whole.count(mark):  # 1,234,567 has thousands and no fraction
        whole, fraction = whole + fraction, ""
    try:
        number = float(f"{whole.replace(',', '').replace('.', '')}.{fraction}" if mark else text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise InvalidInput(column, text, "is not a number.")
    if number < 0:
        raise InvalidInput(column, text, "is negative.")
    if number > most:
        raise InvalidInput(column, text, told("is more than %(most)s. Is the unit the right one?", most=f"{most:,.0f}"))
    return number


def time(column: str, text: str, zone: ZoneInfo, shift_years: int = 0, not_before: datetime | None = None) -> datetime:
    """Read an ISO 8601 time; one without an offset is local to the zone.

    A local time that the clock skipped in spring is read with winter time's offset; one that came twice in autumn is
    the first, or the second if the first lies before `not_before`.

    Returns: the time in UTC.
    """
    try:
        local = datetime.fromisoformat(text)
        if shift_years:
            local = local.replace(year=local.year + shift_years)
    except ValueError as error:
        raise InvalidInput(column, text, "is not a time. Write it as 2026-03-20 15:42:08.") from error
    if len(text) < len("2026-03-20T15:42"):
        raise InvalidInput(column, text, "has no time of day. Write it as 2026-03-20 15:42:08.")
    if local.year < FIRST_YEAR:
        reason = told("lies before %(year)s. If the file's years lack the century, add 2000 years.", year=FIRST_YEAR)
        raise InvalidInput(column, text, reason)
    if local.year > datetime.now(UTC).year + 1:
        raise InvalidInput(column, text, "lies in the future.")
    if local.tzinfo is None:
        local = local.replace(tzinfo=zone)
    moment = local.astimezone(UTC)
    if not_before and moment < not_before:
        moment = local.replace(fold=1).astimezone(UTC)
    if moment > datetime.now(UTC) + timedelta(days=1):
        raise InvalidInput(column, text, "lies in the future.")
    return moment


def yes_or_no(column: str, text: str) -> bool:
    """Blank means no."""
    word = text.casefold()
    if word in {"yes", "y", "true", "1", "x", "ja"}:
        return True
    if word in {"", "no", "n", "false", "0", "nej"}:
        return False
    raise InvalidInput(column, text, "must be yes or no.")


def time_zone(column: str, text: str) -> str:
    if text not in values.time_zones():
        raise InvalidInput(column, text, "is no time zone. Write it as Europe/Stockholm.")
    return text
