"""Power that was summed up is the power that the meter values tell, however and whenever they came."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from data import meter_values, nodes, power, power_sums, stations
from data.database import Sql
from data.duckdb_engine import DuckDB
from data.meter_values import MeterValue
from data.stations import NewOutlet, NewStation
from tests.conftest import People

BEGIN = datetime(2026, 6, 1, tzinfo=UTC)
END = datetime(2026, 6, 4, tzinfo=UTC)
BEATS = [BEGIN + timedelta(hours=hours) for hours in range(0, 96, 7)]

Curves = dict[str, list[tuple[datetime, float | None]]]


@pytest.fixture
def station_ids(people: People) -> list[int]:
    outlets = [NewOutlet(1), NewOutlet(2)]
    new = [NewStation(site, name, name, None, outlets) for site, name in ((people.solna, "A"), (people.lund, "B"))]
    return stations.create_stations(people.alice, new)


@pytest.mark.parametrize("seed", range(3))
def test_sums_tell_what_the_meter_values_tell(
    database: DuckDB, people: People, station_ids: list[int], seed: int
) -> None:
    values = sorted(_sampled(station_ids, random.Random(seed)), key=lambda value: value.logged_at)

    for before, now in zip(BEATS, BEATS[1:], strict=False):
        database.write([meter_values.sampled([one for one in values if before <= one.logged_at < now])])
        _sum_up(database, now)

    _sums_are_right(database, people)


def test_years_of_meter_values_from_before_are_summed_up_a_day_at_a_time(
    database: DuckDB, people: People, station_ids: list[int]
) -> None:
    first = MeterValue(
        station_ids[0], 1, 1, BEGIN - timedelta(days=2000), BEGIN, "Power.Active.Import", None, 7000, "W", None, None
    )
    database.write([meter_values.sampled([first, *_sampled(station_ids, random.Random(7))])])

    runs = _sum_up(database, END + timedelta(days=400))

    assert runs < 10  # days without any are passed over
    _sums_are_right(database, people)


def test_a_station_that_moves_leaves_its_power_where_it_was_given(
    database: DuckDB, people: People, station_ids: list[int]
) -> None:
    database.write([meter_values.sampled(list(_sampled(station_ids, random.Random(7))))])
    _sum_up(database, END + timedelta(days=1))
    before = _curves(people)

    move = "UPDATE charging_station SET site_id = $site WHERE station_id = $station"
    database.write([Sql(move, {"site": people.lund, "station": station_ids[0]})])

    assert _curves(people)[f"site:{people.solna}"] == before[f"site:{people.solna}"] != []


def _sampled(station_ids: list[int], chance: random.Random) -> Iterator[MeterValue]:
    """Yield two days of sessions: registers or power, by phases or together, now and then silent, now and then late."""
    for station_id in station_ids:
        for connector_id in (1, 2):
            at, register_wh, transaction_id = BEGIN, 0.0, 0
            while at < END - timedelta(days=1):
                at += chance.choice(
                    [timedelta(minutes=1), timedelta(minutes=15), timedelta(minutes=45), timedelta(hours=5)]
                )
                transaction_id += chance.random() < 0.1
                register_wh += chance.randrange(3000)
                delay = timedelta(hours=30) if chance.random() < 0.1 else timedelta(seconds=chance.randrange(60))
                place = (station_id, connector_id, transaction_id, at, at + delay)
                if connector_id == 1:
                    yield MeterValue(*place, "Energy.Active.Import.Register", None, register_wh, "Wh", None, None)
                else:
                    for phase in ("L1", "L2"):
                        yield MeterValue(*place, "Power.Active.Import", phase, chance.randrange(7000), "W", None, None)


def _sum_up(database: DuckDB, now: datetime) -> int:
    runs = 1
    while power_sums.sum_up(database, now):
        runs += 1
    return runs


def _sums_are_right(database: DuckDB, people: People) -> None:
    """Compare with what is worked out of the meter values alone."""
    summed = _curves(people)
    database.write([Sql("UPDATE power_summed SET until = to_timestamp(0)")])
    told = _curves(people)

    assert summed.keys() == told.keys()
    for name, curve in told.items():
        assert [at for at, _ in summed[name]] == [at for at, _ in curve], name
        assert [watts for _, watts in summed[name]] == pytest.approx([watts for _, watts in curve], nan_ok=True), name


def _curves(people: People) -> Curves:
    """Return the power over time of every node, and of all that a site administrator of one site sees."""
    asked = {node.ref: (people.alice, node.ref) for node in nodes.tree(people.alice)}
    asked["own"] = (people.charlie, nodes.SYSTEM)
    curves = {}
    for name, (scope, ref) in asked.items():
        rows = power.over_time(scope, nodes.find(scope, ref), BEGIN, END).to_pylist()
        curves[name] = [(row["at"], row["power_w"]) for row in rows]
    return curves
