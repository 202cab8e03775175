"""The tab Address and the maps: who sees and sets a position, where tiles come from, and what the geocoder fills in."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app import create_app
from components import geocoder
from components.geocoder import GeocoderSilent, Position
from data import addresses, edits, grid_controllers, sites, stations
from data.database import Sql
from data.duckdb_engine import DuckDB
from data.errors import NotFound
from data.stations import NewStation
from settings import from_env
from tests.conftest import People
from tests.pages.conftest import Visitor
from tests.pages.test_configuration import press

Visit = Callable[..., Visitor]
HERE = {"latitude": 59.3598, "longitude": 18.0066}
NOWHERE = {"latitude": None, "longitude": None}
CLICKED = "site-address-clicked.data"
TILES = {"PORTAL_TILES": "https://{s}.tiles.example/{z}/{x}/{y}.png", "PORTAL_TILES_SOURCE": "<b>Map</b> people"}


def test_a_position_set_on_the_map_is_kept(visitor: Visit, people: People) -> None:
    seen = edits.read(people.alice, addresses.SITE, people.solna)
    answer = press(visitor("bob"), "site-address", "save", seen, people.solna, **HERE)
    assert "Your changes are saved" in str(answer.json["sideUpdate"])
    assert addresses.of_site(people.alice, people.solna) == (59.3598, 18.0066)
    page = visitor("bob").page(f"/configuration?node=site:{people.solna}&tab=address")
    assert '"data-latitude": "59.3598"' in page
    assert "data-closed" not in page


def test_half_a_position_is_told_at_its_field(visitor: Visit, people: People) -> None:
    seen = edits.read(people.alice, addresses.SITE, people.solna)
    answer = press(visitor("alice"), "site-address", "save", seen, people.solna, latitude=59.3)
    assert "Correct to save: Longitude" in str(answer.json["response"])
    assert "Longitude is missing: Latitude and Longitude go together." in str(answer.json["response"])
    assert edits.read(people.alice, addresses.SITE, people.solna) == seen


def test_support_users_see_a_sites_position_and_cannot_set_it(visitor: Visit, people: People) -> None:
    seen = edits.read(people.alice, addresses.SITE, people.solna)
    page = visitor("sam").page(f"/configuration?node=site:{people.solna}&tab=address")
    assert "data-closed" in page
    press(visitor("sam"), "site-address", "save", seen, people.solna, **HERE)
    press(visitor("charlie"), "site-address", "save", seen, people.solna, **HERE)
    press(visitor("dana"), "site-address", "save", seen, people.solna, **HERE)
    assert edits.read(people.alice, addresses.SITE, people.solna) == seen


def test_a_station_on_no_floor_is_placed_on_the_map_of_its_site(visitor: Visit, people: People) -> None:
    edits.save(people.alice, addresses.SITE, people.solna, NOWHERE, HERE)
    station = stations.create_station(people.alice, NewStation(people.solna, "Gate", "Gate"))
    address = f"/configuration?node=station:{station}&tab=address"
    assert '"center": [59.3598, 18.0066]' in visitor("sam").page(address)
    seen = edits.read(people.alice, addresses.STATION, station)
    there = {"latitude": 59.36, "longitude": 18.01}
    press(visitor("charlie"), "station-address", "save", seen, station, **there)
    assert edits.read(people.alice, addresses.STATION, station) == seen
    press(visitor("sam"), "station-address", "save", seen, station, **there)
    assert edits.read(people.alice, addresses.STATION, station) == seen | there
    assert "Gate: Never online" in visitor("bob").page(f"/configuration?node=site:{people.solna}&tab=address")
    for name in ("charlie", "dana"):
        assert "Gate" not in visitor(name).page(address)


def test_what_is_on_a_floor_is_told_to_have_its_sites_address(visitor: Visit, people: People) -> None:
    floor = sites.create_floor(people.alice, people.solna, "P1")
    station = stations.create_station(people.alice, NewStation(people.solna, "00004079", "00004079", floor))
    controller = grid_controllers.create_grid_controller(people.alice, people.solna, "GC 1", "GC 1", floor)
    for ref in (f"station:{station}", f"grid_controller:{controller}"):
        page = visitor("bob").page(f"/configuration?node={ref}&tab=address")
        assert f"/configuration?node=floor:{floor}&tab=position" in page
        assert "Latitude" not in page
    for record, row_id in ((addresses.STATION, station), (addresses.GRID_CONTROLLER, controller)):
        with pytest.raises(NotFound):
            edits.save(people.alice, record, row_id, NOWHERE, HERE)


def test_nobody_sees_where_the_sites_of_others_are(visitor: Visit, people: People) -> None:
    kept = edits.read(people.alice, addresses.SITE, people.solna)
    edits.save(people.alice, addresses.SITE, people.solna, kept, HERE | {"street": "Solnavägen 12"})
    for name in ("charlie", "dana"):
        page = visitor(name).page(f"/configuration?node=site:{people.solna}&tab=address")
        dashboard = visitor(name).page(f"/dashboard?node=site:{people.solna}")
        answer = press(visitor(name), "site-address", "discard", kept, people.solna)
        for told in (page, dashboard, answer.text):
            assert "59.3598" not in told
            assert "Solnavägen" not in told


def test_without_a_tile_server_nothing_is_fetched_from_elsewhere(visitor: Visit, people: People) -> None:
    alice = visitor("alice")
    policy = alice.client.get("/dashboard").headers["Content-Security-Policy"]
    assert "img-src 'self' data: blob:;" in policy
    page = alice.page(f"/configuration?node=site:{people.solna}&tab=address")
    assert "TileLayer" not in page
    with alice.client.get("/assets/world.json") as answer:
        world = json.loads(answer.data)
    assert [part["properties"]["kind"] for part in world["features"]] == ["land", "border"]


def test_tiles_come_from_the_configured_server_and_it_alone(database: DuckDB, people: People, tmp_path: Path) -> None:
    alice = Visitor(create_app(database, from_env({"PORTAL_DATA": str(tmp_path), **TILES})))
    alice.log_in("alice")
    policy = alice.client.get("/dashboard").headers["Content-Security-Policy"]
    assert "img-src 'self' data: blob: https://*.tiles.example;" in policy
    assert policy.count("tiles.example") == 1
    page = alice.page(f"/configuration?node=site:{people.solna}&tab=address")
    assert TILES["PORTAL_TILES"] in page
    assert "&lt;b&gt;Map&lt;/b&gt; people" in page


@pytest.fixture
def with_geocoder(database: DuckDB, people: People, tmp_path: Path) -> Visitor:
    """Alice, in a portal that has a geocoder."""
    alice = Visitor(create_app(database, from_env({"PORTAL_DATA": str(tmp_path), "PORTAL_GEOCODER": "http://geo"})))
    alice.log_in("alice")
    return alice


def sides(answer: Any) -> dict[str, Any]:
    """Return what a callback's side effects set, by component."""
    return dict(answer.json["sideUpdate"])


