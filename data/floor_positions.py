"""Where stations stand on the map of their floor (manual: Floor level, Charging station position)."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from data import edits, gone, nodes, values
from data.edits import Change, Field, Record
from data.errors import ChangedMeanwhile
from data.scope import Scope
from data.texts import N_
from data.topology import FLOOR

Place = tuple[float, float]
"""A place on a picture, as fractions of its width from the left and of its height from the top."""

DIGITS = 6  # of a fraction: far below a pixel

POSITION = Record(
    "charging station",
    "charging_station",
    "station_id",
    site="site_id",
    roles=FLOOR.roles,
    fields={
        "plan_x": Field(N_("X on the map"), values.number_or_none(0, 1, DIGITS)),
        "plan_y": Field(N_("Y on the map"), values.number_or_none(0, 1, DIGITS)),
    },
    alive="removed_at IS NULL AND floor_id IS NOT NULL",
    station="station_id",
    together=(("plan_x", "plan_y"),),
)


class Standing(NamedTuple):
    """A station of a floor; place is None while it is not on the map."""

    station_id: int
    name: str
    state: str
    place: Place | None


class Move(NamedTuple):
    """A station's place as its mover saw it, and where it shall stand; None is off the map."""

    seen: Place | None
    wanted: Place | None


def of_floor(scope: Scope, floor_id: int) -> list[Standing]:
    """Return the stations of a floor by name.

    Raises:
        NotFound: there is no such floor for this user.
    """
    nodes.find(scope, f"floor:{floor_id}")
    rows = scope.database.query(
        """SELECT station_id, name, state, plan_x, plan_y
           FROM charging_station JOIN station_node_state USING (station_id)
           WHERE floor_id = $id AND removed_at IS NULL ORDER BY name, station_id""",
        {"id": floor_id},
    ).to_pylist()
    return [Standing(row["station_id"], row["name"], row["state"], _place(row)) for row in rows]


def move(scope: Scope, floor_id: int, moves: Mapping[int, Move]) -> dict[int, list[Change]]:
    """Move stations on the map of their floor; return those that somebody else has moved meanwhile, which stay.

    Raises:
        NotFound: there is no such floor for this user, or a station is not on it; none is moved then.
        NotPermitted: the user may see the floor and not change it.
        InvalidInput: a place is not on the picture.
    """
    there = {station.station_id for station in of_floor(scope, floor_id)}
    for station_id in moves.keys() - there:
        raise gone.missing(scope, "charging_station", station_id)
    wanted = {station_id: (_columns(one.seen), _columns(one.wanted)) for station_id, one in moves.items()}
    refused = {}
    for station_id, error in edits.save_all(scope, POSITION, wanted).items():
        if not isinstance(error, ChangedMeanwhile):
            raise error
        refused[station_id] = list(error.changes)
    return refused


def _columns(place: Place | None) -> dict[str, object]:
    return dict(zip(POSITION.fields, place or (None, None), strict=True))


def _place(row: Mapping[str, Any]) -> Place | None:
    x, y = row["plan_x"], row["plan_y"]
    return None if x is None or y is None else (float(x), float(y))
