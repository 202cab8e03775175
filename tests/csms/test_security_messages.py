"""The security extension of OCPP 1.6, both directions, over real sockets."""

import json
from pathlib import Path
from typing import Any

import pytest

from csms import self_signed
from csms.security_events import ALARMING
from data.command_kinds import KINDS
from data.errors import InvalidInput
from tests.csms.conftest import Start
from tests.csms.portal import Portal
from tests.csms.test_commands import QUICK, command, state
from tests.csms.test_passwords import basic, with_password
from tests.support.virtual_station import Station, until

NOW = "2026-03-20T09:28:31Z"
FTP = "ftp://logs.portal.example/"


def pem(folder: Path) -> str:
    """Return a certificate as operators paste one."""
    text = self_signed.certificate(folder).read_text()
    return text[text.index("-----BEGIN CERTIFICATE-----") :]


async def done(portal: Portal, kind: str, parameters: dict[str, Any]) -> dict[str, Any]:
    """Ask CP1 for something and return the command when it has ended."""
    portal.ask(kind, parameters)
    last = "SELECT * FROM command ORDER BY command_id DESC LIMIT 1"
    await until(lambda: portal.row(last)["ended_at"])
    return portal.row(last)


@pytest.mark.parametrize("type_", ["TamperDetectionActivated", "SettingSystemTime", "SomethingOfTheVendor"])
async def test_a_security_event_is_kept_and_an_alarm_where_somebody_must_look(portal: Portal, type_: str) -> None:
    async with portal.station() as station:
        payload = {"type": type_, "timestamp": NOW, "techInfo": "door"}
        assert await station.call("SecurityEventNotification", payload) == {}
        assert await station.call("SecurityEventNotification", {"type": type_, "timestamp": NOW}) == {}
        await station.notify(0, "Available")
    assert portal.events("security") == [f"Security: {type_}, door.", f"Security: {type_}."]
    details = portal.row("SELECT details FROM event WHERE kind = 'security' ORDER BY logged_at LIMIT 1")["details"]
    assert json.loads(details)["at"] == "2026-03-20T09:28:31+00:00"
    alarms = portal.rows("SELECT kind, code, connector_id, repeats FROM alarm")
    alarming = {"kind": "Security", "code": type_, "connector_id": 0, "repeats": 1}
    assert alarms == ([alarming] if type_ in ALARMING else [])


async def test_a_log_is_asked_for_and_its_upload_told_step_by_step(start: Start) -> None:
    async with start(QUICK) as portal, portal.station() as station:
        portal.ask("get_log", {"location": FTP, "since": NOW})
        await until(lambda: state(portal) == "accepted")
        request_id = command(portal)["command_id"]
        log = {"remoteLocation": FTP, "oldestTimestamp": NOW}
        assert station.commands == [("GetLog", {"logType": "SecurityLog", "requestId": request_id, "log": log})]
        await station.call("LogStatusNotification", {"status": "Uploading", "requestId": request_id})
        assert (state(portal), command(portal)["progress_text"]) == ("working", "Uploading")
        await station.call("LogStatusNotification", {"status": "Uploaded", "requestId": request_id})
        assert state(portal) == "done"


@pytest.mark.parametrize("status", ["UploadFailure", "BadMessage", "PermissionDenied", "NotSupportedOperation"])
async def test_a_log_that_could_not_be_uploaded_failed(start: Start, status: str) -> None:
    async with start(QUICK) as portal, portal.station() as station:
        portal.ask("get_log", {"location": FTP})
        await until(lambda: state(portal) == "accepted")
        await station.call("LogStatusNotification", {"status": status})
        assert (state(portal), command(portal)["progress_text"]) == ("failed", status)


async def test_progress_counts_for_the_command_it_names(start: Start) -> None:
    async with start(QUICK) as portal, portal.station() as station:
        portal.ask("get_log", {"location": FTP})
        portal.ask("get_log", {"location": FTP, "log_type": "DiagnosticsLog"})
        await until(lambda: len(portal.rows("SELECT 1 FROM command WHERE state = 'accepted'")) == 2)
        second = station.commands[1][1]["requestId"]
        await station.call("LogStatusNotification", {"status": "Uploaded", "requestId": second})
        ended = portal.rows("SELECT command_id FROM command WHERE state = 'done'")
        assert ended == [{"command_id": second}]


async def test_a_log_that_the_station_gave_up_for_a_newer_one_is_told_so(start: Start) -> None:
    async with start(QUICK) as portal, portal.station() as station:
        portal.ask("get_log", {"location": FTP})
        await until(lambda: state(portal) == "accepted")
        station.handlers["GetLog"] = lambda station, payload: {"status": "AcceptedCanceled"}
        portal.ask("get_log", {"location": FTP})
        await until(lambda: portal.rows("SELECT 1 FROM command WHERE answer = 'AcceptedCanceled'"))
        states = portal.rows("SELECT state, progress_text FROM command ORDER BY command_id")
    assert states[0] == {"state": "cancelled", "progress_text": "The station took a newer one instead."}
    assert states[1]["state"] == "accepted"


