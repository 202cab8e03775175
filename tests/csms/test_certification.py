"""What the certification of a central system looks at: one test for each row of its list of cases, over real sockets.

Source: the Open Charge Alliance's list of test cases for OCPP 1.6; the numbers are its.
"""

import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from websockets.exceptions import InvalidStatus

from csms import self_signed
from data import station_passwords, station_security
from data.database import Sql
from data.parameters import said_of
from settings import TlsServer
from simulator.identity import Identity
from tests.csms.conftest import ANY_PORT, Start
from tests.csms.portal import TAG, Portal, give_tag
from tests.csms.test_admission import add_tag, let
from tests.csms.test_commands import QUICK
from tests.csms.test_passwords import administrator, basic, with_password
from tests.support.virtual_station import Station, until

Row = Callable[[Portal], Awaitable[None]]
ROWS: dict[str, Row] = {}
SLOWER = replace(QUICK, call_deadline=5)

FTP = "ftp://files.portal.example/"
OTHER_TAG = "04FFEEDD"
PROFILE = {
    "chargingProfileId": 1,
    "stackLevel": 0,
    "chargingProfilePurpose": "TxDefaultProfile",
    "chargingProfileKind": "Absolute",
    "chargingSchedule": {"chargingRateUnit": "A", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 16.1}]},
}
ROOTS = ("CentralSystemRootCertificate", "ManufacturerRootCertificate")


def row(name: str) -> Callable[[Row], Row]:
    def register(test: Row) -> Row:
        ROWS[name] = test
        return test

    return register


def ago(**time: float) -> str:
    return (datetime.now(UTC) - timedelta(**time)).strftime("%Y-%m-%dT%H:%M:%SZ")


def newest(portal: Portal) -> dict[str, Any]:
    return portal.row("SELECT * FROM command ORDER BY command_id DESC LIMIT 1")


async def told(portal: Portal, kind: str, parameters: dict[str, Any] | None = None, **options: Any) -> tuple[str, str]:
    """Ask for a command and return its state and the station's word, when the station has answered."""
    portal.ask(kind, parameters, **options)
    await until(lambda: newest(portal)["answered_at"] or newest(portal)["ended_at"])
    command = newest(portal)
    return command["state"], command["answer"]


def says(station: Station, action: str, **answer: Any) -> None:
    """Let a station answer an action so from now on."""
    station.handlers[action] = lambda _station, _payload: answer


@row("all: every request of a station is answered with a result")
async def _everything(portal: Portal) -> None:
    async with portal.station() as station:
        await station.boot_and_notify()
        await station.heartbeat()
        await station.authorize(TAG)
        await station.charge(1, TAG, 1000)
        assert await station.data_transfer("vendor")
        for action in ("FirmwareStatusNotification", "DiagnosticsStatusNotification", "LogStatusNotification"):
            assert await station.call(action, {"status": "Idle"}) == {}
        await station.call("SignedFirmwareStatusNotification", {"status": "Idle"})
        await station.call("SecurityEventNotification", {"type": "StartupOfTheDevice", "timestamp": ago()})


@row("001, 032_1: boot Accepted; the stop that a power loss delayed is answered")
async def _boot(portal: Portal) -> None:
    async with portal.station() as station:
        answer = await station.boot()
        assert answer["status"] == "Accepted"
        assert answer["interval"] > 0
        assert abs(datetime.fromisoformat(answer["currentTime"]) - datetime.now(UTC)) < timedelta(minutes=1)
        await station.start(1, TAG)
        station.cut()
    transactions = station.transactions
    async with portal.station() as station:
        station.transactions = transactions
        await station.boot()
        await station.stop(1, "PowerLoss", timestamp=ago(seconds=1))
    assert portal.session()["stop_reason"] == "PowerLoss"


