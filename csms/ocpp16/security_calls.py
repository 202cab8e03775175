"""The calls of the security extension to stations; `CALLS` of csms/ocpp16/calls.py takes them in.

Source: Improved security for OCPP 1.6-J, chapter 4.
"""

from typing import Any

from ocpp.v16.enums import Action

from csms.calling import Answer, Verdict, Wanted
from csms.ocpp16.call import RETRIES, Call, fields, said, time, with_outlet
from csms.ocpp16.fields import Payload, rows, text

MOST_CERTIFICATES = 100
HASH_DATA = ("hashAlgorithm", "issuerNameHash", "issuerKeyHash", "serialNumber")


def _get_log(wanted: Wanted) -> dict[str, object]:
    times = {"oldestTimestamp": "since", "latestTimestamp": "until"}
    log: dict[str, object] = {"remoteLocation": wanted.parameters["location"]}
    log |= {field: time(wanted.parameters[name]) for field, name in times.items() if name in wanted.parameters}
    return {**fields(logType="log_type", requestId="request_id", **RETRIES)(wanted), "log": log}


def _signed_update(wanted: Wanted) -> dict[str, object]:
    given = wanted.parameters
    firmware: dict[str, object] = {
        "location": given["location"],
        "retrieveDateTime": time(given["retrieve_at"]),
        "signingCertificate": given["signing_certificate"],
        "signature": given["signature"],
    }
    if "install_at" in given:
        firmware["installDateTime"] = time(given["install_at"])
    return {**fields(requestId="request_id", **RETRIES)(wanted), "firmware": firmware}


def _log_begun(answer: Payload) -> Answer:
    return said(answer)._replace(result={"file": text(answer, "filename")})


def _installed_certificates(answer: Payload) -> Answer:
    """Read what is installed; OCPP's NotFound says that nothing is."""
    found = [
        {name: text(one, name) for name in HASH_DATA} for one in rows(answer, "certificateHashData")[:MOST_CERTIFICATES]
    ]
    if text(answer, "status") not in ("Accepted", "NotFound"):
        return said(answer)
    return Answer(Verdict.ACCEPTED, f"{len(found)} certificates", {"certificates": found})


def _certificate(wanted: Wanted) -> dict[str, Any]:
    return {"certificateHashData": wanted.parameters["certificate_hash"]}


CALLS: dict[str, Call] = {
    "extended_trigger_message": Call(
        Action.extended_trigger_message, with_outlet(fields(requestedMessage="message")), said
    ),
    "get_log": Call(Action.get_log, _get_log, _log_begun),
    "update_signed_software": Call(Action.signed_update_firmware, _signed_update, said),
    "install_certificate": Call(
        Action.install_certificate, fields(certificateType="certificate_type", certificate="certificate"), said
    ),
    "delete_certificate": Call(Action.delete_certificate, _certificate, said),
    "get_certificate_ids": Call(
        Action.get_installed_certificate_ids, fields(certificateType="certificate_type"), _installed_certificates
    ),
    "certificate_signed": Call(Action.certificate_signed, fields(certificateChain="certificate_chain"), said),
}
