"""Stations on a bad day: too late, twice, gone in the middle, with another list than ours."""

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from csms.list_conflicts import CODE
from data.database import Sql
from simulator.station import Payload, VirtualStation
from tests.csms.conftest import Start
from tests.csms.portal import TAG, give_tag
from tests.csms.test_commands import QUICK, command, keep_parameter, state
from tests.support.virtual_station import CallError, Station, until

FTP = "ftp://portal.example/a.bin"


class Slow:
    """Answers an action when it is let."""

    def __init__(self, station: Station, action: str, answer: Payload | CallError) -> None:
        self.may_answer = asyncio.Event()
        self._answer = answer
        station.handlers[action] = self._handle

    async def _handle(self, station: VirtualStation, payload: Payload) -> Payload:
        await self.may_answer.wait()
        if isinstance(self._answer, CallError):
            raise self._answer
        return self._answer


@pytest.mark.parametrize(
    ("kind", "parameters", "action", "answer", "ended", "text"),
    [
        ("clear_cache", {}, "ClearCache", {"status": "Accepted"}, "done", "Answered late: Accepted"),
        ("clear_cache", {}, "ClearCache", {"status": "Rejected"}, "rejected", "Answered late: Rejected"),
        ("clear_cache", {}, "ClearCache", CallError("GenericError"), "timed_out", "Answered late: GenericError"),
        ("reboot", {"type": "Hard"}, "Reset", {"status": "Accepted"}, "accepted", "Answered late: Accepted"),
        ("download_rfid_tags", {}, "SendLocalList", {"status": "Accepted"}, "done", "Answered late: Accepted"),
        ("download_rfid_tags", {}, "SendLocalList", {"status": "Failed"}, "rejected", "Answered late: Failed"),
    ],
)  # fmt: skip
async def test_an_answer_after_the_time_out_is_told_as_late(
    start: Start, kind: str, parameters: Payload, action: str, answer: Payload | CallError, ended: str, text: str
) -> None:
    async with start(QUICK) as portal, portal.station() as station:
        slow = Slow(station, action, answer)
        portal.ask(kind, parameters)
        await until(lambda: state(portal) == "timed_out")
        slow.may_answer.set()
        await until(lambda: command(portal)["progress_text"] == text)
        assert state(portal) == ended
        assert portal.events("command")[-1].rstrip(".").endswith(text)
        assert await station.heartbeat()


async def test_what_a_station_took_late_is_kept_and_its_outcome_awaited(start: Start) -> None:
    async with start(QUICK) as portal:
        async with portal.station() as station:
            slow = Slow(station, "ChangeConfiguration", {"status": "Accepted"})
            portal.ask("change_configuration", {"key": "ConnectionTimeOut", "value": "17"})
            await until(lambda: state(portal) == "timed_out")
            slow.may_answer.set()
            await until(lambda: state(portal) == "done")
        assert portal.row("SELECT value FROM parameter WHERE key = 'ConnectionTimeOut'") == {"value": "17"}
    async with start(QUICK) as portal:
        async with portal.station("CP2") as station:
            slow = Slow(station, "Reset", {"status": "Accepted"})
            portal.ask("reboot", {"type": "Hard"}, stations=["CP2"])
            last = "SELECT state FROM command ORDER BY command_id DESC LIMIT 1"
            await until(lambda: portal.row(last) == {"state": "timed_out"})
            slow.may_answer.set()
            await until(lambda: portal.row(last) == {"state": "accepted"})
        async with portal.station("CP2") as station:
            await station.boot()
            assert portal.row(last) == {"state": "done"}


async def test_the_next_list_builds_on_the_part_that_a_station_took_late(start: Start) -> None:
    async with start(QUICK) as portal, portal.station() as station:
        keep_parameter(portal, "SendLocalListMaxLength", "1")
        give_tag(portal.database, "0A")
        at_once = station.handlers["SendLocalList"]
        slow = Slow(station, "SendLocalList", {"status": "Accepted"})
        portal.ask("download_rfid_tags")
        await until(lambda: state(portal) == "timed_out")
        slow.may_answer.set()
        await until(lambda: command(portal)["progress_text"] == "Answered late: Accepted")
        assert state(portal) == "timed_out"  # the other part was not sent
        station.handlers["SendLocalList"] = at_once
        portal.ask("download_rfid_tags", {"update": "Differential"})
        await until(lambda: portal.rows("SELECT 1 FROM command WHERE state = 'done'"))
        sent = [(payload["updateType"], payload["listVersion"]) for _, payload in station.commands]
        assert sent == [("Full", 1), ("Differential", 2)]
        assert portal.row("SELECT version, entries FROM local_list") == {"version": 2, "entries": f'["{TAG}", "0A"]'}


