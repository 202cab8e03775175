"""Control and OCPP configuration through their own callbacks: who may, what becomes a command, what is refused."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.test import TestResponse

from data import parameters, stations
from data.database import Database, Sql
from data.parameters import Parameter, said_of
from data.stations import NewOutlet, NewStation
from tests.conftest import People
from tests.pages.conftest import Visitor

Visit = Callable[..., Visitor]


@pytest.fixture
def station(database: Database, people: People) -> int:
    new = NewStation(people.solna, "00004079", "00004079", outlets=(NewOutlet(1), NewOutlet(2, mode="OPEN")))
    station_id = stations.create_station(people.alice, new)
    insert = "INSERT INTO parameter VALUES ($id, $key, $value, $readonly, now())"
    for key, value, readonly in (
        ("HeartbeatInterval", "300", False),
        ("AuthorizationKey", "", False),
        ("endpoint", "wss://portal.example/ocpp", False),
        ("WifiPassword", "0pen-wifi", False),
        ("FtpPassword", "0pen-ftp", True),
        ("Model", "EVA", True),
    ):
        database.write([Sql(insert, {"id": station_id, "key": key, "value": value, "readonly": readonly})])
    return station_id


def outputs(output: str) -> list[dict[str, str]]:
    return [dict(zip(("id", "property"), one.rsplit(".", 1), strict=True)) for one in output.strip(".").split("...")]


def press(visitor: Visitor, node: str, kind: str, outlet: int = -1, chosen: list[str] | None = None) -> TestResponse:
    """Press a command's button."""
    (output,) = (key for key in visitor.app.callback_map if "control-asked.data" in key)
    values = {
        "control-pressed.data": {"of": {"command": kind, "outlet": outlet}},
        "control-node.data": node,
        "control-chosen.data": chosen,
    }
    return visitor.call(output, values, ["control-pressed.data"])


def send(visitor: Visitor, node: str, asked: dict[str, Any], **fields: str) -> TestResponse:
    """Agree in the dialog."""
    (output,) = (key for key in visitor.app.callback_map if "control-fault.children" in key)
    ids = [{"control-field": name} for name in fields]
    body = {
        "output": output,
        "outputs": outputs(output),
        "inputs": [{"id": "control-send", "property": "n_clicks", "value": 1}],
        "state": [
            {"id": "control-asked", "property": "data", "value": asked},
            [{"id": one, "property": "value", "value": value} for one, value in zip(ids, fields.values(), strict=True)],
            [{"id": one, "property": "id", "value": one} for one in ids],
            {"id": "control-node", "property": "data", "value": node},
        ],
        "changedPropIds": ["control-send.n_clicks"],
    }
    return visitor.client.post("/_dash-update-component", json=body, headers={"X-CSRFToken": visitor.token})


def asked(station: int, kind: str, outlet: int = -1) -> dict[str, Any]:
    return {"kind": kind, "connector_id": outlet, "stations": [station], "names": ["00004079"]}


def rows(database: Database) -> list[dict[str, Any]]:
    return list(
        database.query("SELECT kind, connector_id, parameters, state FROM command ORDER BY command_id").to_pylist()
    )


@pytest.mark.parametrize("name", ["alice", "bob", "sam"])
def test_who_may_control_gives_a_harmless_command_at_once(
    database: Database, visitor: Visit, station: int, name: str
) -> None:
    answer = press(visitor(name), f"station:{station}", "clear_cache")
    assert "Clear cache is on its way" in answer.text
    assert [row["kind"] for row in rows(database)] == ["clear_cache"]


def test_nobody_controls_a_station_of_another_site(database: Database, visitor: Visit, station: int) -> None:
    somebody = visitor("charlie")
    press(somebody, f"station:{station}", "clear_cache")
    send(somebody, f"station:{station}", asked(station, "reboot"), type="Soft")
    press(visitor("alice"), "site:2", "clear_cache", chosen=[str(station)])
    assert rows(database) == []


def test_an_ev_user_controls_nothing(database: Database, visitor: Visit, station: int) -> None:
    dana = visitor("dana")
    assert press(dana, f"station:{station}", "clear_cache").status_code == 403
    assert send(dana, f"station:{station}", asked(station, "reboot"), type="Soft").status_code == 403
    assert rows(database) == []


def test_a_command_that_disturbs_asks_first_and_says_what_it_does(
    database: Database, visitor: Visit, station: int
) -> None:
    answer = press(visitor("alice"), f"station:{station}", "stop_charging", 1)
    assert "The ongoing session ends." in answer.text
    assert rows(database) == []
    send(visitor("alice"), f"station:{station}", asked(station, "stop_charging", 1))
    assert [(row["kind"], row["connector_id"]) for row in rows(database)] == [("stop_charging", 1)]


