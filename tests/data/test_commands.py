"""Commands are asked for and called off by those who may, on stations they may see."""

from typing import Any

import pytest

from data import command_log, command_rows, commands, nodes, stations
from data.abilities import Abilities, unsupported_reason
from data.command_kinds import KINDS, Danger, may_cut_off
from data.database import Sql
from data.errors import InvalidInput, NotFound, NotPermitted
from data.stations import NewStation
from data.texts import Told, told
from tests.conftest import People


@pytest.fixture
def station_id(people: People) -> int:
    return stations.create_station(people.alice, NewStation(people.solna, "CP1", "0000 4079"))


def _set(people: People, state: str, *, is_ended: bool) -> None:
    sql = "UPDATE command SET state = $state, ended_at = CASE WHEN $ended THEN now() END"
    people.alice.database.write([Sql(sql, {"state": state, "ended": is_ended})])


@pytest.mark.parametrize("person", ["alice", "bob", "sam"])
def test_staff_of_the_site_may_command_and_the_event_log_says_who(people: People, station_id: int, person: str) -> None:
    scope = getattr(people, person)
    (row,) = command_log.batch(scope, commands.request(scope, "reboot", [station_id], {"type": "Hard"}))
    assert (row["state"], row["parameters"], row["station"]) == ("queued", {"type": "Hard"}, "0000 4079")
    assert row["requested_by_name"] == f"{person.capitalize()} Example"
    events = scope.database.query("SELECT user_id, text FROM event WHERE kind = 'command'").to_pylist()
    assert events == [{"user_id": scope.user_id, "text": "Reboot: asked for."}]


def test_the_newest_change_of_each_parameter_is_told_whatever_was_asked_since(people: People, station_id: int) -> None:
    node = nodes.find(people.bob, f"station:{station_id}")
    for key, value in (("Foo", "1"), ("foo", "2"), ("Foo", "3")):
        commands.request(people.bob, "change_configuration", [station_id], {"key": key, "value": value})
    commands.request(people.bob, "reboot", [station_id])
    newest = [one["parameters"] for one in command_log.newest_by_key(people.bob, node, "change_configuration")]
    assert sorted(newest, key=str) == [{"key": "Foo", "value": "3"}, {"key": "foo", "value": "2"}]
    assert command_log.newest_by_key(people.charlie, node, "change_configuration") == []


def test_others_may_not_and_see_nothing(people: People, station_id: int) -> None:
    with pytest.raises(NotPermitted):
        commands.request(people.dana, "reboot", [station_id])
    with pytest.raises(NotFound):
        commands.request(people.charlie, "reboot", [station_id])
    batch_id = commands.request(people.bob, "reboot", [station_id])
    (row,) = command_log.batch(people.bob, batch_id)
    with pytest.raises(NotFound):
        command_log.batch(people.charlie, batch_id)
    with pytest.raises(NotFound):
        commands.cancel(people.charlie, [row["command_id"]])
    assert command_log.of_node(people.charlie, None) == []


