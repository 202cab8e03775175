"""How stations stay in contact: counted in memory as it happens, written at a slow beat and when a connection closes.

A message costs three comparisons; a kill loses what a beat has counted.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from websockets.protocol import Protocol

from csms.repeating import every
from data import connection_days
from data.connection_days import CHANGED, Closed, Day
from data.database import Batch
from data.latencies import Latencies

if TYPE_CHECKING:
    from csms.central import Central

FORGOTTEN_EVERY = timedelta(hours=1)
WRONG_FRAMES = (1002, 1007, 1009)  # protocol error, text that is not UTF-8, too large


class Contact:
    """A station's day. Silence runs on over midnight, and while the station is not connected."""

    __slots__ = (
        "answers", "closed", "connected_s", "connects", "day", "heard_at", "is_connected", "pings", "seen_at",
        "silences", "silent", "station_id", "until", "watched_s", "zone", "_over",
    )  # fmt: skip

    def __init__(self, station_id: int, zone: ZoneInfo, at: datetime) -> None:
        self.station_id, self.zone = station_id, zone
        self.is_connected = False
        self.begin(at)

    def begin(self, at: datetime) -> None:
        """Begin to watch, at this time: what was before does not count."""
        self.heard_at = self.seen_at = at
        self._over: list[Day] = []
        self._begin(at)

    def restore(self, day: Day) -> None:
        """Go on with a day that was begun before this start of the process."""
        if day.day == self.day:
            self.watched_s, self.connected_s, self.connects = day.watched_s, day.connected_s, day.connects
            self.closed.update({reason: getattr(day, f"closed_{reason}") for reason in Closed})
            self.answers, self.pings = Latencies(day.answers), Latencies(day.pings)
            self.silent, self.silences = timedelta(seconds=day.silent_s), day.silences

    def heard(self, at: datetime, waited_for: timedelta) -> None:
        """Count a message.

        Args:
            waited_for: a silence that is longer is counted.
        """
        if at >= self.until:
            self.look(at)
        gap = at - self.heard_at
        if gap > self.silent:
            self.silent = gap
        if gap > waited_for:
            self.silences += 1
        self.heard_at = at

    def opened(self, at: datetime) -> None:
        self.look(at)
        self.connects += 1
        self.is_connected = True

    def over(self, reason: Closed, at: datetime, *, is_last: bool = True) -> None:
        """Count the end of a connection; the last one leaves the station without."""
        self.look(at)
        self.closed[reason] += 1
        self.is_connected = not is_last

    def look(self, at: datetime) -> None:
        """Count the time until now, into each day its own."""
        while at >= self.until:
            self._count(self.until)
            self._over.append(self._row())
            self._begin(self.until)
        self._count(at)

    def rows(self, at: datetime) -> list[Day]:
        """Return what is to be written: the day as it stands, and those that are over since the last time."""
        self.look(at)
        rows = [*self._over, self._row()]
        self._over.clear()
        return rows

    def _begin(self, at: datetime) -> None:
        self.day: date = at.astimezone(self.zone).date()
        self.until = datetime.combine(self.day + timedelta(days=1), time.min, self.zone).astimezone(UTC)
        self.watched_s = self.connected_s = 0.0
        self.connects = self.silences = 0
        self.closed: Counter[Closed] = Counter()
        self.answers, self.pings = Latencies(), Latencies()
        self.silent = timedelta()

    def _count(self, at: datetime) -> None:
        passed_s = max(0.0, (at - self.seen_at).total_seconds())  # a clock that is set back takes nothing away
        self.watched_s += passed_s
        self.connected_s += passed_s * self.is_connected
        self.silent = max(self.silent, at - self.heard_at)
        self.seen_at = at

    def _row(self) -> Day:
        return Day(
            station_id=self.station_id,
            day=self.day,
            watched_s=self.watched_s,
            connected_s=self.connected_s,
            connects=self.connects,
            answers=self.answers.kept,
            pings=self.pings.kept,
            silent_s=self.silent.total_seconds(),
            silences=self.silences,
            **{f"closed_{reason}": self.closed[reason] for reason in Closed},
        )


def reason(ended: Protocol) -> Closed:
    """Tell why a socket closed: whoever said so first."""
    if ended.close_rcvd and ended.close_rcvd_then_sent is not False:
        return Closed.STATION
    if ended.close_sent:
        return Closed.PROTOCOL if ended.close_sent.code in WRONG_FRAMES else Closed.PORTAL
    return Closed.NETWORK


def load(central: "Central") -> None:
    """Go on with the days that stations are in."""
    by_id = {station.station_id: station for station in central.stations.values()}
    for day in connection_days.since(central.database, (datetime.now(UTC) - timedelta(days=1)).date()):
        if day.station_id in by_id:
            by_id[day.station_id].contact.restore(day)


def to_write(contacts: Iterable[Contact], at: datetime) -> Batch:
    return connection_days.written(row for contact in contacts for row in contact.rows(at))


async def write(central: "Central") -> None:
    """Write the days of all stations that ever came, and return when they are on disk."""
    now = datetime.now(UTC)
    stations = [station for station in central.stations.values() if station.is_registered]
    for station in stations:
        if station.connection and (round_trip_s := station.connection.new_round_trip_s()):
            station.contact.pings.add(round_trip_s * 1000)
    if stations:
        await central.commits.write([to_write((station.contact for station in stations), now)], [CHANGED])


async def run(central: "Central") -> None:
    """Write at every beat and delete what is too old, for ever."""
    forgotten_at = datetime.min.replace(tzinfo=UTC)

    async def write_and_forget() -> None:
        nonlocal forgotten_at
        await write(central)
        now = datetime.now(UTC)
        if now - forgotten_at > FORGOTTEN_EVERY:
            await central.commits.write([connection_days.forgotten(now.date())])
            forgotten_at = now

    failing = "how stations stay in contact could not be written"
    await every(central.timing.connection_days_every, write_and_forget, failing)
