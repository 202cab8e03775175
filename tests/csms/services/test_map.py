"""Map services read sites, stations and live outlet states as GeoJSON, and are told what changes."""

from dataclasses import replace

from data.database import Sql
from tests.csms.conftest import Start
from tests.csms.portal import FAST, TAG, Portal
from tests.csms.services.third_party import change, receiving, service, uuid_of
from tests.support.virtual_station import until

QUICK = replace(FAST, deliveries_every=0.02, service_retry=0.02)


def place(portal: Portal) -> None:
    portal.database.write(
        [
            Sql("UPDATE site SET latitude = 59.36, longitude = 18.0, city = 'Solna'"),
            Sql("UPDATE charging_station SET latitude = 59.37, longitude = 18.01 WHERE charge_box_id = 'CP2'"),
        ]
    )


async def test_the_map_has_sites_and_stations_with_places_and_live_states(portal: Portal) -> None:
    async with service(portal, "map") as map_service, portal.station() as station:
        await station.boot_and_notify()
        unplaced = await map_service.get("/map")
        assert {feature["geometry"] for feature in unplaced["features"]} == {None}
        place(portal)
        await station.start(1, TAG)
        site, *stations = (await map_service.get("/map"))["features"]
        assert (site["properties"]["name"], site["properties"]["address"]["city"]) == ("Solna", "Solna")
        assert site["geometry"] == {"type": "Point", "coordinates": [18.0, 59.36]}
        counted = {name: site["properties"][name] for name in ("outlets", "available", "charging", "never")}
        assert counted == {"outlets": 8, "available": 1, "charging": 1, "never": 6}
        places = {one["properties"]["charge_box_id"]: one["geometry"]["coordinates"] for one in stations}
        assert (places["CP1"], places["CP2"]) == ([18.0, 59.36], [18.01, 59.37])
        (cp1,) = [one["properties"] for one in stations if one["properties"]["charge_box_id"] == "CP1"]
        assert cp1["is_connected"] is True
        assert [one["state"] for one in cp1["outlets"]] == ["charging", "available"]
        assert cp1["outlets"][0]["uuid"] == uuid_of(portal)


async def test_a_map_that_has_not_changed_is_not_sent_again(portal: Portal) -> None:
    async with service(portal, "map") as map_service, portal.station() as station:
        await until(lambda: portal.rows("SELECT 1 FROM station_state WHERE connected"))
        first = await map_service.http.get("/api/v1/map")
        assert first.headers["content-type"] == "application/geo+json"
        known = {"If-None-Match": first.headers["etag"]}
        assert (await map_service.http.get("/api/v1/map", headers=known)).status_code == 304
        await station.boot_and_notify()
        assert (await map_service.http.get("/api/v1/map", headers=known)).status_code == 200


async def test_a_map_service_is_told_every_new_state_and_no_session(start: Start) -> None:
    async with start(QUICK) as portal, receiving() as inbox, service(portal, "map", url=inbox.url) as map_service:
        await until(lambda: portal.count("service_outlet_state") == 8)
        async with portal.station() as station:
            await station.boot_and_notify()
            await until(lambda: len(inbox.received) == 2)
            await station.start(1, TAG)
            await until(lambda: inbox.received[-1].body["outlet"]["state"] == "charging")
            inbox.check(map_service.secrets.signing_secret)
            last = inbox.received[-1].body
            assert (last["type"], last["outlet"]["state"], last["outlet"]["uuid"]) == (
                "outlet.state", "charging", uuid_of(portal),
            )  # fmt: skip
            change(portal.database, map_service.service_id, is_active=False)
            await station.stop(1)
        assert set(inbox.events) == {"outlet.state"}


async def test_a_map_service_that_was_away_is_told_the_last_state_only(start: Start) -> None:
    async with start(QUICK) as portal:
        async with receiving() as inbox:
            pass
        async with service(portal, "map", url=inbox.url):
            await until(lambda: portal.count("service_outlet_state") == 8)
            async with portal.station() as station:
                await station.boot_and_notify()
                await until(lambda: portal.rows("SELECT 1 FROM service WHERE failures > 0"))
                await station.start(1, TAG)
                state = "SELECT state FROM service_outlet_state JOIN outlet USING (outlet_id) WHERE uuid = $uuid"
                await until(lambda: portal.row(state, uuid=uuid_of(portal))["state"] == "charging")
            async with receiving(inbox, inbox.port):
                await until(lambda: not portal.rows("SELECT 1 FROM service_delivery WHERE delivered_at IS NULL"))
            told = [one.body["outlet"] for one in inbox.received]
            assert [one["state"] for one in told if one["uuid"] == uuid_of(portal)][-1] == "charging"
