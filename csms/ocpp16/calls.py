"""The calls of OCPP 1.6 to stations: one row each in `CALLS`."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from ocpp.v16.enums import Action, ConfigurationKey

from csms.calling import Answer, Verdict, Wanted
from csms.clock import ocpp_time
from csms.connection import Line, Priority
from csms.ocpp16.fields import Payload, rows, text, whole_number
from data.parameters import Parameter

LONGEST_DATA = 4000
GOOD = {"Accepted", "RebootRequired", "Scheduled", "Unlocked"}
UNSUPPORTED = {"NotSupported", "NotImplemented", "UnknownVendorId", "UnknownMessageId"}


class Call(NamedTuple):
    action: Action
    payload: Callable[[Wanted], dict[str, object]]
    answer: Callable[[Payload], Answer]


async def get_configuration(connection: Line, priority: Priority) -> list[Parameter]:
    """Return all parameters of a station; some answer nothing unless each key is asked for.

    Raises:
        CallFailed: no answer, or an error.
    """
    answer = await connection.call(Action.get_configuration.value, {}, priority)
    if not rows(answer, "configurationKey"):
        keys = [key.value for key in ConfigurationKey]
        answer = await connection.call(Action.get_configuration.value, {"key": keys}, priority)
    return [_parameter(row) for row in rows(answer, "configurationKey")]


class Caller16:
    """Tells a station in OCPP 1.6's words, over whatever line understands them."""

    def __init__(self, connection: Line) -> None:
        self._connection = connection

    async def perform(self, wanted: Wanted) -> Answer:
        call = CALLS[wanted.kind]
        answer = await self._connection.call(call.action.value, call.payload(wanted), Priority.USER)
        return call.answer(answer)


def _parameter(row: Any) -> Parameter:
    return Parameter(text(row, "key"), text(row, "value", 5000), text(row, "readonly").lower() == "true")


def _said(answer: Payload) -> Answer:
    word = text(answer, "status", 50)
    if word in GOOD:
        return Answer(Verdict.ACCEPTED, word)
    return Answer(Verdict.NOT_SUPPORTED if word in UNSUPPORTED else Verdict.REJECTED, word or "no status")


def _taken(answer: Payload) -> Answer:
    """Read an answer that has no status: having come, it accepts."""
    return Answer(Verdict.ACCEPTED, text(answer, "fileName") or "Accepted")


def _configuration(answer: Payload) -> Answer:
    read = [_parameter(row) for row in rows(answer, "configurationKey")]
    unknown = answer.get("unknownKey")
    kept = [str(key)[:50] for key in unknown][:100] if isinstance(unknown, list) else []
    found = [parameter._asdict() for parameter in read]
    return Answer(Verdict.ACCEPTED, f"{len(read)} parameters", {"parameters": found, "unknown": kept})


def _list_version(answer: Payload) -> Answer:
    version = whole_number(answer, "listVersion")
    if version == -1:
        return Answer(Verdict.NOT_SUPPORTED, "-1", {"version": version})
    return Answer(Verdict.ACCEPTED, str(version), {"version": version})


def _transferred(answer: Payload) -> Answer:
    return _said(answer)._replace(result={"data": text(answer, "data", LONGEST_DATA)})


def _schedule(answer: Payload) -> Answer:
    return _said(answer)._replace(result={"schedule": answer.get("chargingSchedule")})


def _fields(**names: str) -> Callable[[Wanted], dict[str, object]]:
    """Make a payload of parameters under their names in OCPP, absent ones left out; times as OCPP writes them."""

    def payload(wanted: Wanted) -> dict[str, object]:
        return {field: wanted.parameters[name] for field, name in names.items() if name in wanted.parameters}

    return payload


def _with_connector(
    payload: Callable[[Wanted], dict[str, object]], otherwise: int | None = None
) -> Callable[[Wanted], dict[str, object]]:
    """Add the connector; where none is meant, another number or nothing."""

    def complete(wanted: Wanted) -> dict[str, object]:
        connector_id = otherwise if wanted.connector_id is None else wanted.connector_id
        return payload(wanted) if connector_id is None else {"connectorId": connector_id, **payload(wanted)}

    return complete


