"""Which fields a user changed, from what to what, as the details of events keep it."""

import json
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from data import addresses, own_settings
from data.edits import Record
from data.floor_positions import POSITION
from data.message_log import MASK
from data.services import SERVICE
from data.station_settings import OUTLET, STATION
from data.texts import N_
from data.topology import FLOOR, GRID_CONTROLLER, GRID_CONTROLLER_PLACE, SITE, STATION_PLACE, SYSTEM
from data.user_changes import USER

RECORDS: Iterable[Record] = (
    *(addresses.SITE, addresses.STATION, addresses.GRID_CONTROLLER, POSITION, STATION_PLACE, GRID_CONTROLLER_PLACE),
    *(SYSTEM, SITE, FLOOR, GRID_CONTROLLER, STATION, OUTLET, SERVICE, USER),
)
TITLES: Mapping[tuple[str, str], str] = {
    **{("portal_user", name): title for name, title in own_settings.TITLES.items()},
    **{("news", "title"): N_("Title"), ("news", "text"): N_("Text"), ("floor", "map"): N_("Map")},
    **{(record.table, name): field.title for record in RECORDS for name, field in record.fields.items()},
}
"""What users call a column of a table, in English."""
SECRETS = {("portal_user", "password")} | {
    (record.table, name) for record in RECORDS for name, field in record.fields.items() if field.is_secret
}


class FieldChange(NamedTuple):
    """A field's name in English, and its values as they are kept; those of a secret are masked."""

    title: str
    old: object
    new: object


def of_details(details: str | None) -> list[FieldChange]:
    """Return what the details of an event say that was changed; nothing if they say none, or were cut."""
    try:
        kept = json.loads(details or "")
        table = kept["record"].partition(":")[0]
        return [_change(table, name, *pair) for name, pair in kept["changes"].items()]
    except (ValueError, TypeError, KeyError, AttributeError):
        return []


def _change(table: str, name: str, old: object, new: object) -> FieldChange:
    if (table, name) in SECRETS:
        old = new = MASK
    return FieldChange(TITLES.get((table, name), name), old, new)
