"""How numbers, times and identities are written. Spaces inside a value never break."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from dash import html

from components import texts

NO_BREAK = "\u00a0"
NOTHING = "–"
"""Stands for what is not known."""


def duration(seconds: float) -> str:
    """Write a duration to the second: `1 h 33 min 01 s`."""
    hours, rest = divmod(round(seconds), 3600)
    minutes, seconds_left = divmod(rest, 60)
    if hours:
        return _join(f"{hours} h {minutes:02} min {seconds_left:02} s")
    return _join(f"{minutes} min {seconds_left:02} s" if minutes else f"{seconds_left} s")


def duration_short(seconds: float) -> str:
    """Write a duration to the minute, for summaries: `2 h 04 min`, `51 min`."""
    hours, minutes = divmod(int(seconds // 60), 60)
    return _join(f"{hours} h {minutes:02} min" if hours else f"{minutes} min")


def age(seconds: float) -> str:
    """Write how long ago in one unit: `51 min`, `7 h`, `3 d`."""
    for unit, length in (("d", 86400), ("h", 3600)):
        if seconds >= length:
            return _join(f"{int(seconds // length)} {unit}")
    return _join(f"{max(0, int(seconds // 60))} min")


def timestamp(at: datetime | None, time_zone: str) -> str:
    """Write a time in a site's zone: `2026-03-20 15:42:08`; nothing when it is not known."""
    return "" if at is None else _join(f"{at.astimezone(ZoneInfo(time_zone)):%Y-%m-%d %H:%M:%S}")


def clock(at: datetime, time_zone: str) -> str:
    """Write the time of day in a site's zone: `15:42:08`."""
    return f"{at.astimezone(ZoneInfo(time_zone)):%H:%M:%S}"


def number(value: float | None, decimals: int = 0) -> str:
    """Write a number with thousands apart: `71 204`, `3 412.5` (Swedish `3 412,5`); nothing when it is not known."""
    if value is None:
        return ""
    return f"{value:,.{decimals}f}".replace(",", NO_BREAK).replace(".", texts.decimal_sign(texts.language()))


def quantity(value: float | None, unit: str, decimals: int = 1) -> str:
    """Write a number with its unit: `22.4 kWh`; nothing when it is not known."""
    return "" if value is None else number(value, decimals) + NO_BREAK + unit


def identity(text: str) -> html.Span:
    """Write an identity with its leading zeros stepping back; the text stays whole, so copy and find work."""
    zeros, rest = re.fullmatch(r"(0*)(.*)", text, re.DOTALL).groups()  # type: ignore[union-attr]  # matches any text
    parts = [html.Span(zeros, className="cp-id-z"), rest] if zeros and rest else text
    return html.Span(parts, className="cp-id")


def _join(text: str) -> str:
    return text.replace(" ", NO_BREAK)
