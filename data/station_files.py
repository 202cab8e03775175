"""Files that stations uploaded, such as their logs (manual: System level, FTP server)."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from data import folders
from data.database import Database, Sql
from data.errors import NotFound
from data.events import EventKind, event
from data.nodes import Node
from data.scope import Role, Scope
from data.texts import N_, told


def ftp_url(database: Database) -> str:
    """Return the FTP address that stations are told (System, General); empty if none is configured."""
    return str(database.query("SELECT ftp_url FROM system")["ftp_url"][0].as_py())


def is_station(database: Database, station_id: int) -> bool:
    """Tell whether there is such a station, so that it may bring files."""
    sql = "SELECT 1 AS found FROM charging_station WHERE station_id = $id AND removed_at IS NULL"
    return bool(database.query(sql, {"id": station_id}).num_rows)


def received(database: Database, station_id: int, name: str, size_bytes: int) -> None:
    """Keep that a station uploaded a file whole; a file of that name from before is replaced."""
    values = {"station_id": station_id, "name": name, "size_bytes": size_bytes, "now": datetime.now(UTC)}
    replaced = """UPDATE station_file SET removed_at = $now
                  WHERE station_id = $station_id AND name = $name AND removed_at IS NULL"""
    inserted = """INSERT INTO station_file (site_id, station_id, name, size_bytes, received_at)
                  SELECT site_id, station_id, $name, $size_bytes, $now
                  FROM charging_station WHERE station_id = $station_id"""
    before = {key: values[key] for key in ("station_id", "name", "now")}
    _write(
        database,
        station_id,
        [Sql(replaced, before), Sql(inserted, values)],
        told("The station uploaded %(name)s.", name=name),
    )


def refused(database: Database, station_id: int, name: str, reason: str) -> None:
    """Keep that a station's upload was not taken."""
    _write(database, station_id, [], told("The upload of %(name)s was refused: %(reason)s.", name=name, reason=reason))


def of_node(scope: Scope, node: Node | None, limit: int = 500) -> list[dict[str, Any]]:
    """Return a node's files that the user may see, newest first: file_id, name, size_bytes, received_at, station_id,
    station_name."""
    condition, params = scope.condition(node, connector="NULL")
    return list(
        scope.database.query(
            f"""SELECT file_id, file.name, size_bytes, received_at, station_id, station.name AS station_name
                FROM (SELECT * FROM station_file WHERE {condition} AND removed_at IS NULL) file
                JOIN charging_station station USING (station_id)
                ORDER BY received_at DESC LIMIT $limit""",  # noqa: S608 - the scope's condition
            {**params, "limit": limit},
        ).to_pylist()
    )


def find(scope: Scope, data: Path, file_id: int) -> tuple[str, Path]:
    """Return a file's name and where it lies.

    Raises:
        NotFound: there is none, it is not the user's to see, or its content is gone.
    """
    row = _row(scope, file_id)
    path = folders.of_station(data, row["station_id"]) / row["name"]
    if not path.is_file():
        raise NotFound("file", file_id)
    return row["name"], path


def remove(scope: Scope, data: Path, file_id: int) -> None:
    """Remove a file and its content."""
    scope.require(Role.ADMINISTRATOR, Role.SITE_ADMINISTRATOR, Role.SUPPORT_USER, action=N_("remove a station's files"))
    row = _row(scope, file_id)
    sql = Sql(
        "UPDATE station_file SET removed_at = $now WHERE file_id = $id", {"now": datetime.now(UTC), "id": file_id}
    )
    noted = event(
        EventKind.FILE,
        told("File %(name)s was removed.", name=row["name"]),
        site_id=row["site_id"],
        station_id=row["station_id"],
        user_id=scope.user_id,
    )
    changed = [("station_file", row["station_id"]), ("event", row["site_id"])]
    scope.database.write([sql, noted], changed=changed)
    (folders.of_station(data, row["station_id"]) / row["name"]).unlink(missing_ok=True)


def _row(scope: Scope, file_id: int) -> dict[str, Any]:
    scope.require(Role.ADMINISTRATOR, Role.SITE_ADMINISTRATOR, Role.SUPPORT_USER, action=N_("see a station's files"))
    condition, params = scope.sites()
    rows = scope.database.query(
        f"""SELECT name, site_id, station_id FROM station_file
            WHERE file_id = $id AND removed_at IS NULL AND {condition}""",  # noqa: S608 - the scope's condition
        {**params, "id": file_id},
    ).to_pylist()
    if not rows:
        raise NotFound("file", file_id)
    row: dict[str, Any] = rows[0]
    return row


def _write(database: Database, station_id: int, statements: list[Sql], text: str) -> None:
    site = database.query("SELECT site_id FROM charging_station WHERE station_id = $id", {"id": station_id})[
        "site_id"
    ].to_pylist()
    site_id = site[0] if site else None
    noted = event(EventKind.FILE, text, site_id=site_id, station_id=station_id)
    database.write([*statements, noted], changed=[("station_file", station_id), ("event", site_id or 0)])
