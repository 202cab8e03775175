"""What a station is told of a tag: accepted, blocked, expired, invalid or charging elsewhere already."""

from typing import Any

import pytest

from csms.central import Central
from data.database import Sql
from tests.csms.portal import TAG, Portal
from tests.support.virtual_station import Station, until

OTHER_TAG = "04FFEEDD"


async def let(portal: Portal, id_tag: str = TAG, **rights: Any) -> None:
    """Change what a tag of Dana's may do, and wait until the central system knows."""
    names = ", ".join(f"{name} = ${name}" for name in rights)
    portal.database.write([Sql(f"UPDATE id_tag SET {names} WHERE id_tag = $id_tag", {"id_tag": id_tag, **rights})])  # noqa: S608 - columns of the test
    await known(portal)


async def add_tag(portal: Portal, id_tag: str, user_id: int, parent: str | None = None) -> None:
    insert = "INSERT INTO id_tag (id_tag, user_id, parent_id_tag) VALUES ($id_tag, $user_id, $parent)"
    user = """INSERT INTO portal_user (user_id, role, first_name, last_name, email, password_hash, password_changed_at)
              VALUES (101, 'ev_user', 'Eva', 'Driver', 'eva@portal.example', '', now()) ON CONFLICT DO NOTHING"""
    portal.database.write([Sql(user), Sql(insert, {"id_tag": id_tag, "user_id": user_id, "parent": parent})])
    await known(portal)


async def known(portal: Portal) -> None:
    before = portal.central.tags
    portal.database.write([Sql("SELECT 1")], [("user", 100)])
    await until(lambda: portal.central.tags is not before)


async def authorize(station: Station, id_tag: str = TAG) -> dict[str, Any]:
    info: dict[str, Any] = (await station.call("Authorize", {"idTag": id_tag}))["idTagInfo"]
    return info


@pytest.mark.parametrize(
    ("rights", "info"),
    [
        ({}, {"status": "Accepted"}),
        ({"status": "Blocked"}, {"status": "Blocked"}),
        ({"expires_at": "2020-01-01T00:00:00Z"}, {"status": "Expired", "expiryDate": "2020-01-01T00:00:00Z"}),
        ({"status": "Blocked", "expires_at": "2020-01-01T00:00:00Z"}, {"status": "Blocked"}),
        ({"expires_at": "2999-01-01T00:00:00Z"}, {"status": "Accepted", "expiryDate": "2999-01-01T00:00:00Z"}),
        ({"parent_id_tag": "FAMILY"}, {"status": "Accepted", "parentIdTag": "FAMILY"}),
    ],
)
async def test_authorize_start_and_stop_tell_what_the_tag_may_do(
    portal: Portal, rights: dict[str, str], info: dict[str, str]
) -> None:
    await let(portal, **({"label": ""} | rights))
    async with portal.station() as station:
        assert info.items() <= (await authorize(station)).items()
        start = await station.start(1, TAG)
        assert info.items() <= start["idTagInfo"].items()
        payload = {
            "transactionId": start["transactionId"],
            "idTag": TAG,
            "meterStop": 1,
            "timestamp": "2026-03-20T10:00:00Z",
        }
        assert info.items() <= (await station.call("StopTransaction", payload))["idTagInfo"].items()
    note = "" if info["status"] == "Accepted" else "tag refused"
    assert note in (portal.session()["note"] or "")
    assert portal.session()["email"] == "dana@portal.example"


async def test_an_unknown_tag_is_invalid_and_its_stop_is_no_way_into_the_stations_memory(portal: Portal) -> None:
    async with portal.station() as station:
        assert await authorize(station, "04999999") == {"status": "Invalid"}
        payload = {"transactionId": 4711, "idTag": "04999999", "meterStop": 1, "timestamp": "2026-03-20T10:00:00Z"}
        assert (await station.call("StopTransaction", payload))["idTagInfo"] == {"status": "Invalid"}


async def test_anybody_charges_at_an_open_outlet_whatever_the_tag(portal: Portal) -> None:
    await let(portal, status="Blocked")
    async with portal.station("MIXED") as station:
        assert (await authorize(station))["status"] == "Accepted"
        assert (await station.start(1, TAG))["idTagInfo"]["status"] == "Accepted"
        assert (await station.start(2, TAG))["idTagInfo"]["status"] == "Blocked"