@pytest.mark.parametrize(
    ("kind", "parameters", "options", "said"),
    [
        ("make_coffee", {}, {}, "Command 'make_coffee' is not known."),
        ("reboot", {"type": "Warm"}, {}, "Type 'Warm' must be one of Soft, Hard."),
        ("reboot", {"speed": "1"}, {}, "Parameter 'speed' does not belong to this command."),
        ("reboot", {}, {"connector_id": 1}, "Outlet 1 does not belong to this command"),
        ("unlock", {}, {}, "Outlet is missing. Choose one."),
        ("start_charging", {}, {"connector_id": 1}, "RFID is missing. Enter it."),
        ("start_charging", {"id_tag": "X" * 21}, {}, "RFID must have at most 20 characters."),
        ("upload_log", {"location": "file:///etc/passwd"}, {}, "must be an address that begins with ftp://"),
        ("reserve", {"id_tag": "A", "until": "2020-01-01T00:00:00Z"}, {}, "has passed. Choose a later time."),
        ("set_charging_profile", {"profile": "{"}, {}, "Charging profile must be JSON."),
        ("set_charging_profile", {"profile": {}}, {}, "needs a whole number chargingProfileId."),
        ("reboot", {}, {"stop_on_failures": 0}, "Stop on failures 0 must be 1 or more."),
    ],
)
def test_what_cannot_be_taken_is_said_and_nothing_is_queued(
    people: People, station_id: int, kind: str, parameters: dict[str, Any], options: dict[str, Any], said: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        commands.request(people.alice, kind, [station_id], parameters, **options)
    assert said in str(refused.value)
    assert command_log.of_node(people.alice, None) == []


def test_only_what_is_still_queued_can_be_cancelled(people: People, station_id: int) -> None:
    (row,) = command_log.batch(people.bob, commands.request(people.bob, "clear_cache", [station_id]))
    ids = [row["command_id"]]
    _set(people, "accepted", is_ended=False)
    assert commands.cancel(people.bob, ids) == 0
    assert commands.stop_waiting(people.bob, ids) == 1
    (ended,) = command_log.batch(people.bob, row["batch_id"])
    assert (ended["state"], ended["progress_text"]) == ("cancelled", "Nobody waits for the outcome any longer.")
    assert ended["template"] == ended["progress_text"]
    assert commands.stop_waiting(people.bob, ids) == 0


def test_the_failed_ones_are_asked_again_with_the_same_parameters(people: People, station_id: int) -> None:
    batch_id = commands.request(people.bob, "reboot", [station_id], {"type": "Hard"})
    with pytest.raises(InvalidInput):
        commands.retry_failed(people.bob, batch_id)
    _set(people, "timed_out", is_ended=True)
    (again,) = command_log.batch(people.bob, commands.retry_failed(people.bob, batch_id))
    assert (again["state"], again["parameters"]) == ("queued", {"type": "Hard"})


def test_a_secret_is_never_read_back_nor_asked_again(people: People, station_id: int) -> None:
    wanted = {"key": "authorizationkey", "value": "top-secret-key-17"}
    batch_id = commands.request(people.alice, "change_configuration", [station_id], wanted)
    assert "top-secret-key-17" not in str(command_log.batch(people.alice, batch_id))
    _set(people, "failed", is_ended=True)
    with pytest.raises(InvalidInput, match="Enter it again"):
        commands.retry_failed(people.alice, batch_id)


@pytest.mark.parametrize(
    ("protocol", "profiles", "kind", "reason"),
    [
        ("", None, "trigger_message", ""),
        ("ocpp1.6", None, "trigger_message", ""),
        ("ocpp1.5", None, "trigger_message", "OCPP 1.5 has no such command."),
        ("ocpp1.6", frozenset({"Core"}), "reserve", "The station does not support Reservation."),
        ("ocpp1.6", frozenset({"Core"}), "reboot", ""),
    ],
)
def test_what_a_station_cannot_do_is_said_in_words(
    protocol: str, profiles: frozenset[str] | None, kind: str, reason: str
) -> None:
    assert unsupported_reason(Abilities(1, 1, "CP1", protocol, profiles), kind) == reason


def test_a_station_that_cannot_do_it_gets_the_reason_at_once(people: People, station_id: int) -> None:
    insert = "INSERT INTO parameter VALUES ($id, 'SupportedFeatureProfiles', ' core, rubbish', TRUE, now())"
    people.alice.database.write([Sql(insert, {"id": station_id})])
    batch_id = commands.request(people.alice, "clear_charging_profile", [station_id])
    (row,) = command_log.batch(people.alice, batch_id)
    assert (row["state"], row["answer"]) == ("not_supported", "The station does not support SmartCharging.")


def test_every_dangerous_kind_says_what_will_happen() -> None:
    for kind in KINDS.values():
        assert bool(kind.warning) == (kind.danger is not Danger.NONE)


def test_what_is_said_of_a_command_keeps_its_words_over_a_restart(people: People, station_id: int) -> None:
    commands.request(people.bob, "reboot", [station_id], {"type": "Hard"})
    [command] = command_rows.under_way(people.alice.database)
    command.progress_text = told("Answered late: %(said)s", said=told("Back online."))
    people.alice.database.write([command_rows.updated(command)], [("command", station_id)])

    [again] = command_rows.under_way(people.alice.database)

    assert isinstance(again.progress_text, Told)
    assert again.progress_text == "Answered late: Back online."
    assert again.answer == ""
    assert not isinstance(again.answer, Told)


def test_an_action_on_several_stations_is_told_in_numbers(people: People, station_id: int) -> None:
    second = stations.create_station(people.alice, NewStation(people.lund, "CP2", "CP2"))
    batch_id = commands.request(people.alice, "clear_cache", [station_id, second])
    commands.request(people.alice, "reboot", [second])
    people.alice.database.write([Sql("UPDATE command SET state = 'done' WHERE station_id = $id", {"id": second})])
    (action,) = command_log.batches(people.alice, None, 10)
    assert (action["batch_id"], action["commands"], action["states"]) == (batch_id, 2, {"done": 1, "queued": 1})
    assert command_log.batches(people.bob, None, 10) == []


@pytest.mark.parametrize(
    ("key", "may"),
    [
        ("chargeboxidentity", True),
        ("ChargePointId", True),
        ("endpoint", True),
        ("CentralSystemURL", True),
        ("Backend_Address", True),
        ("OCPP/server-host", True),
        ("SecurityProfile", True),
        ("network/apn", True),
        ("HeartbeatInterval", False),
        ("WebSocketPingInterval", False),
        ("SupportedFeatureProfiles", False),
    ],
)
def test_keys_by_which_a_station_finds_the_portal_are_told_from_others(key: str, may: bool) -> None:
    assert may_cut_off(key) is may
