"""Services start and stop outlets by UUID, and are told what the station really answered."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from csms.services.control import CALLED_OFF
from tests.csms.conftest import Start
from tests.csms.portal import FAST, TAG, Portal
from tests.csms.services.third_party import service, uuid_of
from tests.support.virtual_station import CallError, until

QUICK = replace(FAST, commands_every=0.02, call_deadline=0.2)


async def test_an_outlet_is_started_and_stopped_with_the_services_own_authorization(portal: Portal) -> None:
    outlet = f"/outlets/{uuid_of(portal)}"
    async with service(portal) as pay, portal.station() as station:
        await station.boot_and_notify()
        answer = await pay.post(outlet + "/start", {"reference": "order 7"})
        assert (answer["result"], answer["reason"], answer["reference"]) == (
            "accepted",
            "The charging station accepted.",
            "order 7",
        )
        await until(lambda: portal.count("open_transaction"))
        running = portal.row("SELECT * FROM open_transaction")
        assert running["id_tag"] == station.commands[0][1]["idTag"]
        assert (running["note"], running["email"], running["authentication"]) == ("", None, 0)
        state = await pay.get(outlet)
        assert (state["state"], state["is_connected"], state["session"]["state"]) == ("charging", True, "charging")
        answer = await pay.post(outlet + "/stop")
        assert answer["result"] == "accepted"
        await until(lambda: portal.count("session") and not portal.central.stations["CP1"].open)
        session = await pay.get(f"/sessions/{answer['session']['session_id']}")
        assert (session["state"], session["stop_reason"], session["reference"]) == ("ended", "Remote", "order 7")
        assert "email" not in session
        assert "id_tag" not in session
        await until(lambda: not portal.rows("SELECT 1 FROM command WHERE ended_at IS NULL"))
        texts = [row["text"] for row in portal.rows("SELECT text FROM event WHERE kind = 'command'")]
        assert "Start charging: asked for by the service charging service." in texts


@pytest.mark.parametrize(
    ("behaviour", "result", "status"),
    [
        (lambda station, payload: {"status": "Rejected"}, "rejected", 409),
        (lambda station, payload: None, "timed_out", 504),
        (CallError("InternalError", "out of memory"), "failed", 502),
    ],
)
async def test_what_the_station_answers_is_what_the_service_is_told(
    start: Start, behaviour: Any, result: str, status: int
) -> None:
    def answer(station: Any, payload: Any) -> Any:
        if isinstance(behaviour, Exception):
            raise behaviour
        return behaviour(station, payload)

    async with start(QUICK) as portal, service(portal) as pay, portal.station() as station:
        station.handlers["RemoteStartTransaction"] = answer
        told = await pay.post(f"/outlets/{uuid_of(portal)}/start", {}, status)
        assert told["result"] == result
        assert told["reason"]
        assert told["command_id"] == portal.row("SELECT command_id FROM command")["command_id"]


async def test_a_station_that_is_away_is_said_to_be_and_not_started_later(portal: Portal) -> None:
    async with service(portal) as pay:
        told = await pay.post(f"/outlets/{uuid_of(portal)}/start", {}, 503)
        assert (told["result"], portal.count("command")) == ("offline", 0)


async def test_a_reference_used_again_starts_nothing_more(portal: Portal) -> None:
    outlet = f"/outlets/{uuid_of(portal)}"
    async with service(portal) as pay, portal.station() as station:
        same = {"reference": "order 7"}
        first, second = await asyncio.gather(pay.post(outlet + "/start", same), pay.post(outlet + "/start", same))
        assert first == second
        await until(lambda: portal.count("open_transaction"))
        assert await pay.post(outlet + "/start", same) == first
        assert len(station.commands) == 1
        other = await pay.post(f"/outlets/{uuid_of(portal, connector_id=2)}/start", same, 422)
        assert other["detail"].endswith("was used for another outlet. Take another one.")
        busy = await pay.post(outlet + "/start", {"reference": "order 8"}, 409)
        assert (busy["reason"], busy["session"]["state"]) == ("The outlet is charging.", "charging")


async def test_a_users_tag_must_be_one_that_may_charge(portal: Portal) -> None:
    outlet = f"/outlets/{uuid_of(portal)}"
    async with service(portal) as pay, portal.station() as station:
        told = await pay.post(outlet + "/start", {"id_tag": "FFFFFFFF"}, 409)
        assert told["reason"] == "The RFID may not charge: Invalid."
        await pay.post(outlet + "/start", {"id_tag": TAG, "reference": "dana"})
        await until(lambda: portal.count("open_transaction"))
        assert portal.row("SELECT email FROM open_transaction")["email"] == "dana@portal.example"
        assert station.commands[0][1]["idTag"] == TAG


async def test_an_answer_that_does_not_come_in_time_is_asked_for_later(start: Start) -> None:
    async with start(replace(FAST, service_waits=0.2)) as portal, portal.station() as station:
        outlet = f"/outlets/{uuid_of(portal)}"
        async with service(portal) as pay, service(portal, "payment") as other:
            station.handlers["RemoteStartTransaction"] = lambda station, payload: None
            answer = await pay.http.post(f"/api/v1{outlet}/start", json={"reference": "7"})
            assert (answer.status_code, answer.json()["result"]) == (202, "pending")
            place = answer.headers["location"].removeprefix("/api/v1")
            assert await pay.get(place) == answer.json()
            await other.get(place, 404)
            assert (await pay.post(outlet + "/start", {"reference": "7"}, 202))["result"] == "pending"
            assert len(station.commands) == 1
            await station.close()
            await until(lambda: portal.rows("SELECT 1 FROM command WHERE ended_at IS NOT NULL"))
            assert (await pay.get(place))["result"] in ("timed_out", "failed")


async def test_what_a_station_could_not_be_sent_in_time_is_called_off(start: Start) -> None:
    async with start(replace(FAST, service_waits=0.2)) as portal, service(portal) as pay, portal.station() as station:
        station.handlers["Reset"] = lambda station, payload: {"status": "Accepted"}
        portal.ask("reboot")
        await until(lambda: portal.rows("SELECT 1 FROM command WHERE state = 'accepted'"))
        told = await pay.post(f"/outlets/{uuid_of(portal)}/start", {}, 502)
        assert (told["result"], told["reason"]) == ("failed", CALLED_OFF)
        await station.boot()
        await until(lambda: not portal.rows("SELECT 1 FROM command WHERE ended_at IS NULL"))
        assert [action for action, _payload in station.commands] == ["Reset"]
        assert (await pay.get(f"/commands/{told['command_id']}"))["result"] == "failed"


async def test_a_station_that_speaks_soap_is_started_and_stopped(portal: Portal) -> None:
    outlet = f"/outlets/{uuid_of(portal)}"
    async with service(portal) as pay, portal.soap_station() as station:
        await station.boot()
        assert (await pay.post(outlet + "/start", {"reference": "7"}))["result"] == "accepted"
        await until(lambda: portal.count("open_transaction"))
        assert (await pay.post(outlet + "/stop"))["result"] == "accepted"
        await until(lambda: portal.count("session") and not portal.central.stations["CP1"].open)
        session = await pay.get(f"/sessions/{portal.session()['session_id']}")
        assert (session["state"], session["reference"]) == ("ended", "7")
        assert [action for action, _payload in station.commands] == ["RemoteStartTransaction", "RemoteStopTransaction"]