async def test_a_list_that_was_taken_late_does_not_stand_for_a_newer_one(start: Start) -> None:
    async with start(QUICK) as portal, portal.station() as station:
        at_once = station.handlers["SendLocalList"]
        slow = Slow(station, "SendLocalList", {"status": "Accepted"})
        portal.ask("download_rfid_tags")
        await until(lambda: state(portal) == "timed_out")
        station.handlers["SendLocalList"] = at_once
        give_tag(portal.database, "0A")
        portal.ask("download_rfid_tags")
        await until(lambda: portal.rows("SELECT 1 FROM command WHERE state = 'done'"))
        slow.may_answer.set()
        await until(lambda: len(portal.rows("SELECT 1 FROM command WHERE state = 'done'")) == 2)
        assert portal.row("SELECT tags FROM local_list") == {"tags": 2}


async def test_a_second_answer_to_a_call_is_noted_and_changes_nothing(start: Start) -> None:
    async with start(QUICK) as portal, portal.station() as station:
        portal.ask("clear_cache")
        await until(lambda: state(portal) == "done")
        await until(lambda: portal.rows("SELECT 1 FROM message WHERE action = 'ClearCache'"))
        unique_id = portal.row("SELECT unique_id FROM message WHERE action = 'ClearCache' AND kind = 'call'")[
            "unique_id"
        ]
        for answer in ([3, unique_id, {"status": "Rejected"}], [4, unique_id, "InternalError", "", {}], [3, "x", {}]):
            await station.send(answer)
        await station.heartbeat()
        assert state(portal) == "done"
        await until(lambda: portal.events("odd message"))
        assert portal.events("odd message") == ["The station answered a call that nobody made, or a second time."]
        assert portal.central.metrics.unexpected_answers == 3


@pytest.mark.parametrize("comes_back", [True, False])
async def test_a_station_that_drops_in_the_middle_of_an_update_is_waited_for_also_over_a_restart(
    start: Start, comes_back: bool
) -> None:
    async with start(QUICK) as portal, portal.station() as station:
        portal.ask("update_software", {"location": FTP})
        await until(lambda: state(portal) == "accepted")
        await station.call("FirmwareStatusNotification", {"status": "Downloading"})
        station.cut()
    if not comes_back:
        past = Sql("UPDATE command SET done_by = $at", {"at": datetime.now(UTC) - timedelta(seconds=1)})
        portal.database.write([past])
    async with start(QUICK) as portal:
        if comes_back:
            assert state(portal) == "working"
            async with portal.station() as station:
                await station.boot()
                await station.call("FirmwareStatusNotification", {"status": "Installed"})
                assert state(portal) == "done"
        else:
            await until(lambda: state(portal) == "timed_out")
            assert command(portal)["progress_text"] == "The outcome did not come in time."


async def test_a_conflicting_list_is_sent_whole_again_and_is_an_alarm_when_that_did_not_help(start: Start) -> None:
    async with start(QUICK) as portal, portal.station() as station:
        await station.notify(1, "Available", CODE)
        await until(lambda: portal.rows("SELECT 1 FROM command WHERE state = 'done'"))
        (action, payload), *others = station.commands
        assert (action, payload["updateType"], others) == ("SendLocalList", "Full", [])
        assert portal.count("alarm") == 0
        await station.notify(1, "Available")
        await station.notify(1, "Available", CODE)
        assert portal.row("SELECT kind, code, connector_id FROM alarm") == {
            "kind": "List of RFID tags", "code": CODE, "connector_id": 0,
        }  # fmt: skip
        assert len(station.commands) == 1


