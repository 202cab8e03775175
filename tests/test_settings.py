"""Settings are read from the environment; a secret in one that cannot be used is not repeated."""

from pathlib import Path

import pytest

from data.errors import BadSetting
from settings import Address, MailServer, Tiles, TlsServer, from_env


def mail_server(value: str, **others: str) -> MailServer | None:
    return from_env({"PORTAL_SMTP": value, **others}).mail_server


def test_without_a_mail_server_there_are_no_mails() -> None:
    assert from_env({}).mail_server is None


def test_a_mail_server_is_an_address_with_its_log_in() -> None:
    assert mail_server("smtp://mail") == MailServer("mail", 25, "admin@portal.example")
    assert mail_server("smtps://me%40here:p%3Aw%2F@mail:2465", PORTAL_MAIL_SENDER="portal@here") == MailServer(
        "mail", 2465, "portal@here", "me@here", "p:w/", is_tls=True
    )


@pytest.mark.parametrize(
    "value",
    ["mail:25", "http://me:secret@mail", "smtp://:secret@", "smtp://me:secret@mail:x", "smtp://me:se/cret@mail"],
)
def test_what_is_no_mail_server_is_refused_without_its_password(value: str) -> None:
    with pytest.raises(BadSetting, match="PORTAL_SMTP") as refused:
        mail_server(value)
    assert "cret" not in str(refused.value)


def test_a_password_is_not_shown_with_its_server() -> None:
    assert "secret" not in repr(mail_server("smtp://me:secret@mail"))


def test_tiles_have_an_address_that_says_where_the_numbers_go() -> None:
    assert from_env({}).tiles is None
    url = "https://{s}.tiles.example:8443/{z}/{x}/{y}{r}.png?key=a"
    tiles = from_env({"PORTAL_TILES": url, "PORTAL_TILES_SOURCE": "Map people"}).tiles
    assert tiles == Tiles(url, "https://*.tiles.example:8443", "Map people")


@pytest.mark.parametrize(
    "value",
    [
        "https://tiles.example/map.png",
        "ftp://tiles.example/{z}/{x}/{y}",
        "https://tiles.example; script-src */{z}/{x}/{y}",
        "https://{z}/{x}/{y}",
        "//tiles.example/{z}/{x}/{y}.png",
    ],
)
def test_what_is_no_address_of_tiles_is_refused(value: str) -> None:
    with pytest.raises(BadSetting, match="PORTAL_TILES"):
        from_env({"PORTAL_TILES": value})


def test_a_geocoder_is_the_address_of_a_nominatim() -> None:
    assert from_env({}).geocoder == ""
    assert from_env({"PORTAL_GEOCODER": "https://geo.example/nominatim/"}).geocoder == "https://geo.example/nominatim"
    for value in ("geo.example", "https://geo.example/?q=", "file:///etc/passwd"):
        with pytest.raises(BadSetting, match="PORTAL_GEOCODER"):
            from_env({"PORTAL_GEOCODER": value})


def test_a_port_with_tls_has_the_portal_s_own_certificate_or_one_from_files(tmp_path: Path) -> None:
    assert from_env({}).ocpp_tls is None
    address = Address("127.0.0.1", 9443)
    assert from_env({"PORTAL_OCPP_TLS": "127.0.0.1:9443"}).ocpp_tls == TlsServer(address)
    file = tmp_path / "server.pem"
    file.touch()
    given = {"PORTAL_OCPP_TLS": "127.0.0.1:9443", "PORTAL_OCPP_CERTIFICATE": str(file)}
    assert from_env(given).ocpp_tls == TlsServer(address, file)
    assert from_env(given | {"PORTAL_OCPP_KEY": str(file)}).ocpp_tls == TlsServer(address, file, file)


@pytest.mark.parametrize("name", ["PORTAL_OCPP_CERTIFICATE", "PORTAL_OCPP_KEY"])
def test_a_file_that_is_none_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match=f"{name}.*is no file"):
        from_env({"PORTAL_OCPP_TLS": "127.0.0.1:9443", name: str(tmp_path / "none.pem")})
