"""The kinds of services (manual: Services): what each may do. A new kind is a row of `ADAPTERS` and of `KINDS`."""

from typing import NamedTuple


class Adapter(NamedTuple):
    """controls: it starts and stops. only_own: it stops and reads only what it started. follows_outlets: it is told
    the outlets' states instead of sessions.
    """

    controls: bool
    only_own: bool = False
    follows_outlets: bool = False


ADAPTERS = {
    "charging": Adapter(controls=True),
    "payment": Adapter(controls=True, only_own=True),
    "map": Adapter(controls=False, follows_outlets=True),
}
