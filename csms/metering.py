"""Rule for meter values: all are kept, and what is charging shows its energy and power."""

import asyncio
from collections.abc import Iterable
from datetime import datetime, timedelta
from hashlib import blake2b

from csms import clock, meters
from csms.central import Central
from csms.happenings import Measured, Reading
from csms.meters import ENERGY, POWER, Measurement
from csms.station import Station
from data import meter_values, station_states, texts, transactions
from data.database import Batch, Change, Sql
from data.events import EventKind
from data.meter_values import MeterValue
from data.power import LONGEST_SPAN
from data.transactions import OpenTransaction


async def measured(central: Central, station: Station, report: Measured, received_at: datetime) -> None:
    measurements, unread = read(report.readings, station, received_at)
    is_untimed = any(measurement.measured_at == received_at for measurement in measurements)
    print_ = _print(report, is_untimed)
    if print_ in station.meter_prints:
        return
    connector_id = report.connector_id
    transaction = _measured_transaction(station, report)
    transaction_id = (
        transaction.transaction_id if transaction else await _finished(central, station, report.transaction_id)
    )
    if unread:
        text = texts.told("Meter values of connector %(number)s hold no number.", number=connector_id)
        central.note_oddity(station, EventKind.ODD_MESSAGE, text, {"readings": report.readings})
    values = rows(station, connector_id, transaction_id, measurements, received_at)
    if values and not await _is_repeated(central, station, values):
        statements: list[Sql | Batch] = [meter_values.sampled(values)]
        changed: list[Change] = []
        if is_untimed:
            statements.append(station_states.untimed(station.station_id, print_))
        if transaction:
            transaction = live(station, transaction, measurements)
            statements.append(transactions.measured(transaction))
            told, told_changed = central.notices.measured(transaction)
            statements += told
            changed += [("open_transaction", station.station_id), *told_changed]
        await central.commits.write(statements, changed)
        if transaction:
            station.open[transaction.transaction_id] = transaction
    station.meter_prints.append(print_)


def _print(report: Measured, is_untimed: bool) -> str:
    """Return what tells a report from others: its content, with the message's id where no time tells equals apart."""
    content = report if is_untimed else report._replace(message_id="")
    return blake2b(repr(content).encode(), digest_size=16).hexdigest()


def read(readings: Iterable[Reading], station: Station, received_at: datetime) -> tuple[list[Measurement], int]:
    """Return all samples in base units, oldest first, and how many hold no number."""
    measurements = []
    unread = 0
    for reading in readings:
        at = clock.moment(reading.stamp, received_at, station.zone).at
        for sample in reading.samples:
            measurement = meters.measurement(sample, at)
            if measurement:
                measurements.append(measurement)
            else:
                unread += 1
    measurements.sort(key=lambda measurement: measurement.measured_at)
    return measurements, unread


def rows(
    station: Station,
    connector_id: int,
    transaction_id: int | None,
    measurements: Iterable[Measurement],
    logged_at: datetime,
) -> list[MeterValue]:
    return [
        MeterValue(
            station.station_id, connector_id, transaction_id, sampled.measured_at, logged_at, sampled.measurand,
            sampled.phase, sampled.value, sampled.unit, sampled.context, sampled.location,
        )
        for sampled in measurements
    ]  # fmt: skip


def live(station: Station, transaction: OpenTransaction, measurements: list[Measurement]) -> OpenTransaction:
    """Return the transaction with its energy and power after these measurements; late older ones change nothing."""
    station.sends_power = station.sends_power or any(measured.measurand == POWER for measured in measurements)
    for at in dict.fromkeys(measurement.measured_at for measurement in measurements):
        if transaction.measured_at and at < transaction.measured_at:
            continue
        together = [measurement for measurement in measurements if measurement.measured_at == at]
        register_wh = meters.total(together, ENERGY)
        energy_kwh = transaction.energy_kwh if register_wh is None else _charged_kwh(transaction, register_wh / 1000)
        power_w = meters.total(together, POWER)
        if power_w is None and not station.sends_power:
            power_w = _gained_w(transaction, energy_kwh, at)
        transaction = transaction._replace(
            energy_kwh=energy_kwh, power_w=transaction.power_w if power_w is None else power_w, measured_at=at
        )
    return transaction


def _gained_w(transaction: OpenTransaction, energy_kwh: float | None, at: datetime) -> float | None:
    """Return the mean power since the last values of a station that sends its register alone."""
    since = at - (transaction.measured_at or transaction.started_at)
    gained_kwh = (energy_kwh or 0) - (transaction.energy_kwh or 0)
    is_known = energy_kwh is not None and gained_kwh >= 0 and timedelta(0) < since <= LONGEST_SPAN
    return gained_kwh * 3_600_000 / since.total_seconds() if is_known else None


def _charged_kwh(transaction: OpenTransaction, register_kwh: float) -> float:
    """Return the energy since the start: some registers count for life, some from each session's start."""
    start_kwh = transaction.meter_start_kwh
    if register_kwh == 0 and transaction.energy_kwh:
        return transaction.energy_kwh  # a filler: no meter falls to zero while it charges
    return register_kwh if start_kwh is None or register_kwh < start_kwh else round(register_kwh - start_kwh, 6)


def _measured_transaction(station: Station, report: Measured) -> OpenTransaction | None:
    """Find the transaction by its id, or by its outlet where none is sent; connector 0 is the whole station."""
    if report.transaction_id is not None and report.transaction_id > 0:
        return station.open.get(report.transaction_id)
    return station.only_transaction(report.connector_id)


async def _finished(central: Central, station: Station, transaction_id: int | None) -> int | None:
    """Return the id of a finished transaction if it is this station's: some send a last value after the stop."""
    if transaction_id is None or transaction_id <= 0:
        return None
    if transaction_id in station.finished:
        return transaction_id
    if not central.is_first(station.station_id, "unknown transaction", transaction_id):
        return None
    session = await asyncio.to_thread(transactions.find_session, central.database, station.station_id, transaction_id)
    if session:
        station.finish(transaction_id, session)
        return transaction_id
    return None


async def _is_repeated(central: Central, station: Station, values: list[MeterValue]) -> bool:
    """Tell whether the first values after a start of the process are on disk: their answer may have been lost."""
    if not station.restored:
        return False
    station.restored = False
    return await asyncio.to_thread(meter_values.are_stored, central.database, values)
