"""The messages of OCPP 1.6 that come from stations: one row each in `MESSAGES`."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from ocpp.v16 import enums

from csms.clock import ocpp_time
from csms.happenings import (
    Authorization,
    Authorizing,
    Beat,
    Booted,
    DataTransferred,
    DiagnosticsStatusChanged,
    FirmwareStatusChanged,
    Happening,
    Measured,
    Reading,
    Sample,
    StartAnswer,
    Started,
    StatusChanged,
    Stopped,
)
from csms.meters import number
from csms.ocpp16 import security_messages
from csms.ocpp16.fields import Payload, Spelling, connector, optional_text, rows, stamp, text, whole_number

STATUSES = Spelling(enums.ChargePointStatus, {"Occupied": enums.ChargePointStatus.preparing})  # 1.5's word
ERROR_CODES = Spelling(enums.ChargePointErrorCode, {"Mode3Error": enums.ChargePointErrorCode.ev_communication_error})
LONGEST_ID_TAG = 64  # some send more than the 20 of OCPP


class Message(NamedTuple):
    read: Callable[[Payload], Happening]
    answer: Callable[[Any, datetime, int], dict[str, object]]
    """From what the rule returned, the time, and the heartbeat interval in seconds."""
    repeatable: bool = True
    """False where a stored answer would be stale: stations whose ids begin again may mean the same frame anew."""


def _booted(payload: Payload) -> Booted:
    return Booted(
        vendor=text(payload, "chargePointVendor"),
        model=text(payload, "chargePointModel"),
        serial_number=text(payload, "chargePointSerialNumber") or text(payload, "chargeBoxSerialNumber"),
        firmware_version=text(payload, "firmwareVersion"),
    )


def _status_changed(payload: Payload) -> StatusChanged:
    return StatusChanged(
        connector_id=connector(payload),
        status=STATUSES.read(text(payload, "status", 50)) or enums.ChargePointStatus.unavailable.value,
        error_code=ERROR_CODES.read(text(payload, "errorCode", 50)) or enums.ChargePointErrorCode.no_error.value,
        info=text(payload, "info"),
        vendor_error_code=text(payload, "vendorErrorCode"),
        stamp=stamp(payload),
    )


def _started(payload: Payload) -> Started:
    return Started(
        connector_id=connector(payload),
        id_tag=text(payload, "idTag", LONGEST_ID_TAG),
        stamp=stamp(payload),
        meter_start_wh=number(payload.get("meterStart")),
        reservation_id=whole_number(payload, "reservationId") or None,  # some send 0 for none
    )


def _measured(payload: Payload) -> Measured:
    return Measured(connector(payload), whole_number(payload, "transactionId"), _readings(payload, "meterValue"))


def _stopped(payload: Payload) -> Stopped:
    return Stopped(
        transaction_id=whole_number(payload, "transactionId"),
        id_tag=optional_text(payload, "idTag", LONGEST_ID_TAG),
        stamp=stamp(payload),
        meter_stop_wh=number(payload.get("meterStop")),
        reason=optional_text(payload, "reason", 50),
        readings=_readings(payload, "transactionData"),
    )


def _readings(payload: Payload, field: str) -> tuple[Reading, ...]:
    return tuple(
        Reading(stamp(meter_value), tuple(_sample(sample) for sample in rows(meter_value, "sampledValue")))
        for meter_value in rows(payload, field)
    )


def _sample(sample: Payload) -> Sample:
    value = sample.get("value")
    return Sample(
        value=value if isinstance(value, str | int | float) else None,
        measurand=optional_text(sample, "measurand", 50),
        unit=optional_text(sample, "unit", 50),
        phase=optional_text(sample, "phase", 10),
        context=optional_text(sample, "context", 50),
        location=optional_text(sample, "location", 50),
        format=optional_text(sample, "format", 50),
    )


def _id_tag_info(authorization: Authorization) -> Mapping[str, object]:
    info: dict[str, object] = {"status": enums.AuthorizationStatus(authorization.status).value}
    if authorization.parent_id_tag:
        info["parentIdTag"] = authorization.parent_id_tag
    if authorization.expires_at:
        info["expiryDate"] = ocpp_time(authorization.expires_at)
    return info


def _boot_answer(result: None, now: datetime, heartbeat_s: int) -> dict[str, object]:
    return {"status": enums.RegistrationStatus.accepted.value, "currentTime": ocpp_time(now), "interval": heartbeat_s}


def _start_answer(answer: StartAnswer, now: datetime, heartbeat_s: int) -> dict[str, object]:
    return {"transactionId": answer.transaction_id, "idTagInfo": _id_tag_info(answer.authorization)}


def _nothing(result: None, now: datetime, heartbeat_s: int) -> dict[str, object]:
    return {}


MESSAGES: dict[str, Message] = {
    "BootNotification": Message(_booted, _boot_answer, repeatable=False),
    "Heartbeat": Message(
        lambda payload: Beat(), lambda result, now, heartbeat_s: {"currentTime": ocpp_time(now)}, repeatable=False
    ),
    "StatusNotification": Message(_status_changed, _nothing, repeatable=False),
    "Authorize": Message(
        lambda payload: Authorizing(text(payload, "idTag", LONGEST_ID_TAG)),
        lambda authorization, now, heartbeat_s: {"idTagInfo": _id_tag_info(authorization)},
        repeatable=False,
    ),
    "StartTransaction": Message(_started, _start_answer),
    "MeterValues": Message(_measured, _nothing),
    "StopTransaction": Message(
        _stopped,
        lambda authorization, now, heartbeat_s: {"idTagInfo": _id_tag_info(authorization)} if authorization else {},
    ),
    **{action: Message(read, answer) for action, (read, answer) in security_messages.MESSAGES.items()},
    "FirmwareStatusNotification": Message(lambda payload: FirmwareStatusChanged(text(payload, "status", 50)), _nothing),
    "DiagnosticsStatusNotification": Message(
        lambda payload: DiagnosticsStatusChanged(text(payload, "status", 50)), _nothing
    ),
    "DataTransfer": Message(
        lambda payload: DataTransferred(
            text(payload, "vendorId"), text(payload, "messageId"), text(payload, "data", 4000)
        ),
        lambda result, now, heartbeat_s: {"status": enums.DataTransferStatus.unknown_vendor_id.value},
    ),
}
