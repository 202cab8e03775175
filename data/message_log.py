"""The message log: every frame between a station and the central system, as who looks may see it."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import pyarrow as pa

from data.database import Batch, Database, Sql, rows_into
from data.scope import Role, Scope
from data.texts import N_

READERS = (Role.ADMINISTRATOR, Role.SITE_ADMINISTRATOR, Role.SUPPORT_USER)
MOST_OF_SESSION = 500
BEFORE_START = timedelta(minutes=2)  # Authorize and Preparing come before StartTransaction
AFTER_END = timedelta(minutes=2)
FORGOTTEN_AT_ONCE = timedelta(hours=6)
MASK = "••••"
TIME = pa.timestamp("us", tz="UTC")
_NAMED = r'(\\*"(?:parentIdTag|idTag)\\*"\s*:\s*'
IN_JSON = rf"""{_NAMED}\\*")(?:[^"\\]|\\.)*(?:"|$)|{_NAMED})[^\s"\\][^,}}\]]*"""
"""Where an id tag stands in JSON, also in JSON within a text, or one that is no text."""
_ELEMENT = r"(?:[\w.-]+:)?(?:parentIdTag|idTag)"
IN_XML = rf"(<{_ELEMENT}(?:\s[^>]*[^>/])?>)(?s:.*?)(<\\?/{_ELEMENT}\s*>|$)"
"""Where one stands in XML, also in XML within JSON."""
MASKED_TAGS = ((IN_JSON, rf'\1\2{MASK}"'), (IN_XML, rf"\1{MASK}\2"))
"""Each place with what stands there for who may see no id tags."""


class Message(NamedTuple):
    """A row of `message`, in its column order."""

    logged_at: datetime
    station_id: int
    site_id: int
    direction: str
    kind: str
    action: str | None
    unique_id: str | None
    connector_id: int | None
    transaction_id: int | None
    latency_ms: float | None
    frame: str
    flaw: str | None = None


INTO_MESSAGE = rows_into(
    "message",
    pa.schema(
        [
            ("logged_at", TIME),
            ("station_id", pa.int32()),
            ("site_id", pa.int32()),
            ("direction", pa.string()),
            ("kind", pa.string()),
            ("action", pa.string()),
            ("unique_id", pa.string()),
            ("connector_id", pa.int32()),
            ("transaction_id", pa.int64()),
            ("latency_ms", pa.float64()),
            ("frame", pa.string()),
            ("flaw", pa.string()),
        ]
    ),
)


def logged(messages: Sequence[Message]) -> Batch:
    return Batch(INTO_MESSAGE, messages)


def forget(database: Database, before: datetime) -> bool:
    """Delete the oldest few hours of what was logged before a time; return whether there may be more."""
    [row] = database.query(
        "SELECT min(logged_at) AS oldest FROM message WHERE logged_at < $before", {"before": before}
    ).to_pylist()
    if row["oldest"] is None:
        return False
    until: datetime = min(row["oldest"] + FORGOTTEN_AT_ONCE, before)
    database.write([Sql("DELETE FROM message WHERE logged_at < $until", {"until": until})])
    return until < before


def of_session(scope: Scope, session: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the messages behind a session that `sessions.find` gave, in the order of time, at most 500.

    These are its transaction's, and those of its outlet from shortly before its start until shortly after its end.

    Returns: logged in the site's zone, direction, kind, action, latency_ms, frame (indented; id tags masked for
        support users).

    Raises:
        NotPermitted: an EV user sees no messages.
    """
    scope.require(*READERS, action=N_("see messages"))
    sites, params = scope.sites()
    rows = scope.database.query(
        f"""SELECT timezone($zone, logged_at) AS logged, direction, kind, action, latency_ms, frame FROM message
            WHERE {sites} AND station_id = $station
                  AND (transaction_id = $transaction OR logged_at BETWEEN $from AND $to
                       AND (connector_id = $connector OR action = 'Authorize'))
            ORDER BY logged_at LIMIT {MOST_OF_SESSION}""",  # noqa: S608 - a condition of scope, values are bound
        {
            **params,
            "zone": session["time_zone"],
            "station": session["station_id"],
            "connector": session["connector_id"],
            "transaction": session["transaction_id"],
            "from": session["started_at"] - BEFORE_START,
            "to": session["ended_at"] + AFTER_END,
        },
    ).to_pylist()
    return [row | {"frame": shown(scope, row["frame"])} for row in rows]


def masks_tags(scope: Scope) -> bool:
    """Tell whether id tags are hidden from the user."""
    return scope.role is Role.SUPPORT_USER


def shown(scope: Scope, frame: str) -> str:
    """Indent a frame as the user may see it; an envelope is kept so, and what cannot be read stays as it is."""
    if masks_tags(scope):
        for place, masked in MASKED_TAGS:
            frame = re.sub(place, masked, frame, flags=re.IGNORECASE)
    try:
        indented = json.dumps(json.loads(frame), indent=2, ensure_ascii=False)
        return indented.encode(errors="replace").decode()
    except (ValueError, RecursionError):
        return frame