@row("003, 004_1, 004_2, 007: plug first, tag first, no start in time, a cached tag without Authorize")
async def _regular_start(portal: Portal) -> None:
    async with portal.station() as station:
        await station.notify(1, "Preparing")
        assert await station.authorize(TAG) == "Accepted"
        await station.charge(1, TAG, 1000)
        assert await station.authorize(TAG) == "Accepted"
        await station.notify(1, "Preparing")
        await station.charge(1, TAG, 1000)
        await station.authorize(TAG)
        await station.notify(1, "Preparing")
        await station.notify(1, "Available")
        assert (portal.count("session"), portal.count("open_transaction")) == (2, 0)
        assert (await station.start(1, TAG))["idTagInfo"]["status"] == "Accepted"


@row("005_1: the car leaves: EVDisconnected, Finishing, Available")
async def _ev_side_disconnect(portal: Portal) -> None:
    async with portal.station() as station:
        await station.start(1, TAG)
        await station.stop(1, "EVDisconnected")
        for status in ("Finishing", "Available"):
            await station.notify(1, status)
            assert portal.row("SELECT status FROM outlet_state WHERE connector_id = 1") == {"status": status}
    assert portal.session()["stop_reason"] == "EVDisconnected"


@row("010, 011_1, 011_2, 026: remote start with the cable in, before it, not in time, and Rejected")
async def _remote_start(portal: Portal) -> None:
    async with portal.station() as station:
        await station.notify(1, "Preparing")
        portal.ask("start_charging", {"id_tag": TAG}, connector_id=1)
        await until(lambda: newest(portal)["state"] == "done")
        assert station.commands[-1] == ("RemoteStartTransaction", {"connectorId": 1, "idTag": TAG})
        await until(lambda: 1 in station.transactions)
        await station.stop(1)
        says(station, "RemoteStartTransaction", status="Accepted")
        assert await told(portal, "start_charging", {"id_tag": TAG}) == ("accepted", "Accepted")
        await station.notify(2, "Preparing")
        await station.start(2, TAG)
        assert newest(portal)["state"] == "done"
        await told(portal, "start_charging", {"id_tag": TAG}, connector_id=1)
        for command in portal.central.stations["CP1"].awaiting.values():
            command.done_by = datetime.now(UTC)
        await until(lambda: newest(portal)["state"] == "timed_out")
        says(station, "RemoteStartTransaction", status="Rejected")
        assert await told(portal, "start_charging", {"id_tag": TAG}) == ("rejected", "Rejected")


@row("012, 028: remote stop with the right transactionId, of one nobody knows, and Rejected")
async def _remote_stop(portal: Portal) -> None:
    async with portal.station() as station:
        transaction_id = (await station.start(1, TAG))["transactionId"]
        portal.ask("stop_charging", connector_id=1)
        await until(lambda: newest(portal)["state"] == "done")
        assert station.commands[-1] == ("RemoteStopTransaction", {"transactionId": transaction_id})
        assert portal.session()["stop_reason"] == "Remote"
        assert await told(portal, "stop_charging", {"transaction_id": 4711}) == ("rejected", "Rejected")
        assert station.commands[-1] == ("RemoteStopTransaction", {"transactionId": 4711})


@row("013, 014: Hard and Soft reset; the connection may fall before the stop is answered")
async def _reset(portal: Portal) -> None:
    for kind, begun in (("Hard", ago(minutes=9)), ("Soft", ago(minutes=5))):
        async with portal.station() as station:
            await station.start(1, TAG, timestamp=begun)
            says(station, "Reset", status="Accepted")
            assert await told(portal, "reboot", {"type": kind}) == ("accepted", "Accepted")
            stop = {
                "transactionId": station.transactions[1],
                "meterStop": 0,
                "timestamp": ago(),
                "reason": f"{kind}Reset",
            }
            await station.send([2, "stop", "StopTransaction", stop])
            await until(lambda kind=kind: portal.rows("SELECT 1 FROM session WHERE stop_reason = $r", r=f"{kind}Reset"))
            station.cut()
        async with portal.station() as station:
            await station.boot()
            assert newest(portal)["state"] == "done"


