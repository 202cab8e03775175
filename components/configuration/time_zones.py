"""The time zones that can be chosen."""

from functools import cache

from data import values

REGIONS = (
    "Africa America Antarctica Arctic Asia Atlantic Australia Europe Indian Pacific".split()  # others are old names
)


@cache
def time_zones() -> list[tuple[str, str]]:
    """Return IANA's zones of places and UTC, as (value, label) in the order of the alphabet."""
    names = sorted(name for name in values.time_zones() if name.partition("/")[0] in REGIONS and "/" in name)
    return [(name, name) for name in ["UTC", *names]]
