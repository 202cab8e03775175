"""What forms change of a charging station and of an outlet (manual: Charging station level, Outlet level)."""

from collections.abc import Mapping
from typing import Any

from data import edits, gone, nodes, values
from data.database import Sql
from data.edits import Change, Field, Record
from data.errors import ChangedMeanwhile, InvalidInput, NotFound
from data.events import EventKind, event_of
from data.scope import Role, Scope
from data.stations import MODES
from data.texts import N_, told

ROLES = (Role.ADMINISTRATOR, Role.SITE_ADMINISTRATOR, Role.SUPPORT_USER)

STATION = Record(
    "charging station",
    "charging_station",
    "station_id",
    site="site_id",
    roles=ROLES,
    fields={
        "name": Field("Logical name", values.name),
        "description": Field("Description", values.text()),
        "model": Field("Model", values.line()),
        "charge_box_id": Field("ChargeboxId", values.charge_box_id),
    },
    unique={"charge_box_id": "other.removed_at IS NULL"},
    unique_beside={"charge_box_id": "grid_controller"},
    station="station_id",
)


def _mode(title: str, value: object) -> str:
    if value not in MODES:
        raise InvalidInput(title, value, "must be OPEN or RFID.")
    return str(value)


OUTLET = Record(
    "outlet",
    "outlet",
    "outlet_id",
    site="(SELECT site_id FROM charging_station WHERE charging_station.station_id = outlet.station_id)",
    roles=ROLES,
    fields={
        "connector_type": Field("Connector", values.line()),
        "uuid": Field("UUID", values.name),
        "connector_id": Field("Outlet id", values.identity),
        "parking": Field("Parking", values.line()),
        "mode": Field("Mode", _mode),
    },
    name="CAST(connector_id AS VARCHAR)",
    alive="""removed_at IS NULL AND EXISTS (SELECT 1 FROM charging_station station
             WHERE station.station_id = outlet.station_id AND station.removed_at IS NULL)""",
    station="station_id",
    connector="connector_id",
)


def about(scope: Scope, station_id: int) -> dict[str, Any]:
    """Return what a station said of itself.

    Returns: connected, protocol, vendor, reported_model, serial_number, firmware_version, last_heard_at,
        parameters_read_at, booted_at, registered_at (first connection ever); empty or NULL where it never said so.

    Raises:
        NotFound: there is no such station for this user.
    """
    sites, params = scope.sites("station.site_id")
    rows = scope.database.query(
        f"""SELECT coalesce(connected, FALSE) AS connected, coalesce(protocol, '') AS protocol,
                   coalesce(vendor, '') AS vendor, coalesce(state.model, '') AS reported_model,
                   coalesce(serial_number, '') AS serial_number, coalesce(firmware_version, '') AS firmware_version,
                   last_heard_at, parameters_read_at, booted_at, registered_at
            FROM charging_station station LEFT JOIN station_state state USING (station_id)
            WHERE station_id = $id AND station.removed_at IS NULL AND {sites}""",  # noqa: S608 - the scope's condition
        {"id": station_id, **params},
    ).to_pylist()
    if not rows:
        raise gone.missing(scope, "charging_station", station_id)
    found: dict[str, Any] = rows[0]
    return found


def count_by_protocol(scope: Scope) -> dict[str, int]:
    """Return how many stations spoke each protocol when they connected last."""
    sites, params = scope.sites()
    rows = scope.database.query(
        f"""SELECT protocol, count(*) AS stations FROM charging_station JOIN station_state USING (station_id)
            WHERE removed_at IS NULL AND {sites} GROUP BY protocol""",  # noqa: S608 - the scope's condition
        params,
    ).to_pylist()
    return {row["protocol"]: row["stations"] for row in rows}


def meter_kwh(scope: Scope, station_id: int) -> float | None:
    """Return what the meters of a station's outlets showed at the end of their last sessions, in all; None: unknown."""
    sites, params = scope.sites()
    found = scope.database.query(
        f"""SELECT sum(kwh) AS kwh FROM (SELECT arg_max(meter_stop_kwh, ended_at) AS kwh FROM session
                                         WHERE station_id = $id AND {sites} GROUP BY connector_id)""",  # noqa: S608 - the scope's condition
        {"id": station_id, **params},
    )
    kwh: float | None = found["kwh"][0].as_py()
    return kwh