def test_a_hard_reboot_wants_the_name_typed(database: Database, visitor: Visit, station: int) -> None:
    alice = visitor("alice")
    refused = send(alice, f"station:{station}", asked(station, "reboot"), type="Hard", typed="0000407")
    assert "type 00004079" in refused.text
    assert rows(database) == []
    send(alice, f"station:{station}", asked(station, "reboot"), type="Hard", typed="00004079")
    assert '"Hard"' in rows(database)[0]["parameters"]


def test_what_is_missing_is_said_in_the_dialog(database: Database, visitor: Visit, station: int) -> None:
    answer = send(visitor("alice"), f"station:{station}", asked(station, "start_charging", 1), id_tag="")
    assert "RFID is missing" in answer.text
    assert rows(database) == []


def test_one_command_goes_to_the_stations_that_were_chosen(
    database: Database, people: People, visitor: Visit, station: int
) -> None:
    other = stations.create_station(people.alice, NewStation(people.solna, "00004080", "00004080"))
    stations.create_station(people.alice, NewStation(people.solna, "00004081", "00004081"))
    press(visitor("bob"), f"site:{people.solna}", "clear_cache", chosen=[str(station), str(other)])
    assert len(rows(database)) == 2
    answer = press(visitor("bob"), f"site:{people.solna}", "clear_cache", chosen=[])
    assert "No station is chosen" in answer.text
    assert len(rows(database)) == 2


def test_parameters_are_shown_as_read_and_only_writable_ones_can_be_saved(visitor: Visit, station: int) -> None:
    page = visitor("sam").page(f"/configuration?node=station:{station}&tab=ocpp")
    now = json.loads(re.search(r'"data": (\{"node": .*?\]\})', page)[1])
    rows_ = {row["key"]: row for row in now["rows"]}
    assert rows_["HeartbeatInterval"]["pattern"] == "open"
    assert (rows_["Model"]["pattern"], rows_["Model"]["value"]) == ("closed", "EVA")
    assert [row["key"] for row in rows_.values() if row["value"] is None and row["pattern"] == "open"] == [
        "AuthorizationKey",
        "WifiPassword",
    ]
    assert "0pen-" not in page


def save(visitor: Visitor, station: int, key: str, value: str, word: str | None = None) -> str:
    """Press Save on a parameter's row, or with a word go on after the question; return what comes of it."""
    (output,) = (name for name in visitor.app.callback_map if "parameters-sure.is_open" in name)
    pressed = "parameters-pressed.data" if word is None else "parameters-go.n_clicks"
    body = {
        "output": output,
        "outputs": outputs(output),
        "inputs": [
            {"id": "parameters-pressed", "property": "data", "value": {"of": key, "typed": value}},
            *({"id": f"parameters-{name}", "property": "n_clicks", "value": None} for name in ("upload", "go")),
            {"id": "parameters-typed", "property": "n_submit", "value": None},
            {"id": "parameters-stay", "property": "n_clicks", "value": None},
        ],
        "state": [
            {"id": "control-node", "property": "data", "value": f"station:{station}"},
            {"id": "parameters-typed", "property": "value", "value": word},
        ],
        "changedPropIds": [pressed],
    }
    headers = {"X-CSRFToken": visitor.token}
    answer = visitor.client.post("/_dash-update-component", json=body, headers=headers)
    assert answer.status_code == 200
    return answer.text


def test_nothing_typed_does_not_empty_a_secret(database: Database, visitor: Visit, station: int) -> None:
    assert "is missing" in save(visitor("alice"), station, "WifiPassword", "")
    assert rows(database) == []


def asked_for(database: Database, station: int, kind: str, **columns: object) -> None:
    """Keep a command asked for at 15:00:00 by the site's clock, with columns of its row."""
    row = {
        "batch_id": "b", "station_id": station, "site_id": 1, "kind": kind, "parameters": "{}",
        "requested_at": "2026-03-20 14:00:00+00", "expires_at": "2026-03-20 15:00:00+00", **columns,
    }  # fmt: skip
    row["site_id"] = database.query("SELECT site_id FROM charging_station")["site_id"][0].as_py()
    values = ", ".join(f"${name}" for name in row)
    database.write([Sql(f"INSERT INTO command ({', '.join(row)}) VALUES ({values})", row)])  # noqa: S608


SENT = {"sent_at": "2026-03-20 14:00:00+00"}
ENDED = {**SENT, "ended_at": "2026-03-20 14:00:30+00"}


