"""What stations report, in words of no OCPP version. A version's folder only translates to and from these.

Stamps and sample values are kept as sent: csms/clock.py and csms/meters.py judge them.
"""

from datetime import datetime
from typing import NamedTuple


class Booted(NamedTuple):
    vendor: str
    model: str
    serial_number: str
    firmware_version: str


class Beat(NamedTuple):
    """A sign of life."""


class StatusChanged(NamedTuple):
    connector_id: int  # 0: the whole station
    status: str
    error_code: str
    info: str
    vendor_error_code: str
    stamp: object


class Authorizing(NamedTuple):
    id_tag: str


class Sample(NamedTuple):
    value: object
    measurand: str | None
    unit: str | None
    phase: str | None
    context: str | None
    location: str | None
    format: str | None


class Reading(NamedTuple):
    stamp: object
    samples: tuple[Sample, ...]


class Started(NamedTuple):
    connector_id: int
    id_tag: str
    stamp: object
    meter_start_wh: float | None
    reservation_id: int | None = None


class Measured(NamedTuple):
    """message_id: the message's own, the same when it is sent again."""

    connector_id: int
    transaction_id: int | None
    readings: tuple[Reading, ...]
    message_id: str = ""


class Stopped(NamedTuple):
    transaction_id: int | None
    id_tag: str | None
    stamp: object
    meter_stop_wh: float | None
    reason: str | None
    readings: tuple[Reading, ...]


class FirmwareStatusChanged(NamedTuple):
    status: str
    request_id: int | None = None  # the command it belongs to, where the station names it


class DiagnosticsStatusChanged(NamedTuple):
    """How far the upload of a log is."""

    status: str
    request_id: int | None = None


class SecurityReported(NamedTuple):
    """Something that concerns security happened at the station."""

    type: str
    info: str
    stamp: object


class CertificateAsked(NamedTuple):
    """The station wants its certificate signed. csr: PEM."""

    csr: str


class DataTransferred(NamedTuple):
    vendor_id: str
    message_id: str
    data: str


Happening = (
    Booted
    | Beat
    | StatusChanged
    | Authorizing
    | Started
    | Measured
    | Stopped
    | FirmwareStatusChanged
    | DiagnosticsStatusChanged
    | DataTransferred
    | SecurityReported
    | CertificateAsked
)


class NotUnderstood(Exception):
    """A message lacks what nothing can stand in for.

    Attributes:
        field: the payload's field.
        missing: True if it is absent, False if it cannot be read.
    """

    def __init__(self, field: str, missing: bool) -> None:
        super().__init__(f"{field} is missing" if missing else f"{field} cannot be read")
        self.field, self.missing = field, missing


class Authorization(NamedTuple):
    """Whether a tag may charge.

    status: OCPP's AuthorizationStatus.
    """

    status: str
    parent_id_tag: str | None = None
    expires_at: datetime | None = None

    @property
    def is_accepted(self) -> bool:
        return self.status == "Accepted"


class StartAnswer(NamedTuple):
    transaction_id: int
    authorization: Authorization