async def test_the_alarm_of_a_conflicting_list_is_over_when_a_whole_one_is_taken_and_comes_back_if_it_did_not_help(
    start: Start,
) -> None:
    async with start(QUICK) as portal, portal.station() as station:
        await station.notify(1, "Available", CODE)
        await until(lambda: portal.rows("SELECT 1 FROM command WHERE state = 'done'"))
        await station.notify(1, "Available", CODE)
        give_tag(portal.database, "0A")
        portal.ask("download_rfid_tags", {"update": "Differential"})
        await until(lambda: len(portal.rows("SELECT 1 FROM command WHERE state = 'done'")) == 2)
        assert portal.count("alarm") == 1
        portal.ask("download_rfid_tags")
        await until(lambda: len(portal.rows("SELECT 1 FROM command WHERE state = 'done'")) == 3)
        assert (portal.count("alarm"), portal.count("alarm_history")) == (0, 1)
        await station.notify(1, "Available", CODE)
        assert portal.row("SELECT kind, repeats FROM alarm") == {"kind": "List of RFID tags", "repeats": 1}


async def test_a_list_that_a_station_has_another_version_of_is_sent_whole(start: Start) -> None:
    async with start(QUICK) as portal, portal.station() as station:
        portal.ask("download_rfid_tags")
        await until(lambda: portal.rows("SELECT 1 FROM command WHERE state = 'done'"))
        station.local_list_version = 40  # somebody else was at it
        portal.ask("download_rfid_tags", {"update": "Differential"})
        await until(lambda: len(portal.rows("SELECT 1 FROM command WHERE state = 'done'")) == 2)
        sent = [payload["updateType"] for action, payload in station.commands if action == "SendLocalList"]
        assert sent[-1] == "Full"


async def test_parameters_are_read_again_after_the_reboot_that_a_change_needs_and_not_before(start: Start) -> None:
    async with start(QUICK) as portal:
        async with portal.station() as station:
            portal.central.stations["CP1"].parameters_read = True
            portal.ask("change_configuration", {"key": "endpoint", "value": "ws://elsewhere.example"})
            await until(lambda: state(portal) == "done")
            await station.heartbeat()
            assert portal.central.stations["CP1"].parameters_read
        async with portal.station() as station:
            await station.boot()
            assert not portal.central.stations["CP1"].parameters_read
        assert command(portal)["answer"] == "RebootRequired"


async def test_a_reading_after_a_reboot_is_not_forgotten_at_a_restart_before_it(start: Start) -> None:
    at_once = replace(QUICK, configuration_after=0, configuration_every=0.02)
    async with start(at_once) as portal, portal.station() as station:
        await station.heartbeat()
        await until(lambda: portal.row("SELECT parameters_read_at FROM station_state")["parameters_read_at"])
        portal.ask("change_configuration", {"key": "endpoint", "value": "ws://elsewhere.example"})
        await until(lambda: portal.rows("SELECT 1 FROM command WHERE answer = 'RebootRequired'"))
    async with start(QUICK) as portal, portal.station() as station:
        await station.heartbeat()
        known = portal.central.stations["CP1"]
        assert (known.parameters_read, known.reads_after_boot) == (True, True)
        await station.boot()  # and the next restart comes before the reading
        assert (known.parameters_read, known.reads_after_boot) == (False, False)
    async with start(at_once) as portal, portal.station() as station:
        await station.heartbeat()
        await until(lambda: "GetConfiguration" in [action for action, _ in station.commands])
        await until(lambda: portal.central.stations["CP1"].parameters_read)
    async with start(QUICK) as portal:
        assert portal.central.stations["CP1"].parameters_read


async def test_a_reservation_ends_when_its_time_is_over(start: Start) -> None:
    async with start(QUICK) as portal, portal.station():
        portal.ask("reserve", {"id_tag": TAG, "until": datetime.now(UTC) + timedelta(seconds=0.3)}, connector_id=1)
        await until(lambda: portal.rows("SELECT 1 FROM reservation WHERE state = 'expired'"))
        number = json.loads(command(portal)["result"])["reservation_id"]
        assert portal.events("command")[-1] == f"Reservation {number} expired."
