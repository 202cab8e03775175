"""The portal's settings: the only place that reads the environment. The two entry points hand them down as values."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from data.errors import BadSetting


class Address(NamedTuple):
    """Where a server listens. Port 0 means any free port; what was taken is printed at the start."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True)
class Settings:
    data: Path
    web: Address
    ocpp: Address
    api: Address
    admin_email: str
    admin_password: str
    keep_messages_days: int


DEFAULTS = {
    "PORTAL_DATA": "var",
    "PORTAL_WEB": "127.0.0.1:8050",
    "PORTAL_OCPP": "0.0.0.0:9000",
    "PORTAL_API": "0.0.0.0:9001",
    "PORTAL_ADMIN_EMAIL": "admin@portal.example",
    "PORTAL_ADMIN_PASSWORD": "",  # empty: one is generated and shown once
    "PORTAL_KEEP_MESSAGES_DAYS": "14",
}


def from_env(environ: Mapping[str, str]) -> Settings:
    """Read every setting, or its default.

    Raises:
        BadSetting: names the setting, its value, and what would do.
    """
    unknown = sorted(name for name in environ if name.startswith("PORTAL_") and name not in DEFAULTS)
    if unknown:
        raise BadSetting(unknown[0], environ[unknown[0]], f"is no setting. There are: {', '.join(DEFAULTS)}.")
    value = {name: environ.get(name, default) for name, default in DEFAULTS.items()}
    return Settings(
        data=_folder("PORTAL_DATA", value["PORTAL_DATA"]),
        web=_address("PORTAL_WEB", value["PORTAL_WEB"]),
        ocpp=_address("PORTAL_OCPP", value["PORTAL_OCPP"]),
        api=_address("PORTAL_API", value["PORTAL_API"]),
        admin_email=_email("PORTAL_ADMIN_EMAIL", value["PORTAL_ADMIN_EMAIL"]),
        admin_password=value["PORTAL_ADMIN_PASSWORD"],
        keep_messages_days=_days("PORTAL_KEEP_MESSAGES_DAYS", value["PORTAL_KEEP_MESSAGES_DAYS"]),
    )


def _folder(name: str, value: str) -> Path:
    if not value:
        raise BadSetting(name, value, "must name a folder, for example var.")
    path = Path(value).expanduser().absolute()
    if path.exists() and not path.is_dir():
        raise BadSetting(name, value, "is a file. Name a folder.")
    return path


def _address(name: str, value: str) -> Address:
    match = re.fullmatch(r"\[?([^\s\[\]]+?)\]?:(\d{1,5})", value)
    if not match or int(match[2]) > 65535:
        raise BadSetting(name, value, "must be host:port, for example 127.0.0.1:8050.")
    return Address(match[1], int(match[2]))


def _days(name: str, value: str) -> int:
    if not re.fullmatch(r"[1-9]\d{0,3}", value):
        raise BadSetting(name, value, "must be a number of days from 1 to 9999.")
    return int(value)


def _email(name: str, value: str) -> str:
    if not re.fullmatch(r"[^@\s]+@[^@\s]+", value):
        raise BadSetting(name, value, "must be an email address.")
    return value
