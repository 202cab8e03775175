"""Carries out the commands in the database: each station's one after another, every step written before the next."""

import asyncio
import logging
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from csms import effects, key_rotation, local_lists, outcomes
from csms.calling import Answer, Caller, CallFailed, ErrorAnswered, NoAnswer, Payload, Verdict, Wanted
from csms.station import Station
from data import command_rows, station_files, texts
from data.command_kinds import Outcome
from data.command_rows import FAILURES, Command, State, updated
from data.commands import WAKE
from data.database import Batch, Change, Sql

if TYPE_CHECKING:
    from csms.central import Central

log = logging.getLogger(__name__)

UNKNOWN_AFTER_RESTART = texts.told(
    "The central system restarted before the answer: it is not known whether the station took it."
)
LATE = texts.N_("Answered late: %(said)s")
REPLACING = "AcceptedCanceled"
PUT_OFF = "Scheduled"
"""A change of availability that comes when the session is over."""
UNSUPPORTED_ERRORS = ("NotImplemented", "NotSupported")
STATES = {
    Verdict.ACCEPTED: State.ACCEPTED,
    Verdict.REJECTED: State.REJECTED,
    Verdict.NOT_SUPPORTED: State.NOT_SUPPORTED,
}


class Commander:
    """Woken by the commit of a request; made before the event loop's first station."""

    def __init__(self, central: "Central") -> None:
        self._central = central
        self._queued: dict[int, dict[int, Command]] = {}  # by station_id, then command_id
        self._working: dict[int, asyncio.Task[None]] = {}  # by station_id
        self._careful: dict[str, list[Command]] = {}  # given of batches that too many failures stop, by batch_id
        self._late: set[asyncio.Task[None]] = set()
        self._woken = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        central.database.listen(WAKE, self._told)

    def _told(self) -> None:
        """Hear of a commit, in the database's thread; after the loop's end nobody is left to wake."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._woken.set)

    def load(self) -> None:
        """Take up what an earlier process left; what it sent without an answer is never sent again."""
        by_id = {station.station_id: station for station in self._central.stations.values()}
        for command in command_rows.under_way(self._central.database):
            station = by_id.get(command.station_id)
            if command.state is State.QUEUED:
                self._queued.setdefault(command.station_id, {})[command.command_id] = command
            elif command.state is State.SENT:
                command.state, command.ended_at = State.TIMED_OUT, datetime.now(UTC)
                command.progress_text = UNKNOWN_AFTER_RESTART
                self._central.database.write([updated(command)], [("command", command.station_id)])
            elif station:
                station.awaiting[command.command_id] = command
                self._count(command)

    async def run(self) -> None:
        """Take requests as they come, and end what has waited too long."""
        while True:
            try:
                await asyncio.wait_for(self._woken.wait(), self._central.timing.commands_every)
                self._woken.clear()
                await self._take()
            except TimeoutError:
                await self._end_overdue(datetime.now(UTC))
            except Exception:
                log.exception("commands could not be looked at; it is tried again")

    def wake(self, station: Station) -> None:
        """Send what waits for a station, if it is there."""
        working = self._working.get(station.station_id)
        if station.caller and self._queued.get(station.station_id) and (working is None or working.done()):
            self._working[station.station_id] = asyncio.create_task(self._work(station))

    async def _take(self) -> None:
        """Take over what was asked for or called off."""
        database = self._central.database
        queued = await asyncio.to_thread(command_rows.queued, database)
        present = {command.command_id for command in queued}
        for commands in self._queued.values():
            for gone in commands.keys() - present:
                del commands[gone]
        concerned = set()
        for command in queued:
            self._queued.setdefault(command.station_id, {}).setdefault(command.command_id, command)
            concerned.add(command.station_id)
        waiting = [number for station in self._central.stations.values() for number in station.awaiting]
        called_off = await asyncio.to_thread(command_rows.ended_among, database, waiting) if waiting else set()
        for station in list(self._central.stations.values()):
            for number in called_off & station.awaiting.keys():
                station.awaiting.pop(number).ended_at = datetime.now(UTC)
            if station.station_id in concerned:
                self.wake(station)

    def _may_go(self, command: Command) -> bool:
        """Tell whether a command may be sent: no more of a batch at a time than may still fail."""
        if not command.stop_on_failures:
            return True
        given = [one for one in self._careful.get(command.batch_id, ()) if not one.ended_at or one.state in FAILURES]
        self._careful[command.batch_id] = given
        return len(given) < command.stop_on_failures

    def _count(self, command: Command) -> None:
        if command.stop_on_failures:
            self._careful.setdefault(command.batch_id, []).append(command)

    async def _work(self, station: Station) -> None:
        queued = self._queued[station.station_id]
        while station.caller and not _is_rebooting(station):
            ready = [command for command in queued.values() if self._may_go(command)]
            if not ready:
                return  # the others are looked at again when commands end, or a little later
            command = min(ready, key=lambda command: (command.kind.priority, command.command_id))
            queued.pop(command.command_id)
            self._count(command)
            try:
                await self._carry_out(station, station.caller, command)
            except Exception:
                log.exception("%s: command %s failed", station.charge_box_id, command.command_id)
                command.result = None  # it may be what could not be written
                await self._end(station, command, State.FAILED, texts.told("The portal could not do it: see its log."))

    async def _carry_out(self, station: Station, caller: Caller, command: Command) -> None:
        now = datetime.now(UTC)
        claim: Sequence[Sql] = [command_rows.claimed(command.command_id, now)]
        written = await asyncio.wrap_future(self._central.database.submit(claim, [("command", station.station_id)]))
        if not written[0].num_rows:  # called off, or its time is over
            command.ended_at = now
            return
        command.state, command.sent_at = State.SENT, now
        station.awaiting[command.command_id] = command
        given = await key_rotation.begin(self._central, station, command)
        try:
            command.parameters = effects.completed(station, command)
            answer = await self._performed(station, caller, command)
        except NoAnswer as silence:
            command.answer = silence.said
            await self._end(station, command, State.TIMED_OUT, command.answer)
            self._listen_on(station, command, silence, given)
        except CallFailed as failure:
            await self._failed(station, command, failure, key_rotation.refused(station, given))
        except effects.Impossible as reason:
            await self._end(station, command, State.REJECTED, reason.args[0])
        else:
            told = key_rotation.answered(self._central, station, command, answer, given)
            await self._answered(station, command, answer, *told)
        if given or key_rotation.is_profile(command):
            await self._central.reload_credentials(station.station_id)

    async def _performed(self, station: Station, caller: Caller, command: Command) -> Answer:
        if command.kind.name == "download_rfid_tags":
            return await local_lists.send(self._central, station, caller, command)
        parameters = command.parameters
        if command.kind.name in effects.WITH_FILES:
            ftp_url = await asyncio.to_thread(station_files.ftp_url, self._central.database)
            parameters = effects.located(self._central.accounts, ftp_url, station, command)
        return await caller.perform(Wanted(command.kind.name, command.connector_id, parameters))

    def _listen_on(self, station: Station, command: Command, silence: NoAnswer, given: str) -> None:
        """Take the answer when it comes after all: the station may have done what it was told."""
        if silence.late is None:
            return

        def come(late: "asyncio.Future[Payload | CallFailed]") -> None:
            if not late.cancelled():
                work = asyncio.create_task(self._answered_late(station, command, late.result(), silence, given))
                self._late.add(work)
                work.add_done_callback(self._late.discard)

        silence.late.add_done_callback(come)

    async def _answered_late(
        self,
        station: Station,
        command: Command,
        outcome: Payload | CallFailed,
        silence: NoAnswer,
        given: str,
    ) -> None:
        """Write what a late answer says; an error changes nothing but the text, nor does one of many calls end them."""
        try:
            if isinstance(outcome, CallFailed):
                more = key_rotation.refused(station, given) if isinstance(outcome, ErrorAnswered) else ([], [])
                await self._end(station, command, State.TIMED_OUT, texts.told(LATE, said=outcome.said), more)
                return
            assert silence.read
            answer = silence.read(outcome)
            statements, changed = key_rotation.answered(self._central, station, command, answer, given)
            if answer.verdict is Verdict.ACCEPTED:
                statements = [*statements, *silence.if_accepted[0]]
                changed = [*changed, *silence.if_accepted[1]]
            if silence.is_part and answer.verdict is Verdict.ACCEPTED:
                text = texts.told(LATE, said=answer.word)
                await self._end(station, command, State.TIMED_OUT, text, (statements, changed))
            else:
                await self._answered(station, command, answer, statements, changed, is_late=True)
        except Exception:
            log.exception("%s: the late answer to command %s failed", station.charge_box_id, command.command_id)

    async def _answered(
        self,
        station: Station,
        command: Command,
        answer: Answer,
        more: Sequence[Sql | Batch],
        more_changed: Sequence[Change],
        is_late: bool = False,
    ) -> None:
        now = datetime.now(UTC)
        command.answered_at, command.answer, command.result = now, answer.word, answer.result
        state, said = STATES[answer.verdict], texts.told(LATE, said=answer.word) if is_late else answer.word
        statements, changed = effects.of_answer(station, command, answer, now)
        awaited = command.kind.done_when is not Outcome.ANSWER
        if command.kind.done_when is Outcome.STATUS:
            awaited = answer.word == PUT_OFF
        if state is State.ACCEPTED and (not awaited or command.is_fulfilled):
            state = State.DONE
        if command.ended_at and command.state is not State.TIMED_OUT:  # its failure was told before the answer
            told: outcomes.Told = ([], [])
        elif state is State.ACCEPTED:
            command.state, command.done_by = state, now + timedelta(seconds=command.kind.done_within_s)
            command.ended_at, command.progress_text = None, said if is_late else ""
            station.awaiting[command.command_id] = command
            told = outcomes.noted(self._central, station, command, texts.told("%(sentence)s.", sentence=said))
        else:
            told = outcomes.ended(self._central, station, command, state, now, said)
        given_up = outcomes.replaced(self._central, station, command, now) if answer.word == REPLACING else ([], [])
        await self._central.commits.write(
            [*more, *statements, *told[0], *given_up[0]], [*more_changed, *changed, *told[1], *given_up[1]]
        )

    async def _failed(self, station: Station, command: Command, failure: CallFailed, more: outcomes.Told) -> None:
        is_unsupported = isinstance(failure, ErrorAnswered) and failure.code in UNSUPPORTED_ERRORS
        state = State.NOT_SUPPORTED if is_unsupported else State.FAILED
        command.answer = failure.said
        await self._end(station, command, state, command.answer, more)

    async def _end(
        self, station: Station, command: Command, state: State, text: str, more: outcomes.Told = ([], [])
    ) -> None:
        told = outcomes.ended(self._central, station, command, state, datetime.now(UTC), text)
        await self._central.commits.write([*more[0], *told[0]], [*more[1], *told[1]])

    def _is_back(self, station: Station, command: Command, now: datetime) -> bool:
        """Tell whether a station that was to reboot has connected again and does not speak of it."""
        if command.kind.done_when is not Outcome.BOOTED or not command.answered_at or not station.connection:
            return False
        boots_within = timedelta(seconds=self._central.timing.boots_within)
        return command.answered_at < station.connected_at < now - boots_within

    async def _end_overdue(self, now: datetime) -> None:
        by_id = {station.station_id: station for station in self._central.stations.values()}
        for station_id, queued in self._queued.items():
            for command in [command for command in queued.values() if command.expires_at <= now]:
                del queued[command.command_id]
                waited = by_id.get(station_id)
                if waited:
                    text = texts.told("The station did not come in time.")
                    if waited.caller:
                        text = texts.told("Its turn did not come in time.")
                    await self._end(waited, command, State.EXPIRED, text)
        for station in by_id.values():
            for command in list(station.awaiting.values()):
                if command.done_by and command.done_by <= now:
                    text = texts.told("The outcome did not come in time.")
                    await self._end(station, command, State.TIMED_OUT, text)
                elif self._is_back(station, command, now):
                    text = texts.told("The station is back; it did not say that it booted.")
                    await self._end(station, command, State.DONE, text)
            self.wake(station)
        waiting = {command.batch_id for queued in self._queued.values() for command in queued.values()}
        for batch_id in self._careful.keys() - waiting:
            del self._careful[batch_id]


def _is_rebooting(station: Station) -> bool:
    return any(
        command.kind.done_when is Outcome.BOOTED and command.state is State.ACCEPTED
        for command in station.awaiting.values()
    )
