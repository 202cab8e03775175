"""The messages of the security extension that come from stations; `MESSAGES` of csms/ocpp16/messages.py takes them in.

Source: Improved security for OCPP 1.6-J, chapter 4.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from ocpp.v16 import enums

from csms.happenings import (
    CertificateAsked,
    DiagnosticsStatusChanged,
    FirmwareStatusChanged,
    Happening,
    SecurityReported,
)
from csms.ocpp16.fields import Payload, long_text, stamp, text, whole_number

LONGEST_CSR = 5500


class Translation(NamedTuple):
    read: Callable[[Payload], Happening]
    answer: Callable[[Any, datetime, int], dict[str, object]]


def _nothing(result: None, now: datetime, heartbeat_s: int) -> dict[str, object]:
    return {}


def _signing_answer(is_signed: bool, now: datetime, heartbeat_s: int) -> dict[str, object]:
    return {"status": (enums.GenericStatus.accepted if is_signed else enums.GenericStatus.rejected).value}


MESSAGES: dict[str, Translation] = {
    "LogStatusNotification": Translation(
        lambda payload: DiagnosticsStatusChanged(text(payload, "status", 50), whole_number(payload, "requestId")),
        _nothing,
    ),
    "SignedFirmwareStatusNotification": Translation(
        lambda payload: FirmwareStatusChanged(text(payload, "status", 50), whole_number(payload, "requestId")),
        _nothing,
    ),
    "SecurityEventNotification": Translation(
        lambda payload: SecurityReported(text(payload, "type", 50), text(payload, "techInfo"), stamp(payload)),
        _nothing,
    ),
    "SignCertificate": Translation(
        lambda payload: CertificateAsked(long_text(payload, "csr", LONGEST_CSR)), _signing_answer
    ),
}
