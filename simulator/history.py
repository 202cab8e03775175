"""The demo's past: when cars came, how long they stayed, what they took. The same for the same `now`."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from random import Random
from typing import NamedTuple
from zoneinfo import ZoneInfo

from simulator import world
from simulator.car import Car

DAYS = 730
QUIET = timedelta(minutes=30)  # before now: what is newer, the living stations tell themselves
SAMPLE_INTERVAL = timedelta(minutes=5)
FIRST_DAY_SHARE = 0.45  # of today's visits: the portal grows


class Profile(NamedTuple):
    """How an outlet is used: visits a day, and when they come and how long they stay (mean and spread in hours)."""

    weekday: float
    weekend: float
    arrival: tuple[float, float]
    stay: tuple[float, float]
    wants_kwh: float


PROFILES = {
    "workplace": Profile(1.1, 0.12, (8.3, 1.4), (6.5, 2.2), 19),
    "housing": Profile(0.85, 0.75, (17.8, 1.8), (11, 3), 16),
    "public": Profile(2.2, 2.8, (13.0, 3.4), (1.8, 0.9), 14),
}


class Session(NamedTuple):
    charge_box_id: str
    connector_id: int
    person: world.Person | None  # None: an OPEN outlet
    started_at: datetime
    ended_at: datetime
    car: Car
    meter_start_wh: int
    stop_reason: str

    @property
    def energy_wh(self) -> int:
        return round(self.car.energy_wh((self.ended_at - self.started_at).total_seconds()))


class Sample(NamedTuple):
    measured_at: datetime
    meter_wh: int
    power_w: float


def sessions(site: world.Site, station: world.Station, now: datetime) -> Iterator[Session]:
    """Yield what a station's outlets saw in two years, each outlet's visits one after the other."""
    if not station.online:
        return
    until = min(now - QUIET, now - timedelta(days=world.SILENT_DAYS.get(station.charge_box_id, 0)))
    for connector_id in range(1, station.connectors + 1):
        random = Random(f"{station.charge_box_id} {connector_id}")
        meter_wh = random.randrange(100_000)
        free_from = now - timedelta(days=DAYS)
        for arrival in _arrivals(site, now, random):
            visit = _visit(site, station, connector_id, max(arrival, free_from), meter_wh, random)
            if visit.ended_at > until:
                leaves_at = (until - timedelta(minutes=random.uniform(0, 60))).replace(microsecond=0)
                if leaves_at > visit.started_at:  # whoever stands there now leaves before the living stations begin
                    yield visit._replace(ended_at=leaves_at)
                break
            yield visit
            meter_wh += visit.energy_wh
            free_from = visit.ended_at + timedelta(minutes=random.uniform(3, 40))


def samples(session: Session) -> Iterator[Sample]:
    """Yield what the outlet's meter showed every five minutes and at both ends."""
    at = session.started_at
    while at < session.ended_at:
        seconds = (at - session.started_at).total_seconds()
        meter_wh = session.meter_start_wh + round(session.car.energy_wh(seconds))
        yield Sample(at, meter_wh, session.car.power_after(seconds))
        at += SAMPLE_INTERVAL
    yield Sample(session.ended_at, session.meter_start_wh + session.energy_wh, 0)


def _arrivals(site: world.Site, now: datetime, random: Random) -> Iterator[datetime]:
    profile, zone = PROFILES[site.profile], ZoneInfo(world.TIME_ZONE)
    for days_ago in range(DAYS, -1, -1):
        day = (now - timedelta(days=days_ago)).astimezone(zone).date()
        growth = 1 - (1 - FIRST_DAY_SHARE) * days_ago / DAYS
        holiday = 0.45 if day.month == 7 and site.profile == "workplace" else 1
        visits = (profile.weekend if day.weekday() >= 5 else profile.weekday) * growth * holiday
        count = int(visits) + (random.random() < visits % 1)
        for hour in sorted(random.gauss(*profile.arrival) for _ in range(count)):
            yield datetime.combine(day, time(), zone).astimezone(UTC) + timedelta(hours=hour)


def _visit(
    site: world.Site, station: world.Station, connector_id: int, started_at: datetime, meter_wh: int, random: Random
) -> Session:
    profile = PROFILES[site.profile]
    stay = timedelta(hours=max(0.2, random.gauss(*profile.stay)))
    winter = 1.2 if started_at.month in (11, 12, 1, 2, 3) else 1
    power_w = station.power_w * random.choice((1, 1, 1, 0.66, 0.33))
    car = Car(power_w, wants_wh=1000 * winter * random.lognormvariate(0, 0.5) * profile.wants_kwh)
    person = None
    if station.mode == "RFID":
        people = world.ev_users_of(site)
        person = people[int(len(people) * random.random() ** 1.7)]  # some come more often than others
    started_at = started_at.replace(microsecond=0)
    ended_at = (started_at + stay).replace(microsecond=0)
    reason = random.choice(("Local", "EVDisconnected", "EVDisconnected"))
    return Session(station.charge_box_id, connector_id, person, started_at, ended_at, car, meter_wh, reason)
