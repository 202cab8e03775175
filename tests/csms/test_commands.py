"""A command goes from its row to the station and back, and every step is in the row."""

from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from csms.file_accounts import Account, Purpose
from csms.ocpp16.calls import CALLS
from data.command_kinds import KINDS, OCPP_16
from data.database import Sql
from tests.csms.conftest import Start
from tests.csms.portal import FAST, TAG, Portal, give_tag
from tests.support.virtual_station import CallError, until

QUICK = replace(FAST, commands_every=0.02, call_deadline=0.3)
SECRET = "0123456789ABCDEF"
OF_FILES = dict.fromkeys(("update_software", "upload_log", "get_log"), {"location": "ftp://portal.example/a"})


def keep_parameter(portal: Portal, key: str, value: str) -> None:
    insert = "INSERT INTO parameter SELECT station_id, $key, $value, TRUE, now() FROM charging_station"
    portal.database.write([Sql(insert, {"key": key, "value": value})])


def command(portal: Portal) -> dict[str, Any]:
    return portal.row("SELECT * FROM command")


def state(portal: Portal) -> str:
    return str(command(portal)["state"])


async def test_a_reboot_is_done_when_the_station_boots_again(start: Start) -> None:
    async with start(QUICK) as portal:
        async with portal.station() as station:
            portal.ask("reboot", {"type": "Hard"})
            await until(lambda: state(portal) == "accepted")
            assert station.commands == [("Reset", {"type": "Hard"})]
        async with portal.station() as station:
            await station.boot()
        row = command(portal)
        assert (row["state"], row["answer"], row["progress_text"]) == ("done", "Accepted", "Back online.")
        assert row["sent_at"] <= row["answered_at"] <= row["ended_at"]
        assert [text.split(": ")[1] for text in portal.events("command")] == ["asked for.", "Accepted.", "Back online."]


async def test_a_station_that_is_back_without_a_word_of_booting_keeps_no_command_waiting(start: Start) -> None:
    async with start(replace(QUICK, boots_within=0.1)) as portal:
        async with portal.station():
            portal.ask("reboot", {"type": "Hard"})
            await until(lambda: state(portal) == "accepted")
            portal.ask("clear_cache")
        async with portal.station() as station:
            await station.heartbeat()
            await until(lambda: portal.rows("SELECT 1 FROM command WHERE kind = 'clear_cache' AND state = 'done'"))
        done = portal.row("SELECT * FROM command WHERE kind = 'reboot'")
        assert (done["state"], done["progress_text"]) == ("done", "The station is back; it did not say that it booted.")


@pytest.mark.parametrize(
    ("kinds", "report", "states"),
    [
        (("update_software", "update_software"), ("FirmwareStatusNotification", "Installed"), ["cancelled", "done"]),
        (("get_log", "upload_log"), ("DiagnosticsStatusNotification", "Uploaded"), ["accepted", "done"]),
        (("upload_log", "get_log"), ("DiagnosticsStatusNotification", "Uploaded"), ["done", "accepted"]),
    ],
    ids=str,
)
async def test_one_report_is_of_one_command(
    start: Start, kinds: tuple[str, str], report: tuple[str, str], states: list[str]
) -> None:
    async with start(QUICK) as portal, portal.station() as station:
        for action in ("UpdateFirmware", "GetDiagnostics"):
            station.handlers[action] = lambda _station, _payload: {}
        station.handlers["GetLog"] = lambda _station, _payload: {"status": "Accepted"}
        for kind in kinds:
            portal.ask(kind, OF_FILES[kind])
        await until(lambda: portal.row("SELECT count(*) AS n FROM command WHERE state = 'accepted'")["n"] == 2)
        await station.call(report[0], {"status": report[1]})
        assert [row["state"] for row in portal.rows("SELECT state FROM command ORDER BY command_id")] == states


