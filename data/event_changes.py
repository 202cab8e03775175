"""Which fields a user changed, from what to what, as the details of events keep it."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from data import addresses, own_settings
from data.edits import Record
from data.filters import Wanted
from data.floor_positions import POSITION
from data.message_log import MASK
from data.services import SERVICE
from data.station_settings import OUTLET, STATION
from data.texts import N_, told
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

_SECRET_NAMES = sorted({name for _table, name in SECRETS})
# Old and new values as the event log shows them.
_VALUES = """array_to_string(
    [coalesce(nullif(one.value[1], ''), '–') || ' → ' || coalesce(nullif(one.value[2], ''), '–')
     FOR one IN map_entries(from_json(details, '{{"changes": "MAP(VARCHAR, VARCHAR[])"}}').changes)
     IF NOT list_contains({secrets}, one.key)], '; ')"""

_JSON = r'(?:null|\d+|"(?:[^"\\]|\\.)*")'
ANOTHER_SITE = N_("another site")
OF_SITES = rf"""CASE WHEN NOT contains(event.details, '"site_id": [') THEN event.details
    WHEN json_valid(event.details) THEN
        CASE WHEN list_contains((SELECT list(name) FROM site WHERE site_id = ANY($scope_sites)),
                                json_extract_string(event.details, '$.changes.site_id[1]')) THEN event.details
             ELSE regexp_replace(event.details, '("(?:site|floor)_id": \[{_JSON}, ){_JSON}', '\1"{ANOTHER_SITE}"', 'g')
        END END"""  # noqa: S608 - constants
"""SQL of an event's details for users of some sites: where a node moved to, its site and floor, is told by a name that
one of theirs has, else as ANOTHER_SITE. An event is of the site that the node left, so that one is theirs.
"""


class FieldChange(NamedTuple):
    """A field's name in English, and its values as they are kept; those of a secret are masked."""

    title: str
    old: object
    new: object


def of_details(details: str | None) -> list[FieldChange]:
    """Return what the details of an event say that was changed; nothing if they say none."""
    try:
        kept = json.loads(details or "")
        table = kept["record"].partition(":")[0]
        return [_change(table, name, *pair) for name, pair in kept["changes"].items()]
    except (ValueError, TypeError, KeyError, AttributeError):
        return []


def found(wanted: Wanted) -> str:
    """Write SQL of whether the details of an event keep a change with what is looked for: a field's name, or a value.

    Values are as they are kept: a yes or no is not found by its word.
    """
    likely = max(re.findall("[A-Za-z0-9]+", wanted.typed), key=len, default="")  # JSON writes these as they are
    values = re.sub(r"(?<=\d),(?=\d)", "_", wanted.pattern)  # the decimal sign is the reader's
    named = "|".join(
        rf'{table}:\d+", "changes": {{.*"{name}": \['
        for (table, name), title in TITLES.items()
        if wanted.is_said(title)
    )
    parts = [
        f"""CASE WHEN details ILIKE {wanted.bound(f"%{likely}%")} AND json_valid(details)
            THEN coalesce({_VALUES.format(secrets=wanted.bound(_SECRET_NAMES))}
                          ILIKE {wanted.bound(values)} ESCAPE '\\', FALSE) ELSE FALSE END"""
    ]
    if wanted.is_said(ANOTHER_SITE):
        parts.append(f"coalesce(contains(details, {wanted.bound(json.dumps(ANOTHER_SITE))}), FALSE)")
    if named:
        parts.append(f"""coalesce(regexp_matches(details, {wanted.bound(f'^{{"record": "({named})')}), FALSE)""")
    return " OR ".join(parts)


def _change(table: str, name: str, old: object, new: object) -> FieldChange:
    if (table, name) in SECRETS:
        old = new = MASK
    if name in ("site_id", "floor_id") and new == ANOTHER_SITE:
        new = told(ANOTHER_SITE)
    return FieldChange(TITLES.get((table, name), name), old, new)
