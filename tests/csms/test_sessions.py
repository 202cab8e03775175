"""Sessions come right whatever stations do with starts, stops and ids."""

import asyncio
import json
from dataclasses import replace
from typing import Any

import pytest

from tests.csms.conftest import Start
from tests.csms.portal import FAST, TAG, Portal
from tests.support.virtual_station import CallError, Station, until

START = {"connectorId": 1, "idTag": TAG, "meterStart": 1000, "timestamp": "2026-03-20T09:28:31.250Z"}
STOP = {"meterStop": 5000, "timestamp": "2026-03-20T10:28:31Z"}


async def started(station: Station, **fields: Any) -> int:
    return int((await station.call("StartTransaction", START | fields))["transactionId"])


async def test_a_start_repeated_with_a_new_message_id_is_the_same_transaction(portal: Portal) -> None:
    async with portal.station() as station:
        assert await started(station) == await started(station)
    assert portal.count("open_transaction") == 1


async def test_a_call_repeated_with_its_message_id_gets_the_same_answer(portal: Portal) -> None:
    async with portal.station() as station:
        first = await station.raw([2, "17", "StartTransaction", START])
        assert await station.raw([2, "17", "StartTransaction", START]) == first
    assert portal.count("open_transaction") == 1


async def test_one_message_id_used_for_two_calls_is_answered_for_each(portal: Portal) -> None:
    async with portal.station() as station:
        first = await station.raw([2, "17", "StartTransaction", START])
        second = await station.raw([2, "17", "StartTransaction", START | {"connectorId": 2}])
    assert first[2]["transactionId"] != second[2]["transactionId"]


async def test_a_start_repeated_after_its_stop_is_no_new_transaction(portal: Portal) -> None:
    async with portal.station() as station:
        transaction_id = await started(station)
        await station.call("StopTransaction", STOP | {"transactionId": transaction_id})
        assert await started(station) == transaction_id
    assert (portal.count("open_transaction"), portal.count("session")) == (0, 1)


@pytest.mark.parametrize("stamp", [START["timestamp"], "1970-01-01T00:00:17Z"])
async def test_a_start_repeated_after_a_restart_of_the_portal_is_the_same_transaction(start: Start, stamp: str) -> None:
    async with start() as portal, portal.station() as station:
        transaction_id = await started(station, timestamp=stamp)
    async with start() as portal, portal.station() as station:
        assert await started(station, timestamp=stamp) == transaction_id
        await station.call("StopTransaction", STOP | {"transactionId": transaction_id})
        assert portal.session()["energy_kwh"] == 4


async def test_a_start_whose_session_ended_before_a_restart_is_not_begun_again(start: Start) -> None:
    async with start() as portal, portal.station() as station:
        transaction_id = await started(station)
        await station.call("StopTransaction", STOP | {"transactionId": transaction_id})
    async with start() as portal, portal.station() as station:
        assert await started(station) == transaction_id
        assert await started(station, timestamp="2026-03-20T11:00:00Z") == transaction_id + 1


async def test_the_first_of_two_stops_counts_and_the_second_is_an_event(portal: Portal) -> None:
    async with portal.station() as station:
        transaction_id = await started(station)
        for meter_stop in (5000, 7000):
            answer = await station.call(
                "StopTransaction", STOP | {"transactionId": transaction_id, "meterStop": meter_stop, "idTag": TAG}
            )
            assert answer == {"idTagInfo": {"status": "Accepted"}}
    assert portal.session()["meter_stop_kwh"] == 5
    assert len(portal.events("odd transaction")) == 1


async def test_the_same_stop_twice_is_one_session_without_a_word(portal: Portal) -> None:
    async with portal.station() as station:
        transaction_id = await started(station)
        for _ in range(2):
            await station.call("StopTransaction", STOP | {"transactionId": transaction_id})
    assert (portal.count("session"), portal.events("odd transaction")) == (1, [])


@pytest.mark.parametrize("transaction_id", [4711, 2**40, 1e300, "rubbish", "--5", "9" * 5000, None])
async def test_a_stop_for_an_unknown_transaction_is_answered_and_noted(portal: Portal, transaction_id: object) -> None:
    async with portal.station() as station:
        assert await station.call("StopTransaction", STOP | {"transactionId": transaction_id}) == {}
    assert (portal.count("session"), len(portal.events("odd transaction"))) == (0, 1)


async def test_no_station_stops_a_transaction_of_another(portal: Portal) -> None:
    async with portal.station("CP1") as station, portal.station("CP2") as other:
        transaction_id = await started(station)
        await other.call("StopTransaction", STOP | {"transactionId": transaction_id})
    assert (portal.count("open_transaction"), portal.count("session")) == (1, 0)


@pytest.mark.parametrize("transaction_id", [-1, 0])
async def test_a_stop_without_a_real_id_ends_the_only_transaction(portal: Portal, transaction_id: int) -> None:
    async with portal.station() as station:
        await started(station)
        await station.call("StopTransaction", STOP | {"transactionId": transaction_id})
    assert portal.session()["note"] == "stopped without its id"