def test_a_click_fills_the_address_when_there_is_a_geocoder(
    with_geocoder: Visitor, visitor: Visit, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = {"street": "Solnavägen 12", "postal_code": "171 45", "city": "Solna", "country": "Sweden"}
    asked = []

    def address_at(url: str, at: Position, language: str) -> dict[str, str]:
        asked.append((url, at, language))
        return found

    monkeypatch.setattr(geocoder, "address_at", address_at)
    output = output_of(with_geocoder, CLICKED)
    answer = with_geocoder.call(output, {CLICKED: HERE}, changed=[CLICKED])
    (filled,) = (parts["data"] for parts in answer.json["response"].values())
    assert {part["id"]["field"]: part["value"] for part in filled} == found
    assert asked == [("http://geo", Position(**HERE), "en")]
    plain = visitor("alice")
    plain.call(output_of(plain, CLICKED), {CLICKED: HERE}, changed=[CLICKED])
    assert len(asked) == 1


def test_where_only_the_country_is_known_the_rest_stays_and_is_named(
    with_geocoder: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = {"street": "", "postal_code": "", "city": "", "country": "Sweden"}
    monkeypatch.setattr(geocoder, "address_at", lambda *_asked: found)
    typed = {"street": "Solnavägen 12", "postal_code": "", "city": "Solna", "country": "Norway"}
    answer = click(with_geocoder, typed)
    (filled,) = (parts["data"] for parts in answer.json["response"].values())
    assert [(part["id"]["field"], part["was"], part["value"]) for part in filled] == [("country", "Norway", "Sweden")]
    assert "check it: Street, City." in str(sides(answer)["messages"])
    assert "sideUpdate" not in click(with_geocoder, dict.fromkeys(typed, "")).json


def test_a_silent_geocoder_leaves_what_was_typed(with_geocoder: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    def silent(*_args: object) -> None:
        raise GeocoderSilent

    monkeypatch.setattr(geocoder, "address_at", silent)
    answer = with_geocoder.call(output_of(with_geocoder, CLICKED), {CLICKED: HERE}, changed=[CLICKED])
    assert list(sides(answer)) == ["messages"]
    assert "The geocoder does not answer" in answer.text


def test_an_address_is_found_on_the_map(with_geocoder: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    places = {"Solnavägen 12, Solna": Position(59.3598, 18.0066)}
    monkeypatch.setattr(geocoder, "position_of", lambda _url, address: places.get(address))
    parts = {"street": "Solnavägen 12", "city": "Solna"}
    for city, said in (("Solna", "59.3598"), ("Lund", "The address was not found")):
        answer = find(with_geocoder, parts | {"city": city})
        assert said in answer.text
    answer = find(with_geocoder, parts)
    (filled,) = (told["data"] for told in answer.json["response"].values())
    assert [(one["id"]["field"], one["row"]) for one in filled] == [("latitude", 1), ("longitude", 1)]
    assert "Enter an address first" in find(with_geocoder, dict.fromkeys(parts, "")).text


def find(visitor: Visitor, parts: dict[str, str]) -> Any:
    return _asked(visitor, ("site-address-find", "n_clicks", 1), parts)


def click(visitor: Visitor, parts: dict[str, str]) -> Any:
    return _asked(visitor, ("site-address-clicked", "data", HERE), parts)


def _asked(visitor: Visitor, given: tuple[str, str, Any], parts: dict[str, str]) -> Any:
    output = output_of(visitor, ".".join(given[:2]))
    body = {
        "output": output,
        "outputs": dict(zip(("id", "property"), output.split("."), strict=True)),
        "inputs": [dict(zip(("id", "property", "value"), given, strict=True))],
        "state": [
            [
                {"id": {"form": "site-address", "field": name}, "property": prop, "value": value}
                for name, value in fields
            ]
            for prop, fields in (
                ("value", list(parts.items())),
                ("id", [(name, {"form": "site-address", "field": name}) for name in parts]),
            )
        ]
        + [{"id": "site-address-seen", "property": "data", "value": {"row": 1, "values": {}}}],
        "changedPropIds": [".".join(given[:2])],
    }
    return visitor.client.post("/_dash-update-component", json=body, headers={"X-CSRFToken": visitor.token})


def output_of(visitor: Visitor, prop: str) -> str:
    """Return the output of the callback that a property alone starts."""
    name, _dot, what = prop.rpartition(".")
    wanted = [{"id": name, "property": what}]
    (output,) = (key for key, entry in visitor.app.callback_map.items() if entry["inputs"] == wanted)
    return str(output)


def test_the_dashboard_shows_where_the_sites_are(visitor: Visit, people: People) -> None:
    people.alice.database.write([Sql("UPDATE portal_user SET dashboard_windows = 'site_map'")])
    assert "No site on the map" in visitor("alice").page("/dashboard")
    edits.save(people.alice, addresses.SITE, people.solna, NOWHERE, HERE)
    edits.save(people.alice, addresses.SITE, people.lund, NOWHERE, {"latitude": 55.7, "longitude": 13.2})
    stations.create_station(people.alice, NewStation(people.solna, "Gate", "Gate"))
    solna, lund = "Solna: Never online, 1\u00a0station", "Lund: Never online, 0\u00a0stations"
    for name, seen in (("alice", {solna, lund}), ("sam", {solna, lund}), ("bob", {solna}), ("charlie", {lund})):
        page = visitor(name).page("/dashboard")
        assert {label for label in (solna, lund) if label in page} == seen
    assert solna not in visitor("dana").page("/dashboard")