def _keys(wanted: Wanted) -> dict[str, object]:
    return {"key": [wanted.parameters["key"]]} if wanted.parameters.get("key") else {}


def _local_list(wanted: Wanted) -> dict[str, object]:
    entries: Any = wanted.parameters["entries"]
    return {
        "listVersion": wanted.parameters["version"],
        "updateType": wanted.parameters["update"],
        "localAuthorizationList": [
            {"idTag": tag, "idTagInfo": {"status": "Accepted"}} if may_charge else {"idTag": tag}
            for tag, may_charge in entries
        ],
    }


def _remote_start(wanted: Wanted) -> dict[str, object]:
    connector = {"connectorId": wanted.connector_id} if wanted.connector_id else {}  # 0 is not allowed here
    return {**connector, **_fields(idTag="id_tag", chargingProfile="charging_profile")(wanted)}


def _timed(payload: Callable[[Wanted], dict[str, object]], *fields: str) -> Callable[[Wanted], dict[str, object]]:
    """Write the named fields as OCPP's times."""

    def complete(wanted: Wanted) -> dict[str, object]:
        made = payload(wanted)
        return {field: _time(value) if field in fields else value for field, value in made.items()}

    return complete


def _time(value: object) -> str:
    return ocpp_time(datetime.fromisoformat(str(value)))


_RETRIES: Mapping[str, str] = {"retries": "retries", "retryInterval": "retry_interval"}

CALLS: dict[str, Call] = {
    "reboot": Call(Action.reset, _fields(type="type"), _said),
    "update_software": Call(
        Action.update_firmware,
        _timed(_fields(location="location", retrieveDate="retrieve_at", **_RETRIES), "retrieveDate"),
        _taken,
    ),
    "upload_log": Call(
        Action.get_diagnostics,
        _timed(_fields(location="location", startTime="since", stopTime="until", **_RETRIES), "startTime", "stopTime"),
        _taken,
    ),
    "download_rfid_tags": Call(Action.send_local_list, _local_list, _said),
    "get_local_list_version": Call(Action.get_local_list_version, _fields(), _list_version),
    "start_charging": Call(Action.remote_start_transaction, _remote_start, _said),
    "stop_charging": Call(Action.remote_stop_transaction, _fields(transactionId="transaction_id"), _said),
    "unlock": Call(Action.unlock_connector, _with_connector(_fields()), _said),
    "change_availability": Call(Action.change_availability, _with_connector(_fields(type="type"), 0), _said),
    "clear_cache": Call(Action.clear_cache, _fields(), _said),
    "trigger_message": Call(Action.trigger_message, _with_connector(_fields(requestedMessage="message")), _said),
    "reserve": Call(
        Action.reserve_now,
        _timed(
            _with_connector(
                _fields(
                    expiryDate="until", idTag="id_tag", parentIdTag="parent_id_tag", reservationId="reservation_id"
                ),
                0,
            ),
            "expiryDate",
        ),
        _said,
    ),
    "cancel_reservation": Call(Action.cancel_reservation, _fields(reservationId="reservation_id"), _said),
    "set_charging_profile": Call(
        Action.set_charging_profile, _with_connector(_fields(csChargingProfiles="profile"), 0), _said
    ),
    "clear_charging_profile": Call(
        Action.clear_charging_profile,
        _with_connector(_fields(id="profile_id", chargingProfilePurpose="purpose", stackLevel="stack_level")),
        _said,
    ),
    "get_composite_schedule": Call(
        Action.get_composite_schedule,
        _with_connector(_fields(duration="duration_s", chargingRateUnit="unit"), 0),
        _schedule,
    ),
    "data_transfer": Call(
        Action.data_transfer, _fields(vendorId="vendor_id", messageId="message_id", data="data"), _transferred
    ),
    "change_configuration": Call(Action.change_configuration, _fields(key="key", value="value"), _said),
    "read_configuration": Call(Action.get_configuration, _keys, _configuration),
}
