"""Who may call the services' API, and what each kind of service may do."""

import asyncio
import json
import logging

import httpx
import pytest

from csms.services import answers
from csms.services.adapters import ADAPTERS
from csms.services.keys import MOST_CALLS, MOST_WRONG
from data import services
from tests.csms.portal import TAG, Portal
from tests.csms.services.third_party import administrator, change, receiving, service, uuid_of
from tests.support.virtual_station import until


async def test_without_the_key_nothing_is_told(portal: Portal) -> None:
    async with service(portal) as pay:
        for authorization in ("", "Bearer", "Bearer wrong", "Basic QTpC", "Bearer " + "x" * 5000):
            told = await pay.get(f"/outlets/{uuid_of(portal)}", 401, Authorization=authorization)
            assert told["error"] == "wrong_key"
        text = "Somebody at 127.0.0.1 called the services' API without a right key."
        await until(lambda: portal.events("security") == [text])


async def test_who_shows_wrong_keys_is_soon_refused_and_a_right_key_still_counts(portal: Portal) -> None:
    async with service(portal) as pay:
        for _try in range(MOST_WRONG):
            await pay.get("/map", 401, Authorization="Bearer wrong")
        answer = await pay.http.get("/api/v1/map", headers={"Authorization": "Bearer wrong"})
        assert (answer.status_code, answer.headers["retry-after"]) == (429, "60")
        await pay.get("/map")
        await until(lambda: len(portal.events("security")) == 1)


async def test_a_service_that_calls_too_often_is_told_to_wait_and_no_other_is(portal: Portal) -> None:
    async with service(portal) as pay, service(portal, "map") as other:
        answers = [(await pay.http.get("/api/v1/commands/1")).status_code for _call in range(MOST_CALLS)]
        assert set(answers) == {404}
        assert (await pay.get("/commands/1", 429))["error"] == "too_many"
        await other.get("/map")


@pytest.mark.parametrize(
    ("method", "path", "status", "word"),
    [
        ("GET", "/api/v1/maps", 404, "not_found"),
        ("GET", "/api/v2", 404, "not_found"),
        ("DELETE", "/api/v1/map", 405, "wrong_method"),
    ],
)
async def test_what_the_api_does_not_have_is_a_problem_too(
    portal: Portal, method: str, path: str, status: int, word: str
) -> None:
    async with service(portal) as pay:
        answer = await pay.http.request(method, path)
        assert (answer.status_code, answer.headers["content-type"]) == (status, f"{answers.MEDIA}; charset=utf-8")
        assert (answer.json()["status"], answer.json()["error"]) == (status, word)
        assert answer.headers.get("allow", "GET,HEAD") == "GET,HEAD"
        assert (await pay.http.get("/nowhere")).headers["content-type"].startswith("text/plain")