@row("017_1, 017_2, 018_1, 030, 031: Unlocked, UnlockFailed, NotSupported; stopped by UnlockCommand")
async def _unlock(portal: Portal) -> None:
    async with portal.station() as station:
        await station.start(1, TAG)
        assert await told(portal, "unlock", connector_id=1) == ("done", "Unlocked")
        await until(lambda: portal.rows("SELECT 1 FROM session WHERE stop_reason = 'UnlockCommand'"))
        for word, state in (("UnlockFailed", "rejected"), ("NotSupported", "not_supported")):
            says(station, "UnlockConnector", status=word)
            assert await told(portal, "unlock", connector_id=1) == (state, word)


@row("019_1, 019_2, 021, 040_1, 040_2: all parameters, one, and Accepted, NotSupported, Rejected")
async def _configuration(portal: Portal) -> None:
    async with portal.station() as station:
        state, answer = await told(portal, "read_configuration")
        assert (state, answer) == ("done", said_of(len(station.parameters)))
        assert await told(portal, "read_configuration", {"key": "ConnectionTimeOut"}) == ("done", said_of(1))
        assert station.commands[-1] == ("GetConfiguration", {"key": ["ConnectionTimeOut"]})
        for key, expected in (
            ("ConnectionTimeOut", ("done", "Accepted")),
            ("Nonsense", ("not_supported", "NotSupported")),
            ("FirmwareVersion", ("rejected", "Rejected")),
        ):
            assert await told(portal, "change_configuration", {"key": key, "value": "60"}) == expected


@row("023_1, 023_2, 023_3: Authorize answers Invalid, Expired and Blocked")
async def _authorize(portal: Portal) -> None:
    async with portal.station() as station:
        assert await station.authorize("04999999") == "Invalid"
        await let(portal, expires_at=ago(days=1))
        assert await station.authorize(TAG) == "Expired"
        await let(portal, status="Blocked")
        assert await station.authorize(TAG) == "Blocked"


@row("024: ConnectorLockFailure is kept")
async def _lock_failure(portal: Portal) -> None:
    async with portal.station() as station:
        await station.notify(1, "Faulted", "ConnectorLockFailure")
    kept = portal.row("SELECT status, error_code FROM outlet_state WHERE connector_id = 1")
    assert kept == {"status": "Faulted", "error_code": "ConnectorLockFailure"}
    assert portal.row("SELECT code FROM alarm") == {"code": "ConnectorLockFailure"}


@row("037_1, 037_3, 039: a start hours old, one with an invalid tag, and a whole session from offline")
async def _offline(portal: Portal) -> None:
    async with portal.station() as station:
        begun = ago(hours=4)
        await station.start(1, TAG, timestamp=begun)
        await station.stop(1)
        assert portal.session()["started_at"] == datetime.fromisoformat(begun)
        answer = await station.start(1, "04999999", timestamp=ago(hours=4))
        assert (answer["transactionId"] > 0, answer["idTagInfo"]["status"]) == (True, "Invalid")
        await station.stop(1, "DeAuthorized")
        await station.start(2, TAG, timestamp=ago(hours=3))
        await station.meter(2, 5000, at=ago(hours=2))
        await station.stop(2, timestamp=ago(hours=1))
    reasons = portal.rows("SELECT stop_reason, energy_kwh FROM session WHERE connector_id = 2")
    assert reasons == [{"stop_reason": "Local", "energy_kwh": 5.0}]
    assert portal.count("session") == 3


@row("042, 043_1, 043_3, 043_4, 043_5: list versions -1 and 0; NotSupported, Failed, Full, Differential")
async def _local_list(portal: Portal) -> None:
    async with portal.station() as station:
        handler = station.handlers["SendLocalList"]
        for version, expected in ((-1, ("not_supported", "-1")), (0, ("done", "0"))):
            says(station, "GetLocalListVersion", listVersion=version)
            assert await told(portal, "get_local_list_version") == expected
        for word, state in (("NotSupported", "not_supported"), ("Failed", "rejected")):
            says(station, "SendLocalList", status=word)
            assert await told(portal, "download_rfid_tags") == (state, word)
        station.handlers["SendLocalList"] = handler
        assert await told(portal, "download_rfid_tags") == ("done", "Accepted")
        give_tag(portal.database, OTHER_TAG)
        assert await told(portal, "download_rfid_tags", {"update": "Differential"}) == ("done", "Accepted")
    changed = [{"idTag": OTHER_TAG, "idTagInfo": {"status": "Accepted"}}]
    assert station.commands[-1] == (
        "SendLocalList", {"listVersion": 2, "updateType": "Differential", "localAuthorizationList": changed},
    )  # fmt: skip


