"""The kinds of commands: what a station can be told, in the manual's words and no OCPP version's.

A kind says what it needs, what it does to drivers, and when it counts as done. `KINDS` is the registry.
"""

import re
from enum import StrEnum
from typing import NamedTuple

from data.certificates import certificate, check_hash_data
from data.charging_profiles import PURPOSES, check_profile
from data.command_parameters import Parameter, address, choice, number, structure, text, time
from data.texts import N_, Told, told

OCPP_15, OCPP_16 = "ocpp1.5", "ocpp1.6"
MASK = "•••"


class Target(StrEnum):
    """What of a station a command is for."""

    STATION = "station"
    CONNECTOR = "connector"
    EITHER = "either"


class Danger(StrEnum):
    """Whether to ask first. DISTURBS: drivers notice. BREAKS: a mistake may need somebody at the station."""

    NONE = "none"
    DISTURBS = "disturbs"
    BREAKS = "breaks"


class Outcome(StrEnum):
    """What must happen at the station, after its answer, until a command is done."""

    ANSWER = "answer"
    BOOTED = "booted"
    INSTALLED = "installed"
    UPLOADED = "uploaded"
    STARTED = "started"
    STOPPED = "stopped"
    STATUS = "status"


class Kind(NamedTuple):
    name: str
    title: str
    target: Target = Target.STATION
    parameters: tuple[Parameter, ...] = ()
    danger: Danger = Danger.NONE
    warning: str = ""
    """What will happen, for the question before a dangerous one."""
    done_when: Outcome = Outcome.ANSWER
    done_within_s: int = 60
    """From the answer to the outcome; then it is timed out."""
    profile: str = "Core"
    """The feature profile of OCPP 1.6 it belongs to."""
    versions: tuple[str, ...] = (OCPP_15, OCPP_16)
    priority: int = 1
    """Of what waits for one station, the lowest goes first."""
    is_own: bool = False
    """Given by the portal itself, by no user."""


HOUR_S = 3600
DAY_S = 24 * HOUR_S
ONLY_16 = (OCPP_16,)
LOCAL_LIST, RESERVATION, SMART_CHARGING = "LocalAuthListManagement", "Reservation", "SmartCharging"
FIRMWARE, REMOTE_TRIGGER = "FirmwareManagement", "RemoteTrigger"
LONGEST_ID_TAG = 20
LONGEST_KEY = 100  # OCPP names 50: some stations have longer ones, and can be told them too

_ID_TAG = text("id_tag", "RFID", LONGEST_ID_TAG)
_MESSAGES = (
    "BootNotification", "DiagnosticsStatusNotification", "FirmwareStatusNotification", "Heartbeat", "MeterValues",
    "StatusNotification",
)  # fmt: skip
_EXTENDED_MESSAGES = (
    "BootNotification", "LogStatusNotification", "FirmwareStatusNotification", "Heartbeat", "MeterValues",
    "SignChargePointCertificate", "StatusNotification",
)  # fmt: skip
_ROOT = choice("certificate_type", "Kind", ("CentralSystemRootCertificate", "ManufacturerRootCertificate"))
_CUT_OFF = "Without the right certificate the station does not find its way back to the portal."

_RETRIES = (
    number("retries", "Retries", 0, 100, required=False),
    number("retry_interval", "Retry interval, s", 0, DAY_S, required=False),
)