async def test_no_key_is_logged(portal: Portal, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with receiving() as inbox, service(portal, url=inbox.url) as pay, portal.station() as station:
        await pay.post(f"/outlets/{uuid_of(portal)}/start", {})
        await until(lambda: station.transactions and inbox.received)
        await pay.get("/map", 401, Authorization="Bearer 0wrong0key0")
    kept = caplog.text + str(portal.rows("SELECT * FROM event")) + str(portal.rows("SELECT * FROM command"))
    for secret in (*pay.secrets, "0wrong0key0"):
        assert secret not in kept


async def test_a_service_that_is_not_active_is_told_so_and_new_secrets_end_the_old_key(portal: Portal) -> None:
    async with service(portal) as pay:
        change(portal.database, pay.service_id, is_active=False)
        assert (await pay.get("/map", 403))["error"] == "not_active"
        change(portal.database, pay.service_id, is_active=True)
        await pay.get("/map")
        made = services.renew_secrets(administrator(portal.database), pay.service_id)
        await pay.get("/map", 401)
        await pay.get("/map", Authorization=f"Bearer {made.key}")


async def test_outlets_beyond_its_share_do_not_exist_for_a_service(portal: Portal) -> None:
    uuid = uuid_of(portal)
    async with service(portal, outlets="listed") as pay, portal.station() as station:
        await pay.get(f"/outlets/{uuid}", 404)
        await pay.post(f"/outlets/{uuid}/start", {}, 404)
        assert (await pay.get("/map"))["features"] == []
        await station.start(1, TAG)
        session_id = f"S-{portal.row('SELECT started_at FROM open_transaction')['started_at']:%Y%m%d}-0000001"
        await pay.get(f"/sessions/{session_id}", 404)
        await station.stop(1)
        await pay.get(f"/sessions/{session_id}", 404)
        change(portal.database, pay.service_id, outlets="all")
        assert (await pay.get(f"/sessions/{session_id}"))["outlet"] == uuid
        assert (await pay.get(f"/outlets/{uuid.upper()}"))["uuid"] == uuid
        assert station.commands == []


async def test_a_payment_service_stops_and_sees_only_what_it_started(portal: Portal) -> None:
    outlet = f"/outlets/{uuid_of(portal)}"
    async with service(portal, "payment") as pay, portal.station() as station:
        await station.start(1, TAG)
        assert (await pay.get(outlet))["session"] is None
        assert (await pay.post(outlet + "/stop", status=403))["error"] == "not_own"
        await station.stop(1)
        await pay.get(f"/sessions/{portal.session()['session_id']}", 404)
        await pay.post(outlet + "/start", {"reference": "7"})
        await until(lambda: portal.count("open_transaction"))
        session = (await pay.get(outlet))["session"]
        assert (await pay.get(f"/sessions/{session['session_id']}"))["reference"] == "7"
        await pay.post(outlet + "/stop")
        await until(lambda: portal.count("session") == 2 and not portal.central.stations["CP1"].open)
        assert (await pay.get(f"/sessions/{session['session_id']}"))["state"] == "ended"
        assert (await pay.post(outlet + "/stop", status=404))["error"] == "no_session"


async def test_a_map_service_controls_nothing(portal: Portal) -> None:
    uuid = uuid_of(portal)
    async with service(portal, "map") as map_service, portal.station() as station:
        await station.start(1, TAG)
        for path in ("start", "stop"):
            assert (await map_service.post(f"/outlets/{uuid}/{path}", {}, 403))["error"] == "not_allowed"
        assert (await map_service.get(f"/outlets/{uuid}"))["session"] is None


async def test_a_body_that_cannot_be_taken_starts_nothing(portal: Portal) -> None:
    bodies = (
        b"[]", b"{", b"\xff", b"[" * 4000, b'{"id_tag": 7}', b'{"id_tag": ""}', b'{"reference": "a\\u0000"}',
        b'{"x": 1}', json.dumps({"id_tag": "x" * 21}).encode(),
    )  # fmt: skip
    async with service(portal) as pay, portal.station() as station:
        for content in bodies:
            answer = await pay.http.post(f"/api/v1/outlets/{uuid_of(portal)}/start", content=content)
            assert (answer.status_code, answer.json()["error"]) == (422 if b":" in content else 400, "invalid"), content
        assert station.commands == []


async def test_a_body_that_is_too_large_is_not_read(portal: Portal) -> None:
    async with service(portal) as pay:
        answer = await pay.http.post(f"/api/v1/outlets/{uuid_of(portal)}/start", content=b" " * 5000)
        assert (answer.status_code, answer.json()["error"]) == (413, "too_large")


async def test_the_document_is_served_to_anybody(portal: Portal) -> None:
    async with httpx.AsyncClient(trust_env=False) as http:
        assert (await http.get(f"http://{portal.system.api}/api/openapi.json")).json()["openapi"] == "3.1.0"


def test_every_kind_of_service_has_its_adapter() -> None:
    assert set(ADAPTERS) == set(services.KINDS)


async def test_a_key_in_a_line_that_is_no_http_is_not_logged_either(
    portal: Portal, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for line in (b"Authorization: Bearer top\0secret", b"Authorization\1: Bearer topsecret", b"A: " + b"secret" * 2000):
        reader, writer = await asyncio.open_connection(*portal.system.api)
        writer.write(b"GET /api/v1/map HTTP/1.1\r\nHost: portal\r\n" + line + b"\r\n\r\n")
        assert b" 400 " in await reader.readline()
        writer.close()
    assert "secret" not in caplog.text