@row("044_1, 044_2, 044_3: software with a reboot between, DownloadFailed, InstallationFailed")
async def _firmware(portal: Portal) -> None:
    for statuses, state in (
        (("Downloading", "Downloaded", "Installing", "Installed"), "done"),
        (("Downloading", "DownloadFailed"), "failed"),
        (("Downloading", "Downloaded", "Installing", "InstallationFailed"), "failed"),
    ):
        async with portal.station() as station:
            assert await told(portal, "update_software", {"location": FTP}) == ("accepted", "Accepted")
            for status in statuses[:-1]:
                await station.call("FirmwareStatusNotification", {"status": status})
        async with portal.station() as station:
            await station.boot()
            await station.call("FirmwareStatusNotification", {"status": statuses[-1]})
        assert (newest(portal)["state"], newest(portal)["progress_text"]) == (state, statuses[-1])


@row("045_1, 045_2: diagnostics Uploading, then Uploaded or UploadFailed")
async def _diagnostics(portal: Portal) -> None:
    async with portal.station() as station:
        says(station, "GetDiagnostics", fileName="a.log")
        for last, state in (("Uploaded", "done"), ("UploadFailed", "failed")):
            assert await told(portal, "upload_log", {"location": FTP}) == ("accepted", "a.log")
            for status in ("Uploading", last):
                await station.call("DiagnosticsStatusNotification", {"status": status})
            assert newest(portal)["state"] == state


@row("046, 047, 049, 053: a reservation used, expiring, of the whole station, used by the same group")
async def _reservations(portal: Portal) -> None:
    await let(portal, parent_id_tag="FAMILY")
    await add_tag(portal, OTHER_TAG, 101, "FAMILY")
    later = {"id_tag": TAG, "until": datetime.now(UTC) + timedelta(hours=1)}
    async with portal.station() as station:
        for connector_id, tag in ((1, TAG), (0, TAG), (2, OTHER_TAG)):
            wanted = later | {"parent_id_tag": "FAMILY"}
            assert await told(portal, "reserve", wanted, connector_id=connector_id) == ("done", "Accepted")
            asked = station.commands[-1][1]
            assert (asked["connectorId"], asked["parentIdTag"]) == (connector_id, "FAMILY")
            info = (await station.call("Authorize", {"idTag": tag}))["idTagInfo"]
            assert info == {"status": "Accepted", "parentIdTag": "FAMILY"}
            await station.start(connector_id or 1, tag, reservationId=asked["reservationId"])
            await station.stop(connector_id or 1)
        soon = later | {"until": datetime.now(UTC) + timedelta(seconds=0.2)}
        await told(portal, "reserve", soon, connector_id=1)
        await until(lambda: portal.rows("SELECT 1 FROM reservation WHERE state = 'expired'"))
    states = portal.rows("SELECT state FROM reservation ORDER BY reservation_id")
    assert [one["state"] for one in states] == ["used", "used", "used", "expired"]


