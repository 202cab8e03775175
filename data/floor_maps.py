"""The picture of a floor (manual: Floor level, General): kept in the data folder, seen by who may see the floor."""

import hashlib
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from data import edits, folders, jpeg, nodes
from data.database import Batch, Sql
from data.errors import NotFound
from data.events import EventKind, event
from data.nodes import Node
from data.scope import Scope
from data.texts import N_, told
from data.topology import FLOOR

LONGEST_NAME = 100
KEEP = """INSERT INTO floor_map (floor_id, name, sha256, size_bytes, width_px, height_px, uploaded_at, uploaded_by)
          VALUES ($floor_id, $name, $sha256, $size_bytes, $width_px, $height_px, $uploaded_at, $uploaded_by)
          ON CONFLICT (floor_id) DO UPDATE
          SET name = excluded.name, sha256 = excluded.sha256, size_bytes = excluded.size_bytes,
              width_px = excluded.width_px, height_px = excluded.height_px,
              uploaded_at = excluded.uploaded_at, uploaded_by = excluded.uploaded_by"""


class FloorMap(NamedTuple):
    """What is known of a floor's picture; uploaded_by is a user's name."""

    floor_id: int
    name: str
    sha256: str
    size_bytes: int
    width_px: int
    height_px: int
    uploaded_at: datetime
    uploaded_by: str

    @property
    def url(self) -> str:
        """The picture's address, another one for each picture."""
        return f"/floor-map/{self.floor_id}?v={self.sha256[:16]}"


def of_floor(scope: Scope, floor_id: int) -> FloorMap | None:
    """Return a floor's picture, if it has one.

    Raises:
        NotFound: there is no such floor for this user.
    """
    nodes.find(scope, f"floor:{floor_id}")
    rows = scope.database.query(
        """SELECT floor_id, name, sha256, size_bytes, width_px, height_px, uploaded_at,
                  coalesce(trim(first_name || ' ' || last_name), 'Charge Portal') AS uploaded_by
           FROM floor_map LEFT JOIN portal_user ON user_id = uploaded_by WHERE floor_id = $id""",
        {"id": floor_id},
    ).to_pylist()
    return FloorMap(**rows[0]) if rows else None


def find(scope: Scope, data: Path, floor_id: int) -> tuple[FloorMap, Path]:
    """Return a floor's picture and where it lies.

    Raises:
        NotFound: there is none, or no such floor for this user.
    """
    found = of_floor(scope, floor_id)
    if found is None or not _path(data, found).is_file():
        raise NotFound("floor map", floor_id)
    return found, _path(data, found)


def bring(scope: Scope, data: Path, floor_id: int, name: str, content: bytes) -> FloorMap:
    """Keep a picture as the floor's, in the place of one that it has; stations keep their positions on it.

    Args:
        name: what the file is called.

    Raises:
        NotFound: there is no such floor for this user.
        NotPermitted: the user may see the floor and not change it.
        InvalidInput: the file is not what `jpeg.cleaned` takes.
    """
    node = nodes.find(scope, f"floor:{floor_id}")
    scope.require(*FLOOR.roles, action=N_("change the map of a floor"))
    shown = "".join(letter for letter in Path(name).name if letter.isprintable())[:LONGEST_NAME] or "map.jpg"
    picture = jpeg.cleaned(shown, content)
    values: dict[str, object] = {
        "floor_id": floor_id,
        "name": shown,
        "sha256": hashlib.sha256(picture.content).hexdigest(),
        "size_bytes": len(picture.content),
        "width_px": picture.width_px,
        "height_px": picture.height_px,
        "uploaded_at": datetime.now(UTC),
        "uploaded_by": scope.user_id,
    }
    before = of_floor(scope, floor_id)
    path = folders.of_floors(data) / _file(floor_id, str(values["sha256"]))
    unfinished = path.with_suffix(folders.UNFINISHED)
    unfinished.write_bytes(picture.content)
    unfinished.rename(path)
    _write(scope, node, Sql(KEEP, values), before.name if before else None, shown)
    if before and before.sha256 != values["sha256"]:
        _path(data, before).unlink(missing_ok=True)
    kept = of_floor(scope, floor_id)
    assert kept is not None
    return kept


def remove(scope: Scope, data: Path, floor_id: int) -> None:
    """Remove a floor's picture; stations keep their positions for the next one.

    Raises:
        NotFound: there is none, or no such floor for this user.
        NotPermitted: the user may see the floor and not change it.
    """
    node = nodes.find(scope, f"floor:{floor_id}")
    scope.require(*FLOOR.roles, action=N_("change the map of a floor"))
    found = of_floor(scope, floor_id)
    if found is None:
        raise NotFound("floor map", floor_id)
    _write(scope, node, Sql("DELETE FROM floor_map WHERE floor_id = $id", {"id": floor_id}), found.name, None)
    _path(data, found).unlink(missing_ok=True)


def _write(scope: Scope, node: Node, change: Sql, old: str | None, new: str | None) -> None:
    changed = [("topology", node.id), ("event", node.site_id)]
    scope.database.write([change, _noted(scope, node, old, new)], changed=changed)


def _noted(scope: Scope, node: Node, old: str | None, new: str | None) -> Batch:
    details = {"record": edits.ref(FLOOR, node.id), "changes": {"map": [old, new]}}
    template = N_("%(who)s uploaded the map of floor %(floor)s.")
    if new is None:
        template = N_("%(who)s removed the map of floor %(floor)s.")
    elif old:
        template = N_("%(who)s replaced the map of floor %(floor)s.")
    text = told(template, who=edits.who(scope), floor=node.name)
    return event(EventKind.CONFIGURED, text, site_id=node.site_id, user_id=scope.user_id, details=details)


def _path(data: Path, found: FloorMap) -> Path:
    return folders.of_floors(data) / _file(found.floor_id, found.sha256)


def _file(floor_id: int, sha256: str) -> str:
    return f"{floor_id}-{sha256[:32]}.jpg"
