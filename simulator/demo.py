"""Fill an empty portal with the demo's system: `python -m simulator.demo [--data var]`, beside a running one or not."""

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa

from data import connection_days, grid_controllers, sites, stations, users
from data.database import Batch, Database, Into, Sql, connect, rows_into
from data.errors import PortalError
from data.meter_values import INTO_METER_VALUE, MeterValue
from data.scope import Role, Scope
from data.transactions import ANONYMOUS, INTO_SESSION, RFID, Session
from simulator import contact, history, incidents, plans, world
from simulator.incidents import Placed

ROWS_PER_COMMIT = 10_000
SAMPLED_DAYS = 4  # the last sessions come with their meter values
FIRST_TRANSACTION_ID = 1_000_001  # far from what a central system that runs already may be giving

INTO_EV_USER = Into(
    """INSERT INTO portal_user (user_id, role, first_name, last_name, email, password_hash, password_changed_at)
       SELECT batch.user_id, 'ev_user', batch.first_name, batch.last_name, batch.email, password_hash,
              password_changed_at
       FROM batch, portal_user first WHERE first.user_id = batch.first_user_id""",
    pa.schema(
        [
            ("user_id", pa.int32()),
            ("first_name", pa.string()),
            ("last_name", pa.string()),
            ("email", pa.string()),
            ("first_user_id", pa.int32()),
        ]
    ),
)
INTO_ID_TAG = rows_into("id_tag", pa.schema([("id_tag", pa.string()), ("user_id", pa.int32())]))


ACCOUNTS = f"""Demo data is in. Beside the administrator you can sign in as, each with the password {world.PASSWORD}:
{
    "".join(
        f"  {person.email:38} {Role(person.role).title}, {', '.join(person.sites) or 'every site'}{chr(10)}"
        for person in (*world.STAFF, world.EV_USERS[0])
    )
}"""


def fill(database: Database, now: datetime) -> bool:
    """Write the demo's system with two years of history up to `now`; tell whether there was room for it.

    A system that has sites is left as it is.
    """
    if database.query("SELECT 1 FROM site LIMIT 1").num_rows:
        return False
    everything = Scope(database, 0, Role.ADMINISTRATOR, None)
    database.write([_name_system()], [("topology", 1)])
    site_ids = {site.name: _create_site(everything, site) for site in world.SITES}
    user_ids = _create_people(everything, site_ids)
    placed = [one for site in world.SITES for one in _create_stations(everything, site, site_ids[site.name])]
    sessions = _past(placed, now)
    for rows in _chunks([_session_row(*one, user_ids) for one in sessions]):
        database.write([Batch(INTO_SESSION, rows)], [("session", site_id) for site_id in site_ids.values()])
    sampled = [one for one in sessions if one[2].ended_at > now - timedelta(days=SAMPLED_DAYS)]
    for rows in _chunks([row for one in sampled for row in _meter_value_rows(*one)]):
        database.write([Batch(INTO_METER_VALUE, rows)])
    incidents.write(database, placed, now)
    database.write([connection_days.written(day for place in placed for day in contact.days(place, now))])
    return True


def _name_system() -> Sql:
    return Sql(
        """UPDATE system SET name = $name, description = 'Demonstration with simulated stations',
               time_zone = $time_zone, ocpp16_url = 'ws://127.0.0.1:9000/Ocpp/websocket',
               ocpp15_url = 'http://127.0.0.1:9001/Ocpp/CentralSystemService15', ftp_url = 'ftp://127.0.0.1:2121'""",
        {"name": world.SYSTEM, "time_zone": world.TIME_ZONE},
    )


def _create_site(scope: Scope, site: world.Site) -> int:
    site_id = sites.create_site(scope, site.name, world.TIME_ZONE)
    street, postal_code, city = site.address
    latitude, longitude = site.position
    address = Sql(
        """UPDATE site SET street = $street, postal_code = $postal_code, city = $city, country = 'Sweden',
               latitude = $latitude, longitude = $longitude WHERE site_id = $site_id""",
        {
            "street": street,
            "postal_code": postal_code,
            "city": city,
            "latitude": latitude,
            "longitude": longitude,
            "site_id": site_id,
        },
    )
    scope.database.write([address], [("topology", site_id)])
    for name in site.grid_controllers:
        grid_controllers.create_grid_controller(scope, site_id, name, name.replace(" ", "-"))
    return site_id


