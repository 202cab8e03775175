"""Rules for a station's coming, going and telling of itself."""

from datetime import UTC, datetime, timedelta

from csms import outcomes
from csms.central import Central
from csms.connection_days import to_write
from csms.gate import Proof
from csms.happenings import Beat, Booted, DataTransferred, DiagnosticsStatusChanged, FirmwareStatusChanged
from csms.station import Station
from data import alarms, station_states
from data.alarms import CONFIGURATION_FAULT, NOT_REGISTERED, Alarm
from data.command_kinds import Outcome
from data.connection_days import CHANGED, Closed
from data.database import Batch, Change, Sql
from data.events import EventKind
from data.stations import LEARNED_MODEL
from data.texts import N_, told

INSTALLATION_FAILED = ("InstallationFailed", "InstallVerificationFailed", "InvalidSignature")


async def connected(
    central: Central, station: Station, protocol: str, at: datetime, proof: Proof | None = None
) -> None:
    if not station.is_registered:
        station.contact.begin(at)
    station.contact.opened(at)
    station.read_from = max(station.read_from, at + timedelta(seconds=central.timing.configuration_after))
    statements: list[Sql | Batch] = [
        to_write([station.contact], at),
        station_states.connected(station.station_id, protocol, at),
        central.note(station, EventKind.CONNECTED, told("The station connected.")),
    ]
    changed: list[Change] = [CHANGED, ("station_state", station.station_id), ("event", station.site_id)]
    if proof:
        statements += proof.statements
        changed += proof.changed
    await central.commits.write(*_cleared(station, NOT_REGISTERED, at, statements, changed))
    station.is_registered = True
    station.alarms.discard((0, NOT_REGISTERED))


async def disconnected(central: Central, station: Station, reason: str, closed: Closed) -> None:
    station.closed_at = now = datetime.now(UTC)
    station.contact.over(closed, now)
    await central.commits.write(
        [
            to_write([station.contact], now),
            station_states.disconnected(station.station_id, station.heard_at),
            central.note(station, EventKind.DISCONNECTED, told("The connection closed: %(reason)s.", reason=reason)),
        ],
        [CHANGED, ("station_state", station.station_id), ("event", station.site_id)],
    )


async def beat(central: Central, station: Station, happening: Beat, received_at: datetime) -> None:
    """Do nothing: that the station was heard is noted for every message."""


async def booted(central: Central, station: Station, boot: Booted, received_at: datetime) -> None:
    itself = " ".join(part for part in boot if part) or told("it tells nothing of itself")
    text = told("The station booted: %(itself)s.", itself=itself)
    over, over_changed = outcomes.happened(central, station, Outcome.BOOTED, received_at, told("Back online."))
    statements = [
        station_states.booted(station.station_id, received_at, *boot),
        central.note(station, EventKind.BOOTED, text),
        *over,
    ]
    changed: list[Change] = [("station_state", station.station_id), ("event", station.site_id), *over_changed]
    await _compare_model(central, station, boot.model, received_at, statements, changed)
    if station.reads_after_boot:
        station.reads_after_boot = station.parameters_read = False
        station.read_from = received_at + timedelta(seconds=central.timing.configuration_after)
    central.commander.wake(station)
    station.answers.forget()


async def _compare_model(
    central: Central,
    station: Station,
    model: str,
    at: datetime,
    statements: list[Sql | Batch],
    changed: list[Change],
) -> None:
    """Write a boot, and with it that another model than the configured one came, or the right one again.

    The first model is learned as the configured one.
    """
    key = (0, CONFIGURATION_FAULT)
    if not station.model and model:
        statements.append(Batch(LEARNED_MODEL, [(station.station_id, model)]))
        await central.commits.write(statements, changed)
        station.model = model
    elif model not in ("", station.model):
        statements += alarms.raised(_configuration_fault(station, "Model", f"{model} instead of {station.model}", at))
        await central.commits.write(statements, [*changed, ("alarm", station.station_id)])
        station.misfit = True
        station.alarms.add(key)
    elif model and station.misfit:
        await central.commits.write(*_cleared(station, CONFIGURATION_FAULT, at, statements, changed))
        station.misfit = False
        station.alarms.discard(key)
    else:
        await central.commits.write(statements, changed)


def _configuration_fault(station: Station, code: str, info: str, at: datetime) -> Alarm:
    text = N_("Software and hardware do not match")
    return Alarm(CONFIGURATION_FAULT, code, station.site_id, station.station_id, 0, text, info, "", at)


async def firmware_status_changed(
    central: Central, station: Station, happening: FirmwareStatusChanged, received_at: datetime
) -> None:
    """Note it; a failed installation is an alarm until one succeeds."""
    text = told("Firmware: %(status)s.", status=happening.status)
    statements: list[Sql | Batch] = [central.note(station, EventKind.FIRMWARE, text)]
    changed: list[Change] = [("event", station.site_id)]
    progress, progress_changed = outcomes.progressed(
        central, station, Outcome.INSTALLED, happening.status, happening.request_id, received_at
    )
    statements += progress
    changed += progress_changed
    key = (0, CONFIGURATION_FAULT)
    if happening.status in INSTALLATION_FAILED:
        statements += alarms.raised(_configuration_fault(station, happening.status, happening.status, received_at))
        await central.commits.write(statements, [*changed, ("alarm", station.station_id)])
        station.alarms.add(key)
    elif happening.status == "Installed" and not station.misfit:
        await central.commits.write(*_cleared(station, CONFIGURATION_FAULT, received_at, statements, changed))
        station.alarms.discard(key)
    else:
        await central.commits.write(statements, changed)


async def diagnostics_status_changed(
    central: Central, station: Station, happening: DiagnosticsStatusChanged, received_at: datetime
) -> None:
    progress, changed = outcomes.progressed(
        central, station, Outcome.UPLOADED, happening.status, happening.request_id, received_at
    )
    noted = central.note(station, EventKind.DIAGNOSTICS, told("Diagnostics: %(status)s.", status=happening.status))
    await central.commits.write([noted, *progress], [("event", station.site_id), *changed])


async def data_transferred(central: Central, station: Station, sent: DataTransferred, received_at: datetime) -> None:
    """Keep what a vendor's station sends beside OCPP, once an hour for each kind of it."""
    text = told(
        "The station sent %(what)s of vendor %(vendor)s.",
        what=sent.message_id or told("data"),
        vendor=sent.vendor_id or told("unknown"),
    )
    central.note_oddity(station, EventKind.DATA_TRANSFER, text, {"data": sent.data})


def _cleared(
    station: Station, kind: str, at: datetime, statements: list[Sql | Batch], changed: list[Change]
) -> tuple[list[Sql | Batch], list[Change]]:
    """Add to a write that the station's alarm of this kind is over, if it is active."""
    if (0, kind) not in station.alarms:
        return statements, changed
    over = alarms.cleared(station.station_id, 0, {kind}, at)
    return [*statements, *over], [*changed, ("alarm", station.station_id)]
