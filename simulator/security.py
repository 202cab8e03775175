"""What a station answers to the calls of OCPP 1.6's security extension, one function per action."""

import hashlib
from typing import TYPE_CHECKING, Any

from cryptography import x509
from cryptography.hazmat.primitives import serialization

if TYPE_CHECKING:
    from simulator.station import VirtualStation

Payload = dict[str, Any]


def _trigger(station: "VirtualStation", payload: Payload) -> Payload:
    match payload["requestedMessage"]:
        case "SignChargePointCertificate":
            station.spawn(station.ask_for_certificate())
        case "LogStatusNotification" | "FirmwareStatusNotification" as message:
            action = message if message.startswith("Log") else "SignedFirmwareStatusNotification"
            station.spawn(station.call(action, {"status": "Idle"}))
        case _:
            answer: Payload = station.handlers["TriggerMessage"](station, payload)  # type: ignore[assignment]
            return answer
    return {"status": "Accepted"}


def _certificate_signed(station: "VirtualStation", payload: Payload) -> Payload:
    """Take a certificate for the key that it was asked for; any other is refused."""
    try:
        certificate = x509.load_pem_x509_certificates(payload["certificateChain"].encode())[0]
    except ValueError:
        return {"status": "Rejected"}
    if certificate.public_key() != station.identity.key.public_key():
        return {"status": "Rejected"}
    station.identity.certificate_chain = payload["certificateChain"]
    return {"status": "Accepted"}


def _install_certificate(station: "VirtualStation", payload: Payload) -> Payload:
    try:
        certificate = x509.load_pem_x509_certificate(payload["certificate"].encode())
    except ValueError:
        return {"status": "Rejected"}
    installed = station.certificates.setdefault(payload["certificateType"], [])
    installed.append(_hash_data(certificate))
    return {"status": "Accepted"}


def _delete_certificate(station: "VirtualStation", payload: Payload) -> Payload:
    for installed in station.certificates.values():
        if payload["certificateHashData"] in installed:
            installed.remove(payload["certificateHashData"])
            return {"status": "Accepted"}
    return {"status": "NotFound"}


def _installed_certificates(station: "VirtualStation", payload: Payload) -> Payload:
    found = station.certificates.get(payload["certificateType"])
    return {"status": "Accepted", "certificateHashData": list(found)} if found else {"status": "NotFound"}


def _hash_data(certificate: x509.Certificate) -> dict[str, str]:
    """Name a certificate as OCPP does."""
    key = certificate.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return {
        "hashAlgorithm": "SHA256",
        "issuerNameHash": hashlib.sha256(certificate.issuer.public_bytes()).hexdigest(),
        "issuerKeyHash": hashlib.sha256(key).hexdigest(),
        "serialNumber": f"{certificate.serial_number:x}"[:40],
    }


def _log(station: "VirtualStation", payload: Payload) -> Payload:
    return {"status": "Accepted", "filename": f"{payload['logType']}.log"}


def _signed_update(station: "VirtualStation", payload: Payload) -> Payload:
    try:
        x509.load_pem_x509_certificate(payload["firmware"]["signingCertificate"].encode())
    except ValueError:
        return {"status": "InvalidCertificate"}
    return {"status": "Accepted"}


HANDLERS = {
    "CertificateSigned": _certificate_signed,
    "DeleteCertificate": _delete_certificate,
    "ExtendedTriggerMessage": _trigger,
    "GetInstalledCertificateIds": _installed_certificates,
    "GetLog": _log,
    "InstallCertificate": _install_certificate,
    "SignedUpdateFirmware": _signed_update,
}
