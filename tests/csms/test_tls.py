"""Security profiles 2 and 3: over TLS, with a password or with a certificate that the portal signed."""

import asyncio
import os
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from websockets.exceptions import InvalidStatus, WebSocketException

from csms import renewals, self_signed
from csms.authority import Authority
from csms.tls import ServerTls
from data import station_certificates, station_security
from settings import Address, TlsServer
from tests.csms.conftest import ANY_PORT, Start
from tests.csms.portal import Portal
from tests.csms.test_commands import QUICK
from tests.csms.test_passwords import administrator, basic, with_password
from tests.support.virtual_station import WAIT_S, CallError, Station, until

TLS = TlsServer(ANY_PORT)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The data folder: where the portal's own certificates are."""
    return tmp_path


def over_tls(portal: Portal, folder: Path, chain: str = "", **options: Any) -> Station:
    """Return CP1 over TLS, which trusts the portal's certificate, with one of its own if it has one."""
    station = portal.tls_station(**options)
    station.identity.certificate_chain = chain
    station.tls = station.identity.context(folder / "self_signed.pem")
    return station


def with_certificate(portal: Portal, folder: Path, authority: Path, name: str = "CP1", age_days: int = 0) -> Station:
    """Return CP1 with a certificate of some authority, for some name, signed some time ago."""
    station = portal.tls_station()
    station.identity.name = name
    at = datetime.now(UTC) - timedelta(days=age_days)
    station.identity.certificate_chain = Authority(authority).sign(station.identity.request(), name, at).chain
    station.tls = station.identity.context(folder / "self_signed.pem")
    return station


async def profile_of(portal: Portal, station: Station) -> int:
    async with station:
        await station.heartbeat()
        return int(portal.row("SELECT security_profile FROM station_state")["security_profile"])


@asynccontextmanager
async def certified(start: Start, folder: Path) -> AsyncIterator[tuple[Portal, Station]]:
    """A station that got its certificate over a connection with its password."""
    async with start(QUICK, TLS) as portal:
        password = await with_password(portal)
        async with over_tls(portal, folder, **basic(password)) as station:
            await station.ask_for_certificate()
            await until(lambda: station.identity.certificate_chain and portal.central.certificates)
        station.headers = {}
        station.tls = station.identity.context(folder / "self_signed.pem")
        yield portal, station


async def test_a_password_over_tls_is_profile_2(start: Start, folder: Path) -> None:
    async with start(QUICK, TLS) as portal:
        password = await with_password(portal)
        assert await profile_of(portal, over_tls(portal, folder, **basic(password))) == 2
        assert await profile_of(portal, portal.station(**basic(password))) == 1
        with pytest.raises(InvalidStatus, match="401"):
            await over_tls(portal, folder).connect()


async def test_the_certificate_that_the_portal_signed_opens_the_door_without_a_password(
    start: Start, folder: Path
) -> None:
    async with certified(start, folder) as (portal, station):
        assert await profile_of(portal, station) == 3
        async with station:
            answer = await station.boot()
            assert answer["status"] == "Accepted"


async def test_a_revoked_certificate_is_refused(start: Start, folder: Path) -> None:
    async with certified(start, folder) as (portal, station):
        serial = portal.row("SELECT serial_number FROM station_certificate")["serial_number"]
        station_id = portal.central.stations["CP1"].station_id
        station_certificates.revoke(administrator(portal), station_id, serial)
        await until(lambda: portal.central.certificates[serial].is_revoked)
        with pytest.raises(InvalidStatus, match="401"):
            await station.connect()
        await until(lambda: portal.events("station refused"))
        assert portal.events("station refused") == ["The station CP1 was refused: its certificate was revoked."]


async def test_a_station_is_asked_once_to_renew_the_certificate_that_expires_soon(start: Start, folder: Path) -> None:
    async with certified(start, folder) as (portal, station):
        async with station:
            await station.boot()
            old = station.identity.certificate_chain
            ask = "SELECT count(*) AS n FROM command WHERE kind = 'extended_trigger_message' AND requested_by IS NULL"
            first = portal.row("SELECT expires_at FROM station_certificate")["expires_at"]
            await renewals.ask(portal.central, first - timedelta(days=31))
            assert portal.row(ask)["n"] == 0
            await renewals.ask(portal.central, first - timedelta(days=29))
            await until(lambda: station.identity.certificate_chain != old)
            await renewals.ask(portal.central, first - timedelta(days=28, hours=1))
            assert portal.row(ask)["n"] == 1
        assert await profile_of(portal, station) == 3


async def test_another_station_s_certificate_is_refused(start: Start, folder: Path) -> None:
    async with start(QUICK, TLS) as portal:
        with pytest.raises(InvalidStatus, match="401"):
            await with_certificate(portal, folder, folder, name="CP2").connect()
        await until(lambda: portal.events("station refused"))
        assert "the certificate of 'CP2'" in portal.events("station refused")[0]


@pytest.mark.parametrize(("authority", "age_days"), [("another", 0), ("", 731)], ids=["stranger", "expired"])
async def test_a_certificate_of_a_stranger_or_of_the_past_does_not_get_past_the_handshake(
    start: Start, folder: Path, authority: str, age_days: int
) -> None:
    async with start(QUICK, TLS) as portal:
        (folder / authority).mkdir(exist_ok=True)
        station = with_certificate(portal, folder, folder / authority, age_days=age_days)
        with pytest.raises((OSError, WebSocketException)):
            await station.connect()
        assert portal.count("station_state") == 0
        await until(lambda: portal.events("station refused"))
        (text,) = portal.events("station refused")
        assert text.startswith("Somebody who connected over TLS was refused: its certificate is not good: ")


