"""Meter samples to numbers in base units, one bad sample never losing the others."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple

from csms.happenings import Sample

ENERGY = "Energy.Active.Import.Register"
POWER = "Power.Active.Import"
MEASURANDS = {
    name.lower(): name
    for name in (
        "Current.Export", "Current.Import", "Current.Offered", "Energy.Active.Export.Register", ENERGY,
        "Energy.Reactive.Export.Register", "Energy.Reactive.Import.Register", "Energy.Active.Export.Interval",
        "Energy.Active.Import.Interval", "Energy.Reactive.Export.Interval", "Energy.Reactive.Import.Interval",
        "Frequency", "Power.Active.Export", POWER, "Power.Factor", "Power.Offered", "Power.Reactive.Export",
        "Power.Reactive.Import", "RPM", "SoC", "Temperature", "Voltage",
    )
}  # fmt: skip
DEFAULT_UNITS = (  # by the measurand's beginning, for samples without a unit
    ("Energy.Reactive", "varh"), ("Energy", "Wh"), ("Power.Reactive", "var"), ("Power.Factor", ""), ("Power", "W"),
    ("Current", "A"), ("Voltage", "V"), ("Temperature", "Celsius"), ("SoC", "Percent"), ("Frequency", "Hz"),
)  # fmt: skip
LONGEST_NAME = 50
LARGEST = 1e12  # no meter shows more, and the sum of what it shows stays a number


def _times(factor: float) -> Callable[[float], float]:
    return lambda value: value * factor


def _same(value: float) -> float:
    return value


UNITS: dict[str, tuple[str, Callable[[float], float]]] = {
    "wh": ("Wh", _same), "kwh": ("Wh", _times(1000)), "varh": ("varh", _same), "kvarh": ("varh", _times(1000)),
    "w": ("W", _same), "kw": ("W", _times(1000)), "va": ("VA", _same), "kva": ("VA", _times(1000)),
    "var": ("var", _same), "kvar": ("var", _times(1000)), "a": ("A", _same), "amp": ("A", _same),
    "v": ("V", _same), "volt": ("V", _same), "hz": ("Hz", _same), "percent": ("Percent", _same),
    "%": ("Percent", _same),
    "celsius": ("Celsius", _same), "celcius": ("Celsius", _same), "c": ("Celsius", _same),
    "fahrenheit": ("Celsius", lambda value: (value - 32) / 1.8), "f": ("Celsius", lambda value: (value - 32) / 1.8),
    "k": ("Celsius", lambda value: value - 273.15),
}  # fmt: skip


class Measurement(NamedTuple):
    measured_at: datetime
    measurand: str
    phase: str | None
    value: float
    unit: str
    context: str | None
    location: str | None


def number(value: object) -> float | None:
    """Return a sent number, also when sent as text or with a decimal comma; None if it is none, or no meter's."""
    if isinstance(value, str):
        value = value.strip().replace(",", ".")
    elif isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        read = float(value)
    except (ValueError, OverflowError):
        return None
    return read if abs(read) <= LARGEST else None  # nor infinity, nor what is not a number


def measurement(sample: Sample, measured_at: datetime) -> Measurement | None:
    """Return a sample in its base unit; None if it holds no number (signed data, empty text)."""
    value = number(sample.value) if sample.format != "SignedData" else None
    if value is None:
        return None
    measurand = ENERGY
    if sample.measurand:
        measurand = MEASURANDS.get(sample.measurand.lower(), sample.measurand[:LONGEST_NAME])
    unit = sample.unit
    if unit is None:
        unit = next((unit for start, unit in DEFAULT_UNITS if measurand.startswith(start)), "")
    base, convert = UNITS.get(unit.lower(), (unit[:LONGEST_NAME], _same))
    return Measurement(measured_at, measurand, sample.phase, convert(value), base, sample.context, sample.location)


def total(measurements: Sequence[Measurement], measurand: str) -> float | None:
    """Return the measurand over all phases: the station's own total, else the sum of L1, L2, L3; None if not sent.

    A station's total counts even where its phases add up to something else.
    """
    phases: dict[str, float] = {}
    for measured in _of_outlet([measured for measured in measurements if measured.measurand == measurand]):
        if measured.phase is None:
            return measured.value
        phases[measured.phase[:2]] = measured.value
    lines = [phases[line] for line in ("L1", "L2", "L3") if line in phases]
    return sum(lines) if lines else None


def _of_outlet(measurements: Sequence[Measurement]) -> Sequence[Measurement]:
    """Return what was measured at the outlet now, where a station sends other places or the session's begin beside it.

    Source: OCPP 1.6, SampledValue: Outlet is meant where no location is sent.
    """
    at_outlet = [measured for measured in measurements if measured.location in (None, "Outlet")] or measurements
    return [measured for measured in at_outlet if measured.context != "Transaction.Begin"] or at_outlet