def _create_stations(scope: Scope, site: world.Site, site_id: int) -> list[Placed]:
    floor_ids = {floor: sites.create_floor(scope, site_id, floor) for floor in site.floors}
    new = [
        stations.NewStation(
            site_id,
            plan.charge_box_id,
            plan.charge_box_id,
            floor_ids.get(plan.floor or ""),
            [stations.NewOutlet(n, "Type 2", plan.mode) for n in range(1, plan.connectors + 1)],
        )
        for plan in site.stations
    ]
    station_ids = stations.create_stations(scope, new)
    return [
        Placed(site, plan, site_id, station_id) for plan, station_id in zip(site.stations, station_ids, strict=True)
    ]


def _create_people(scope: Scope, site_ids: Mapping[str, int]) -> dict[str, int]:
    """Create everybody and return the user ids by email.

    The many EV users share the first one's password hash: hashing is slow on purpose.
    """
    first, *others = world.EV_USERS
    user_ids = {}
    for person in (*world.STAFF, first):
        own = [site_ids[name] for name in person.sites] if person.role == Role.SITE_ADMINISTRATOR else []
        new = users.NewUser(
            Role(person.role), person.first_name, person.last_name, person.email, world.PASSWORD, site_ids=own
        )
        user_ids[person.email] = users.create(scope, new)
    draw = Sql("SELECT CAST(nextval('user_id') AS INTEGER) AS id FROM range($n)", {"n": len(others)})
    drawn = scope.database.write([draw])[0]["id"].to_pylist()
    rows = []
    for person, user_id in zip(others, drawn, strict=True):
        user_ids[person.email] = user_id
        rows.append((user_id, person.first_name, person.last_name, person.email, user_ids[first.email]))
    tags = [(id_tag, user_ids[person.email]) for person in world.EV_USERS for id_tag in person.id_tags]
    changed = [("user", user_id) for user_id in user_ids.values()]
    scope.database.write([Batch(INTO_EV_USER, rows), Batch(INTO_ID_TAG, tags)], changed)
    return user_ids


def _past(placed: Sequence[Placed], now: datetime) -> list[tuple[int, Placed, history.Session]]:
    """Return transaction id, place and session of all that was charged, in the order in which it ended."""
    sessions = [(one, session) for one in placed for session in history.sessions(one.site, one.plan, now)]
    sessions.sort(key=lambda pair: (pair[1].ended_at, pair[0].station_id, pair[1].connector_id))
    return [(number, *pair) for number, pair in enumerate(sessions, FIRST_TRANSACTION_ID)]


def _session_row(transaction_id: int, place: Placed, session: history.Session, user_ids: Mapping[str, int]) -> Session:
    person = session.person
    return Session(
        session_id=f"S-{session.started_at:%Y%m%d}-{transaction_id:07d}",
        charge_box_id=session.charge_box_id,
        connector_id=session.connector_id,
        id_tag=world.as_read(person.id_tags[0]) if person else None,
        started_at=session.started_at,
        ended_at=session.ended_at,
        energy_kwh=session.energy_wh / 1000,
        meter_start_kwh=session.meter_start_wh / 1000,
        meter_stop_kwh=(session.meter_start_wh + session.energy_wh) / 1000,
        authentication=RFID if person else ANONYMOUS,
        email=person.email if person else None,
        logged_at=session.ended_at + timedelta(seconds=1),
        duration_s=(session.ended_at - session.started_at).total_seconds(),
        site_id=place.site_id,
        station_id=place.station_id,
        user_id=user_ids[person.email] if person else None,
        transaction_id=transaction_id,
        stop_reason=session.stop_reason,
        note=None,
    )


def _meter_value_rows(transaction_id: int, place: Placed, session: history.Session) -> Iterator[MeterValue]:
    for at, meter_wh, power_w in history.samples(session):
        for measurand, value, unit in (
            ("Energy.Active.Import.Register", float(meter_wh), "Wh"),
            ("Power.Active.Import", power_w, "W"),
        ):
            yield MeterValue(
                place.station_id,
                session.connector_id,
                transaction_id,
                at,
                at,
                measurand,
                None,
                value,
                unit,
                "Sample.Periodic",
                "Outlet",
            )


def _chunks(rows: Sequence[tuple[object, ...]]) -> Iterator[Sequence[tuple[object, ...]]]:
    for start in range(0, len(rows), ROWS_PER_COMMIT):
        yield rows[start : start + ROWS_PER_COMMIT]


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m simulator.demo", description="Fill an empty portal with demo data."
    )
    parser.add_argument("--data", type=Path, default=Path("var"), help="the portal's data folder (PORTAL_DATA)")
    try:
        folder = parser.parse_args().data.absolute()
        database = connect(folder)
        filled = fill(database, datetime.now(UTC).replace(microsecond=0))
        if filled:
            plans.place(database, folder)
        database.close()
    except PortalError as error:
        sys.exit(str(error))
    sys.stdout.write(ACCOUNTS if filled else "The system has sites already: nothing was changed.\n")


if __name__ == "__main__":
    main()
