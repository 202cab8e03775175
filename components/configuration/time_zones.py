"""The time zones that can be chosen."""

from functools import cache
from zoneinfo import available_timezones


@cache
def time_zones() -> list[tuple[str, str]]:
    """Return IANA's zones of places and UTC, as (value, label) in the order of the alphabet."""
    names = sorted(name for name in available_timezones() if "/" in name and not name.startswith("Etc/"))
    return [(name, name) for name in ["UTC", *names]]