@row("048_1 to 048_4, 051, 052: Faulted, Occupied, Unavailable, Rejected; cancelled, and of an unknown number")
async def _refused_reservations(portal: Portal) -> None:
    later = {"id_tag": TAG, "until": datetime.now(UTC) + timedelta(hours=1)}
    async with portal.station() as station:
        accept = station.handlers["ReserveNow"]
        for word in ("Faulted", "Occupied", "Unavailable", "Rejected"):
            says(station, "ReserveNow", status=word)
            assert await told(portal, "reserve", later, connector_id=1) == ("rejected", word)
        assert portal.count("reservation") == 0
        station.handlers["ReserveNow"] = accept
        await told(portal, "reserve", later, connector_id=1)
        number = {"reservation_id": station.commands[-1][1]["reservationId"]}
        assert await told(portal, "cancel_reservation", number) == ("done", "Accepted")
        assert station.commands[-1] == ("CancelReservation", {"reservationId": number["reservation_id"]})
        assert portal.row("SELECT state FROM reservation") == {"state": "cancelled"}
        says(station, "CancelReservation", status="Rejected")
        assert await told(portal, "cancel_reservation", {"reservation_id": 4711}) == ("rejected", "Rejected")


@row("054, 055: six messages asked for, of the station and of an outlet; Rejected")
async def _trigger(portal: Portal) -> None:
    async with portal.station() as station:
        says(station, "TriggerMessage", status="Accepted")
        for message in (
            "BootNotification", "DiagnosticsStatusNotification", "FirmwareStatusNotification", "Heartbeat",
            "MeterValues", "StatusNotification",
        ):  # fmt: skip
            assert await told(portal, "trigger_message", {"message": message}) == ("done", "Accepted")
            assert station.commands[-1] == ("TriggerMessage", {"requestedMessage": message})
        await told(portal, "trigger_message", {"message": "MeterValues"}, connector_id=1)
        assert station.commands[-1] == ("TriggerMessage", {"connectorId": 1, "requestedMessage": "MeterValues"})
        says(station, "TriggerMessage", status="Rejected")
        assert await told(portal, "trigger_message", {"message": "Heartbeat"}) == ("rejected", "Rejected")


@row("056, 057, 059, 066, 067: charging profiles set, within a start, added up, and cleared")
async def _smart_charging(portal: Portal) -> None:
    async with portal.station() as station:
        assert await told(portal, "set_charging_profile", {"profile": PROFILE}) == ("done", "Accepted")
        assert station.commands[-1] == ("SetChargingProfile", {"connectorId": 0, "csChargingProfiles": PROFILE})
        transaction_id = (await station.start(1, TAG))["transactionId"]
        of_it = PROFILE | {"chargingProfilePurpose": "TxProfile", "transactionId": transaction_id}
        await told(portal, "set_charging_profile", {"profile": of_it}, connector_id=1)
        assert station.commands[-1][1]["csChargingProfiles"]["transactionId"] == transaction_id
        within = PROFILE | {"chargingProfilePurpose": "TxProfile"}
        await told(portal, "start_charging", {"id_tag": TAG, "charging_profile": within}, connector_id=2)
        assert station.commands[-1][1] == {"connectorId": 2, "idTag": TAG, "chargingProfile": within}
        schedule = PROFILE["chargingSchedule"]
        says(station, "GetCompositeSchedule", status="Accepted", connectorId=1, chargingSchedule=schedule)
        wanted = {"duration_s": 300, "unit": "A"}
        assert await told(portal, "get_composite_schedule", wanted, connector_id=1) == ("done", "Accepted")
        assert station.commands[-1][1] == {"connectorId": 1, "duration": 300, "chargingRateUnit": "A"}
        assert json.loads(newest(portal)["result"]) == {"schedule": schedule}
        await told(portal, "clear_charging_profile", {"profile_id": 1})
        assert station.commands[-1] == ("ClearChargingProfile", {"id": 1})
        criteria = {"purpose": "TxDefaultProfile", "stack_level": 0}
        assert await told(portal, "clear_charging_profile", criteria, connector_id=1) == ("done", "Accepted")
        assert station.commands[-1] == (
            "ClearChargingProfile", {"connectorId": 1, "chargingProfilePurpose": "TxDefaultProfile", "stackLevel": 0},
        )  # fmt: skip


