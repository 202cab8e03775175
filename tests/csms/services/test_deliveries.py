"""Notifications reach the service's own server: signed, in order, again until taken, and a repeated one says so."""

from dataclasses import replace
from datetime import timedelta

from data import service_deliveries
from tests.csms.conftest import Start
from tests.csms.portal import FAST, TAG, Portal
from tests.csms.services.third_party import (
    Receiver,
    administrator,
    change,
    followed,
    receiving,
    register,
    service,
    uuid_of,
)
from tests.support.virtual_station import until

QUICK = replace(FAST, deliveries_every=0.02, service_retry=0.01)
HASTY = replace(QUICK, service_answers_within=0.1)


async def test_a_session_is_told_from_its_beginning_to_its_end_signed(portal: Portal) -> None:
    async with receiving() as inbox, service(portal, url=inbox.url) as pay, portal.station() as station:
        await station.boot_and_notify()
        await pay.post(f"/outlets/{uuid_of(portal)}/start", {"reference": "order 7"})
        await until(lambda: station.transactions)
        await station.meter(1, station.meter_wh[1] + 5000, power_w=11_000)
        await pay.post(f"/outlets/{uuid_of(portal)}/stop")
        await until(lambda: len(inbox.received) == 2)
        inbox.check(pay.secrets.signing_secret)
        begun, ended = (one.body for one in inbox.received)
        assert [begun["type"], ended["type"]] == ["session.started", "session.ended"]
        assert begun["reference"] == ended["reference"] == "order 7"
        assert begun["outlet"]["uuid"] == uuid_of(portal)
        assert (begun["session"]["state"], begun["session"]["ended_at"]) == ("charging", None)
        assert (ended["session"]["state"], ended["session"]["energy_kwh"]) == ("ended", 5.0)
        assert begun["session"]["session_id"] == ended["session"]["session_id"] == portal.session()["session_id"]
        assert begun["id"] != ended["id"]
        await until(lambda: not portal.rows("SELECT 1 FROM service_delivery WHERE delivered_at IS NULL"))


async def test_a_service_that_is_away_slow_or_broken_gets_everything_later_in_order(start: Start) -> None:
    inbox = Receiver(answers=[500, None, 429])
    async with start(HASTY) as portal:
        async with receiving(inbox):
            pass  # away: nobody listens there any more
        register(portal.database, url=inbox.url)
        await followed(portal)
        async with portal.station() as station:
            await station.charge(1, TAG, 1000)
            await station.charge(1, TAG, 2000)
        await until(lambda: portal.rows("SELECT 1 FROM service WHERE failures > 1"))
        assert inbox.received == []
        async with receiving(inbox, inbox.port):
            await until(lambda: not portal.rows("SELECT 1 FROM service_delivery WHERE delivered_at IS NULL"), 10)
        by_session: dict[str, list[str]] = {}
        for one in inbox.received:
            by_session.setdefault(one.body["session"]["session_id"], []).append(one.body["type"])
        assert len(by_session) == 2
        for told in by_session.values():
            assert list(dict.fromkeys(told)) == ["session.started", "session.ended"]
        ids = [one.headers["webhook-id"] for one in inbox.received]
        assert (len(set(ids)), len(ids) > 4) == (4, True)
        for one in inbox.received:
            tries = [other.headers["webhook-attempt"] for other in inbox.received if other.body["id"] == one.body["id"]]
            assert len(set(tries)) == len(tries)
        told = portal.events("service")
        assert told[0].startswith("The service charging service takes no notifications: ")
        assert told[-1] == "The service charging service takes notifications again."
        row = portal.row("SELECT failures, paused_until, last_contact_at FROM service")
        assert (row["failures"], row["paused_until"]) == (0, None)
        assert row["last_contact_at"]


async def test_what_waits_for_a_service_that_was_away_is_sent_when_an_administrator_says_so(start: Start) -> None:
    inbox = Receiver(answers=[500])
    async with start(replace(QUICK, service_retry=3600)) as portal, receiving(inbox), portal.station() as station:
        service_id = register(portal.database, url=inbox.url)[0]
        await followed(portal)
        await station.start(1, TAG)
        await until(lambda: portal.rows("SELECT 1 FROM service WHERE paused_until IS NOT NULL"))
        service_deliveries.send_now(administrator(portal.database), service_id)
        await until(lambda: not portal.rows("SELECT 1 FROM service_delivery WHERE delivered_at IS NULL"))
        assert [one.headers["webhook-attempt"] for one in inbox.received] == ["1", "2"]


async def test_a_notification_that_the_service_refuses_keeps_no_other_waiting(start: Start) -> None:
    inbox = Receiver(answers=[400, 400])
    async with start(QUICK) as portal, receiving(inbox), portal.station() as station:
        register(portal.database, url=inbox.url)
        await followed(portal)
        await station.start(1, TAG)
        await station.start(2, TAG)
        await until(lambda: not portal.rows("SELECT 1 FROM service_delivery WHERE delivered_at IS NULL"))
        assert portal.row("SELECT max(failures) AS most FROM service")["most"] == 0
        assert {one.headers["webhook-attempt"] for one in inbox.received} >= {"1", "2"}


