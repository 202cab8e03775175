"""Diagrams without a database: each draws its shaped rows; the time line reads, snaps and chooses steps."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import pyarrow as pa
import pytest
from flask import Flask
from flask_babel import Babel

from components import timeline
from components.diagrams import DIAGRAMS, charts, of_role
from components.diagrams.diagram import STEPS
from data.diagrams import Period
from data.scope import Role

ZONE = "Europe/Stockholm"
WHOLE = Period(date(2021, 11, 1), date(2026, 10, 31), ZONE)
START = datetime(2026, 6, 1)  # noqa: DTZ001 - local time

ROWS: dict[str, dict[str, list[Any]]] = {
    "start": {"start": [START, datetime(2026, 6, 2)]},  # noqa: DTZ001
    "sessions": {"sessions": [2, 4], "measured": [2, 0], "energy_kwh": [9.0, 0.0], "duration_s": [3600.0, 7200.0]},
    "power": {"mean_w": [1500.0, 0.0], "peak_w": [3000.0, 0.0], "hours": [24.0, 12.0]},
    "outlets": {"outlets": [1.5, 0.0], "hours": [24.0, 24.0]},
    "week": {"weekday": [1, 7], "hour": [0, 23], "outlets": [1.5, 0.5], "hours": [4.0, 4.0]},
    "ranked": {"name": ["00004079", None], "sessions": [1, 2], "energy_kwh": [4.5, 2.0]},
    "authentication": {"authentication": [1, 0], "sessions": [3, 2]},
    "availability": {"known_s": [100.0, 100.0], "available_s": [100.0, 95.0]},
    "faults": {"kind": ["Fuse", "Temperature"], "alarms": [1, 2]},
}
READ_BY = {
    **dict.fromkeys(("energy", "sessions", "duration", "session-energy"), "sessions"),
    **dict.fromkeys(("stations", "users"), "ranked"),
}
TOTALS = {
    "energy": ("9", "kWh"),
    "sessions": ("6", "sessions"),
    "duration": ("30\u00a0min", "on average"),
    "session-energy": ("4.5", "kWh a session"),
    "power": ("3.0", "kW at the peak"),
    "week": ("1.0", "outlets in use on average"),
    "outlets": ("0.8", "outlets in use on average"),
    "stations": ("6", "kWh by those shown"),
    "users": ("6", "kWh by those shown"),
    "authentication": ("5", "sessions"),
    "availability": ("97.50", "% of the time without alarm"),
    "faults": ("3", "alarms"),
}


def _rows(name: str) -> pa.Table:
    starts = ROWS["start"] if DIAGRAMS[name].has_steps else {}
    return pa.table({**starts, **ROWS[READ_BY.get(name, name)]})


@pytest.fixture(scope="module", autouse=True)
def _texts() -> Iterator[None]:
    server = Flask(__name__)
    Babel(server)
    with server.test_request_context():
        yield


@pytest.mark.parametrize("name", DIAGRAMS)
@pytest.mark.parametrize("step", STEPS)
def test_a_diagram_draws_its_rows_and_also_none(name: str, step: str) -> None:
    diagram = DIAGRAMS[name]
    shaped = diagram.shape(_rows(name))

    figure = diagram.draw(shaped, step)

    assert shaped.num_rows > 0
    assert list(diagram.columns) == shaped.column_names
    assert figure.data
    assert diagram.draw(shaped.slice(0, 0), step) is not None


@pytest.mark.parametrize("name", DIAGRAMS)
def test_a_diagram_gives_its_total_and_facts(name: str) -> None:
    rows = _rows(name)

    assert DIAGRAMS[name].total(rows) == TOTALS[name]
    assert all(fact.label and fact.value for fact in DIAGRAMS[name].facts(rows))


def test_mean_power_weighs_each_step_by_how_long_it_is_known() -> None:
    power = DIAGRAMS["power"]
    unknown = pa.table({"mean_w": pa.array([None], pa.float64()), "hours": [0.0]})

    assert [fact.value for fact in power.facts(_rows("power"))] == ["1.0\u00a0kW"]
    assert [fact.value for fact in power.facts(unknown)] == ["0.0\u00a0kW"]


def test_no_axis_of_percents_goes_beyond_100() -> None:
    rows = pa.table({"start": [datetime(2026, 6, 1)], "known_s": [86400.0], "available_s": [86400.0]})  # noqa: DTZ001
    diagram = DIAGRAMS["availability"]

    assert diagram.draw(diagram.shape(rows), "day").layout.yaxis.maxallowed == 100


@pytest.mark.parametrize(("most", "tick"), [(2, 1), (40, None)])
def test_what_is_counted_has_no_halves_on_its_axis(most: int, tick: int | None) -> None:
    rows = pa.table({"start": [START], "kind": ["Fuse"], "alarms": [most]})

    assert DIAGRAMS["faults"].draw(rows, "day").layout.yaxis.dtick == tick


@pytest.mark.parametrize("values", [[4.5, 2.0], [0.0], []])
def test_a_ranking_has_room_for_the_value_beside_its_longest_bar(values: list[float]) -> None:
    chart = charts.ranking([str(value) for value in values], values, "kWh")

    assert chart.data[0].constraintext == "none"
    assert chart.layout.xaxis.range[1] > max(values, default=0)


def test_an_ev_user_has_the_diagrams_of_own_sessions_only() -> None:
    own = ["energy", "sessions", "duration", "session-energy", "week", "outlets", "stations"]
    assert list(of_role(Role.EV_USER)) == own
    assert list(of_role(Role.SUPPORT_USER)) == list(DIAGRAMS)


@pytest.mark.parametrize(
    ("days", "step"),
    [(1, "hour"), (3, "hour"), (4, "day"), (120, "day"), (365, "week"), (1826, "month"), (9000, "year")],
)
def test_the_step_suits_the_period(days: int, step: str) -> None:
    assert timeline.step_of("auto", timeline.latest(days, WHOLE)) == step


def test_a_step_that_makes_too_many_points_is_not_taken() -> None:
    assert timeline.step_of("hour", timeline.latest(100, WHOLE)) == "hour"
    assert timeline.step_of("hour", timeline.latest(101, WHOLE)) == "day"
    assert timeline.step_of("year", timeline.latest(1, WHOLE)) == "year"


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (None, None),
        ("2026-01-01", None),
        ("today", "2026-01-01"),
        ("2026-02-30", "2026-03-01"),
        ("2026-03-02", "2026-03-01"),
        ("0001-01-01", "2026-03-01"),
        ("2026-03-01", "9999-12-31"),
        ("2026-03-01", "<script>"),
    ],
)
def test_what_is_no_period_is_not_read(first: str | None, last: str | None) -> None:
    assert timeline.read(first, last, WHOLE) is None


@pytest.mark.parametrize(
    ("first", "last", "shown"),
    [
        ("1990-01-01", "2026-03-01", ("2000-01-01", "2026-03-01")),
        ("2026-03-02", "2026-03-01", ("2026-03-01", "2026-03-02")),
        (None, "2026-03-01", (WHOLE.first.isoformat(), "2026-03-01")),
    ],
)
def test_what_is_no_period_is_shown_as_the_nearest_one(first: str | None, last: str, shown: tuple[str, str]) -> None:
    period = timeline.nearest(first, last, WHOLE)
    assert (period.first.isoformat(), period.last.isoformat()) == shown
    assert timeline.read(*shown, WHOLE) == period


@pytest.mark.parametrize("name", timeline.PRESETS)
def test_a_preset_is_known_again_by_its_period(name: str) -> None:
    assert timeline.preset_of(timeline.preset(name, WHOLE), WHOLE) == name


@pytest.mark.parametrize(
    ("event", "first", "last"),
    [
        ({"selections[0].x0": "2026-06-01 10:00", "selections[0].x1": "2026-06-09 23:00"}, (2026, 6, 1), (2026, 6, 9)),
        ({"selections": [{"x0": "2026-06-09 13:00", "x1": "2026-06-01 14:00"}]}, (2026, 6, 2), (2026, 6, 9)),
        ({"selections": [{"x0": "2026-06-09 09:00", "x1": "2026-06-09 10:00"}]}, (2026, 6, 9), (2026, 6, 9)),
        ({"selections": [{"x0": "1999-01-01", "x1": "2030-01-01"}]}, (2021, 11, 1), (2026, 10, 31)),
    ],
)
def test_a_drag_snaps_to_whole_days_within_all_time(
    event: dict[str, Any], first: tuple[int, int, int], last: tuple[int, int, int]
) -> None:
    assert timeline.dragged(event, WHOLE) == Period(date(*first), date(*last), ZONE)


@pytest.mark.parametrize("event", [{}, {"selections": []}, {"selections": [{"x0": "x"}]}, {"autosize": True}])
def test_what_is_no_drag_moves_nothing(event: dict[str, Any]) -> None:
    assert timeline.dragged(event, WHOLE) is None
