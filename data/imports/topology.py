"""Sites, floors, charging stations and outlets from a file (features G2)."""

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa

from data import values
from data.database import Batch, Change, Database, Into, Sql
from data.errors import InvalidInput
from data.imports import fields
from data.imports.journal import Journal, Options, Row, Step
from data.imports.lines import Columns, Line, Outcome, Report
from data.stations import INTO_OUTLET, INTO_STATION, MODES, MOST_OUTLETS
from data.texts import told

COLUMNS = Columns(
    required=("site", "charge_box_id"), optional=("floor", "name", "outlets", "connector", "mode", "time_zone")
)
LONGEST_NAME = 100
IDS_AT_ONCE = 500

INTO_SITE = Into(
    """INSERT INTO site (site_id, name, time_zone)
       SELECT site_id, name, time_zone FROM batch""",
    pa.schema({"site_id": pa.int32(), "name": pa.string(), "time_zone": pa.string()}),
)
CHANGE_SITE = Into(
    "UPDATE site SET time_zone = batch.time_zone FROM batch WHERE site.site_id = batch.site_id",
    INTO_SITE.schema,
    key=("site_id",),
)
INTO_FLOOR = Into(
    "INSERT INTO floor (floor_id, site_id, name) SELECT floor_id, site_id, name FROM batch",
    pa.schema({"floor_id": pa.int32(), "site_id": pa.int32(), "name": pa.string()}),
)
CHANGE_STATION = Into(
    """UPDATE charging_station SET site_id = batch.site_id, floor_id = batch.floor_id, name = batch.name,
           plan_x = CASE WHEN charging_station.floor_id = batch.floor_id THEN plan_x END,
           plan_y = CASE WHEN charging_station.floor_id = batch.floor_id THEN plan_y END
       FROM batch
       WHERE charging_station.station_id = batch.station_id""",
    INTO_STATION.schema,
)
# What is running or wrong now moves with its station, so that the new site's administrator sees it; history stays.
_MOVE = "SET site_id = batch.site_id FROM batch WHERE"
MOVE_TRANSACTION = Into(
    f"UPDATE open_transaction {_MOVE} open_transaction.station_id = batch.station_id", INTO_STATION.schema
)
MOVE_ALARM = Into(f"UPDATE alarm {_MOVE} alarm.station_id = batch.station_id", INTO_STATION.schema)
CHANGE_OUTLET = Into(
    """UPDATE outlet SET connector_type = batch.connector_type, mode = batch.mode FROM batch
       WHERE outlet.station_id = batch.station_id AND outlet.connector_id = batch.connector_id
         AND outlet.removed_at IS NULL""",
    INTO_OUTLET.schema,
)
REMOVE_OUTLET = Into(
    """UPDATE outlet SET removed_at = batch.removed_at FROM batch
       WHERE outlet.station_id = batch.station_id AND outlet.connector_id > batch.outlets
         AND outlet.removed_at IS NULL""",
    pa.schema({"station_id": pa.int32(), "outlets": pa.int32(), "removed_at": pa.timestamp("us", "UTC")}),
)
WRITTEN_IN_ORDER = (
    INTO_SITE, CHANGE_SITE, INTO_FLOOR, INTO_STATION, CHANGE_STATION, MOVE_TRANSACTION, MOVE_ALARM, REMOVE_OUTLET,
    INTO_OUTLET, CHANGE_OUTLET,
)  # fmt: skip


class Station(NamedTuple):
    """A line of the file. None leaves an existing station's value as it is; a new station gets the default."""

    site: str
    charge_box_id: str
    floor: str | None = None  # empty: directly on the site
    name: str | None = None  # default: the charge_box_id
    outlets: int | None = None  # default: 1
    connector: str | None = None
    mode: str | None = None  # default: RFID
    time_zone: str | None = None  # of the site; default: the system's


class _Row(NamedTuple):
    """A row of charging_station, as INTO_STATION has it."""

    station_id: int
    site_id: int
    floor_id: int | None
    name: str
    charge_box_id: str


class _Outlet(NamedTuple):
    connector_type: str = ""
    mode: str = "RFID"


def take(journal: Journal, file: Path, options: Options) -> None:
    """Create stations with their sites, floors and outlets; change and move those that differ, in one commit.

    Raises:
        InvalidInput: the file cannot be read, or its columns do not match.
    """
    plan = Plan(journal.database, journal.report)
    controllers = journal.database.query("SELECT charge_box_id FROM grid_controller WHERE removed_at IS NULL")
    taken = set(controllers["charge_box_id"].to_pylist())
    stations: set[str] = set()
    for line in journal.lines(file, COLUMNS, options):
        try:
            station = _station(line)
            if station.charge_box_id in taken:
                raise InvalidInput("charge_box_id", station.charge_box_id, "is a grid controller's.")
            if station.charge_box_id in stations:
                raise InvalidInput("charge_box_id", station.charge_box_id, "stands on an earlier line too.")
        except InvalidInput as error:
            journal.report.refuse(line.number, error)
        else:
            stations.add(station.charge_box_id)
            plan.add(station, line.number)
    journal.finish(plan.statements(), plan.changed, plan.steps())