async def test_a_stop_without_a_real_id_ends_the_transaction_of_its_tag(portal: Portal) -> None:
    async with portal.station("OPEN") as station:
        await started(station, idTag="ONE")
        await started(station, idTag="TWO", connectorId=2)
        await station.call("StopTransaction", STOP | {"transactionId": -1, "idTag": "TWO"})
    assert portal.session()["id_tag"] == "TWO"


async def test_a_second_stop_of_a_station_without_a_clock_is_kept_too(portal: Portal) -> None:
    async with portal.station() as station:
        transaction_id = await started(station)
        for meter_stop in (5000, 5000, 7000, 7000, 8000):
            await station.call("StopTransaction", {"transactionId": transaction_id, "meterStop": meter_stop})
    assert portal.session()["meter_stop_kwh"] == 5
    kept = portal.rows("SELECT details FROM event WHERE kind = 'odd transaction' ORDER BY logged_at")
    assert [json.loads(row["details"])["meter_stop_wh"] for row in kept] == [7000, 8000]


async def test_a_stop_before_its_start_took_as_long_as_the_portal_saw(portal: Portal) -> None:
    async with portal.station() as station:
        transaction_id = await started(station)
        await station.call("StopTransaction", {"transactionId": transaction_id, "timestamp": "2026-03-20T08:00:00Z"})
    session = portal.session()
    assert "stop before start" in session["note"]
    assert 0 < session["duration_s"] < 10


async def test_a_refused_tag_that_charged_anyway_is_stored_with_an_id_of_its_own(portal: Portal) -> None:
    async with portal.station() as station:
        answer = await station.call("StartTransaction", START | {"idTag": "STRANGER"})
        assert answer["idTagInfo"] == {"status": "Invalid"}
        assert answer["transactionId"] > 0
        await station.call(
            "StopTransaction", STOP | {"transactionId": answer["transactionId"], "reason": "DeAuthorized"}
        )
    session = portal.session()
    assert (session["id_tag"], session["authentication"], session["note"]) == ("STRANGER", 0, "tag refused")
    assert (session["user_id"], session["stop_reason"]) == (None, "DeAuthorized")


async def test_a_stop_by_another_card_or_none_is_taken(portal: Portal) -> None:
    async with portal.station() as station:
        first = await started(station)
        await station.call("StopTransaction", STOP | {"transactionId": first, "idTag": "OTHER"})
        second = await started(station, connectorId=2)
        await station.call("StopTransaction", STOP | {"transactionId": second, "reason": "EVDisconnected"})
    assert {row["id_tag"] for row in portal.rows("SELECT id_tag FROM session")} == {TAG}


async def test_sessions_of_an_offline_queue_stay_themselves_among_the_live_ones(portal: Portal) -> None:
    async with portal.station() as station:
        live = await started(station, timestamp="2026-03-20T12:00:00Z", meterStart=50_000)
        old = await started(station, timestamp="2026-03-19T12:00:00Z", meterStart=40_000)
        for transaction_id, register, at in (
            (live, 51_000, "2026-03-20T12:10:00Z"),
            (old, 42_000, "2026-03-19T12:10:00Z"),
            (live, 52_000, "2026-03-20T12:20:00Z"),
        ):
            station.transactions[1] = transaction_id
            await station.meter(1, register, at=at)
        for transaction_id, at in ((old, "2026-03-19T13:00:00Z"), (live, "2026-03-20T13:00:00Z")):
            await station.call("StopTransaction", {"transactionId": transaction_id, "timestamp": at})
    rows = portal.rows("SELECT transaction_id, energy_kwh, duration_s FROM session ORDER BY started_at")
    assert [tuple(row.values()) for row in rows] == [(old, 2, 3600), (live, 2, 3600)]


async def test_an_offline_queue_in_one_burst_loses_nothing(portal: Portal) -> None:
    async with portal.station() as station:
        live = await started(station, timestamp="2026-03-20T12:00:00Z", meterStart=50_000)
        answers = await asyncio.gather(
            *(started(station, timestamp=f"2026-03-19T{hour:02d}:00:00Z", meterStart=hour * 1000) for hour in range(20))
        )
        await asyncio.gather(
            *(
                station.call(
                    "StopTransaction",
                    {"transactionId": id_, "meterStop": (h + 1) * 1000, "timestamp": f"2026-03-19T{h:02d}:30:00Z"},
                )
                for h, id_ in enumerate(answers)
            )
        )
    assert portal.count("session") == 20
    assert portal.row("SELECT transaction_id FROM open_transaction")["transaction_id"] == live


