"""A backup of all that a portal needs elsewhere: its database, keys and files in one archive."""

import os
import tarfile
from contextlib import suppress
from pathlib import Path

from data.database import FILE
from data.errors import DatabaseUnusable
from data.folders import UNFINISHED

KEYS = ("station_ca_key.pem", "station_ca.pem", "self_signed.pem", "secret_key", "ftp_key")
FILES = "files"


def write(folder: Path, database: Path, archive: Path) -> None:
    """Pack a copy of the database, and the keys and files that there are beside it.

    Args:
        database: older than what is packed, so that the files that it names are there.
        archive: a new file; its rights are 0600, as those of the keys in it.
    """
    unfinished = archive.with_name(archive.name + ".unfinished")
    unfinished.unlink(missing_ok=True)
    handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as opened, tarfile.open(fileobj=opened, mode="w") as tar:
        tar.add(database, FILE)
        for file in [*(folder / name for name in KEYS), *sorted((folder / FILES).rglob("*"))]:
            if file.is_file() and file.suffix != UNFINISHED:
                with suppress(FileNotFoundError):  # removed since it was looked for
                    tar.add(file, str(file.relative_to(folder)))
    unfinished.rename(archive)


def is_whole(backup: Path) -> bool:
    """Tell an archive from a database alone."""
    return backup.is_file() and tarfile.is_tarfile(backup)


def unpack(archive: Path, into: Path) -> None:
    """Unpack what is a portal's in an archive, and nothing outside the folder.

    Raises:
        DatabaseUnusable: it is damaged, or no portal's.
    """
    try:
        with tarfile.open(archive) as tar:
            ours = [one for one in tar if one.name in (FILE, *KEYS) or one.name.startswith(f"{FILES}/")]
            tar.extractall(into, ours, filter="data")
    except (tarfile.TarError, EOFError) as error:
        raise DatabaseUnusable(archive, f"the archive is damaged: {error}.") from error
    if not (into / FILE).is_file():
        raise DatabaseUnusable(archive, f"the archive has no {FILE}: it is no portal's backup.")


def put_in_place(unpacked: Path, folder: Path, kept: Path) -> None:
    """Put unpacked keys and files where the portal looks for them.

    Args:
        kept: where those before go; made if there are any.
    """
    for name in (*KEYS, FILES):
        present = folder / name
        if not (unpacked / name).exists():
            continue
        if present.exists():
            kept.mkdir(mode=0o700, exist_ok=True)
            present.rename(kept / name)
        (unpacked / name).rename(present)