@row("015, 016, 022: availability of the station and an outlet, Scheduled while charging, Rejected")
async def _availability(portal: Portal) -> None:
    async with portal.station() as station:
        for type_, connector_id, status in (("Inoperative", 1, "Unavailable"), ("Operative", None, "Available")):
            state, answer = await told(portal, "change_availability", {"type": type_}, connector_id=connector_id)
            assert (state, answer) == ("done", "Accepted")
            assert station.commands[-1] == ("ChangeAvailability", {"connectorId": connector_id or 0, "type": type_})
            await until(lambda status=status: portal.rows("SELECT 1 FROM outlet_state WHERE status = $s", s=status))
        await station.start(1, TAG)
        assert await told(portal, "change_availability", {"type": "Inoperative"}, connector_id=1) == (
            "accepted", "Scheduled",
        )  # fmt: skip
        await station.notify(2, "Unavailable")
        assert newest(portal)["state"] == "accepted"
        await station.notify(1, "Unavailable")
        await until(lambda: newest(portal)["state"] == "done")
        says(station, "ChangeAvailability", status="Rejected")
        assert await told(portal, "change_availability", {"type": "Operative"}) == ("rejected", "Rejected")


@row("061, 064: the cache cleared; data of a vendor, from the station and to it, gets a status")
async def _cache_and_data(portal: Portal) -> None:
    async with portal.station() as station:
        assert await told(portal, "clear_cache") == ("done", "Accepted")
        assert (await station.data_transfer("vendor", messageId="m", data="d"))["status"] == "UnknownVendorId"
        wanted = {"vendor_id": "vendor", "message_id": "m", "data": "d"}
        assert await told(portal, "data_transfer", wanted) == ("not_supported", "UnknownVendorId")
        assert station.commands[-1] == ("DataTransfer", {"vendorId": "vendor", "messageId": "m", "data": "d"})
        says(station, "DataTransfer", status="Accepted", data="back")
        assert await told(portal, "data_transfer", wanted) == ("done", "Accepted")
        assert json.loads(newest(portal)["result"]) == {"data": "back"}


@row("073, 085: a new AuthorizationKey in hexadecimal, kept as a hash; the old one, a wrong one and none get 401")
async def _authorization_key(portal: Portal) -> None:
    old = await with_password(portal)
    station_id = portal.central.stations["CP1"].station_id
    async with portal.station(**basic(old)) as station:
        station_security.send_password(administrator(portal), station_id)
        await until(lambda: newest(portal)["state"] == "done")
        (_action, payload) = station.commands[-1]
    assert payload["key"] == "AuthorizationKey"
    assert len(bytes.fromhex(payload["value"])) == 20
    async with portal.station(**basic(bytes.fromhex(payload["value"]))) as station:
        await station.boot()
    for shown in (basic(old), basic("wrong password 17"), {}):
        with pytest.raises(InvalidStatus, match="401"):
            await portal.station(**shown).connect()
    (kept,) = station_security.known(portal.database).values()
    assert station_passwords.is_password(bytes.fromhex(payload["value"]), kept.password)


@row("074, 077: SignCertificate Accepted, then CertificateSigned, RSA and ECDSA; a refused one is reported and kept")
async def _sign_certificate(portal: Portal) -> None:
    password = await with_password(portal)
    async with portal.station(**basic(password)) as station:
        for key in (rsa.generate_private_key(65537, 2048), ec.generate_private_key(ec.SECP256R1())):
            station.identity = Identity("CP1", key)
            assert await station.ask_for_certificate() == {"status": "Accepted"}
            await until(lambda station=station: station.identity.certificate_chain)
        says(station, "CertificateSigned", status="Rejected")
        await station.ask_for_certificate()
        await until(lambda: newest(portal)["state"] == "rejected")
        await station.call("SecurityEventNotification", {"type": "InvalidChargePointCertificate", "timestamp": ago()})
    assert portal.events("security")[-1] == "Security: InvalidChargePointCertificate."