@pytest.mark.parametrize(
    ("statuses", "ended"),
    [
        (["Downloading", "Downloaded", "SignatureVerified", "Installing", "InstallRebooting", "Installed"], "done"),
        (["Downloading", "Downloaded", "InvalidSignature"], "failed"),
        (["InstallVerificationFailed"], "failed"),
    ],
)
async def test_signed_software_is_installed_or_refused(
    start: Start, tmp_path: Path, statuses: list[str], ended: str
) -> None:
    async with start(QUICK) as portal, portal.station() as station:
        given = {"location": FTP, "retrieve_at": NOW, "signing_certificate": pem(tmp_path), "signature": "c2ln"}
        portal.ask("update_signed_software", given)
        await until(lambda: state(portal) == "accepted")
        (action, payload), request_id = station.commands[0], command(portal)["command_id"]
        assert (action, payload["requestId"]) == ("SignedUpdateFirmware", request_id)
        assert payload["firmware"] == {
            "location": FTP, "retrieveDateTime": NOW, "signingCertificate": pem(tmp_path).strip(), "signature": "c2ln",
        }  # fmt: skip
        for status in statuses:
            await station.call("SignedFirmwareStatusNotification", {"status": status, "requestId": request_id})
        assert (state(portal), command(portal)["progress_text"]) == (ended, statuses[-1])
        assert portal.count("alarm") == (ended == "failed")


async def test_certificates_are_installed_listed_and_deleted(start: Start, tmp_path: Path) -> None:
    async with start(QUICK) as portal, portal.station():
        root = {"certificate_type": "CentralSystemRootCertificate"}
        none = await done(portal, "get_certificate_ids", root)
        assert (none["state"], none["answer"]) == ("done", "0 certificates")
        installed = await done(portal, "install_certificate", root | {"certificate": pem(tmp_path)})
        assert (installed["state"], installed["answer"]) == ("done", "Accepted")
        (found,) = json.loads((await done(portal, "get_certificate_ids", root))["result"])["certificates"]
        assert (await done(portal, "delete_certificate", {"certificate_hash": found}))["state"] == "done"
        again = await done(portal, "delete_certificate", {"certificate_hash": found})
        assert (again["state"], again["answer"]) == ("rejected", "NotFound")


async def test_a_message_is_asked_for(start: Start) -> None:
    async with start(QUICK) as portal, portal.station():
        asked = await done(portal, "extended_trigger_message", {"message": "Heartbeat"})
        assert (asked["state"], asked["answer"]) == ("done", "Accepted")
        await until(lambda: portal.central.metrics.received["Heartbeat"])


async def test_a_station_that_proved_itself_gets_its_certificate(start: Start) -> None:
    async with start(QUICK) as portal:
        password = await with_password(portal)
        async with portal.station(**basic(password)) as station:
            portal.ask("extended_trigger_message", {"message": "SignChargePointCertificate"})
            await until(lambda: station.identity.certificate_chain)
            await until(lambda: len(portal.rows("SELECT 1 FROM command WHERE state = 'done'")) == 2)
        assert portal.row("SELECT requested_by FROM command WHERE kind = 'certificate_signed'") == {
            "requested_by": None
        }
        assert portal.count("station_certificate") == 1
        assert "A certificate was signed" in portal.events("security")[-1]


async def test_nobody_gets_a_certificate_for_a_mere_name(start: Start) -> None:
    async with start(QUICK) as portal:
        async with portal.station() as station:
            assert await station.ask_for_certificate() == {"status": "Rejected"}
        password = await with_password(portal)
        async with portal.station(**basic(password)) as station:
            other = Station("", "CP2").identity.request()
            for csr in (other, "rubbish", ""):
                assert await station.call("SignCertificate", {"csr": csr}) == {"status": "Rejected"}
        assert len(portal.events("security")) == 4
        assert (portal.count("station_certificate"), portal.count("command")) == (0, 0)


async def test_no_user_sends_a_certificate_in_the_portal_s_name(portal: Portal) -> None:
    assert KINDS["certificate_signed"].is_own
    with pytest.raises(InvalidInput, match="not known"):
        portal.ask("certificate_signed", {"certificate_chain": "x"})


@pytest.mark.parametrize(
    ("kind", "parameters"),
    [
        ("install_certificate", {"certificate_type": "CentralSystemRootCertificate", "certificate": "x"}),
        ("install_certificate", {"certificate_type": "Other", "certificate": "x"}),
        ("delete_certificate", {"certificate_hash": {"hashAlgorithm": "MD5"}}),
        ("delete_certificate", {"certificate_hash": {"hashAlgorithm": "SHA256", "issuerNameHash": "zz"}}),
    ],
)
async def test_what_no_station_could_take_is_not_asked_for(
    portal: Portal, kind: str, parameters: dict[str, Any]
) -> None:
    with pytest.raises(InvalidInput):
        portal.ask(kind, parameters)
