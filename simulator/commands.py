"""What a station answers to the central system, one function per action of OCPP 1.6."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from simulator import security

if TYPE_CHECKING:
    from simulator.station import VirtualStation

Payload = dict[str, Any]
PASSWORD = "AuthorizationKey"
Handler = Callable[["VirtualStation", Payload], Payload | None | Awaitable[Payload | None]]


def _accepted(station: "VirtualStation", payload: Payload) -> Payload:
    return {"status": "Accepted"}


def _get_configuration(station: "VirtualStation", payload: Payload) -> Payload:
    asked = payload.get("key") or list(station.parameters)
    return {
        "configurationKey": [
            {"key": key, "readonly": parameter.readonly, "value": "" if parameter.is_secret else parameter.value}
            for key in asked
            if (parameter := station.parameters.get(key))
        ],
        "unknownKey": [key for key in asked if key not in station.parameters],
    }


def change_configuration(station: "VirtualStation", payload: Payload) -> Payload:
    parameter = station.parameters.get(payload["key"])
    if parameter is None:
        return {"status": "NotSupported"}
    if parameter.readonly:
        return {"status": "Rejected"}
    station.parameters[payload["key"]] = parameter._replace(value=payload["value"])
    if payload["key"] == PASSWORD:
        station.log_in_with(bytes.fromhex(payload["value"]))
    return {"status": "RebootRequired" if parameter.after_reboot else "Accepted"}


def _trigger_message(station: "VirtualStation", payload: Payload) -> Payload:
    connector_id = payload.get("connectorId")
    connectors = range(station.connectors + 1) if connector_id is None else (connector_id,)
    match payload["requestedMessage"]:
        case "BootNotification":
            station.spawn(station.boot())
        case "Heartbeat":
            station.spawn(station.heartbeat())
        case "StatusNotification":
            for connector in connectors:
                station.spawn(station.notify(connector, station.status[connector]))
        case "MeterValues":
            for connector in connectors:
                if connector:
                    station.spawn(station.meter(connector, station.meter_wh[connector]))
        case _:
            return {"status": "NotImplemented"}
    return {"status": "Accepted"}


def _remote_start(station: "VirtualStation", payload: Payload) -> Payload:
    free = [connector for connector in range(1, station.connectors + 1) if connector not in station.transactions]
    connector_id = payload.get("connectorId") or next(iter(free), None)
    if connector_id not in free:
        return {"status": "Rejected"}
    station.spawn(_start(station, connector_id, payload["idTag"]))
    return {"status": "Accepted"}


async def _start(station: "VirtualStation", connector_id: int, id_tag: str) -> None:
    await station.notify(connector_id, "Preparing")
    await station.start(connector_id, id_tag)
    await station.notify(connector_id, "Charging")


def _remote_stop(station: "VirtualStation", payload: Payload) -> Payload:
    for connector_id, transaction_id in station.transactions.items():
        if transaction_id == payload["transactionId"]:
            station.spawn(stop(station, connector_id, "Remote"))
            return {"status": "Accepted"}
    return {"status": "Rejected"}


async def stop(station: "VirtualStation", connector_id: int, reason: str) -> None:
    """End the outlet's transaction and set the outlet free."""
    await station.stop(connector_id, reason)
    await station.notify(connector_id, "Finishing")
    await station.notify(connector_id, "Available")


def _reset(station: "VirtualStation", payload: Payload) -> Payload:
    station.spawn(_restart(station, f"{payload['type']}Reset"))
    return {"status": "Accepted"}


async def _restart(station: "VirtualStation", reason: str) -> None:
    for connector_id in list(station.transactions):
        await station.stop(connector_id, reason)
    assert station.socket
    await station.socket.close()


def _unlock_connector(station: "VirtualStation", payload: Payload) -> Payload:
    connector_id = payload["connectorId"]
    if connector_id not in station.meter_wh:
        return {"status": "NotSupported"}
    if connector_id in station.transactions:
        station.spawn(stop(station, connector_id, "UnlockCommand"))
    return {"status": "Unlocked"}


def _change_availability(station: "VirtualStation", payload: Payload) -> Payload:
    connector_id = payload["connectorId"]
    concerned = range(1, station.connectors + 1) if connector_id == 0 else (connector_id,)
    if any(connector in station.transactions for connector in concerned):
        return {"status": "Scheduled"}
    status = "Available" if payload["type"] == "Operative" else "Unavailable"
    for connector in {connector_id, *concerned}:
        station.spawn(station.notify(connector, status))
    return {"status": "Accepted"}


def _send_local_list(station: "VirtualStation", payload: Payload) -> Payload:
    if payload["updateType"] == "Differential" and payload["listVersion"] <= station.local_list_version:
        return {"status": "VersionMismatch"}
    station.local_list_version = payload["listVersion"]
    return {"status": "Accepted"}


def _get_local_list_version(station: "VirtualStation", payload: Payload) -> Payload:
    return {"listVersion": station.local_list_version}


def _data_transfer(station: "VirtualStation", payload: Payload) -> Payload:
    return {"status": "UnknownVendorId"}


def _nothing_to_say(station: "VirtualStation", payload: Payload) -> Payload:
    return {}


def _get_composite_schedule(station: "VirtualStation", payload: Payload) -> Payload:
    return {"status": "Rejected"}


HANDLERS: dict[str, Handler] = {
    "CancelReservation": _accepted,
    "ChangeAvailability": _change_availability,
    "ChangeConfiguration": change_configuration,
    "ClearCache": _accepted,
    "ClearChargingProfile": _accepted,
    "DataTransfer": _data_transfer,
    "GetCompositeSchedule": _get_composite_schedule,
    "GetConfiguration": _get_configuration,
    "GetDiagnostics": _nothing_to_say,
    "GetLocalListVersion": _get_local_list_version,
    "RemoteStartTransaction": _remote_start,
    "RemoteStopTransaction": _remote_stop,
    "ReserveNow": _accepted,
    "Reset": _reset,
    "SendLocalList": _send_local_list,
    "SetChargingProfile": _accepted,
    "TriggerMessage": _trigger_message,
    "UnlockConnector": _unlock_connector,
    "UpdateFirmware": _nothing_to_say,
    **security.HANDLERS,
}
