"""Starting and stopping an outlet for a service, with what the station really answered."""

import asyncio
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple
from uuid import uuid4

from csms import admission
from csms.central import Central
from csms.services.bodies import of_open
from csms.station import Station
from data import service_starts
from data.command_rows import State
from data.errors import InvalidInput
from data.service_access import Outlet, Service
from data.service_starts import Progress, Start
from data.transactions import OpenTransaction

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
TAG_LENGTH = 16  # 80 bits: nobody guesses one
BEGINS_WITHIN = timedelta(hours=1)  # a driver plugs in later than asked


class Result(StrEnum):
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    FAILED = "failed"
    OFFLINE = "offline"
    TIMED_OUT = "timed_out"
    PENDING = "pending"


RESULTS = {
    State.REJECTED: Result.REJECTED,
    State.NOT_SUPPORTED: Result.REJECTED,
    State.FAILED: Result.FAILED,
    State.TIMED_OUT: Result.TIMED_OUT,
    State.EXPIRED: Result.FAILED,
    State.CANCELLED: Result.FAILED,
    State.QUEUED: Result.PENDING,
    State.SENT: Result.PENDING,
}
HTTP_STATUS = {
    Result.ACCEPTED: 200,
    Result.PENDING: 202,
    Result.REJECTED: 409,
    Result.FAILED: 502,
    Result.OFFLINE: 503,
    Result.TIMED_OUT: 504,
}


class Outcome(NamedTuple):
    result: Result
    reason: str
    command_id: int | None = None
    session: Mapping[str, object] | None = None
    reference: str | None = None


class Control:
    def __init__(self, central: Central) -> None:
        self._central = central
        self._changed = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._starting = asyncio.Lock()
        central.database.listen("command", self._told)

    async def start(self, service: Service, outlet: Outlet, id_tag: str | None, reference: str | None) -> Outcome:
        """Have a station begin to charge; with a reference used before, return what came of that.

        Raises:
            InvalidInput: no station takes such a tag, or the reference is that of another outlet.
        """
        async with self._starting:  # a repeated call finds the first one
            start = await self._earlier(service, reference)
            if start is None:
                refused = self._refused(outlet, id_tag)
                if refused:
                    return refused._replace(reference=reference)
                start = self._made(service, outlet, id_tag, reference)
                await self._begin(service, outlet, start)
            elif (start.station_id, start.connector_id) != (outlet.station_id, outlet.connector_id):
                raise InvalidInput("reference", reference, "was used for another outlet. Take another one.")
        outcome = await self._outcome(start.batch_id)
        if outcome.result in (Result.REJECTED, Result.FAILED):
            self._central.notices.starts.dropped(start)
        return outcome._replace(reference=reference)

    async def _earlier(self, service: Service, reference: str | None) -> Start | None:
        if reference is None:
            return None
        return await asyncio.to_thread(service_starts.referred, self._central.database, service, reference)

    async def _begin(self, service: Service, outlet: Outlet, start: Start) -> None:
        """Ask the station, which may begin before this returns."""
        self._central.notices.starts.made(start)
        try:
            await self._ask(service, outlet, "start_charging", {"id_tag": start.id_tag}, start.batch_id, start)
        except Exception:
            self._central.notices.starts.dropped(start)
            raise

    async def stop(self, service: Service, outlet: Outlet, transaction: OpenTransaction) -> Outcome:
        """Have a station end a session."""
        station = self._station(outlet)
        if station is None or station.caller is None:
            return OFFLINE
        batch_id = uuid4().hex
        await self._ask(service, outlet, "stop_charging", {"transaction_id": transaction.transaction_id}, batch_id)
        return (await self._outcome(batch_id))._replace(session=of_open(transaction))

    def transaction(self, outlet: Outlet) -> OpenTransaction | None:
        """Return what is charging at an outlet."""
        station = self._station(outlet)
        return station.only_transaction(outlet.connector_id) if station else None

    def is_connected(self, outlet: Outlet) -> bool:
        station = self._station(outlet)
        return station is not None and station.caller is not None

    def _station(self, outlet: Outlet) -> Station | None:
        station = self._central.stations.get(outlet.charge_box_id)
        return station if station and station.station_id == outlet.station_id else None

    def _refused(self, outlet: Outlet, id_tag: str | None) -> Outcome | None:
        """Say what the station need not be asked for."""
        if not self.is_connected(outlet):
            return OFFLINE
        busy = self.transaction(outlet)
        if busy:
            return Outcome(Result.REJECTED, "The outlet is charging.", session=of_open(busy))
        if id_tag is not None:
            told = admission.of_tag(self._central, id_tag, datetime.now(UTC), is_open=False).authorization
            if not told.is_accepted:
                return Outcome(Result.REJECTED, f"The RFID may not charge: {told.status}.")
        return None

    def _made(self, service: Service, outlet: Outlet, id_tag: str | None, reference: str | None) -> Start:
        now = datetime.now(UTC)
        own = "SV-" + "".join(secrets.choice(ALPHABET) for _place in range(TAG_LENGTH))
        return Start(
            uuid4().hex, service.service_id, outlet.station_id, outlet.connector_id, id_tag or own, id_tag is None,
            reference, now, now + BEGINS_WITHIN,
        )  # fmt: skip

    async def _ask(
        self,
        service: Service,
        outlet: Outlet,
        kind: str,
        parameters: Mapping[str, object],
        batch_id: str,
        start: Start | None = None,
    ) -> None:
        """Queue a command that does not wait for a station which goes away."""
        expires_at = datetime.now(UTC) + timedelta(seconds=self._central.timing.call_deadline)
        await asyncio.to_thread(
            service_starts.ask,
            self._central.database, service, outlet, kind, parameters, batch_id, expires_at, start,
        )  # fmt: skip

    async def _outcome(self, batch_id: str) -> Outcome:
        """Wait until the station has answered; what it was not sent by then is called off."""
        try:
            async with asyncio.timeout(self._central.timing.service_waits):
                while True:
                    changed = self._changed
                    progress = await asyncio.to_thread(service_starts.progress, self._central.database, batch_id)
                    if progress.state not in (State.QUEUED, State.SENT):
                        return said(progress)
                    await changed.wait()
        except TimeoutError:
            return said(await asyncio.to_thread(service_starts.given_up, self._central.database, batch_id))

    def _told(self) -> None:
        """Hear of a commit, in the database's thread."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._wake)

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()


OFFLINE = Outcome(Result.OFFLINE, "The charging station is not connected.")


REASONS = {
    Result.ACCEPTED: "The charging station accepted.",
    Result.PENDING: "The charging station was asked and has not answered yet. Ask for the command's result later.",
}

CALLED_OFF = "It was called off before the charging station was asked; nothing is tried later."


def said(progress: Progress) -> Outcome:
    """Return what came of a command so far."""
    result = RESULTS.get(progress.state, Result.ACCEPTED)
    reason = CALLED_OFF if progress.state is State.CANCELLED else REASONS.get(result, progress.text)
    return Outcome(result, reason, progress.command_id)
