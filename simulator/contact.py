"""How the demo's stations stayed in contact in the past weeks: most well, some over a weak network."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import pairwise
from math import log
from random import Random
from statistics import NormalDist
from zoneinfo import ZoneInfo

from data.connection_days import KEPT, Day
from data.latencies import BOUNDS_MS
from simulator import world
from simulator.incidents import Placed

DAY_S = 86_400.0
HEARTBEAT_S = 300
ANSWERS = 12  # a day
WEAK_SHARE = 0.15  # of the stations
BREAKS = {False: 0.15, True: 6.0}  # a day, by whether the network is weak
LATENCY_MS = {False: 90.0, True: 420.0}


def days(place: Placed, now: datetime) -> Iterator[Day]:
    """Yield the days until yesterday of a station that ever came."""
    if not place.plan.online:
        return
    random = Random(f"contact {place.plan.charge_box_id}")
    is_weak = random.random() < WEAK_SHARE
    silent = world.SILENT_DAYS.get(place.plan.charge_box_id, 0)
    today = now.astimezone(ZoneInfo(world.TIME_ZONE)).date()
    for age in range(KEPT.days, 0, -1):
        day = today - timedelta(days=age)
        if age < silent:
            silent_s = (silent - age) * DAY_S
            yield Day(place.station_id, day, DAY_S, 0.0, 0, 0, 0, 0, 0, 0, 0, "", "", silent_s, 0)
        else:
            yield _day(random, place.station_id, day, is_weak)


def _day(random: Random, station_id: int, day: date, is_weak: bool) -> Day:
    away_s = [30 + random.expovariate(1 / 600) for _ in range(round(random.expovariate(1 / BREAKS[is_weak])))]
    newer = sum(random.random() < 0.2 for _ in away_s)
    silent_s = max([HEARTBEAT_S + random.uniform(0, 5), *away_s])
    return Day(
        station_id,
        day,
        DAY_S,
        max(0.0, DAY_S - sum(away_s)),
        connects=len(away_s),
        closed_station=0,
        closed_network=len(away_s) - newer,
        closed_newer=newer,
        closed_portal=0,
        closed_silence=0,
        closed_protocol=0,
        answers=_latencies(random, ANSWERS, LATENCY_MS[is_weak] * 2),
        pings=_latencies(random, int(DAY_S // 60), LATENCY_MS[is_weak]),
        silent_s=silent_s,
        silences=sum(gap_s > 2 * HEARTBEAT_S + 60 for gap_s in away_s),
    )


def _latencies(random: Random, count: int, median_ms: float) -> str:
    """Return how many of a day came within each step, as `Latencies.kept` writes it: to draw each would take long."""
    spread = NormalDist(log(median_ms * random.uniform(0.9, 1.1)), 0.5)
    within = [round(count * spread.cdf(log(bound_ms))) for bound_ms in BOUNDS_MS]
    return " ".join(str(upto - before) for before, upto in pairwise([0, *within]))