_ALL = (
    Kind(
        "reboot", "Reboot",
        parameters=(choice("type", "Type", ("Soft", "Hard"), default="Soft"),),
        danger=Danger.DISTURBS,
        warning="Soft ends ongoing sessions first; Hard cuts the power to all cars. The station is away meanwhile.",
        done_when=Outcome.BOOTED, done_within_s=600,
    ),
    Kind(
        "update_software", "Software update",
        parameters=(
            text("image", "Software image", 100, required=False),
            address("location", N_("Location"), required=False),
            time("retrieve_at", N_("Retrieve date"), required=False),
            *_RETRIES,
        ),
        danger=Danger.BREAKS,
        warning="The station installs other software and reboots. Ongoing sessions may end.",
        done_when=Outcome.INSTALLED, done_within_s=4 * HOUR_S, profile=FIRMWARE,
    ),
    Kind(
        "download_rfid_tags", "Download RFID tags",
        parameters=(choice("update", "Update", ("Full", "Differential"), default="Full"),),
        profile=LOCAL_LIST, priority=2,
    ),
    Kind("get_local_list_version", "Get local list version", profile=LOCAL_LIST, priority=2),
    Kind(
        "start_charging", "Start charging", Target.EITHER,
        parameters=(
            _ID_TAG,
            structure("charging_profile", "Charging profile", check_profile)._replace(required=False),
        ),
        done_when=Outcome.STARTED, done_within_s=180, priority=0,
    ),
    Kind(
        "stop_charging", "Stop charging", Target.EITHER,
        parameters=(number("transaction_id", "Transaction", required=False),),
        danger=Danger.DISTURBS, warning="The ongoing session ends.",
        done_when=Outcome.STOPPED, done_within_s=60, priority=0,
    ),
    Kind(
        "unlock", "Unlock", Target.CONNECTOR,
        danger=Danger.DISTURBS, warning="The cable is released. An ongoing session ends.", priority=0,
    ),
    Kind(
        "change_availability", "Availability", Target.EITHER,
        parameters=(choice("type", "Type", ("Operative", "Inoperative")),),
        danger=Danger.DISTURBS,
        warning="Out of service: drivers cannot start charging. Ongoing sessions go on.",
        done_when=Outcome.STATUS, done_within_s=DAY_S,
    ),
    Kind(
        "upload_log", "Upload log",
        parameters=(
            address("location", N_("Location"), required=False),
            time("since", "From", required=False),
            time("until", "To", required=False),
            *_RETRIES,
        ),
        done_when=Outcome.UPLOADED, done_within_s=HOUR_S, profile=FIRMWARE, priority=2,
    ),
    Kind("clear_cache", "Clear cache"),
    Kind(
        "trigger_message", "Ask for a message", Target.EITHER,
        parameters=(choice("message", "Message", _MESSAGES),),
        profile=REMOTE_TRIGGER, versions=ONLY_16,
    ),
    Kind(
        "reserve", "Reserve", Target.EITHER,
        parameters=(_ID_TAG, text("parent_id_tag", "Parent RFID", LONGEST_ID_TAG, required=False),
                    time("until", N_("Reserved until"), future=True)),
        profile=RESERVATION, priority=0,
    ),
    Kind(
        "cancel_reservation", "Cancel reservation",
        parameters=(number("reservation_id", "Reservation"),), profile=RESERVATION, priority=0,
    ),
    Kind(
        "set_charging_profile", "Set charging profile", Target.EITHER,
        parameters=(structure("profile", "Charging profile", check_profile),),
        profile=SMART_CHARGING, versions=ONLY_16,
    ),
    Kind(
        "clear_charging_profile", "Clear charging profile", Target.EITHER,
        parameters=(
            number("profile_id", "Profile", required=False),
            choice("purpose", "Purpose", PURPOSES, required=False),
            number("stack_level", "Stack level", required=False),
        ),
        profile=SMART_CHARGING, versions=ONLY_16,
    ),
    Kind(
        "get_composite_schedule", "Get composite schedule", Target.EITHER,
        parameters=(
            number("duration_s", "Duration, s", 1, 7 * DAY_S),
            choice("unit", "Unit", ("A", "W"), required=False),
        ),
        profile=SMART_CHARGING, versions=ONLY_16,
    ),
    Kind(
        "data_transfer", "Data transfer",
        parameters=(
            text("vendor_id", "Vendor", 255),
            text("message_id", "Message", 50, required=False),
            text("data", "Data", 4000, required=False),
        ),
    ),
    Kind(
        "change_configuration", "Change configuration",
        parameters=(
            text("key", "Parameter", LONGEST_KEY),
            text("value", "Value", 500, required=False)._replace(default=""),
        ),
        danger=Danger.BREAKS,
        warning="Wrong parameters may cut the station off the network or stop it from working.",
    ),
    Kind(
        "extended_trigger_message", "Ask for a message (security)", Target.EITHER,
        parameters=(choice("message", "Message", _EXTENDED_MESSAGES),), versions=ONLY_16,
    ),
    Kind(
        "get_log", "Get log",
        parameters=(
            choice("log_type", "Log", ("SecurityLog", "DiagnosticsLog"), default="SecurityLog"),
            address("location", N_("Location"), required=False),
            time("since", "From", required=False),
            time("until", "To", required=False),
            *_RETRIES,
        ),
        done_when=Outcome.UPLOADED, done_within_s=HOUR_S, versions=ONLY_16, priority=2,
    ),
    Kind(
        "update_signed_software", "Signed software update",
        parameters=(
            text("image", "Software image", 100, required=False),
            address("location", N_("Location"), required=False),
            time("retrieve_at", N_("Retrieve date"), required=False),
            time("install_at", N_("Install date"), required=False),
            certificate("signing_certificate", "Signing certificate"),
            text("signature", "Signature", 800),
            *_RETRIES,
        ),
        danger=Danger.BREAKS,
        warning="The station installs other software and reboots. Ongoing sessions may end.",
        done_when=Outcome.INSTALLED, done_within_s=4 * HOUR_S, profile=FIRMWARE, versions=ONLY_16,
    ),
    Kind(
        "install_certificate", "Install certificate",
        parameters=(_ROOT, certificate("certificate", "Certificate")),
        danger=Danger.BREAKS, warning=_CUT_OFF, versions=ONLY_16,
    ),
    Kind(
        "delete_certificate", "Delete certificate",
        parameters=(structure("certificate_hash", "Certificate", check_hash_data),),
        danger=Danger.BREAKS, warning=_CUT_OFF, versions=ONLY_16,
    ),
    Kind("get_certificate_ids", "Get certificate ids", parameters=(_ROOT,), versions=ONLY_16, priority=2),
    Kind(
        "certificate_signed", "Certificate signed",
        parameters=(text("certificate_chain", "Certificate", 10_000),), versions=ONLY_16, is_own=True,
    ),
    Kind(
        "read_configuration", "Upload",
        parameters=(text("key", "Parameter", LONGEST_KEY, required=False),), priority=2,
    ),
)  # fmt: skip

