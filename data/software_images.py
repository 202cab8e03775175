"""Software images that stations fetch for an update (manual: System level, FTP server)."""

import hashlib
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, NamedTuple

from data import folders
from data.database import Sql
from data.errors import AlreadyExists, InvalidInput, NotFound
from data.events import EventKind, event
from data.scope import Role, Scope
from data.texts import N_, told

LARGEST = 1 << 30  # bytes
CHUNK = 1 << 20
MAY_READ = (Role.ADMINISTRATOR, Role.SITE_ADMINISTRATOR, Role.SUPPORT_USER)
MAY_WRITE = (Role.ADMINISTRATOR, Role.SUPPORT_USER)


class Image(NamedTuple):
    image_id: int
    name: str
    model: str  # empty: for any station
    size_bytes: int
    sha256: str
    uploaded_at: datetime
    uploaded_by: str


def images(scope: Scope) -> list[Image]:
    """Return the software images, newest first."""
    scope.require(*MAY_READ, action=N_("see software images"))
    sql = """SELECT image_id, name, model, size_bytes, sha256, uploaded_at,
                    first_name || ' ' || last_name AS uploaded_by
             FROM software_image LEFT JOIN portal_user ON user_id = uploaded_by
             WHERE software_image.removed_at IS NULL ORDER BY uploaded_at DESC, image_id DESC"""
    return [Image(**row) for row in scope.database.query(sql).to_pylist()]


def add(scope: Scope, data: Path, name: str, model: str, content: IO[bytes]) -> Image:
    """Keep an image and return it; stations see it when it is there whole.

    Raises:
        InvalidInput: the name is no plain file name, or the content is empty or larger than `LARGEST`.
        AlreadyExists: an image has that name.
    """
    scope.require(*MAY_WRITE, action=N_("upload software images"))
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,99}", name) or name.endswith(folders.UNFINISHED):
        raise InvalidInput(N_("File name"), name, N_("may have letters, digits and . _ + - only, up to 100."))
    if any(image.name == name for image in images(scope)):
        raise AlreadyExists("software image", name)
    folder = folders.of_images(data)
    unfinished = folder / f"{name}{folders.UNFINISHED}"
    try:
        digest, size = _copied(content, unfinished)
        if not size:
            raise InvalidInput(N_("File"), name, N_("is empty."))
        unfinished.rename(folder / name)
    finally:
        unfinished.unlink(missing_ok=True)
    _insert(scope, name, model.strip()[:100], size, digest)
    return next(image for image in images(scope) if image.name == name)


def remove(scope: Scope, data: Path, image_id: int) -> None:
    """Remove an image; stations that still fetch it get what they have opened.

    Raises:
        NotFound: there is none.
    """
    scope.require(*MAY_WRITE, action=N_("remove software images"))
    sql = """UPDATE software_image SET removed_at = $now WHERE image_id = $id AND removed_at IS NULL RETURNING name"""
    name = next((image.name for image in images(scope) if image.image_id == image_id), None)
    if name is None:
        raise NotFound("software image", image_id)
    noted = event(EventKind.FILE, told("Software image %(name)s was removed.", name=name), user_id=scope.user_id)
    scope.database.write(
        [Sql(sql, {"now": datetime.now(UTC), "id": image_id}), noted],
        changed=[("software_image", image_id), ("event", 0)],
    )
    (folders.of_images(data) / name).unlink(missing_ok=True)


def _insert(scope: Scope, name: str, model: str, size_bytes: int, sha256: str) -> None:
    values: dict[str, Any] = {
        "name": name,
        "model": model,
        "size_bytes": size_bytes,
        "sha256": sha256,
        "uploaded_at": datetime.now(UTC),
        "uploaded_by": scope.user_id,
    }
    sql = f"""INSERT INTO software_image ({", ".join(values)})
              VALUES ({", ".join(f"${key}" for key in values)})"""  # noqa: S608 - the names above
    noted = event(EventKind.FILE, told("Software image %(name)s was uploaded.", name=name), user_id=scope.user_id)
    scope.database.write([Sql(sql, values), noted], changed=[("software_image", 0), ("event", 0)])


def _copied(content: IO[bytes], to: Path) -> tuple[str, int]:
    """Write content to a file, and return its SHA-256 and size in bytes."""
    digest, size = hashlib.sha256(), 0
    with to.open("wb") as file:
        for chunk in _chunks(content):
            size += len(chunk)
            if size > LARGEST:
                raise InvalidInput(N_("File"), None, told("is larger than %(largest)s MiB.", largest=LARGEST >> 20))
            digest.update(chunk)
            file.write(chunk)
    return digest.hexdigest(), size


def _chunks(content: IO[bytes]) -> Iterator[bytes]:
    while chunk := content.read(CHUNK):
        yield chunk