async def test_a_transaction_is_of_the_first_of_two_starts(start: Start) -> None:
    async with start(QUICK) as portal, portal.station() as station:
        station.handlers["RemoteStartTransaction"] = lambda _station, _payload: {"status": "Accepted"}
        for _press in range(2):
            portal.ask("start_charging", {"id_tag": TAG}, connector_id=1)
        await until(lambda: portal.row("SELECT count(*) AS n FROM command WHERE state = 'accepted'")["n"] == 2)
        await station.start(1, TAG)
        assert [row["state"] for row in portal.rows("SELECT state FROM command ORDER BY command_id")] == [
            "done", "accepted",
        ]  # fmt: skip


@pytest.mark.parametrize(
    ("key", "answer", "ended"),
    [
        ("ConnectionTimeOut", "Accepted", "done"),
        ("endpoint", "RebootRequired", "done"),
        ("FirmwareVersion", "Rejected", "rejected"),
        ("Nonsense", "NotSupported", "not_supported"),
    ],
)
async def test_a_changed_parameter_is_kept_when_the_station_took_it(
    start: Start, key: str, answer: str, ended: str
) -> None:
    async with start(QUICK) as portal, portal.station():
        portal.ask("change_configuration", {"key": key, "value": "17"})
        await until(lambda: command(portal)["ended_at"])
        assert (state(portal), command(portal)["answer"]) == (ended, answer)
        kept = portal.rows("SELECT value FROM parameter WHERE key = $key", key=key)
        assert kept == ([{"value": "17"}] if ended == "done" else [])


@pytest.mark.parametrize("key", ["AuthorizationKey", "WifiPassword", "wlan/psk", "SimPin"])
async def test_a_secret_value_reaches_the_station_and_nothing_else(start: Start, key: str) -> None:
    async with start(QUICK) as portal, portal.station() as station:
        portal.ask("change_configuration", {"key": key, "value": SECRET})
        await until(lambda: command(portal)["ended_at"])
        assert station.commands[0][1]["value"] == SECRET
        for table in ("command", "event", "parameter"):
            assert SECRET not in str(portal.rows(f"SELECT * FROM {table}"))  # noqa: S608 - the test's own tables


async def test_reading_the_configuration_replaces_the_parameters(start: Start) -> None:
    async with start(QUICK) as portal, portal.station() as station:
        for value in ("1", "2"):
            read = [{"key": f"k{value}", "readonly": False, "value": value}]
            station.handlers["GetConfiguration"] = lambda _, __, read=read: {"configurationKey": read}
            portal.ask("read_configuration")
            await until(lambda: not portal.rows("SELECT 1 FROM command WHERE ended_at IS NULL"))
        assert portal.rows("SELECT key, value FROM parameter") == [{"key": "k2", "value": "2"}]


async def test_reading_the_configuration_of_a_station_that_lists_nothing_asks_key_by_key(start: Start) -> None:
    async with start(QUICK) as portal, portal.station() as station:
        station.handlers["GetConfiguration"] = lambda _, payload: (
            {"configurationKey": [{"key": "HeartbeatInterval", "value": "30"}], "unknownKey": ["BlinkRepeat"]}
            if payload.get("key")
            else {}
        )
        portal.ask("read_configuration")
        await until(lambda: command(portal)["ended_at"])
        assert portal.rows("SELECT key, value FROM parameter") == [{"key": "HeartbeatInterval", "value": "30"}]
        assert "BlinkRepeat" not in command(portal)["result"]


async def test_a_station_that_never_answers_times_out_and_its_late_answer_changes_nothing(start: Start) -> None:
    async with start(QUICK) as portal, portal.station() as station:
        station.handlers["ClearCache"] = lambda station, payload: None
        portal.ask("clear_cache")
        await until(lambda: state(portal) == "timed_out")
        await station.send([3, "unknown", {"status": "Accepted"}])
        await station.heartbeat()
        assert (state(portal), len(station.commands)) == ("timed_out", 1)


