# ruff: noqa: S608 - conditions come from constants, values are bound
"""What a station can be told: by its OCPP version and the feature profiles it names."""

from collections.abc import Sequence
from typing import NamedTuple

from data.command_kinds import KINDS, OCPP_15, Kind
from data.scope import Scope
from data.texts import told

PROFILES = {
    name.lower(): name
    for name in (
        "Core", "FirmwareManagement", "LocalAuthListManagement", "Reservation", "SmartCharging", "RemoteTrigger",
    )
}  # fmt: skip
VERSION_NAMES = {OCPP_15: "OCPP 1.5", "ocpp1.6": "OCPP 1.6"}


class Abilities(NamedTuple):
    """protocol is empty before the first connection; profiles None where the station does not name them."""

    station_id: int
    site_id: int
    charge_box_id: str
    protocol: str
    profiles: frozenset[str] | None


def abilities(scope: Scope, station_ids: Sequence[int]) -> dict[int, Abilities]:
    """Return what stations can do by station_id; those out of scope are left out."""
    sites, params = scope.sites("site_id")
    rows = scope.database.query(
        f"""SELECT station_id, site_id, charge_box_id, coalesce(protocol, '') AS protocol, value
            FROM charging_station LEFT JOIN station_state USING (station_id)
            LEFT JOIN (SELECT station_id, value FROM parameter WHERE lower(key) = 'supportedfeatureprofiles')
                USING (station_id)
            WHERE removed_at IS NULL AND station_id = ANY($ids) AND {sites} ORDER BY station_id""",
        {"ids": list(station_ids), **params},
    )
    return {
        row["station_id"]: Abilities(
            row["station_id"], row["site_id"], row["charge_box_id"], row["protocol"], _profiles(row["value"])
        )
        for row in rows.to_pylist()
    }


def unsupported_reason(station: Abilities, kind: str) -> str:
    """Say why a station cannot do a kind of command; empty if it can, or if nothing is known against it."""
    wanted: Kind = KINDS[kind]
    if station.protocol and station.protocol not in wanted.versions:
        return told("%(version)s has no such command.", version=VERSION_NAMES.get(station.protocol, station.protocol))
    if station.profiles is not None and wanted.profile not in station.profiles:
        return told("The station does not support %(profile)s.", profile=wanted.profile)
    return ""


def _profiles(value: str | None) -> frozenset[str] | None:
    """Read SupportedFeatureProfiles; one that names nothing known says nothing, and Core is always there."""
    named = {PROFILES[word] for part in (value or "").split(",") if (word := part.strip().lower()) in PROFILES}
    return frozenset(named | {"Core"}) if named else None
