"""Passwords that simulated stations were given, kept over a restart: a station that forgets its own stays outside."""

import json
import os
from pathlib import Path

FILE = "simulated_station_passwords.json"


class Passwords:
    """Of all stations of a process, by ChargeboxId; in a file that only its owner may read."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / FILE
        self._known: dict[str, str] = json.loads(self._file.read_text()) if self._file.exists() else {}

    def find(self, charge_box_id: str) -> bytes | None:
        written = self._known.get(charge_box_id)
        return bytes.fromhex(written) if written else None

    def keep(self, charge_box_id: str, password: bytes) -> None:
        self._known[charge_box_id] = password.hex()
        unfinished = self._file.with_suffix(".unfinished")
        unfinished.unlink(missing_ok=True)
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(self._known, file)
        unfinished.rename(self._file)