async def test_a_tag_charges_at_several_outlets_unless_it_is_for_one_at_a_time(portal: Portal) -> None:
    async with portal.station() as one, portal.station("CP2") as two:
        await one.start(1, TAG)
        assert (await two.start(1, TAG))["idTagInfo"]["status"] == "Accepted"
    await let(portal, is_single=True)
    async with portal.station() as one:
        assert (await one.start(2, "04:A1:B2:C3"))["idTagInfo"]["status"] == "ConcurrentTx"
        assert (await authorize(one))["status"] == "Accepted"


async def test_a_repeated_start_of_a_tag_for_one_at_a_time_is_not_concurrent(portal: Portal) -> None:
    await let(portal, is_single=True)
    start = {"connectorId": 1, "idTag": TAG, "meterStart": 1000, "timestamp": "2026-03-20T09:28:31.250Z"}
    async with portal.station() as station:
        first = await station.call("StartTransaction", start)
        assert await station.call("StartTransaction", start) == first
        assert first["idTagInfo"]["status"] == "Accepted"
        later = await station.call("StartTransaction", start | {"timestamp": "2026-03-20T10:28:31Z"})
        assert later["idTagInfo"]["status"] == "Accepted"  # the same outlet: the first one's stop never came


async def test_a_station_out_of_reach_does_not_keep_a_tag_from_charging(portal: Portal) -> None:
    await let(portal, is_single=True)
    async with portal.station() as station:
        await station.start(1, TAG)
    central: Central = portal.central
    central.stations["CP1"].heard_at = central.stations["CP1"].heard_at.replace(year=2020)
    async with portal.station("CP2") as station:
        assert (await station.start(1, TAG))["idTagInfo"]["status"] == "Accepted"


@pytest.mark.parametrize(
    ("user_id", "parent", "is_noted"), [(100, None, False), (101, "FAMILY", False), (101, None, True)]
)
async def test_a_stop_by_another_tag_is_legal_for_the_same_holder_or_parent_and_noted_for_others(
    portal: Portal, user_id: int, parent: str | None, is_noted: bool
) -> None:
    await let(portal, parent_id_tag="FAMILY")
    await add_tag(portal, OTHER_TAG, user_id, parent)
    async with portal.station() as station:
        start = await station.start(1, TAG)
        payload = {"transactionId": start["transactionId"], "idTag": OTHER_TAG, "meterStop": 1}
        answer = await station.call("StopTransaction", payload | {"timestamp": "2026-03-20T10:00:00Z"})
    assert answer["idTagInfo"]["status"] == "Accepted"
    assert ("stopped by another's tag" in (portal.session()["note"] or "")) is is_noted


@pytest.mark.parametrize(
    ("charge_box_id", "stops", "is_noted"),
    [("CP1", "04:99:99:99", False), ("CP1", "04888888", True), ("CP1", TAG, True), ("OPEN", "04888888", False)],
)
async def test_an_unknown_tag_stops_what_it_began_and_any_tag_where_none_is_asked_for(
    portal: Portal, charge_box_id: str, stops: str, is_noted: bool
) -> None:
    async with portal.station(charge_box_id) as station:
        start = await station.start(1, "04999999")
        payload = {"transactionId": start["transactionId"], "idTag": stops, "meterStop": 1}
        await station.call("StopTransaction", payload | {"timestamp": "2026-03-20T10:00:00Z"})
    assert ("stopped by another's tag" in (portal.session()["note"] or "")) is is_noted


async def test_a_mode_that_changes_during_a_session_leaves_it_and_counts_from_the_next(portal: Portal) -> None:
    async def becomes(mode: str) -> None:
        change = Sql("UPDATE outlet SET mode = $mode", {"mode": mode})
        portal.database.write([change], [("topology", 0)])
        await until(lambda: portal.central.stations["OPEN"].outlets[1] == mode)

    async with portal.station("OPEN") as station:
        await station.start(1, "STRANGER")
        await becomes("RFID")
        await station.meter(1, 500)
        assert portal.row("SELECT authentication FROM open_transaction") == {"authentication": 0}
        await station.stop(1, meterStop=1000)
        assert portal.session()["authentication"] == 0  # anonymous, as it began
        assert (await station.start(2, "STRANGER"))["idTagInfo"]["status"] == "Invalid"
        await becomes("OPEN")
        assert (await station.start(1, "STRANGER"))["idTagInfo"]["status"] == "Accepted"
