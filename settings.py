"""The portal's settings: the only place that reads the environment. The two entry points hand them down as values."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from data.errors import BadSetting


class Address(NamedTuple):
    """Where a server listens. Port 0 means any free port; what was taken is printed at the start."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True)
class MailServer:
    """Where mails are handed in, and who sends them.

    is_tls: encrypted from the first byte, else as soon as the server offers it.
    """

    host: str
    port: int
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)
    is_tls: bool = False


class TlsServer(NamedTuple):
    """Where a server listens for TLS, and the files of its certificate, PEM.

    certificate: None: one that the portal signs itself. key: None: it is in the certificate's file.
    """

    address: Address
    certificate: Path | None = None
    key: Path | None = None


class Tiles(NamedTuple):
    """Where browsers fetch the pictures that maps are made of.

    origin: scheme, host and port, as a content security policy names them.
    source: whose map it is, shown on it.
    """

    url: str
    origin: str
    source: str


@dataclass(frozen=True)
class Settings:
    data: Path
    web: Address
    ocpp: Address
    ocpp_tls: TlsServer | None
    api: Address
    api_tls: TlsServer | None
    ftp: Address
    admin_email: str
    admin_password: str
    keep_messages_days: int
    keep_meter_values_days: int
    mail_server: MailServer | None
    tiles: Tiles | None
    geocoder: str


DEFAULTS = {
    "PORTAL_DATA": "var",
    "PORTAL_WEB": "127.0.0.1:8050",
    "PORTAL_OCPP": "0.0.0.0:9000",
    "PORTAL_OCPP_TLS": "",  # empty: no port with TLS
    "PORTAL_OCPP_CERTIFICATE": "",  # empty: one that the portal signs itself
    "PORTAL_OCPP_KEY": "",  # empty: in the certificate's file
    "PORTAL_API": "0.0.0.0:9001",
    "PORTAL_API_TLS": "",  # empty: no port with TLS
    "PORTAL_FTP": "0.0.0.0:2121",
    "PORTAL_ADMIN_EMAIL": "admin@portal.example",
    "PORTAL_ADMIN_PASSWORD": "",  # empty: one is generated and shown once
    "PORTAL_KEEP_MESSAGES_DAYS": "14",
    "PORTAL_KEEP_METER_VALUES_DAYS": "400",
    "PORTAL_SMTP": "",  # empty: no mails
    "PORTAL_MAIL_SENDER": "",  # empty: the first administrator's email
    "PORTAL_TILES": "",  # empty: maps show the outline of the world that the portal serves
    "PORTAL_TILES_SOURCE": "",
    "PORTAL_GEOCODER": "",  # empty: addresses are typed
}
SMTP_PORTS = {"smtp": 25, "smtps": 465}


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
        ocpp_tls=_tls("PORTAL_OCPP_TLS", value),
        api=_address("PORTAL_API", value["PORTAL_API"]),
        api_tls=_tls("PORTAL_API_TLS", value),
        ftp=_address("PORTAL_FTP", value["PORTAL_FTP"]),
        admin_email=_email("PORTAL_ADMIN_EMAIL", value["PORTAL_ADMIN_EMAIL"]),
        admin_password=value["PORTAL_ADMIN_PASSWORD"],
        keep_messages_days=_days("PORTAL_KEEP_MESSAGES_DAYS", value),
        keep_meter_values_days=_days("PORTAL_KEEP_METER_VALUES_DAYS", value),
        mail_server=_mail_server("PORTAL_SMTP", value["PORTAL_SMTP"], _sender(value)),
        tiles=_tiles("PORTAL_TILES", value["PORTAL_TILES"], value["PORTAL_TILES_SOURCE"]),
        geocoder=_geocoder("PORTAL_GEOCODER", value["PORTAL_GEOCODER"]),
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


def _tls(name: str, value: Mapping[str, str]) -> TlsServer | None:
    if not value[name]:
        return None
    files = ("PORTAL_OCPP_CERTIFICATE", "PORTAL_OCPP_KEY")
    certificate, key = (_file(file, value[file]) if value[file] else None for file in files)
    if key and not certificate:
        raise BadSetting(files[1], value[files[1]], f"is the key of no certificate. Set {files[0]} too.")
    return TlsServer(_address(name, value[name]), certificate, key)


def _file(name: str, value: str) -> Path:
    path = Path(value).expanduser().absolute()
    if not path.is_file():
        raise BadSetting(name, value, "is no file. Name one in PEM.")
    return path


def _days(name: str, value: Mapping[str, str]) -> int:
    if not re.fullmatch(r"[1-9]\d{0,3}", value[name]):
        raise BadSetting(name, value[name], "must be a number of days from 1 to 9999.")
    return int(value[name])


def _sender(value: Mapping[str, str]) -> str:
    given = value["PORTAL_MAIL_SENDER"]
    return _email("PORTAL_MAIL_SENDER", given) if given else value["PORTAL_ADMIN_EMAIL"]


def _mail_server(name: str, value: str, sender: str) -> MailServer | None:
    """Read smtp://user:password@host:port; what is wrong with it never names the value, which holds a password."""
    if not value:
        return None
    wrong = BadSetting(name, "…", "must be smtp://host, or smtps://user:password@host:465 (special characters as %40).")
    try:
        url = urlsplit(value)
        port = url.port or SMTP_PORTS[url.scheme]
    except (ValueError, KeyError):
        raise wrong from None
    if (
        not url.hostname
        or url.path not in ("", "/")
        or url.query
        or url.fragment
        or (url.password and not url.username)
    ):
        raise wrong
    user, password = unquote(url.username or ""), unquote(url.password or "")
    return MailServer(url.hostname, port, sender, user, password, is_tls=url.scheme == "smtps")


def _tiles(name: str, value: str, source: str) -> Tiles | None:
    if not value:
        return None
    match = re.fullmatch(r"(https?://)(\{s\}\.)?([\w.-]+(?::\d{1,5})?)/[\w./{}?&=%~@-]*", value, re.ASCII)
    if not match or not all(part in value for part in ("{z}", "{x}", "{y}")):
        raise BadSetting(name, value, "must be like https://tiles.example/{z}/{x}/{y}.png.")
    return Tiles(value, f"{match[1]}{'*.' if match[2] else ''}{match[3]}", source)


def _geocoder(name: str, value: str) -> str:
    if value and not re.fullmatch(r"https?://[\w.-]+(:\d{1,5})?(/[\w./~%-]*)?", value, re.ASCII):
        raise BadSetting(name, value, "must be the address of a Nominatim, for example https://nominatim.example.")
    return value.rstrip("/")


def _email(name: str, value: str) -> str:
    if not re.fullmatch(r"[^@\s]+@[^@\s]+", value):
        raise BadSetting(name, value, "must be an email address.")
    return value
