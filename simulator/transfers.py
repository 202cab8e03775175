"""Logs that a living station uploads, and software it installs: as slow as the real thing, with every step told."""

import asyncio
import ftplib
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import unquote, urlsplit

from simulator.station import VirtualStation, now

Payload = dict[str, Any]

STEP_S = 3.0
TIMEOUT_S = 20
SOFTWARE = ("Downloading", "Downloaded", "Installing", "Installed")
SIGNED_SOFTWARE = ("Downloading", "Downloaded", "SignatureVerified", "Installing", "Installed")


def _update(station: VirtualStation, payload: Payload) -> Payload:
    station.spawn(_install(station, "FirmwareStatusNotification", SOFTWARE, payload["location"], {}))
    return {}


def _signed_update(station: VirtualStation, payload: Payload) -> Payload:
    request = {"requestId": payload["requestId"]}
    location = payload["firmware"]["location"]
    station.spawn(_install(station, "SignedFirmwareStatusNotification", SIGNED_SOFTWARE, location, request))
    return {"status": "Accepted"}


async def _install(station: VirtualStation, action: str, steps: Sequence[str], location: str, request: Payload) -> None:
    """Tell every step; the image is fetched, and whatever it holds counts as software."""
    for status in steps:
        await asyncio.sleep(STEP_S)
        if status == "Downloaded":
            try:
                await asyncio.to_thread(_fetch, location)
            except (OSError, ftplib.Error, EOFError):
                await station.call(action, {"status": "DownloadFailed", **request})
                return
        await station.call(action, {"status": status, **request})


def _get_diagnostics(station: VirtualStation, payload: Payload) -> Payload:
    name = _name(station, "diagnostics")
    station.spawn(_upload(station, "DiagnosticsStatusNotification", payload["location"], name, "UploadFailed", {}))
    return {"fileName": name}


def _get_log(station: VirtualStation, payload: Payload) -> Payload:
    name = _name(station, payload["logType"])
    request, location = {"requestId": payload["requestId"]}, payload["log"]["remoteLocation"]
    station.spawn(_upload(station, "LogStatusNotification", location, name, "UploadFailure", request))
    return {"status": "Accepted", "filename": name}


async def _upload(
    station: VirtualStation, action: str, location: str, name: str, failed: str, request: Payload
) -> None:
    await station.call(action, {"status": "Uploading", **request})
    try:
        await asyncio.to_thread(_store, location, name, _content(station))
        status = "Uploaded"
    except (OSError, ftplib.Error, EOFError):
        status = failed
    await station.call(action, {"status": status, **request})


def _fetch(location: str) -> None:
    folder, _slash, name = urlsplit(location).path.strip("/").rpartition("/")
    with _server(location, folder) as ftp:
        ftp.retrbinary(f"RETR {unquote(name)}", lambda content: None)


def _store(location: str, name: str, content: bytes) -> None:
    with _server(location, urlsplit(location).path.strip("/")) as ftp:
        ftp.storbinary(f"STOR {name}", io.BytesIO(content))


@contextmanager
def _server(location: str, folder: str) -> Iterator[ftplib.FTP]:
    """Log in by FTP; other ways this station does not have.

    Raises:
        OSError: the server cannot be reached, or the way is another.
        ftplib.Error: it refused.
    """
    url = urlsplit(location)
    if url.scheme != "ftp":
        raise OSError(f"no way to {url.scheme}")
    with ftplib.FTP(timeout=TIMEOUT_S) as ftp:
        ftp.connect(url.hostname or "", url.port or 21)
        ftp.login(unquote(url.username or ""), unquote(url.password or ""))
        if folder:
            ftp.cwd(folder)
        yield ftp


def _name(station: VirtualStation, kind: str) -> str:
    return f"{kind}-{now().replace(':', '').replace('-', '')}.log"


def _content(station: VirtualStation) -> bytes:
    lines = [f"{now()} {station.charge_box_id} log begins"]
    lines += [f"{now()} {action} {payload}" for action, payload in station.commands[-200:]]
    lines += [f"{now()} connector {number} is {status}" for number, status in station.status.items()]
    return "\n".join([*lines, ""]).encode()


HANDLERS = {
    "GetDiagnostics": _get_diagnostics,
    "GetLog": _get_log,
    "SignedUpdateFirmware": _signed_update,
    "UpdateFirmware": _update,
}
