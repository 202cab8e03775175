"""The heart of the central system: all stations' hot state, and the way every happening takes to its rule."""

import asyncio
import itertools
import logging
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from csms import connection_days
from csms.authority import Authority
from csms.commander import Commander
from csms.commits import Commits
from csms.file_accounts import Accounts
from csms.message_log import Recorder
from csms.metrics import Metrics
from csms.services.notices import Notices
from csms.station import Station, Status
from data import (
    alarms,
    id_tags,
    station_certificates,
    station_security,
    station_states,
    transactions,
)
from data.command_rows import ANSWER_WITHIN
from data.database import Batch, Revision
from data.duckdb_engine import DuckDB
from data.events import EventKind, event
from data.station_certificates import Certificate
from data.station_security import Credentials
from data.station_states import KnownStation
from data.texts import told

log = logging.getLogger(__name__)

ODDITY_REPEATED_AFTER = timedelta(hours=1)
MOST_ODDITIES = 10_000


@dataclass(frozen=True)
class Timing:
    """Delays in seconds; tests shorten them."""

    heartbeat: int = 300
    call_deadline: float = ANSWER_WITHIN.total_seconds()
    configuration_after: float = 10  # some stations reboot when asked before they have settled
    configuration_every: float = 2  # looks for stations to be asked
    boots_within: float = 60  # after a connection; some never say that they booted
    stop_awaited: float = 60  # an outlet that is Available again sends its stop a little later
    no_network_after_closing: float = 300
    not_registered_after: float = 24 * 3600  # since the station was configured, or since the start
    presence_every: float = 10
    refresh_every: float = 0.25
    commands_every: float = 1  # looks for commands that have waited too long
    keep_messages_days: int = 14
    keep_meter_values_days: int = 400
    connection_days_every: float = 60  # writes how stations stay in contact
    power_sums_every: float = 600
    renewals_every: float = 3600  # looks for stations' certificates that expire soon
    mails_every: float = 60  # looks for users whose daily mail is due
    mail_retry: float = 60  # after a mail server was away; doubled each time, up to an hour
    deliveries_every: float = 1  # looks for notifications to services that are due
    service_answers_within: float = 10
    service_waits: float = 45  # for a station's answer, less than proxies and clients usually wait
    service_retry: float = 5  # after a service took nothing; doubled each time, up to an hour
    finish_within: float = 10  # at the end of the process

    @property
    def silent_after(self) -> float:
        return 2 * self.heartbeat + 60


