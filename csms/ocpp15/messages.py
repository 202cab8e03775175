"""The messages of OCPP 1.5 that come from stations. What 1.5 and 1.6 have in common is 1.6's."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ocpp.v16.enums import RegistrationStatus

from csms.clock import ocpp_time
from csms.happenings import Happening
from csms.ocpp16.fields import Payload, rows
from csms.ocpp16.messages import MESSAGES as OF_1_6
from csms.ocpp16.messages import Message


def _boot_answer(result: None, now: datetime, heartbeat_s: int) -> dict[str, object]:
    status = RegistrationStatus.accepted.value
    return {"status": status, "currentTime": ocpp_time(now), "heartbeatInterval": heartbeat_s}


def _measured(payload: Payload) -> Happening:
    return OF_1_6["MeterValues"].read({**payload, "meterValue": _meter_values(payload)})


def _stopped(payload: Payload) -> Happening:
    values = [value for data in rows(payload, "transactionData") for value in _meter_values(data)]
    return OF_1_6["StopTransaction"].read({**payload, "transactionData": values})


def _meter_values(payload: Payload) -> list[Mapping[str, Any]]:
    """Return `values` as 1.6 names them; a value's text and attributes are the sample's fields."""
    return [
        {"timestamp": one.get("timestamp"), "sampledValue": one.get("value", [])} for one in rows(payload, "values")
    ]


MESSAGES: dict[str, Message] = OF_1_6 | {
    "BootNotification": OF_1_6["BootNotification"]._replace(answer=_boot_answer),
    "MeterValues": OF_1_6["MeterValues"]._replace(read=_measured),
    "StopTransaction": OF_1_6["StopTransaction"]._replace(read=_stopped),
}