async def test_no_more_stations_fail_than_may_and_the_others_are_never_told(start: Start) -> None:
    names = ["CP1", "CP2", "OPEN", "MIXED"]
    async with start(QUICK) as portal, AsyncExitStack() as stack:
        connected = [await stack.enter_async_context(portal.station(name)) for name in names]
        for station in connected:
            station.handlers["Reset"] = lambda station, payload: {"status": "Rejected"}
        portal.ask("reboot", {"type": "Soft"}, stations=names, stop_on_failures=2)
        await until(lambda: not portal.rows("SELECT 1 FROM command WHERE ended_at IS NULL"))
        assert sum(len(station.commands) for station in connected) == 2
        states = [row["state"] for row in portal.rows("SELECT state FROM command ORDER BY state")]
        assert states == ["cancelled", "cancelled", "rejected", "rejected"]


@pytest.mark.parametrize("ended", ["Installed", "InstallationFailed"])
async def test_the_next_station_has_its_turn_when_the_outcome_of_one_is_known(start: Start, ended: str) -> None:
    async with start(QUICK) as portal, portal.station() as one, portal.station("CP2") as two:
        portal.ask("update_software", {"location": "ftp://a.example/a"}, stations=["CP1", "CP2"], stop_on_failures=1)
        await until(lambda: one.commands + two.commands)
        first, second = (one, two) if one.commands else (two, one)
        await until(lambda: portal.rows("SELECT 1 FROM command WHERE state = 'accepted'"))
        await first.call("FirmwareStatusNotification", {"status": "Downloading"})
        assert second.commands == []
        await first.call("FirmwareStatusNotification", {"status": ended})
        if ended == "Installed":
            await until(lambda: second.commands)
        else:
            await until(lambda: portal.rows("SELECT 1 FROM command WHERE state = 'cancelled'"))
            assert second.commands == []


async def test_an_error_is_told_in_the_station_s_words(start: Start) -> None:
    def refuse(station: object, payload: object) -> None:
        raise CallError("InternalError", "out of memory")

    async with start(QUICK) as portal, portal.station() as station:
        station.handlers["ClearCache"] = refuse
        portal.ask("clear_cache")
        await until(lambda: state(portal) == "failed")
        assert command(portal)["answer"] == "InternalError: out of memory"


async def test_a_command_waits_for_its_station_until_its_time_is_over(start: Start) -> None:
    async with start(QUICK) as portal:
        portal.ask("clear_cache")
        portal.ask("clear_cache", stations=["CP2"], expires_at=datetime.now(UTC) + timedelta(seconds=0.1))
        await until(lambda: portal.rows("SELECT 1 FROM command WHERE state = 'expired'"))
        async with portal.station() as station, portal.station("CP2") as late:
            await until(lambda: portal.rows("SELECT 1 FROM command WHERE state = 'done'"))
            assert (len(station.commands), late.commands) == (1, [])


async def test_after_a_restart_queued_commands_go_out_and_sent_ones_never_again(start: Start) -> None:
    async with start(QUICK) as portal:
        portal.ask("clear_cache")
        async with portal.station("CP2") as station:
            station.handlers["ClearCache"] = lambda station, payload: None
            portal.ask("clear_cache", stations=["CP2"])
            await until(lambda: station.commands)
            portal.database.write([])
    async with start(QUICK) as portal, portal.station() as station, portal.station("CP2") as other:
        await until(lambda: not portal.rows("SELECT 1 FROM command WHERE ended_at IS NULL"))
        assert (len(station.commands), other.commands) == (1, [])
        states = [row["state"] for row in portal.rows("SELECT state FROM command ORDER BY command_id")]
        assert states == ["done", "timed_out"]


async def test_remote_start_and_stop_are_done_with_the_transaction(start: Start) -> None:
    async with start(QUICK) as portal, portal.station() as station:
        portal.ask("start_charging", {"id_tag": TAG}, connector_id=1)
        await until(lambda: state(portal) == "done")
        portal.ask("stop_charging", connector_id=1)
        await until(lambda: len(portal.rows("SELECT 1 FROM command WHERE state = 'done'")) == 2)
        assert station.commands[1] == ("RemoteStopTransaction", {"transactionId": portal.session()["transaction_id"]})


