"""Power that was summed up is the power that the meter values tell, however and whenever they came."""

import random
from collections.abc import Iterator, Sequence
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
KEPT = timedelta(hours=56)  # a value that comes 30 hours late still finds those of the day before it

POWER = "Power.Active.Import"

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
        _forget(database, now - KEPT)

    assert 0 < _count(database) < len(values)
    _sums_are_right(database, people, values)


def test_years_of_meter_values_from_before_are_summed_up_a_day_at_a_time(
    database: DuckDB, people: People, station_ids: list[int]
) -> None:
    first = MeterValue(station_ids[0], 1, 1, BEGIN - timedelta(days=2000), BEGIN, POWER, None, 7000, "W", None, None)
    values = [first, *_sampled(station_ids, random.Random(7))]
    database.write([meter_values.sampled(values)])

    runs = _sum_up(database, END + timedelta(days=400))

    assert runs < 10  # days without any are passed over
    _sums_are_right(database, people, values)


def test_a_station_that_moves_leaves_its_power_where_it_was_given(
    database: DuckDB, people: People, station_ids: list[int]
) -> None:
    database.write([meter_values.sampled(list(_sampled(station_ids, random.Random(7))))])
    _sum_up(database, END + timedelta(days=1))
    before = _curves(people)

    move = "UPDATE charging_station SET site_id = $site WHERE station_id = $station"
    database.write([Sql(move, {"site": people.lund, "station": station_ids[0]})])

    assert _curves(people)[f"site:{people.solna}"] == before[f"site:{people.solna}"] != []


def test_a_value_that_comes_after_those_beside_it_were_deleted_tells_only_what_nobody_knew(
    database: DuckDB, people: People, station_ids: list[int]
) -> None:
    """A session of 02:00 to 03:00 at 7 kW is summed up and gone when more comes of that day, in two messages."""
    now = BEGIN + timedelta(days=40)
    _receive(database, station_ids[0], [(120 + minute, 7000) for minute in range(60)], BEGIN + timedelta(hours=3))
    _sum_up(database, now)
    _forget(database, now - timedelta(days=30))
    assert _count(database) == 0
    before = _watts(people)

    for number, late in enumerate([[(125, 1), (155, 1), (305, 5000)], [(306, 6000), (315, 6000)]]):
        received = now + timedelta(hours=3 * number)
        _receive(database, station_ids[0], late, received)
        _forget(database, received - timedelta(days=30))
        assert _count(database) == len(late)  # not before they are summed up
        _sum_up(database, received)
        _sum_up(database, received + timedelta(hours=2))
        _forget(database, received - timedelta(days=30))
        assert _count(database) == 0

    assert set(before.values()) == {7000.0}
    assert _watts(people) == before | {300: 5000.0, 310: 6000.0}


def test_a_late_value_changes_no_sum_that_rests_on_deleted_ones(
    database: DuckDB, people: People, station_ids: list[int]
) -> None:
    register = "Energy.Active.Import.Register"
    _receive(database, station_ids[0], [(0, 0), (50, 5000)], BEGIN + timedelta(hours=1), register)
    _sum_up(database, END)
    _forget(database, BEGIN + timedelta(minutes=30))

    _receive(database, station_ids[0], [(55, 5000)], END, register)
    _sum_up(database, END + timedelta(minutes=1))

    assert _watts(people) == dict.fromkeys((10, 20, 30, 40, 50), 6000.0)


def test_values_stay_that_are_not_summed_up_or_of_a_transaction_that_goes_on(
    database: DuckDB, station_ids: list[int]
) -> None:
    _receive(database, station_ids[0], [(0, 7000), (60 * 24 * 8, 7000)], BEGIN)
    _forget(database, END + timedelta(days=300))
    assert _count(database) == 2  # nobody has summed up anything

    goes_on = """INSERT INTO open_transaction
                 VALUES (1, $station, 1, 1, 'A', NULL, NULL, NULL, 0, $at, $at, NULL, NULL, NULL, NULL, '')"""
    database.write([Sql(goes_on, {"station": station_ids[0], "at": BEGIN})])
    _sum_up(database, BEGIN + timedelta(days=8))
    _forget(database, END + timedelta(days=300))
    assert _count(database) == 2  # the second is not summed up, the first one's transaction goes on

    database.write([Sql("DELETE FROM open_transaction")])
    _forget(database, END + timedelta(days=300))
    assert _count(database) == 1


def test_many_values_are_deleted_a_portion_at_a_time(
    database: DuckDB, station_ids: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(meter_values, "FORGOTTEN_AT_ONCE", 10)
    _receive(database, station_ids[0], [(minute, 7000) for minute in range(25)], BEGIN)
    _sum_up(database, END + timedelta(days=400))

    assert [meter_values.forget(database, END) for _ in range(3)] == [True, True, False]
    assert _count(database) == 0


def _receive(
    database: DuckDB, station_id: int, samples: list[tuple[int, float]], at: datetime, measurand: str = POWER
) -> None:
    """Write what outlet 1 sampled: minutes from the beginning, and W or Wh."""
    values = [
        MeterValue(station_id, 1, 1, BEGIN + timedelta(minutes=minute), at, measurand, None, value, "", None, None)
        for minute, value in samples
    ]
    database.write([meter_values.sampled(values)])


def _forget(database: DuckDB, before: datetime) -> None:
    while meter_values.forget(database, before):
        pass


def _count(database: DuckDB) -> int:
    return int(database.query("SELECT count(*) AS n FROM meter_value")["n"][0].as_py())


def _watts(people: People) -> dict[int, float]:
    """Return what is known of the power of the site Solna by the minute since the beginning."""
    curve = _curves(people)[f"site:{people.solna}"]
    return {int((at - BEGIN).total_seconds() // 60): watts for at, watts in curve if watts is not None}


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
                        yield MeterValue(*place, POWER, phase, chance.randrange(7000), "W", None, None)


def _sum_up(database: DuckDB, now: datetime) -> int:
    runs = 1
    while power_sums.sum_up(database, now):
        runs += 1
    return runs


def _sums_are_right(database: DuckDB, people: People, values: Sequence[MeterValue]) -> None:
    """Compare with what is worked out of the meter values alone."""
    summed = _curves(people)
    every = [Sql("DELETE FROM meter_value"), meter_values.sampled(values)]
    database.write([Sql("UPDATE power_summed SET until = to_timestamp(0)"), *every])
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