async def test_what_was_not_delivered_is_after_a_restart_and_says_that_it_is_tried_again(start: Start) -> None:
    inbox = Receiver(answers=[None])
    async with start(replace(QUICK, finish_within=0.01, service_answers_within=5)) as portal:
        async with receiving(inbox):
            register(portal.database, url=inbox.url)
            await followed(portal)
            async with portal.station() as station:
                await station.start(1, TAG)
            await until(lambda: inbox.received)
    async with start(QUICK) as portal, receiving(inbox, inbox.port):
        await until(lambda: portal.rows("SELECT 1 FROM service_delivery WHERE delivered_at IS NOT NULL"))
        first, second = inbox.received
        assert first.content == second.content
        assert (first.headers["webhook-attempt"], second.headers["webhook-attempt"]) == ("1", "2")


async def test_updates_come_as_often_as_the_service_wants_and_waiting_ones_are_replaced(start: Start) -> None:
    inbox = Receiver(answers=[503])
    async with start(replace(QUICK, service_retry=60)) as portal, receiving(inbox), portal.station() as station:
        service_id, _made = register(portal.database, url=inbox.url, energy_every_s=1)
        await followed(portal)
        await station.start(1, TAG)
        await until(lambda: portal.rows("SELECT 1 FROM service WHERE failures = 1"))
        for energy_wh in (1000, 2000, 3000):
            portal.central.notices._told_at.clear()
            await station.meter(1, energy_wh)
        events = [row["event"] for row in portal.rows("SELECT event FROM service_delivery ORDER BY delivery_id")]
        assert events in (["session.started"], ["session.started", "session.updated"])
        assert service_id


async def test_only_the_services_share_is_told(start: Start) -> None:
    async with start(QUICK) as portal, receiving() as inbox, portal.station() as station:
        service_id, _made = register(portal.database, url=inbox.url, outlets="listed")
        await followed(portal)
        await station.charge(1, TAG, 1000)
        assert portal.count("service_delivery") == 0
        change(portal.database, service_id, outlets="all")
        await station.charge(1, TAG, 1000)
        await until(lambda: inbox.events == ["session.started", "session.ended"])
        change(portal.database, service_id, is_active=False)
        await station.charge(1, TAG, 1000)
        assert portal.count("service_delivery") == 2


async def test_a_service_is_told_of_what_comes_right_after_it_was_activated(start: Start) -> None:
    async with start(replace(QUICK, refresh_every=60)) as portal, receiving() as inbox, portal.station() as station:
        register(portal.database, url=inbox.url)
        await station.charge(1, TAG, 1000)
        await until(lambda: inbox.events == ["session.started", "session.ended"])


async def test_updates_keep_the_pace_the_service_wants(start: Start) -> None:
    async with start(QUICK) as portal, receiving() as inbox, portal.station() as station:
        register(portal.database, url=inbox.url, energy_every_s=3600)
        await followed(portal)
        await station.start(1, TAG)
        await station.meter(1, 1000)
        known = portal.central.stations["CP1"].open
        ((number, began),) = known.items()
        known[number] = began._replace(logged_at=began.logged_at - timedelta(hours=1))
        for energy_wh in (2000, 3000, 4000):
            await station.meter(1, energy_wh)
        await station.stop(1)
        await until(lambda: "session.ended" in inbox.events)
        assert inbox.events == ["session.started", "session.updated", "session.ended"]
        assert inbox.received[1].body["session"]["energy_kwh"] == 2.0


async def test_a_stop_that_comes_after_its_end_was_estimated_corrects_what_was_told(start: Start) -> None:
    async with start(QUICK) as portal, receiving() as inbox, portal.station() as station:
        _id, made = register(portal.database, url=inbox.url)
        await followed(portal)
        first = (await station.start(1, TAG, meterStart=0))["transactionId"]
        await station.start(1, TAG, meterStart=9000)
        await until(lambda: "session.ended" in inbox.events)
        stop = {"transactionId": first, "meterStop": 7000, "timestamp": "2026-03-20T10:28:31Z", "reason": "Local"}
        for _time in range(2):
            await station.call("StopTransaction", stop)
        await until(lambda: "session.corrected" in inbox.events)
        told = [one.body for one in inbox.received if one.body["type"] in ("session.ended", "session.corrected")]
        assert [one["type"] for one in told] == ["session.ended", "session.corrected"]
        assert told[0]["session"]["session_id"] == told[1]["session"]["session_id"]
        assert "end estimated" in told[0]["session"]["note"]
        assert (told[1]["session"]["energy_kwh"], told[1]["session"]["stop_reason"]) == (7.0, "Local")
        inbox.check(made.signing_secret)
