"""Past charging sessions of another system, from a file (features D5)."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pyarrow as pa

from data.database import Batch, Database, rows_into
from data.errors import InvalidInput
from data.id_tags import TagHolder, TagIndex, canonical
from data.imports import fields, topology
from data.imports.journal import Journal, Options
from data.imports.lines import Columns, Line, Outcome, Report, chunks
from data.texts import N_, told
from data.transactions import INTO_SESSION, Session

COLUMNS = Columns(
    required=("charge_box_id", "started_at", "ended_at"),
    optional=(
        "session_id", "connector_id", "id_tag", "energy_kwh", "meter_start_kwh", "meter_stop_kwh", "authentication",
        "email", "logged_at", "site",
    ),
)  # fmt: skip

PREVIEWED = (
    "session_id", "charge_box_id", "connector_id", "started_at", "ended_at", "energy_kwh", "id_tag", "email",
)  # fmt: skip
LINES_PER_COMMIT = 10_000  # so that stations' own commits between them never wait long
MOST_ENERGY_KWH = 10_000  # ten times the largest lorry's battery
MOST_METER_KWH = 1e9
LONGEST = timedelta(days=366)
AUTHENTICATIONS = {"0": 0, "anonymous": 0, "anonymous (0)": 0, "1": 1, "rfid": 1, "rfid (1)": 1}

INSERT_NEW = rows_into(
    "session",
    INTO_SESSION.schema.append(pa.field("import_id", pa.int32())),
    after="WHERE NOT EXISTS (SELECT 1 FROM session there WHERE there.session_id = batch.session_id)",
    key=("session_id",),
)


class _Station(NamedTuple):
    station_id: int
    site_id: int
    zone: ZoneInfo


NO_STATION = _Station(0, 0, ZoneInfo("UTC"))


class _Created(NamedTuple):
    """How many stations were created, and all there are then."""

    created: int
    stations: Mapping[str, _Station]


class _Known(NamedTuple):
    """What lines refer to."""

    stations: Mapping[str, _Station]
    emails: Mapping[str, TagHolder]
    id_tags: TagIndex


def take(journal: Journal, file: Path, options: Options) -> None:
    """Take the sessions that are not there yet. A line without session_id is known by station, connector and start.

    Raises:
        InvalidInput: the file cannot be read, or its columns do not match.
    """
    stations_created = 0
    for lines in chunks(journal.lines(file, COLUMNS, options), LINES_PER_COMMIT):
        known = _load_known(journal.database)
        if options.create_stations is not None:
            plan = _create_stations(journal, lines, known, options.create_stations, options.shift_years)
            stations_created += plan.created
            known = known._replace(stations=plan.stations)
        sessions = []
        for line in lines:
            try:
                sessions.append((line.number, _session(line, known, options.shift_years)))
            except InvalidInput as error:
                journal.report.refuse(line.number, error)
        _store(journal, sessions)
    if stations_created:
        journal.report.notes.append(f"{stations_created} charging stations created")
    journal.finish([])


def _load_known(database: Database) -> _Known:
    stations = database.query(
        """SELECT charge_box_id, station_id, site_id, time_zone FROM charging_station JOIN site USING (site_id)
           WHERE charging_station.removed_at IS NULL"""
    ).to_pylist()
    users = database.query(
        """SELECT id_tag, portal_user.user_id, email FROM portal_user LEFT JOIN id_tag USING (user_id)
           WHERE removed_at IS NULL"""
    ).to_pylist()
    return _Known(
        {
            row["charge_box_id"]: _Station(row["station_id"], row["site_id"], ZoneInfo(row["time_zone"]))
            for row in stations
        },
        {row["email"]: TagHolder(row["user_id"], row["email"]) for row in users},
        TagIndex((row["id_tag"], TagHolder(row["user_id"], row["email"])) for row in users if row["id_tag"]),
    )


def _create_stations(
    journal: Journal, lines: Iterable[Line], known: _Known, default_site: str, shift_years: int
) -> _Created:
    """Create the stations that only good lines lack, with as many outlets as these name."""
    wanted: dict[str, topology.Station] = {}
    for line in lines:
        charge_box_id = line.get("charge_box_id")
        if charge_box_id in known.stations:
            continue
        try:
            topology.check_name("charge_box_id", charge_box_id)
            topology.check_name("site", line.get("site") or default_site)
            as_if = known._replace(stations={charge_box_id: NO_STATION})
            outlets = _session(line, as_if, shift_years).connector_id
        except InvalidInput:
            continue  # reported when its turn comes
        station = wanted.get(charge_box_id) or topology.Station(line.get("site") or default_site, charge_box_id)
        wanted[charge_box_id] = station._replace(outlets=max(outlets, station.outlets or 1))
    plan = topology.Plan(journal.database, Report())
    for station in wanted.values():
        plan.add(station)
    if wanted:
        journal.write(plan.statements(), plan.changed, plan.steps())
    stations = {name: _Station(one, site, ZoneInfo(zone)) for name, (one, site, zone) in plan.placed().items()}
    return _Created(len(wanted), stations)


def _session(line: Line, known: _Known, shift_years: int) -> Session:
    """Return what a line says. Its station is looked at last: one is created for good lines only."""
    charge_box_id = line.get("charge_box_id")
    station = known.stations.get(charge_box_id, NO_STATION)
    connector_id = fields.whole_number("connector_id", line.get("connector_id") or "1", least=1, most=4)
    started_at, ended_at = _period(line, station.zone, shift_years)
    logged = line.get("logged_at")
    meter_start, meter_stop, energy = _meter(line)
    id_tag = canonical(line.get("id_tag")) or None
    email = line.get("email").lower() or None
    user = known.emails.get(email or "") or (known.id_tags.find(id_tag) if id_tag else None)
    authentication = _authentication(line.get("authentication"), id_tag)
    logged_at = fields.time("logged_at", logged, station.zone, shift_years) if logged else ended_at
    if charge_box_id not in known.stations:
        reason = N_("is no station of the portal. Create it first, or let the import create stations.")
        raise InvalidInput("charge_box_id", charge_box_id, reason)
    return Session(
        session_id=line.get("session_id") or f"{charge_box_id}-{connector_id}-{started_at:%Y%m%dT%H%M%S}",
        charge_box_id=charge_box_id,
        connector_id=connector_id,
        id_tag=id_tag,
        started_at=started_at,
        ended_at=ended_at,
        energy_kwh=energy,
        meter_start_kwh=meter_start,
        meter_stop_kwh=meter_stop,
        authentication=authentication,
        email=email or (user.email if user else None),
        logged_at=logged_at,
        duration_s=(ended_at - started_at).total_seconds(),
        site_id=station.site_id,
        station_id=station.station_id,
        user_id=user.user_id if user else None,
    )


def _period(line: Line, zone: ZoneInfo, shift_years: int) -> tuple[datetime, datetime]:
    ended = line.get("ended_at")
    started_at = fields.time("started_at", line.get("started_at"), zone, shift_years)
    ended_at = fields.time("ended_at", ended, zone, shift_years, not_before=started_at)
    if ended_at < started_at:
        raise InvalidInput("ended_at", ended, told("lies before the start, %(time)s.", time=line.get("started_at")))
    if ended_at - started_at > LONGEST:
        raise InvalidInput("ended_at", ended, told("lies more than %(days)s days after the start.", days=LONGEST.days))
    return started_at, ended_at


def _meter(line: Line) -> tuple[float | None, float | None, float | None]:
    """Give meter start, meter stop and energy; the energy is their difference where the file has none."""
    start = fields.decimal("meter_start_kwh", line.get("meter_start_kwh"), MOST_METER_KWH)
    stop = fields.decimal("meter_stop_kwh", line.get("meter_stop_kwh"), MOST_METER_KWH)
    energy = fields.decimal("energy_kwh", line.get("energy_kwh"), MOST_ENERGY_KWH)
    if start is not None and stop is not None:
        if stop < start:
            raise InvalidInput("meter_stop_kwh", line.get("meter_stop_kwh"), "lies below the meter value at the start.")
        energy = stop - start if energy is None else energy
    return start, stop, energy


def _authentication(text: str, id_tag: str | None) -> int:
    if not text:
        return 1 if id_tag else 0
    if text.casefold() not in AUTHENTICATIONS:
        raise InvalidInput("authentication", text, "must be Anonymous (0) or RFID (1).")
    return AUTHENTICATIONS[text.casefold()]


def _store(journal: Journal, sessions: list[tuple[int, Session]]) -> None:
    """Write the new ones; a session_id that stands for another session is refused."""
    there = journal.database.query(
        "SELECT session_id, charge_box_id, started_at FROM session WHERE session_id IN (SELECT unnest($ids))",
        {"ids": [session.session_id for _, session in sessions] or [""]},
    ).to_pylist()
    known = {row["session_id"]: (row["charge_box_id"], row["started_at"].astimezone(UTC)) for row in there}
    new = []
    for number, session in sessions:
        identity = (session.charge_box_id, session.started_at)
        first = known.get(session.session_id)
        if first is None:
            known[session.session_id] = identity
            new.append((*session, journal.import_id))
        elif first != identity:
            reason = told(
                "stands for another session already: %(station)s, %(time)s UTC.",
                station=first[0],
                time=f"{first[1]:%Y-%m-%d %H:%M:%S}",
            )
            journal.report.refuse(number, InvalidInput("session_id", session.session_id, reason))
            continue
        journal.report.take(Outcome(number, "created" if first is None else "unchanged", _becomes(session)))
    if new:
        journal.write([Batch(INSERT_NEW, new)], {("session", session.site_id) for _, session in sessions})


def _becomes(session: Session) -> dict[str, object]:
    """Return a session as a preview shows it."""
    return {name: value for name, value in session._asdict().items() if name in PREVIEWED}