async def test_who_does_not_trust_the_portal_or_speaks_no_tls_is_noted(start: Start, folder: Path) -> None:
    async with start(QUICK, TLS) as portal:
        assert portal.system.ocpp_tls
        with pytest.raises(ssl.SSLCertVerificationError):
            await asyncio.to_thread(_shake_hands, portal.system.ocpp_tls)
        await until(lambda: portal.events("station refused"))
        _, writer = await asyncio.open_connection(*portal.system.ocpp_tls)
        writer.write(b"GET /Ocpp/websocket/CP1 HTTP/1.1\r\nHost: portal\r\n\r\n")
        await until(lambda: len(portal.events("station refused")) == 2)
        writer.close()
        assert sorted(portal.events("station refused")) == [
            "Somebody who connected over TLS was refused: it did not speak TLS.",
            "Somebody who connected over TLS was refused: it does not trust the portal's certificate.",
        ]


def _shake_hands(address: Address) -> None:
    """Connect as who trusts nobody but the world's authorities; unlike asyncio's, this client says why it leaves."""
    with socket.create_connection(address, timeout=WAIT_S) as raw:
        ssl.create_default_context().wrap_socket(raw, server_hostname="localhost").close()


async def test_a_station_of_ocpp_15_reaches_profiles_2_and_3(start: Start, folder: Path) -> None:
    async with certified(start, folder) as (portal, certified_station):
        station = portal.tls_soap_station(**basic(await with_password(portal)))
        station.tls = station.identity.context(folder / "self_signed.pem")
        assert await profile_of(portal, station) == 2
        station = portal.tls_soap_station()
        station.tls = certified_station.tls
        assert await profile_of(portal, station) == 3
        stranger = portal.tls_soap_station()
        stranger.tls = stranger.identity.context(folder / "self_signed.pem")
        async with stranger:
            with pytest.raises(CallError):
                await stranger.heartbeat()


def test_the_certificate_made_here_names_this_machine(folder: Path) -> None:
    made = x509.load_pem_x509_certificate(self_signed.certificate(folder).read_bytes())
    names = made.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert {"localhost", socket.gethostname()} <= set(names.get_values_for_type(x509.DNSName))
    assert str(names.get_values_for_type(x509.IPAddress)[0]) == "127.0.0.1"


async def test_a_certificate_of_an_earlier_station_of_the_name_is_refused(start: Start, folder: Path) -> None:
    async with certified(start, folder) as (portal, station):
        (serial,) = portal.central.certificates
        portal.central.certificates[serial] = portal.central.certificates[serial]._replace(station_id=-1)
        with pytest.raises(InvalidStatus, match="401"):
            await station.connect()


async def test_a_station_that_was_raised_to_profile_3_is_not_let_in_with_less(start: Start, folder: Path) -> None:
    async with certified(start, folder) as (portal, station):
        secured, password = station, await with_password(portal)
        async with secured:
            portal.ask("change_configuration", {"key": "SecurityProfile", "value": "3"})
            await until(
                lambda: portal.rows("SELECT 1 FROM command WHERE kind = 'change_configuration' AND state = 'done'")
            )
            station_id = portal.central.stations["CP1"].station_id
            await until(lambda: portal.central.credentials[station_id].next_profile == 3)  # it comes back in no time
        async with secured:
            await secured.heartbeat()
        lower = over_tls(portal, folder, **basic(password))
        with pytest.raises(InvalidStatus, match="401"):
            await lower.connect()
        assert station_security.known(portal.database)[station_id].profile == 3
        assert any("Security profile 3 was reached" in text for text in portal.events("security"))


async def test_a_certificate_from_files_is_shown_and_a_renewed_one_taken_over(tmp_path: Path) -> None:
    first, second = (tmp_path / name for name in ("first", "second"))
    for folder in (first, second):
        folder.mkdir()
        self_signed.certificate(folder)
    file = tmp_path / "server.pem"
    file.write_bytes((first / "self_signed.pem").read_bytes())
    server = ServerTls(tmp_path, TlsServer(ANY_PORT, file), Authority(tmp_path), refused=print)
    assert shown(server) == pem(first)
    file.write_bytes(b"half a cert")
    os.utime(file, ns=(1, 1))
    server.refresh()
    assert shown(server) == pem(first)
    file.write_bytes((second / "self_signed.pem").read_bytes())
    os.utime(file, ns=(2, 2))
    server.refresh()
    assert shown(server) == pem(second)


def shown(server: ServerTls) -> bytes:
    """Return the certificate that a handshake in memory shows."""
    to_client, to_server = ssl.MemoryBIO(), ssl.MemoryBIO()
    asking = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    asking.check_hostname, asking.verify_mode = False, ssl.CERT_NONE
    client = asking.wrap_bio(to_client, to_server)
    other = server.context.wrap_bio(to_server, to_client, server_side=True)
    for _round in range(5):
        for side in (client, other):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                pass
    certificate = client.getpeercert(binary_form=True)
    assert certificate
    return certificate


def pem(folder: Path) -> bytes:
    text = (folder / "self_signed.pem").read_text()
    return ssl.PEM_cert_to_DER_cert(text[text.index("-----BEGIN CERTIFICATE-----") :])
