"""The event log: who did what, and what each node did."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import pyarrow as pa

from data.database import Batch, Sql, rows_into
from data.texts import Told, words

LONGEST_DETAILS = 4000
LONGEST_VALUES = (1000, 300, 100, 20)  # tried one after another where details are longer
NAME = "%s"
"""What stands for a row's name in the text of `event_of`."""


class EventKind(StrEnum):
    STATION_REFUSED = "station refused"
    CONNECTED = "connected"
    DISCONNECTED = "disconnected"
    BOOTED = "booted"
    STATION_ERROR = "station error"  # reported, and no alarm: weak signal, vehicle communication …
    BROKEN_FRAME = "broken frame"
    ODD_MESSAGE = "odd message"
    ODD_TRANSACTION = "odd transaction"
    OUTLET_FOUND = "outlet found"
    FIRMWARE = "firmware"
    DIAGNOSTICS = "diagnostics"
    DATA_TRANSFER = "data transfer"
    ALARM_CLEARED = "alarm cleared"
    LOGGED_IN = "logged in"
    LOG_IN_FAILED = "log-in failed"
    LOGGED_OUT = "logged out"
    USER_CHANGED = "user changed"
    NEWS = "news"
    CONFIGURED = "configuration changed"
    COMMAND = "command"
    MAIL = "mail"
    FILE = "file"
    SECURITY = "security"
    SERVICE = "service"
    IMPORTED = "import"


INTO_EVENT = rows_into(
    "event",
    pa.schema(
        [
            ("logged_at", pa.timestamp("us", tz="UTC")),
            ("kind", pa.string()),
            ("text", pa.string()),
            ("site_id", pa.int32()),
            ("station_id", pa.int32()),
            ("connector_id", pa.int32()),
            ("charge_box_id", pa.string()),
            ("user_id", pa.int32()),
            ("details", pa.string()),
            ("template", pa.string()),
            ("arguments", pa.string()),
        ]
    ),
)


def event(
    kind: EventKind,
    text: str,
    *,
    at: datetime | None = None,
    site_id: int | None = None,
    station_id: int | None = None,
    connector_id: int | None = None,
    charge_box_id: str | None = None,
    user_id: int | None = None,
    details: Mapping[str, object] | None = None,
) -> Batch:
    """Note one event.

    Args:
        text: one English sentence; one made by `told` is read in other languages too.
        details: what an expert wants to see, kept as JSON, long values shortened.
    """
    kept = details_json(details) if details is not None else None
    row = (
        at or datetime.now(UTC), kind.value, text, site_id, station_id, connector_id, charge_box_id, user_id, kept,
        *words(text),
    )  # fmt: skip
    return Batch(INTO_EVENT, [row])


def event_of(
    source: str,
    params: Mapping[str, object],
    kind: EventKind,
    text: Told,
    *,
    user_id: int | None,
    site_id: str = "NULL",
    station_id: str = "NULL",
    connector_id: str = "NULL",
    details: Mapping[str, object] | None = None,
) -> Sql:
    """Note one event of a row that the same commit makes, changes or removes; none where there is no such row.

    Args:
        source: SQL that finds the row: its table and the condition, constants of data.
        params: the values of the condition.
        text: one English sentence, with NAME for the row's `name`.
        site_id, station_id, connector_id: SQL, constants of data.
        details: what an expert wants to see, as JSON.
    """
    told, arguments = "$event_text", "$event_arguments"
    if any(value is NAME for value in text.values.values()):  # not what a user typed so
        told = f"replace({told}, '{NAME}', name)"
        arguments = f"""replace({arguments}, '"{NAME}"', CAST(to_json(name) AS VARCHAR))"""
    sql = f"""INSERT INTO event (logged_at, kind, text, site_id, station_id, connector_id, user_id, details, template,
                                 arguments)
              SELECT $event_at, $event_kind, {told}, {site_id}, {station_id}, {connector_id}, $event_by,
                     $event_details, $event_template, {arguments}
              FROM {source}"""  # noqa: S608 - constants
    made_of = words(text)
    values = {
        "event_at": datetime.now(UTC),
        "event_kind": kind.value,
        "event_text": text,
        "event_by": user_id,
        "event_details": details_json(details) if details is not None else None,
        "event_template": made_of.template,
        "event_arguments": made_of.arguments,
    }
    return Sql(sql, {**params, **values})


def details_json(details: Mapping[str, object]) -> str:
    """Write details as they are kept: JSON, and where it is long, its texts shortened until it is short enough."""
    try:
        written = json.dumps(details, default=str)
        for longest in LONGEST_VALUES:
            if len(written) > LONGEST_DETAILS:
                written = json.dumps(_shortened(json.loads(written), longest))
        return written[:LONGEST_DETAILS]  # what is long by the number of its values is cut
    except RecursionError:
        return '"nested too deeply to be kept"'


def _shortened(value: Any, longest: int) -> Any:
    """Return a value of JSON with … in place of what its texts have beyond so many characters."""
    if isinstance(value, str):
        return value if len(value) <= longest else f"{value[: longest - 1]}…"
    if isinstance(value, list):
        return [_shortened(one, longest) for one in value]
    if isinstance(value, dict):
        return {name: _shortened(one, longest) for name, one in value.items()}
    return value
