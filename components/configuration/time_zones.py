"""The time zones that can be chosen."""

from functools import cache

from data import values


@cache
def time_zones() -> list[tuple[str, str]]:
    """Return IANA's zones of places and UTC, as (value, label) in the order of the alphabet."""
    names = sorted(name for name in values.time_zones() if "/" in name and not name.startswith("Etc/"))
    return [(name, name) for name in ["UTC", *names]]