@row("075, 076, 078: certificates of both types installed, listed, deleted by their hash; Rejected")
async def _certificates(portal: Portal) -> None:
    text = self_signed.certificate(portal.database.file.parent).read_text()
    certificate = text[text.index("-----BEGIN CERTIFICATE-----") :]
    async with portal.station() as station:
        for root in ROOTS:
            kind = {"certificate_type": root}
            installed = await told(portal, "install_certificate", kind | {"certificate": certificate})
            assert installed == ("done", "Accepted")
            assert await told(portal, "get_certificate_ids", kind) == ("done", "1 certificates")
            (found,) = json.loads(newest(portal)["result"])["certificates"]
            assert await told(portal, "delete_certificate", {"certificate_hash": found}) == ("done", "Accepted")
            assert station.commands[-1] == ("DeleteCertificate", {"certificateHashData": found})
        for word in ("Rejected", "Failed"):
            says(station, "InstallCertificate", status=word)
            refused = await told(portal, "install_certificate", kind | {"certificate": certificate})
            assert refused == ("rejected", word)


@row("079, 080, 081: the security log by its number, signed software, InvalidSignature")
async def _log_and_signed_software(portal: Portal) -> None:
    text = self_signed.certificate(portal.database.file.parent).read_text()
    certificate = text[text.index("-----BEGIN CERTIFICATE-----") :]
    signed = {"location": FTP, "signing_certificate": certificate, "signature": "c2ln"}
    async with portal.station() as station:
        assert await told(portal, "get_log", {"location": FTP}) == ("accepted", "Accepted")
        request = {"requestId": station.commands[-1][1]["requestId"]}
        for status in ("Uploading", "Uploaded"):
            await station.call("LogStatusNotification", {"status": status} | request)
        assert newest(portal)["state"] == "done"
        for last, state in (("Installed", "done"), ("InvalidSignature", "failed")):
            assert await told(portal, "update_signed_software", signed) == ("accepted", "Accepted")
            request = {"requestId": station.commands[-1][1]["requestId"]}
            for status in ("Downloading", "Downloaded", last):
                await station.call("SignedFirmwareStatusNotification", {"status": status} | request)
            assert newest(portal)["state"] == state
        await station.call("SecurityEventNotification", {"type": "InvalidFirmwareSignature", "timestamp": ago()})
    assert portal.rows("SELECT code FROM alarm WHERE kind = 'Security'") == [{"code": "InvalidFirmwareSignature"}]


@row("083, 086, 087, 088: TLS, a certificate in the station's name, from profile 2 to 3 and not back, the subprotocol")
async def _profiles(portal: Portal) -> None:
    trusted = portal.database.file.parent / "self_signed.pem"
    password = await with_password(portal)
    station = portal.tls_station(**basic(password), subprotocols=("ocpp2.0.1", "ocpp1.6"))
    station.tls = station.identity.context(trusted)
    async with station:
        assert station.socket
        assert station.socket.subprotocol == "ocpp1.6"
        await station.ask_for_certificate()
        await until(lambda: station.identity.certificate_chain)
        wanted = {"key": "SecurityProfile", "value": "3"}
        assert await told(portal, "change_configuration", wanted) == ("done", "Accepted")
        station_id = portal.central.stations["CP1"].station_id
        await until(lambda: portal.central.credentials[station_id].next_profile == 3)  # it comes back in no time
    station.tls = station.identity.context(trusted)
    async with station:
        await station.boot()
    lower = portal.tls_station(**basic(password))
    lower.tls = lower.identity.context(trusted)
    for refused in (lower, portal.station(**basic(password))):
        with pytest.raises(InvalidStatus, match="401"):
            await refused.connect()
    strange = portal.tls_station(subprotocols=("ocpp2.0.1",))
    strange.identity, strange.tls = station.identity, station.tls
    with pytest.raises(InvalidStatus, match="400"):
        await strange.connect()


@pytest.mark.parametrize("name", ROWS)
async def test_certification(start: Start, name: str) -> None:
    tls = TlsServer(ANY_PORT) if name.startswith("083") else None
    async with start(SLOWER, tls) as portal:
        portal.database.write([Sql("UPDATE system SET ftp_url = $url", {"url": FTP})])
        await ROWS[name](portal)