async def test_a_software_update_tells_its_progress_over_a_lost_connection(start: Start) -> None:
    async with start(QUICK) as portal:
        async with portal.station() as station:
            portal.ask("update_software", {"location": "ftp://portal.example/a.bin"})
            await until(lambda: state(portal) == "accepted")
            await station.call("FirmwareStatusNotification", {"status": "Downloading"})
            assert (state(portal), command(portal)["progress_text"]) == ("working", "Downloading")
            station.cut()
        async with portal.station() as station:
            await station.call("FirmwareStatusNotification", {"status": "Installed"})
            assert state(portal) == "done"


async def test_rfid_tags_go_in_pieces_then_only_what_changed(start: Start) -> None:
    async with start(QUICK) as portal, portal.station() as station:
        keep_parameter(portal, "SendLocalListMaxLength", "1")
        give_tag(portal.database, "0A")
        portal.ask("download_rfid_tags")
        await until(lambda: portal.rows("SELECT 1 FROM command WHERE state = 'done'"))
        portal.database.write([Sql("DELETE FROM id_tag WHERE id_tag = '0A'")])
        portal.ask("download_rfid_tags", {"update": "Differential"})
        await until(lambda: len(portal.rows("SELECT 1 FROM command WHERE state = 'done'")) == 2)
        sent = [
            (payload["updateType"], payload["listVersion"], payload["localAuthorizationList"])
            for _, payload in station.commands
        ]
    accepted = {"status": "Accepted"}
    assert sent == [
        ("Full", 1, [{"idTag": TAG, "idTagInfo": accepted}]),
        ("Differential", 2, [{"idTag": "0A", "idTagInfo": accepted}]),
        ("Differential", 3, [{"idTag": "0A"}]),
    ]


async def test_a_station_without_room_for_the_tags_is_told_apart(start: Start) -> None:
    async with start(QUICK) as portal, portal.station() as station:
        keep_parameter(portal, "LocalAuthListMaxLength", "0")
        portal.ask("download_rfid_tags")
        await until(lambda: state(portal) == "rejected")
        assert command(portal)["progress_text"] == "1 RFID tags do not fit: the station keeps 0."
        assert station.commands == []


async def test_a_reservation_ends_with_the_transaction_that_used_it(start: Start) -> None:
    async with start(QUICK) as portal, portal.station() as station:
        portal.ask("reserve", {"id_tag": TAG, "until": datetime.now(UTC) + timedelta(hours=1)}, connector_id=1)
        await until(lambda: state(portal) == "done")
        await station.start(1, TAG, reservationId=station.commands[0][1]["reservationId"])
        assert portal.row("SELECT state FROM reservation") == {"state": "used"}


def test_every_kind_that_ocpp_1_6_has_is_translated() -> None:
    assert {kind.name for kind in KINDS.values() if OCPP_16 in kind.versions} == set(CALLS)


async def test_a_station_is_told_its_own_account_of_the_ftp_server_and_nobody_else_sees_it(start: Start) -> None:
    async with start(QUICK) as portal, portal.station() as station:
        portal.database.write([Sql("UPDATE system SET ftp_url = 'ftp://ftp.portal.example:2121'")])
        portal.ask("upload_log")
        await until(lambda: station.commands)
        action, payload = station.commands[0]
        station_id = portal.central.stations["CP1"].station_id
        password = portal.central.accounts.password(Account(Purpose.LOGS, station_id))
        assert payload == {"location": f"ftp://station-{station_id}:{password}@ftp.portal.example:2121/"}
        await until(lambda: portal.count("message") > 1)
        everything = str(portal.rows("SELECT * FROM command") + portal.rows("SELECT * FROM event"))
        assert password not in everything + str(portal.rows("SELECT * FROM message"))


async def test_without_an_ftp_address_a_log_cannot_be_asked_for(start: Start) -> None:
    async with start(QUICK) as portal, portal.station():
        portal.ask("upload_log")
        await until(lambda: state(portal) == "rejected")
        assert "FTP address is not configured" in command(portal)["progress_text"]
