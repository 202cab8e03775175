"""Callers that are refused: noted for the operator, so that a stranger can be taken in and cannot fill the disk."""

import logging
from collections import Counter, deque
from datetime import UTC, datetime

from csms.central import ODDITY_REPEATED_AFTER, Central
from csms.station import Station
from data import unknown_callers
from data.events import EventKind, event
from data.texts import told
from data.values import LONGEST_NAME

log = logging.getLogger(__name__)

MOST_REFUSALS = 500  # events an hour: somebody who tries names must not fill the disk
UNKNOWN = told("there is no such station")


class Refusals:
    """What was refused within the last hour, over every protocol."""

    def __init__(self, central: Central) -> None:
        self._central = central
        self._noted: deque[datetime] = deque()
        self._calls: Counter[str] = Counter()  # of unknown stations, since each was last noted

    def unknown(self, charge_box_id: str, protocol: str, address: str) -> None:
        """Note a caller that nobody configured, so that it can be taken in."""
        known = charge_box_id.replace("\0", "").strip()
        if not known or len(known) > LONGEST_NAME or not known.isprintable():
            self.refused(charge_box_id, UNKNOWN, address)
            return
        if known in self._calls or len(self._calls) < MOST_REFUSALS:
            self._calls[known] += 1
        if self.refused(known, UNKNOWN, address):
            calls = self._calls.pop(known, 1)
            statements = unknown_callers.noted(known, address, protocol, datetime.now(UTC), calls)
            self._central.commits.write_later(statements, [("unknown_caller", 0)])

    def refused(self, charge_box_id: str, reason: str, address: str, station: Station | None = None) -> bool:
        """Write a refusal into the event log; return whether it was written: the same again is within the hour not.

        Args:
            station: the configured one that the caller says it is.
        """
        name = charge_box_id.replace("\0", "")[:100]
        text = told("The station %(name)s was refused: %(reason)s.", name=name, reason=reason)
        return self._note(name, text, address, station)

    def in_handshake(self, reason: str) -> None:
        """Note that somebody did not get past the handshake of TLS, where its address is not known."""
        self._note("", told("Somebody who connected over TLS was refused: %(reason)s.", reason=reason), "", None)

    def _note(self, charge_box_id: str, text: str, address: str, station: Station | None) -> bool:
        now = datetime.now(UTC)
        while self._noted and now - self._noted[0] > ODDITY_REPEATED_AFTER:
            self._noted.popleft()
        is_noted = len(self._noted) < MOST_REFUSALS and self._central.is_first("refused", charge_box_id, text)
        if is_noted:
            self._noted.append(now)
            log.warning("%r: %s (%s)", charge_box_id, text, address)
            noted = event(
                EventKind.STATION_REFUSED,
                text,
                site_id=station.site_id if station else None,
                station_id=station.station_id if station else None,
                charge_box_id=charge_box_id,
                details={"address": address},
            )
            self._central.commits.write_later([noted], [("event", station.site_id if station else 0)])
        return is_noted
