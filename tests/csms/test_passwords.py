"""Security profile 1: a station with a password comes with it or not at all."""

from http import HTTPStatus
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus

from csms import gate
from data import station_passwords, station_security
from data.scope import Role, Scope
from tests.csms.conftest import Start
from tests.csms.portal import Portal
from tests.csms.test_commands import QUICK, state
from tests.support.virtual_station import Station, until


def basic(password: str | bytes, user: str = "CP1") -> dict[str, Any]:
    """Return the options of a station that shows a password."""
    somebody = Station("", user)
    somebody.log_in_with(password.encode() if isinstance(password, str) else password)
    return {"headers": somebody.headers}


async def refusal(portal: Portal, **options: Any) -> HTTPStatus:
    """Return the status that a connection of CP1 is refused with."""
    with pytest.raises(InvalidStatus) as refused:
        await portal.station(**options).connect()
    return HTTPStatus(refused.value.response.status_code)


async def comes(portal: Portal, **options: Any) -> None:
    async with portal.station(**options) as station:
        await station.heartbeat()


def administrator(portal: Portal) -> Scope:
    return Scope(portal.database, user_id=100, role=Role.ADMINISTRATOR, site_ids=None)


async def with_password(portal: Portal) -> str:
    """Make a password for CP1, and return it when it is asked for."""
    station_id = portal.central.stations["CP1"].station_id
    before = portal.central.credentials
    password = station_security.make_password(administrator(portal), station_id)
    await until(lambda: portal.central.credentials is not before)
    return password


async def test_a_station_with_a_password_comes_with_it_and_not_without(portal: Portal) -> None:
    password = await with_password(portal)
    assert await refusal(portal) is HTTPStatus.UNAUTHORIZED
    assert await refusal(portal, **basic("another password 12")) is HTTPStatus.UNAUTHORIZED
    assert await refusal(portal, **basic(password, user="CP2")) is HTTPStatus.UNAUTHORIZED
    await comes(portal, **basic(password))
    await comes(portal, **basic(station_passwords.authorization_key(password)))
    await until(lambda: len(portal.events("station refused")) == 2)
    assert portal.events("station refused") == [
        "The station CP1 was refused: it came without its password.",
        "The station CP1 was refused: its password is wrong.",
    ]
    assert portal.row("SELECT security_profile FROM station_state") == {"security_profile": 1}
    assert portal.row("SELECT DISTINCT site_id IS NULL AS none FROM event WHERE kind = 'station refused'") == {
        "none": False
    }


@pytest.mark.parametrize(
    "header", ["Basic", "Basic !!", "Basic Q1Ax", "Bearer abc", "Digest username=CP1", "basic Og=="]
)
async def test_an_odd_authorization_is_a_wrong_one(portal: Portal, header: str) -> None:
    await with_password(portal)
    assert await refusal(portal, headers={"Authorization": header}) is HTTPStatus.UNAUTHORIZED


async def test_who_guesses_keeps_nobody_out_who_has_the_password(portal: Portal) -> None:
    password = await with_password(portal)
    for _try in range(gate.MOST_WRONG):
        assert await refusal(portal, **basic("guess")) is HTTPStatus.UNAUTHORIZED
    assert await refusal(portal, **basic("guess")) is HTTPStatus.TOO_MANY_REQUESTS
    await comes(portal, **basic(password))
    await comes(portal, charge_box_id="CP2")


async def test_coming_without_a_password_is_no_guess(portal: Portal) -> None:
    await with_password(portal)
    for _try in range(gate.MOST_WRONG + 1):
        assert await refusal(portal) is HTTPStatus.UNAUTHORIZED


async def test_behind_a_proxy_everybody_guesses_for_themselves(portal: Portal) -> None:
    await with_password(portal)
    for address, last in (("192.0.2.1", HTTPStatus.TOO_MANY_REQUESTS), ("192.0.2.2", HTTPStatus.UNAUTHORIZED)):
        wrong = basic("guess")
        wrong["headers"] = {**wrong["headers"], "X-Forwarded-For": f"198.51.100.7, {address}"}
        for _try in range(gate.MOST_WRONG if last is HTTPStatus.TOO_MANY_REQUESTS else 0):
            await refusal(portal, **wrong)
        assert await refusal(portal, **wrong) is last


async def test_a_sent_password_ends_the_old_one_when_the_station_has_come_with_it(start: Start) -> None:
    async with start(QUICK) as portal:
        old = await with_password(portal)
        async with portal.station(**basic(old)) as station:
            station_security.send_password(administrator(portal), portal.central.stations["CP1"].station_id)
            await until(lambda: state(portal) == "done")
            new = bytes.fromhex(station.commands[0][1]["value"])
        await comes(portal, **basic(old))
        await comes(portal, **basic(new))
        assert await refusal(portal, **basic(old)) is HTTPStatus.UNAUTHORIZED
        assert any("the old one is not valid any more" in text for text in portal.events("security"))
    async with start(QUICK) as portal:  # and so it stays
        assert await refusal(portal, **basic(old)) is HTTPStatus.UNAUTHORIZED
        await comes(portal, **basic(new))


async def test_a_first_password_that_is_sent_is_asked_for_once_the_station_has_come_with_it(start: Start) -> None:
    async with start(QUICK) as portal:
        async with portal.station() as station:
            station_security.send_password(administrator(portal), portal.central.stations["CP1"].station_id)
            await until(lambda: state(portal) == "done")
            new = bytes.fromhex(station.commands[0][1]["value"])
        await comes(portal)
        await comes(portal, **basic(new))
        assert await refusal(portal) is HTTPStatus.UNAUTHORIZED


@pytest.mark.parametrize(("answer", "is_valid"), [({"status": "Rejected"}, False), (None, True)])
async def test_a_new_password_is_none_when_the_station_refused_it_and_may_be_one_when_it_was_silent(
    start: Start, answer: dict[str, str] | None, is_valid: bool
) -> None:
    async with start(QUICK) as portal:
        old = await with_password(portal)
        async with portal.station(**basic(old)) as station:
            station.handlers["ChangeConfiguration"] = lambda station, payload: answer
            station_security.send_password(administrator(portal), portal.central.stations["CP1"].station_id)
            await until(lambda: state(portal) in ("rejected", "timed_out"))
            new = bytes.fromhex(station.commands[0][1]["value"])
        assert portal.row("SELECT secret FROM command") == {"secret": None}
        if is_valid:
            await comes(portal, **basic(new))
        else:
            await until(lambda: not any(one.next_passwords for one in portal.central.credentials.values()))
            assert await refusal(portal, **basic(new)) is HTTPStatus.UNAUTHORIZED
            await comes(portal, **basic(old))


async def test_what_comes_with_less_than_the_asked_profile_is_refused(portal: Portal) -> None:
    password = await with_password(portal)
    before = portal.central.credentials
    station_security.require_profile(administrator(portal), portal.central.stations["CP1"].station_id, 2)
    await until(lambda: portal.central.credentials is not before)
    assert await refusal(portal, **basic(password)) is HTTPStatus.UNAUTHORIZED
    await until(lambda: portal.events("station refused"))
    assert portal.events("station refused") == [
        "The station CP1 was refused: security profile 2 is asked for and it came with 1."
    ]


async def test_a_station_of_ocpp_1_5_must_come_with_its_password_too(portal: Portal) -> None:
    password = await with_password(portal)
    async with portal.soap_station() as station:
        with pytest.raises(Exception, match="came without its password"):
            await station.call("Heartbeat", {})
    async with portal.soap_station(**basic(password)) as station:
        await station.call("Heartbeat", {})
