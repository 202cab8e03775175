"""Charging profiles as OCPP has them: limits over time, checked before a station is told."""

from collections.abc import Mapping

from data.errors import InvalidInput
from data.texts import told

PURPOSES = ("ChargePointMaxProfile", "TxDefaultProfile", "TxProfile")
PROFILE_KINDS = ("Absolute", "Recurring", "Relative")
RECURRENCES = ("Daily", "Weekly")
UNITS = ("A", "W")
MOST_PERIODS = 500


def check_profile(label: str, profile: Mapping[str, object]) -> None:
    """Check a csChargingProfiles object of OCPP 1.6.

    Raises:
        InvalidInput: a field is missing or cannot be taken; says which.
    """
    for field in ("chargingProfileId", "stackLevel"):
        _whole(label, profile, field)
    _among(label, profile, "chargingProfilePurpose", PURPOSES)
    _among(label, profile, "chargingProfileKind", PROFILE_KINDS)
    if profile.get("chargingProfileKind") == "Recurring":
        _among(label, profile, "recurrencyKind", RECURRENCES)
    schedule = profile.get("chargingSchedule")
    if not isinstance(schedule, dict):
        raise InvalidInput(label, None, "needs a chargingSchedule.")
    _among(label, schedule, "chargingRateUnit", UNITS)
    periods = schedule.get("chargingSchedulePeriod")
    if not isinstance(periods, list) or not 1 <= len(periods) <= MOST_PERIODS:
        raise InvalidInput(
            label, None, told("needs 1 to %(most)s entries of chargingSchedulePeriod.", most=MOST_PERIODS)
        )
    starts = [_period(label, period) for period in periods]
    if starts[0] != 0 or starts != sorted(set(starts)):
        raise InvalidInput(label, None, "must have periods that begin at startPeriod 0 and follow each other.")


def _period(label: str, period: object) -> int:
    """Check one period and return when it starts, in seconds."""
    if not isinstance(period, dict):
        raise InvalidInput(label, None, "has a period that is no object.")
    limit = period.get("limit")
    if not isinstance(limit, int | float) or isinstance(limit, bool) or not 0 <= limit < 1e9:
        raise InvalidInput(label, limit, "must have a limit of 0 or more in each period.")
    return _whole(label, period, "startPeriod")


def _whole(label: str, holder: Mapping[str, object], field: str) -> int:
    value = holder.get(field)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise InvalidInput(label, value, told("needs a whole number %(field)s.", field=field))
    return value


def _among(label: str, holder: Mapping[str, object], field: str, words: tuple[str, ...]) -> None:
    if holder.get(field) not in words:
        raise InvalidInput(
            label, holder.get(field), told("must have %(field)s of %(choices)s.", field=field, choices=", ".join(words))
        )