def service_values(scope: Scope, outlet_id: int) -> list[dict[str, Any]]:
    """Return the services, each with the outlet's value in it: service_id, name, provider, value."""
    _require_outlet(scope, outlet_id)
    return list(
        scope.database.query(
            """SELECT service.service_id, name, provider, coalesce(value, '') AS value
               FROM service LEFT JOIN outlet_service_value own
                    ON own.service_id = service.service_id AND own.outlet_id = $id
               WHERE service.removed_at IS NULL AND service.is_active ORDER BY name, service.service_id""",
            {"id": outlet_id},
        ).to_pylist()
    )


def _require_outlet(scope: Scope, outlet_id: int) -> None:
    sites, params = scope.sites("site_id")
    sql = f"""SELECT 1 FROM outlet JOIN charging_station USING (station_id)
              WHERE outlet_id = $id AND outlet.removed_at IS NULL AND charging_station.removed_at IS NULL AND {sites}"""  # noqa: S608 - the scope's condition
    if not scope.database.query(sql, {"id": outlet_id, **params}).num_rows:
        raise gone.missing(scope, "outlet", outlet_id)


_AS_SEEN = """coalesce((SELECT value FROM outlet_service_value one
                        WHERE one.outlet_id = $outlet_id AND one.service_id = $service_id), '') = $seen"""
_KEEP = f"""INSERT INTO outlet_service_value (outlet_id, service_id, value) SELECT $outlet_id, $service_id, $value
            WHERE {_AS_SEEN} ON CONFLICT (outlet_id, service_id) DO UPDATE SET value = excluded.value
            RETURNING outlet_id"""
_FORGET = f"""DELETE FROM outlet_service_value WHERE outlet_id = $outlet_id AND service_id = $service_id
              AND {_AS_SEEN} RETURNING outlet_id"""  # noqa: S608 - a constant


def set_service_value(scope: Scope, outlet_id: int, service_id: int, seen: str, value: str) -> None:
    """Keep what an outlet is called at a service; empty forgets it.

    Raises:
        ChangedMeanwhile: it is neither what was seen any more, nor what is wanted.
        NotFound: there is no such outlet for this user, or no such service.
        InvalidInput: the value is too long.
    """
    scope.require(*ROLES, action=N_("change an outlet's properties"))
    kept = values.line(200)("Value", value)
    now = next((one for one in service_values(scope, outlet_id) if one["service_id"] == service_id), None)
    if now is None:
        raise NotFound("service", service_id)
    if kept == now["value"]:
        return
    keys: dict[str, object] = {"outlet_id": outlet_id, "service_id": service_id, "seen": seen}
    change = Sql(_KEEP, {**keys, "value": kept}) if kept else Sql(_FORGET, keys)
    changed = [("topology", outlet_id), ("event", nodes.find(scope, f"outlet:{outlet_id}").site_id or 0)]
    # The note comes first: what was seen is not there any more afterwards.
    if not scope.database.write([_noted(scope, str(now["name"]), kept, keys), change], changed)[1].num_rows:
        raise ChangedMeanwhile("outlet", [*service_value_changes(scope, outlet_id, {service_id: seen}).values()])


def _noted(scope: Scope, service: str, kept: str, keys: Mapping[str, object]) -> Sql:
    text = told(
        "Outlet property %(name)s was changed from %(old)s to %(new)s.",
        name=service,
        old=keys["seen"] or told("nothing"),
        new=kept or told("nothing"),
    )
    return event_of(
        f"outlet JOIN charging_station USING (station_id) WHERE outlet_id = $outlet_id AND {_AS_SEEN}",
        keys,
        EventKind.CONFIGURED,
        text,
        user_id=scope.user_id,
        site_id="site_id",
        station_id="station_id",
        connector_id="connector_id",
        details={"record": f"outlet:{keys['outlet_id']}", "changes": {service: [keys["seen"], kept]}},
    )


def service_value_changes(scope: Scope, outlet_id: int, seen: Mapping[int, str]) -> dict[int, Change]:
    """Tell which values others changed since they were seen, by service_id, with who and when from the event log.

    Raises:
        NotFound: there is no such outlet for this user.
    """
    now = {one["service_id"]: one for one in service_values(scope, outlet_id)}
    other = {number: one for number, one in now.items() if number in seen and seen[number] != one["value"]}
    by = edits.authors(scope, OUTLET, outlet_id) if other else {}
    return {
        number: Change("value", one["name"], seen[number], one["value"], *by.get(one["name"], (None, None)))
        for number, one in other.items()
    }