class Central:
    """Hot state of everything; made by `load`."""

    def __init__(self, database: DuckDB, timing: Timing) -> None:
        self.database = database
        self.commits = Commits(database)
        self.recorder = Recorder(self.commits)
        self.timing = timing
        self.metrics = Metrics()
        self.commander = Commander(self)
        self.accounts = Accounts(database.file.parent)
        self.authority = Authority(database.file.parent)
        self.stations: dict[str, Station] = {}  # by charge_box_id
        self.tags = id_tags.TagIndex(())
        self.notices = Notices()
        self.credentials: dict[int, Credentials] = {}  # by station_id
        self.certificates: dict[str, Certificate] = {}  # by serial number
        self._reading_credentials = asyncio.Lock()
        self._first_transaction_id = 1
        self.transaction_ids = itertools.count(1)
        self.revision = Revision()
        self._oddities: OrderedDict[tuple[object, ...], datetime] = OrderedDict()

    def load(self) -> None:
        """Fill the hot state at the start; stations must connect again."""
        database, now = self.database, datetime.now(UTC)
        database.write([station_states.nobody_connected()])
        self.revision = database.changes(self.revision).revision
        self.tags = id_tags.index(database)
        self.credentials = station_security.known(database)
        self.certificates = station_certificates.known(database)
        self._first_transaction_id = transactions.last_transaction_id(database) + 1
        self.transaction_ids = itertools.count(self._first_transaction_id)
        self.configure(station_states.known_stations(database), station_states.known_outlets(database), now)
        by_id = {station.station_id: station for station in self.stations.values()}
        for station in by_id.values():
            station.restored = station.is_registered
        for last in station_states.last_statuses(database):
            if last.station_id in by_id:
                status = Status(last.status, last.error_code, last.info, last.vendor_error_code, last.logged_at)
                by_id[last.station_id].statuses[last.connector_id] = status
        for station_id, connector_id, kind in alarms.active_kinds(database):
            if station_id in by_id:
                by_id[station_id].alarms.add((connector_id, kind))
        for transaction in transactions.open_transactions(database):
            if transaction.station_id in by_id:
                by_id[transaction.station_id].open[transaction.transaction_id] = transaction
        for station_id, connector_id, ended_at in transactions.last_ends(database):
            if station_id in by_id:
                by_id[station_id].ends_before[connector_id] = ended_at
        connection_days.load(self)
        self.notices.load(database)
        self.commander.load()

    def configure(
        self, known: Sequence[KnownStation], outlets: Iterable[station_states.KnownOutlet], now: datetime
    ) -> list[Station]:
        """Take over the configured stations and outlets; return the stations that may not stay connected as they are.

        These are gone, or have another ChargeboxId than the one they connected with.
        """
        renamed = []
        present = {station.station_id: station for station in self.stations.values()}
        self.stations = {}
        by_id = {}
        for row in known:
            station = present.pop(row.station_id, None)
            if station is None:
                station = Station(row, heard_at=now)
            else:
                if station.charge_box_id != row.charge_box_id:
                    renamed.append(station)
                station.configure(row)
            self.stations[row.charge_box_id] = by_id[row.station_id] = station
            station.outlets = {}
        for outlet in outlets:
            if outlet.station_id in by_id:
                by_id[outlet.station_id].outlets[outlet.connector_id] = outlet.mode
        return [*present.values(), *renamed]

    async def refresh(self) -> None:
        """Take over what administrators changed since the last time."""
        changes = self.database.changes(self.revision)
        subjects = {subject for subject, _ in changes.changed}
        if "topology" in subjects:
            known = await asyncio.to_thread(station_states.known_stations, self.database)
            outlets = await asyncio.to_thread(station_states.known_outlets, self.database)
            for gone in self.configure(known, outlets, datetime.now(UTC)):
                if gone.connection:
                    await gone.connection.close(1008, told("removed from the portal, or called otherwise there"))
                else:
                    gone.caller = None  # it knows the station by what it was called
        if "user" in subjects:
            self.tags = await asyncio.to_thread(id_tags.index, self.database)
        if "service" in subjects:
            await self.notices.refresh(self.database)
        if station_security.CHANGED in subjects:
            await self.reload_credentials()
        if station_certificates.CHANGED in subjects:
            self.certificates = await asyncio.to_thread(station_certificates.known, self.database)
        self.revision = changes.revision

    async def reload_credentials(self, station_id: int | None = None) -> None:
        """Take over what is asked of stations, or of one; one read at a time, so that no older one comes last."""
        async with self._reading_credentials:
            read = await asyncio.to_thread(station_security.known, self.database, station_id)
            self.credentials = read if station_id is None else self.credentials | read

    def is_restored(self, transaction_id: int) -> bool:
        """Tell whether a transaction began before this start of the process."""
        return transaction_id < self._first_transaction_id

    def note(
        self,
        station: Station,
        kind: EventKind,
        text: str,
        connector_id: int | None = None,
        details: Mapping[str, object] | None = None,
    ) -> Batch:
        """Make an event of a station."""
        return event(
            kind,
            text,
            site_id=station.site_id,
            station_id=station.station_id,
            connector_id=connector_id,
            charge_box_id=station.charge_box_id,
            details=details,
        )

    def note_oddity(self, station: Station, kind: EventKind, text: str, details: Mapping[str, object]) -> None:
        """Note what may come again with every message, at most once an hour; nobody waits for it."""
        if self.is_first(station.station_id, kind, text):
            log.info("%s: %s", station.charge_box_id, text)
            batch = self.note(station, kind, text, details=details)
            self.commits.write_later([batch], [("event", station.site_id)])

    def is_first(self, *oddity: object) -> bool:
        """Tell whether an oddity was not seen within the last hour."""
        now = datetime.now(UTC)
        seen_at = self._oddities.get(oddity)
        if seen_at and now - seen_at < ODDITY_REPEATED_AFTER:
            return False
        self._oddities[oddity] = now
        self._oddities.move_to_end(oddity)
        if len(self._oddities) > MOST_ODDITIES:
            self._oddities.popitem(last=False)
        return True