def check_name(column: str, text: str) -> None:
    """Refuse what cannot name a node; columns that must be there may not be blank."""
    if not text and column in COLUMNS.required:
        raise InvalidInput(column, None, "is missing.")
    if len(text) > LONGEST_NAME:
        raise InvalidInput(column, text, told("has more than %(longest)s characters.", longest=LONGEST_NAME))
    values.require_visible(column, text)


def _station(line: Line) -> Station:
    for column in ("site", "charge_box_id", "floor", "name"):
        check_name(column, line.get(column))
    values.charge_box_id("charge_box_id", line.get("charge_box_id"))
    outlets, mode = line.get("outlets"), line.get("mode").upper()
    if mode and mode not in MODES:
        raise InvalidInput("mode", line.get("mode"), "must be OPEN or RFID.")
    return Station(
        site=line.get("site"),
        charge_box_id=line.get("charge_box_id"),
        floor=line.values.get("floor"),
        name=line.get("name") or None,
        outlets=fields.whole_number("outlets", outlets, least=1, most=MOST_OUTLETS) if outlets else None,
        connector=line.get("connector") or None,
        mode=mode or None,
        time_zone=fields.time_zone("time_zone", line.get("time_zone")) if line.get("time_zone") else None,
    )


class Plan:
    """The rows to write, from comparing what is wanted with what is there. Stations that are not given stay."""

    def __init__(self, database: Database, report: Report) -> None:
        self.changed: set[Change] = set()
        self._report = report
        self._database = database
        self._rows: dict[str, list[tuple[object, ...]]] = {into.sql: [] for into in WRITTEN_IN_ORDER}
        self._steps: dict[tuple[str, object], Step] = {}
        self._ids = self._free_ids()
        self._new: set[int | None] = set()  # ids of sites and floors
        sites = database.query("SELECT name, site_id, time_zone FROM site WHERE removed_at IS NULL")
        floors = database.query("SELECT site_id, name, floor_id FROM floor WHERE removed_at IS NULL")
        stations = database.query(
            "SELECT station_id, site_id, floor_id, name, charge_box_id FROM charging_station WHERE removed_at IS NULL"
        )
        outlets = database.query(
            "SELECT station_id, connector_id, connector_type, mode FROM outlet WHERE removed_at IS NULL"
        )
        self._time_zone = str(database.query("SELECT time_zone FROM system")["time_zone"][0].as_py())
        self._sites: dict[str, int] = {row["name"]: row["site_id"] for row in sites.to_pylist()}
        self._zones: dict[int, str] = {row["site_id"]: row["time_zone"] for row in sites.to_pylist()}
        self._floors: dict[tuple[int, str], int] = {
            (row["site_id"], row["name"]): row["floor_id"] for row in floors.to_pylist()
        }
        self._floor_names: dict[int | None, str] = {row["floor_id"]: row["name"] for row in floors.to_pylist()}
        self._stations = {row["charge_box_id"]: _Row(**row) for row in stations.to_pylist()}
        self._outlets: dict[int, dict[int, _Outlet]] = {}
        for row in outlets.to_pylist():
            of_station = self._outlets.setdefault(row["station_id"], {})
            of_station[row["connector_id"]] = _Outlet(row["connector_type"], row["mode"])

    def add(self, station: Station, line: int = 0) -> None:
        """Plan what one station needs; none is given twice."""
        there = self._stations.get(station.charge_box_id)
        row = self._wanted_row(station, there)
        differs = self._set_time_zone(station, row.site_id) | self._add_outlets(station, row.station_id)
        if there is None:
            what = "created"
            self._add(INTO_STATION, row)
        elif row == there and not differs:
            what = "unchanged"
        else:
            what = "changed"
            self._change(row, there)
        if row != there:
            self._note("charging_station", row.station_id, station.charge_box_id, there, row)
        if what != "unchanged":
            self.changed.add(("topology", row.station_id))
        new = [column for column, node in (("site", row.site_id), ("floor", row.floor_id)) if node in self._new]
        self._report.take(Outcome(line, what, self._becomes(station, row), new))

    def statements(self) -> list[Batch]:
        return [Batch(into, self._rows[into.sql]) for into in WRITTEN_IN_ORDER if self._rows[into.sql]]

    def steps(self) -> list[Step]:
        return list(self._steps.values())

    def placed(self) -> dict[str, tuple[int, int, str]]:
        """Return station_id, site_id and time zone of every station by its ChargeboxId, as it will be."""
        there = self._stations | {str(row[4]): _Row(*row) for row in self._rows[INTO_STATION.sql]}  # type: ignore[arg-type]
        return {row.charge_box_id: (row.station_id, row.site_id, self._zones[row.site_id]) for row in there.values()}

    def _becomes(self, station: Station, row: _Row) -> dict[str, object]:
        outlets = self._outlets[row.station_id]
        return {
            "site": station.site,
            "floor": self._floor_names.get(row.floor_id, ""),
            "charge_box_id": row.charge_box_id,
            "name": row.name,
            "outlets": len(outlets),
            "connector": outlets[1].connector_type,
            "mode": outlets[1].mode,
            "time_zone": self._zones[row.site_id],
        }

    def _wanted_row(self, station: Station, there: _Row | None) -> _Row:
        site_id = self._site(station)
        if station.floor is None and there and there.site_id == site_id:
            floor_id = there.floor_id
        else:
            floor_id = self._floor(site_id, station.site, station.floor) if station.floor else None
        return _Row(
            there.station_id if there else next(self._ids),
            site_id,
            floor_id,
            station.name or (there.name if there else station.charge_box_id),
            station.charge_box_id,
        )

    def _site(self, station: Station) -> int:
        name = station.site
        if name not in self._sites:
            site_id = self._sites[name] = next(self._ids)
            row = (site_id, name, station.time_zone or self._time_zone)
            self._zones[site_id] = row[2]
            self._add(INTO_SITE, row)
            self._new.add(site_id)
            self._report.new_sites.append(name)
            self._note("site", site_id, name, None, row)
            self.changed.add(("topology", site_id))
        return self._sites[name]

    def _set_time_zone(self, station: Station, site_id: int) -> bool:
        """Change the site's time zone where the line names another; tell whether it did."""
        there = self._zones[site_id]
        if station.time_zone in (None, there):
            return False
        row = (site_id, station.site, station.time_zone)
        self._zones[site_id] = str(station.time_zone)
        self._add(CHANGE_SITE, row)
        self._note("site", site_id, station.site, (site_id, station.site, there), row)
        return True

    def _floor(self, site_id: int, site: str, name: str) -> int:
        if (site_id, name) not in self._floors:
            floor_id = self._floors[site_id, name] = next(self._ids)
            self._floor_names[floor_id] = name
            self._add(INTO_FLOOR, (floor_id, site_id, name))
            self._new.add(floor_id)
            self._report.new_floors.append(f"{site} / {name}")
            self._note("floor", floor_id, name, None, (floor_id, site_id, name))
            self.changed.add(("topology", floor_id))
        return self._floors[site_id, name]

    def _change(self, row: _Row, there: _Row) -> None:
        if row != there:
            self._add(CHANGE_STATION, row)
        if row.site_id != there.site_id:
            self._add(MOVE_TRANSACTION, row)
            self._add(MOVE_ALARM, row)
            self.changed |= {("open_transaction", row.station_id), ("alarm", row.station_id)}

    def _add_outlets(self, station: Station, station_id: int) -> bool:
        """Add, change and remove outlets; tell whether any differs."""
        there = self._outlets.get(station_id, {})
        count = station.outlets or max(there, default=1)
        if there and max(there) > count:
            self._add(REMOVE_OUTLET, (station_id, count, datetime.now(UTC)))
        wanted = {
            connector_id: _Outlet(station.connector or outlet.connector_type, station.mode or outlet.mode)
            for connector_id in range(1, count + 1)
            for outlet in [there.get(connector_id, _Outlet())]
        }
        for connector_id in there.keys() | wanted.keys():
            before, after = there.get(connector_id), wanted.get(connector_id)
            key = (station_id, connector_id)
            if after and before != after:
                self._add(CHANGE_OUTLET if before else INTO_OUTLET, (*key, str(uuid.uuid4()), *after, ""))
            if before != after:
                name = f"{station.charge_box_id} {connector_id}"
                self._note("outlet", key, name, before and (*key, *before), after and (*key, *after))
        self._outlets[station_id] = wanted
        return there != wanted

    def _note(self, subject: str, key: object, name: str, before: Row | None, after: Row | None) -> None:
        """Keep a step for undoing; of several with one row only what was before the first."""
        first = self._steps.get((subject, key))
        self._steps[subject, key] = Step(subject, name, first.before if first else before, after)

    def _add(self, into: Into, row: tuple[object, ...]) -> None:
        self._rows[into.sql].append(row)

    def _free_ids(self) -> Iterator[int]:
        """Draw node ids, many at a time; those left over are never used."""
        draw = Sql("SELECT CAST(nextval('node_id') AS INTEGER) AS id FROM range($n)", {"n": IDS_AT_ONCE})
        while True:
            yield from self._database.write([draw])[0]["id"].to_pylist()
