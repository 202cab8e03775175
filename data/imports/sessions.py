"""Past charging sessions of another system, from a file (features D5)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from data.database import Batch, Database, rows_into
from data.errors import InvalidInput
from data.id_tags import TagHolder, TagIndex, canonical
from data.imports import fields, topology
from data.imports.lines import Columns, Line, Report, chunks, read
from data.transactions import INTO_SESSION, Session

COLUMNS = Columns(
    required=("charge_box_id", "started_at", "ended_at"),
    optional=(
        "session_id", "connector_id", "id_tag", "energy_kwh", "meter_start_kwh", "meter_stop_kwh", "authentication",
        "email", "logged_at", "site",
    ),
)  # fmt: skip

LINES_PER_COMMIT = 50_000
MOST_ENERGY_KWH = 10_000  # ten times the largest lorry's battery
MOST_METER_KWH = 1e9
LONGEST = timedelta(days=366)
AUTHENTICATIONS = {"0": 0, "anonymous": 0, "anonymous (0)": 0, "1": 1, "rfid": 1, "rfid (1)": 1}

INSERT_NEW = rows_into(
    "session",
    INTO_SESSION.schema,
    after="WHERE NOT EXISTS (SELECT 1 FROM session there WHERE there.session_id = batch.session_id)",
    key=("session_id",),
)


class _Station(NamedTuple):
    station_id: int
    site_id: int
    zone: ZoneInfo


NO_STATION = _Station(0, 0, ZoneInfo("UTC"))


class _Known(NamedTuple):
    """What lines refer to."""

    stations: Mapping[str, _Station]
    emails: Mapping[str, TagHolder]
    id_tags: TagIndex


def import_sessions(
    database: Database,
    file: Path,
    renamed: Mapping[str, str] | None = None,
    shift_years: int = 0,
    create_stations: str | None = None,
) -> Report:
    """Take the sessions that are not there yet. A line without session_id is known by station, connector and start.

    Args:
        renamed: the portal's column name by the file's own.
        shift_years: added to every time, for exports whose years lack the century.
        create_stations: the site for stations the portal does not know, where the line names none; None refuses them.

    Raises:
        InvalidInput: the file cannot be read, or its columns do not match.
    """
    report = Report()
    stations_created = 0
    for lines in chunks(read(file, COLUMNS, renamed or {}, report), LINES_PER_COMMIT):
        if create_stations is not None:
            stations_created += _create_stations(database, lines, create_stations, shift_years)
        known = _load_known(database)
        sessions = []
        for line in lines:
            try:
                sessions.append((line.number, _session(line, known, shift_years)))
            except InvalidInput as error:
                report.refuse(line.number, error)
        _store(database, sessions, report)
    if stations_created:
        report.notes.append(f"{stations_created} charging stations created")
    return report


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


def _create_stations(database: Database, lines: Iterable[Line], default_site: str, shift_years: int) -> int:
    """Create the stations that only good lines lack, with as many outlets as these name; return how many."""
    known = _load_known(database)
    unknown = _Known(defaultdict(lambda: NO_STATION), known.emails, known.id_tags)
    wanted: dict[str, topology.Station] = {}
    for line in lines:
        charge_box_id = line.get("charge_box_id")
        if charge_box_id in known.stations:
            continue
        try:
            topology.check_name("charge_box_id", charge_box_id)
            topology.check_name("site", line.get("site") or default_site)
            outlets = _session(line, unknown, shift_years).connector_id
        except InvalidInput:
            continue  # reported when its turn comes
        station = wanted.get(charge_box_id) or topology.Station(line.get("site") or default_site, charge_box_id)
        wanted[charge_box_id] = station._replace(outlets=max(outlets, station.outlets or 1))
    return topology.store(database, wanted.values()).created


def _session(line: Line, known: _Known, shift_years: int) -> Session:
    charge_box_id = line.get("charge_box_id")
    try:
        station = known.stations[charge_box_id]
    except KeyError:
        reason = "is no station of the portal. Create it first, or import with --create-stations."
        raise InvalidInput("charge_box_id", charge_box_id, reason) from None
    connector_id = fields.whole_number("connector_id", line.get("connector_id") or "1", least=1, most=4)
    started_at, ended_at = _period(line, station.zone, shift_years)
    logged_at = line.get("logged_at")
    meter_start, meter_stop, energy = _meter(line)
    id_tag = canonical(line.get("id_tag")) or None
    email = line.get("email").lower() or None
    user = known.emails.get(email or "") or (known.id_tags.find(id_tag) if id_tag else None)
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
        authentication=_authentication(line.get("authentication"), id_tag),
        email=email or (user.email if user else None),
        logged_at=fields.time("logged_at", logged_at, station.zone, shift_years) if logged_at else ended_at,
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
        raise InvalidInput("ended_at", ended, f"lies before started_at {line.get('started_at')}.")
    if ended_at - started_at > LONGEST:
        raise InvalidInput("ended_at", ended, f"lies more than {LONGEST.days} days after started_at.")
    return started_at, ended_at


def _meter(line: Line) -> tuple[float | None, float | None, float | None]:
    """Give meter start, meter stop and energy; the energy is their difference where the file has none."""
    start = fields.decimal("meter_start_kwh", line.get("meter_start_kwh"), MOST_METER_KWH)
    stop = fields.decimal("meter_stop_kwh", line.get("meter_stop_kwh"), MOST_METER_KWH)
    energy = fields.decimal("energy_kwh", line.get("energy_kwh"), MOST_ENERGY_KWH)
    if start is not None and stop is not None:
        if stop < start:
            raise InvalidInput("meter_stop_kwh", line.get("meter_stop_kwh"), "lies below meter_start_kwh.")
        energy = stop - start if energy is None else energy
    return start, stop, energy


def _authentication(text: str, id_tag: str | None) -> int:
    if not text:
        return 1 if id_tag else 0
    if text.casefold() not in AUTHENTICATIONS:
        raise InvalidInput("authentication", text, "must be Anonymous (0) or RFID (1).")
    return AUTHENTICATIONS[text.casefold()]


def _store(database: Database, sessions: list[tuple[int, Session]], report: Report) -> None:
    """Write the new ones; a session_id that stands for another session is refused."""
    there = database.query(
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
            new.append(session)
        elif first == identity:
            report.unchanged += 1
        else:
            reason = f"stands for another session already: {first[0]}, {first[1]:%Y-%m-%d %H:%M:%S} UTC."
            report.refuse(number, InvalidInput("session_id", session.session_id, reason))
    if new:
        database.write([Batch(INSERT_NEW, new)], {("session", session.site_id) for session in new})
        report.created += len(new)
