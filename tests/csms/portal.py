"""The central system under test: one site with configured stations, and Dana's tag."""

from typing import Any

from csms.addresses import PATH
from csms.central import Central, Timing
from csms.ocpp15.service import PATH as CENTRAL_SYSTEM_SERVICE
from csms.system import Running
from data import commands, sites, stations
from data.database import Sql
from data.duckdb_engine import DuckDB
from data.scope import Role, Scope
from data.stations import NewOutlet, NewStation
from simulator.soap_station import SoapStation
from tests.support.virtual_station import Station

FAST = Timing(configuration_after=60, presence_every=0.02, refresh_every=0.02, finish_within=2)
TAG = "04A1B2C3"
OUTLETS = {
    "CP1": (NewOutlet(1), NewOutlet(2)),
    "CP2": (NewOutlet(1),),
    "OPEN": (NewOutlet(1, mode="OPEN"), NewOutlet(2, mode="OPEN")),
    "MIXED": (NewOutlet(1, mode="OPEN"), NewOutlet(2)),
    "ladestation 7 å": (NewOutlet(1),),
}


class Portal:
    """Asked over real sockets, looked at through its database."""

    def __init__(self, system: Running) -> None:
        self.central: Central = system.central
        self.database = system.central.database
        self.system = system
        self.url = f"ws://{system.ocpp}{PATH}"

    def station(self, charge_box_id: str = "CP1", **options: Any) -> Station:
        return Station(self.url, charge_box_id, **options)

    def tls_station(self, charge_box_id: str = "CP1", **options: Any) -> Station:
        """Return a station that comes over TLS; its `tls` says how."""
        return Station(f"wss://{self.system.ocpp_tls}{PATH}", charge_box_id, **options)

    def soap_station(self, charge_box_id: str = "CP1", **options: Any) -> SoapStation:
        url = f"http://{self.system.api}{CENTRAL_SYSTEM_SERVICE}"
        return SoapStation(url, charge_box_id, **options)

    def tls_soap_station(self, charge_box_id: str = "CP1", **options: Any) -> SoapStation:
        """Return a station of OCPP 1.5 that comes over TLS; its `tls` says how."""
        return SoapStation(f"https://{self.system.api_tls}{CENTRAL_SYSTEM_SERVICE}", charge_box_id, **options)

    def ask(self, kind: str, parameters: dict[str, Any] | None = None, **options: Any) -> str:
        """Ask stations, CP1 if not told others, for a command as an administrator does."""
        scope = Scope(self.database, user_id=100, role=Role.ADMINISTRATOR, site_ids=None)
        ids = [self.central.stations[name].station_id for name in options.pop("stations", ["CP1"])]
        return commands.request(scope, kind, ids, parameters, **options)

    def rows(self, sql: str, **params: object) -> list[dict[str, Any]]:
        return list(self.database.query(sql, params).to_pylist())

    def row(self, sql: str, **params: object) -> dict[str, Any]:
        (row,) = self.rows(sql, **params)
        return row

    def count(self, table: str) -> int:
        return int(self.row(f"SELECT count(*) AS n FROM {table}")["n"])

    def session(self) -> dict[str, Any]:
        return self.row("SELECT * FROM session")

    def events(self, kind: str) -> list[str]:
        return [
            row["text"] for row in self.rows("SELECT text FROM event WHERE kind = $kind ORDER BY logged_at", kind=kind)
        ]


def configure(database: DuckDB) -> None:
    """Make CP1 and CP2 ask for tags, OPEN let anybody charge, and MIXED have an outlet of each."""
    scope = Scope(database, user_id=1, role=Role.ADMINISTRATOR, site_ids=None)
    site_id = sites.create_site(scope, "Solna", "Europe/Stockholm")
    for charge_box_id, outlets in OUTLETS.items():
        stations.create_station(scope, NewStation(site_id, charge_box_id, f"Station {charge_box_id}", outlets=outlets))
    dana = Sql(
        """INSERT INTO portal_user (user_id, role, first_name, last_name, email, password_hash, password_changed_at)
           VALUES (100, 'ev_user', 'Dana', 'Driver', 'dana@portal.example', '', now())"""
    )
    give_tag(database, TAG, dana)


def give_tag(database: DuckDB, id_tag: str, *before: Sql) -> None:
    tag = Sql("INSERT INTO id_tag (id_tag, user_id) VALUES ($id_tag, 100)", {"id_tag": id_tag})
    database.write([*before, tag], [("user", 100)])