@pytest.mark.parametrize(
    ("state", "row", "said"),
    [
        ("queued", {}, "The station is away: it is asked if it connects until 2026-03-20"),
        ("sent", SENT, "answer is waited for until 15:00:30."),
        ("timed_out", ENDED | {"answer": "no answer within 30 s"}, "no answer within 30 s."),
        ("timed_out", ENDED, " Press Upload to ask again."),
        ("not_supported", ENDED | {"answer": "NotImplemented"}, "Not supported: NotImplemented."),
        ("expired", ENDED, "The station did not come in time."),
        ("done", ENDED | {"answer": said_of(0)}, "The station answered without any parameter."),
        ("done", ENDED | {"result": '{"unknown": ["Odd", "HeartbeatInterval"]}'}, "The station does not know: Odd."),
    ],
)
def test_how_far_the_reading_of_a_station_is_stands_on_the_tab(
    database: Database, visitor: Visit, station: int, state: str, row: dict[str, object], said: str
) -> None:
    address, bob = f"/configuration?node=station:{station}&tab=ocpp", visitor("bob")
    assert "Press Upload to read them from the station." in bob.page(address)
    asked_for(database, station, "read_configuration", state=state, **row)
    page = bob.page(address)
    assert said in page
    assert ("The station does not know it" in page) == ("result" in row)
    database.write(
        [
            Sql(
                "INSERT INTO station_state (station_id, connected, parameters_read_at) VALUES ($s, TRUE, now())",
                {"s": station},
            )
        ]
    )
    assert (said in bob.page(address)) == (state in ("sent", "done"))  # what ended before it was read is over


@pytest.mark.parametrize(
    ("state", "row", "said"),
    [("sent", SENT, "Waits for the answer until 15:00:30"), ("timed_out", ENDED, "is not known. Press Upload.")],
)
def test_a_row_says_what_of_its_change_is_waited_for_or_not_known(
    database: Database, visitor: Visit, station: int, state: str, row: dict[str, object], said: str
) -> None:
    change = '{"key": "HeartbeatInterval", "value": "60"}'
    asked_for(database, station, "change_configuration", state=state, parameters=change, **row)
    assert said in visitor("bob").page(f"/configuration?node=station:{station}&tab=ocpp")


def test_what_is_cut_of_a_parameter_is_told_on_its_row(database: Database, visitor: Visit, station: int) -> None:
    insert = "INSERT INTO parameter VALUES ($id, $key, $value, FALSE, now())"
    cut = parameters.within_limits([Parameter("k" * 200, "1", False), Parameter("Long", "v" * 2000, False)])
    database.write([Sql(insert, {"id": station, "key": one.key, "value": one.value}) for one in cut])
    page = visitor("bob").page(f"/configuration?node=station:{station}&tab=ocpp")
    assert page.count("Its name is cut here after 100 characters: it cannot be changed.") == 1
    assert page.count("Its value is cut here after 1000 characters.") == 1


def test_a_parameter_is_sent_whole_or_not_at_all(database: Database, visitor: Visit, station: int) -> None:
    alice = visitor("alice")
    assert (
        "maxlength" not in alice.page(f"/configuration?node=station:{station}&tab=ocpp").split("parameters-patterns")[1]
    )
    assert "must have at most 500 characters" in save(alice, station, "HeartbeatInterval", "x" * 501)
    assert rows(database) == []
    save(alice, station, "x" * 100, "1")
    assert [row["kind"] for row in rows(database)] == ["change_configuration"]


def test_a_parameter_that_may_cut_the_station_off_is_sent_only_when_the_stations_name_is_typed(
    database: Database, visitor: Visit, station: int
) -> None:
    alice = visitor("alice")
    asked = save(alice, station, "endpoint", "wss://elsewhere.example")
    assert "endpoint of 00004079 becomes wss:" in asked
    assert "Type 00004079 to go on" in asked
    assert "This is not 00004079." in save(alice, station, "endpoint", "wss://elsewhere.example", word="00004080")
    save(alice, station, "endpoint", "wss://elsewhere.example", word="")
    assert rows(database) == []
    save(alice, station, "endpoint", "wss://elsewhere.example", word="00004079")
    assert [row["kind"] for row in rows(database)] == ["change_configuration"]
    save(alice, station, "HeartbeatInterval", "60")
    assert len(rows(database)) == 2


def test_pages_of_a_station_are_not_there_for_others(visitor: Visit, station: int) -> None:
    for tab in ("general", "control", "ocpp"):
        for name in ("charlie", "dana"):
            assert "Control board" not in visitor(name).page(f"/configuration?node=station:{station}&tab={tab}")
            assert visitor(name).client.get(f"/configuration?node=station:{station}&tab={tab}").status_code == 404
