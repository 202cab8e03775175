"""The calls of OCPP 1.6 to stations: one row each in `CALLS`."""

from typing import Any

from ocpp.v16.enums import Action, ConfigurationKey

from csms.calling import Answer, CallFailed, Line, NoAnswer, Verdict, Wanted
from csms.ocpp16 import security_calls
from csms.ocpp16.call import RETRIES, Call, fields, said, taken, timed, with_connector, with_outlet
from csms.ocpp16.fields import Payload, rows, text, whole_number
from data import parameters
from data.command_kinds import LONGEST_KEY
from data.parameters import Parameter
from data.texts import told

LONGEST_DATA = 4000


async def _listed(connection: Line) -> Payload:
    """Ask for all parameters of a station; some answer nothing unless each key is asked for."""
    answer = await connection.call(Action.get_configuration.value, {})
    if rows(answer, "configurationKey"):
        return answer
    keys = [key.value for key in ConfigurationKey]
    found = await connection.call(Action.get_configuration.value, {"key": keys})
    return {**found, "unknownKey": answer.get("unknownKey")}  # nobody said that it has all keys of OCPP


class Caller16:
    """Tells a station in OCPP 1.6's words, over whatever line understands them."""

    def __init__(self, connection: Line) -> None:
        self._connection = connection

    async def perform(self, wanted: Wanted) -> Answer:
        call, payload = CALLS[wanted.kind], CALLS[wanted.kind].payload(wanted)
        try:
            if call.action is Action.get_configuration and not payload:
                answer = await _listed(self._connection)
            else:
                answer = await self._connection.call(call.action.value, payload)
        except NoAnswer as silence:
            silence.read = call.answer
            raise
        return call.answer(answer)


def _parameter(row: Any) -> Parameter:
    return Parameter(text(row, "key"), text(row, "value", 5000), text(row, "readonly").lower() == "true")


def _configuration(answer: Payload) -> Answer:
    read = [_parameter(row) for row in rows(answer, "configurationKey")]
    unknown = answer.get("unknownKey")
    kept = [str(key)[:LONGEST_KEY] for key in unknown][:100] if isinstance(unknown, list) else []
    found = [parameter._asdict() for parameter in read]
    return Answer(Verdict.ACCEPTED, parameters.said_of(len(read)), {"parameters": found, "unknown": kept})


def _list_version(answer: Payload) -> Answer:
    version = whole_number(answer, "listVersion")
    if version is None:
        raise CallFailed(told("its answer names no version"))
    if version == -1:
        return Answer(Verdict.NOT_SUPPORTED, "-1", {"version": version})
    return Answer(Verdict.ACCEPTED, str(version), {"version": version})


def _transferred(answer: Payload) -> Answer:
    return said(answer)._replace(result={"data": text(answer, "data", LONGEST_DATA)})


def _schedule(answer: Payload) -> Answer:
    return said(answer)._replace(result={"schedule": answer.get("chargingSchedule")})


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


CALLS: dict[str, Call] = {
    "reboot": Call(Action.reset, fields(type="type"), said),
    "update_software": Call(
        Action.update_firmware,
        timed(fields(location="location", retrieveDate="retrieve_at", **RETRIES), "retrieveDate"),
        taken,
    ),
    "upload_log": Call(
        Action.get_diagnostics,
        timed(fields(location="location", startTime="since", stopTime="until", **RETRIES), "startTime", "stopTime"),
        taken,
    ),
    "download_rfid_tags": Call(Action.send_local_list, _local_list, said),
    "get_local_list_version": Call(Action.get_local_list_version, fields(), _list_version),
    "start_charging": Call(
        Action.remote_start_transaction, with_outlet(fields(idTag="id_tag", chargingProfile="charging_profile")), said
    ),
    "stop_charging": Call(Action.remote_stop_transaction, fields(transactionId="transaction_id"), said),
    "unlock": Call(Action.unlock_connector, with_connector(fields()), said),
    "change_availability": Call(Action.change_availability, with_connector(fields(type="type"), 0), said),
    "clear_cache": Call(Action.clear_cache, fields(), said),
    "trigger_message": Call(Action.trigger_message, with_outlet(fields(requestedMessage="message")), said),
    "reserve": Call(
        Action.reserve_now,
        timed(
            with_connector(
                fields(expiryDate="until", idTag="id_tag", parentIdTag="parent_id_tag", reservationId="reservation_id"),
                0,
            ),
            "expiryDate",
        ),
        said,
    ),
    "cancel_reservation": Call(Action.cancel_reservation, fields(reservationId="reservation_id"), said),
    "set_charging_profile": Call(
        Action.set_charging_profile, with_connector(fields(csChargingProfiles="profile"), 0), said
    ),
    "clear_charging_profile": Call(
        Action.clear_charging_profile,
        with_connector(fields(id="profile_id", chargingProfilePurpose="purpose", stackLevel="stack_level")),
        said,
    ),
    "get_composite_schedule": Call(
        Action.get_composite_schedule,
        with_connector(fields(duration="duration_s", chargingRateUnit="unit"), 0),
        _schedule,
    ),
    "data_transfer": Call(
        Action.data_transfer, fields(vendorId="vendor_id", messageId="message_id", data="data"), _transferred
    ),
    "change_configuration": Call(Action.change_configuration, fields(key="key", value="value"), said),
    "read_configuration": Call(Action.get_configuration, _keys, _configuration),
    **security_calls.CALLS,
}