async def test_the_next_start_on_the_outlet_ends_a_transaction_whose_stop_never_came(portal: Portal) -> None:
    async with portal.station() as station:
        await started(station)
        await station.meter(1, 3000, at="2026-03-20T09:58:31Z")
        await started(station, timestamp="2026-03-20T12:00:00Z", meterStart=3100)
    session = portal.session()
    assert session["note"] == "end estimated; energy from the last meter value"
    assert (session["energy_kwh"], session["duration_s"]) == (2, 29 * 60 + 59.75)
    assert portal.count("open_transaction") == 1


async def test_an_estimated_end_is_never_before_the_start(portal: Portal) -> None:
    async with portal.station() as station:
        await started(station)
        await station.meter(1, 1000, at="2026-03-20T09:28:30Z")  # the sample of the beginning, taken a little earlier
        await started(station, timestamp="2026-03-22T12:00:00Z")
    assert (portal.session()["duration_s"], "stop before start" in portal.session()["note"]) == (0, False)


async def test_available_before_the_stop_waits_for_it(portal: Portal) -> None:
    async with portal.station() as station:
        transaction_id = await started(station)
        await station.notify(1, "Available")
        await station.call("StopTransaction", STOP | {"transactionId": transaction_id})
    assert portal.session()["note"] is None


async def test_an_outlet_that_stays_available_ends_its_transaction_and_a_late_stop_corrects_it(start: Start) -> None:
    async with start(replace(FAST, stop_awaited=0.05)) as portal, portal.station() as station:
        transaction_id = await started(station)
        await station.notify(1, "Available")
        await until(lambda: portal.count("session") == 1)
        assert "end estimated" in portal.session()["note"]
        data = [{"timestamp": STOP["timestamp"], "sampledValue": [{"value": "5000", "context": "Transaction.End"}]}]
        await station.call("StopTransaction", STOP | {"transactionId": transaction_id, "transactionData": data})
        session = portal.session()
        assert (session["note"], session["energy_kwh"], session["duration_s"]) == (None, 4, 3599.75)
        assert portal.row("SELECT transaction_id FROM meter_value") == {"transaction_id": transaction_id}


async def test_a_boot_leaves_the_transaction_open_for_the_stop_after_a_power_cut(portal: Portal) -> None:
    async with portal.station() as station:
        transaction_id = await started(station)
        station.cut()
    async with portal.station() as station:
        await station.boot()
        await station.call("StopTransaction", STOP | {"transactionId": transaction_id, "reason": "PowerLoss"})
    assert portal.session()["stop_reason"] == "PowerLoss"


async def test_a_start_without_a_connector_is_refused_by_the_protocol(portal: Portal) -> None:
    async with portal.station() as station:
        with pytest.raises(CallError) as refused:
            await station.call("StartTransaction", {"idTag": TAG, "meterStart": 0})
        assert refused.value.code == "OccurenceConstraintViolation"
        with pytest.raises(CallError) as refused:
            await started(station, connectorId="left")
        assert refused.value.code == "TypeConstraintViolation"


@pytest.mark.parametrize(
    ("charge_box_id", "connector_id", "tag", "accepted", "authentication"),
    [
        ("OPEN", 1, "", True, 0),
        ("OPEN", 2, "ANYTHING", True, 0),
        ("MIXED", 1, "ANYTHING", True, 0),
        ("MIXED", 2, "ANYTHING", False, 0),
        ("MIXED", 2, TAG, True, 1),
        ("CP1", 1, "77705923", True, 1),
        ("CP1", 1, "", False, 0),
    ],
)
async def test_the_outlets_mode_decides_who_may_charge(
    portal: Portal, charge_box_id: str, connector_id: int, tag: str, accepted: bool, authentication: int
) -> None:
    async with portal.station(charge_box_id) as station:
        answer = await station.start(connector_id, tag)
    assert answer["idTagInfo"]["status"] == ("Accepted" if accepted else "Invalid")
    assert portal.row("SELECT authentication FROM open_transaction")["authentication"] == authentication


@pytest.mark.parametrize(
    ("charge_box_id", "tag", "status"),
    [("CP1", TAG, "Accepted"), ("CP1", "STRANGER", "Invalid"), ("OPEN", "X", "Accepted"), ("MIXED", "X", "Accepted")],
)
async def test_authorize_answers_by_tag_and_mode(portal: Portal, charge_box_id: str, tag: str, status: str) -> None:
    async with portal.station(charge_box_id) as station:
        assert await station.authorize(tag) == status


@pytest.mark.parametrize("stamp", ["1970-01-01T00:00:00Z", None])
async def test_two_sessions_of_a_station_whose_clock_stands_still_are_two(portal: Portal, stamp: str | None) -> None:
    async with portal.station() as station:
        for _ in range(2):
            transaction_id = await started(station, timestamp=stamp, meterStart=0)
            assert await started(station, timestamp=stamp, meterStart=0) == transaction_id
            await station.call("StopTransaction", {"transactionId": transaction_id, "meterStop": 1000})
    assert portal.count("session") == 2
