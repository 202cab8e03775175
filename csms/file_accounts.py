"""The FTP accounts of each station, one for its logs and one for software images.

Their passwords follow from a key of the portal, so that none is kept anywhere.
"""

import hashlib
import hmac
import os
import secrets
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit


class Purpose(StrEnum):
    """What an account is for, and how its name begins."""

    LOGS = "station"
    IMAGES = "software"


class Account(NamedTuple):
    purpose: Purpose
    station_id: int

    @property
    def user(self) -> str:
        return f"{self.purpose}-{self.station_id}"


class Accounts:
    """Accounts by the key in the data folder, which is made at the first start."""

    def __init__(self, data: Path) -> None:
        self._key = _key(data / "ftp_key")

    def password(self, account: Account) -> str:
        return hmac.new(self._key, account.user.encode(), hashlib.sha256).hexdigest()[:24]

    def is_password(self, account: Account, password: str) -> bool:
        return hmac.compare_digest(self.password(account).encode(), password.encode(errors="replace"))

    def location(self, ftp_url: str, account: Account, name: str = "") -> str:
        """Return an account's address as a station is told it.

        Args:
            ftp_url: the portal's FTP address as configured; an account in it is left out.
            name: of the software image.
        """
        parts = urlsplit(ftp_url)
        host = parts.netloc.rpartition("@")[2]
        return f"{parts.scheme}://{account.user}:{self.password(account)}@{host}{parts.path.rstrip('/')}/{name}"


def account_of(user: str) -> Account | None:
    """Read a user name; None if it is no account's."""
    purpose, _dash, number = user.partition("-")
    if purpose not in list(Purpose) or not number.isdecimal() or len(number) > 9:
        return None
    account = Account(Purpose(purpose), int(number))
    return account if account.user == user else None


def _key(file: Path) -> bytes:
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return file.read_bytes()
    with os.fdopen(handle, "wb") as opened:
        opened.write(secrets.token_bytes(32))
    return file.read_bytes()
