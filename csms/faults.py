"""OCPP's error codes as the manual's alarms (manual: Alarms)."""

from typing import NamedTuple

from data.texts import N_

NO_ERROR = "NoError"
OTHER_ERROR = "OtherError"
FAULTED = "Faulted"

HARDWARE, FUSE, TEMPERATURE = N_("Hardware fault"), N_("Fuse"), N_("Temperature")


class Fault(NamedTuple):
    kind: str
    description: str


FAULTS = {
    "ConnectorLockFailure": Fault(HARDWARE, N_("Connector lock failure")),
    "PowerMeterFailure": Fault(HARDWARE, N_("Failure to read power meter")),
    "PowerSwitchFailure": Fault(HARDWARE, N_("Failure to control power switch")),
    "OverCurrentFailure": Fault(FUSE, N_("Over current protection device has tripped")),
    "GroundFailure": Fault(FUSE, N_("Ground fault protection has tripped")),
    "HighTemperature": Fault(TEMPERATURE, N_("Temperature in the station is too high")),
    "ReaderFailure": Fault(HARDWARE, N_("RFID reader does not work")),
    "ResetFailure": Fault(HARDWARE, N_("Reset was not possible")),
    "UnderVoltage": Fault(HARDWARE, N_("Supply voltage too low")),
    "OverVoltage": Fault(HARDWARE, N_("Supply voltage too high")),
    "InternalError": Fault(HARDWARE, N_("Internal hardware or software error")),
    "EVCommunicationError": Fault(HARDWARE, N_("Communication with the vehicle failed")),
    "WeakSignal": Fault(HARDWARE, N_("Weak mobile signal")),
    "LocalListConflict": Fault(HARDWARE, N_("Local list conflicts with the portal")),
}
ONLY_EVENTS = {"EVCommunicationError", "WeakSignal", "LocalListConflict"}  # alarms only with status Faulted


def fault(error_code: str, info: str, vendor_error_code: str) -> Fault:
    """Return what an error code means; unknown ones say what the station added."""
    said = [
        part
        for part in (error_code if error_code not in (OTHER_ERROR, NO_ERROR) else "", info, vendor_error_code)
        if part
    ]
    return FAULTS.get(error_code) or Fault(
        HARDWARE, ": ".join(["Other error", ", ".join(said)]) if said else "Other error"
    )


def is_alarm(status: str, error_code: str) -> bool:
    return status == FAULTED or error_code not in (NO_ERROR, *ONLY_EVENTS)