KINDS: dict[str, Kind] = {kind.name: kind for kind in _ALL}

SECRET = re.compile(
    r"authorizationkey|passw(or)?d|passphrase|secret|(pwd|psk)\b|(api|wpa|wifi|pre.?shared).?key|sim.?pin|pin.?code",
    re.IGNORECASE,
)
"""What names a value that nobody may see again. Vendors name them as they like: one too many is only not shown."""

CONTACT = re.compile(
    r"charge.?(box|point).?id|endpoint|security.?profile|apn|ssid|sim.?pin|ip.?address|gateway"
    r"|(central.?system|csms|back.?(end|office)|ocpp|server|websocket).{0,12}(ur[il]|address|host(name)?|port)$",
    re.IGNORECASE,
)
"""What names a value by which a station finds the portal, or the portal knows it. Vendors name them as they like: one
key too many only asks once more."""


def secret_names(kind: Kind, parameters: dict[str, object]) -> set[str]:
    """Name the parameters whose values nobody may see again: by the kind, or by the configuration key they are for."""
    secret = {parameter.name for parameter in kind.parameters if parameter.is_secret}
    if kind.name == "change_configuration" and is_secret_key(str(parameters.get("key", ""))):
        secret.add("value")
    return secret


def sentence(kind: Kind, text: str) -> Told:
    """Return what the event log says of a command."""
    return told("%(command)s: %(text)s", command=told(kind.title), text=text)


def is_secret_key(key: str) -> bool:
    return bool(SECRET.search(key))


def may_cut_off(key: str) -> bool:
    """Tell whether a wrong value of a configuration key may cut the station off, or make it another."""
    return bool(CONTACT.search(key))
