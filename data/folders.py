"""Where files lie in the data folder, beside the database."""

from pathlib import Path

UNFINISHED = ".part"
"""The end of the name of a file that is still being written: nobody is shown it."""


def of_station(data: Path, station_id: int) -> Path:
    """Return the folder of a station's uploads; made if it is missing."""
    return _made(data / "files" / "stations" / str(station_id))


def of_images(data: Path) -> Path:
    """Return the folder of the software images; made if it is missing."""
    return _made(data / "files" / "images")


def of_floors(data: Path) -> Path:
    """Return the folder of the floors' pictures; made if it is missing."""
    return _made(data / "files" / "floors")


def of_imports(data: Path) -> Path:
    """Return the folder of files that wait to be taken in; made if it is missing."""
    return _made(data / "files" / "imports")


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder
