"""Where notifications may go, by the machine's own resolver, and that only the right server gets one over TLS."""

import ipaddress
import ssl
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from csms.services.addresses import Unusable, target
from tests.csms.conftest import Start
from tests.csms.portal import FAST, TAG, Portal
from tests.csms.services.third_party import Receiver, receiving, register
from tests.support.virtual_station import until

QUICK = replace(FAST, deliveries_every=0.02, service_retry=60)


@pytest.mark.parametrize(
    "host",
    [
        "169.254.169.254",
        "2852039166",  # the same as one number, as the resolver reads it
        "0xa9.0xfe.0xa9.0xfe",
        "0.0.0.0",  # noqa: S104 - it is refused
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "100.100.100.200",
        "[fe80::1]",
        "[::]",
        "[ff02::1]",
        "[::ffff:169.254.169.254]",
        "[::ffff:a9fe:a9fe]",
        "[::169.254.169.254]",
        "[64:ff9b::169.254.169.254]",
        "[2002:a9fe:a9fe::1]",
        "[fd00:ec2::254]",
    ],
)
async def test_where_networks_keep_their_secrets_nothing_is_posted(host: str) -> None:
    with pytest.raises(Unusable, match="may not be called"):
        await target(f"http://{host}:8080/notify")


@pytest.mark.parametrize("host", ["no.such.invalid", "a" * 64 + ".example", "a..b"])
async def test_a_name_without_an_address_is_said_to_have_none(host: str) -> None:
    with pytest.raises(Unusable, match="cannot be found"):
        await target(f"http://{host}/")


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "10.1.2.3", "192.0.2.1", "[fd12::1]"])
async def test_services_may_stand_on_this_machine_and_in_its_network(host: str) -> None:
    (url,) = (await target(f"https://{host}/notify?a=b")).urls
    assert (url.path, url.query, ipaddress.ip_address(url.host)) == ("/notify", b"a=b", _ip(host))


def _ip(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    return ipaddress.ip_address(host.strip("[]"))


async def test_a_name_is_called_by_the_address_that_was_looked_at() -> None:
    found = await target("http://localhost:8080/notify")
    assert (found.host, found.name) == ("localhost:8080", "localhost")
    assert all(ipaddress.ip_address(url.host).is_loopback for url in found.urls)


async def answers_of(portal: Portal, url: str) -> str:
    """Return what is kept of the first try to tell a service at this URL."""
    register(portal.database, url=url)
    async with portal.station() as station:
        await station.start(1, TAG)
        await until(lambda: portal.rows("SELECT 1 FROM service_delivery WHERE answer <> ''"))
    return str(portal.row("SELECT answer FROM service_delivery")["answer"])


async def test_a_link_local_service_url_is_not_called_and_the_reason_kept(start: Start) -> None:
    async with start(QUICK) as portal:
        assert await answers_of(portal, "http://169.254.169.254/latest") == "its address may not be called"


async def test_a_redirect_is_not_followed(start: Start) -> None:
    async with start(QUICK) as portal, receiving() as other, receiving(Receiver(answers=[307])) as inbox:
        inbox.leads_to = other.url
        assert await answers_of(portal, inbox.url) == "HTTP 307"
        assert (len(inbox.received), other.received) == (1, [])


class Authority:
    """An operator's own certificate authority."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Operator")])
        self.file = folder / "authority.pem"
        self.file.write_bytes(_pem(self._signed(self._name, self._key.public_key(), None)))

    def server(self, name: str, days: int = 1) -> ssl.SSLContext:
        """Return what a server shows for a name, valid until so many days from now."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        file = self._folder / "server.pem"
        file.write_bytes(private + _pem(self._signed(subject, key.public_key(), name, days)))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context

    def _signed(
        self, subject: x509.Name, key: ec.EllipticCurvePublicKey, name: str | None, days: int = 1
    ) -> x509.Certificate:
        now = datetime.now(UTC)
        made = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=30))
            .not_valid_after(now + timedelta(days=days))
            .add_extension(x509.BasicConstraints(ca=name is None, path_length=None), critical=True)
        )
        if name:
            made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        return made.sign(self._key, hashes.SHA256())


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


async def test_a_server_with_a_certificate_of_the_machines_authorities_gets_it(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = Authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    async with start(QUICK) as portal, receiving(tls=authority.server("localhost")) as inbox:
        url = inbox.url.replace("127.0.0.1", "localhost")
        assert await answers_of(portal, url) == "HTTP 204"
        assert inbox.received[0].headers["host"] == f"localhost:{inbox.port}"


@pytest.mark.parametrize(
    ("name", "days", "is_trusted"), [("other", 1, True), ("localhost", -1, True), ("localhost", 1, False)]
)
async def test_a_server_with_another_name_an_old_certificate_or_an_unknown_authority_gets_nothing(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, days: int, is_trusted: bool
) -> None:
    authority = Authority(tmp_path)
    if is_trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    async with start(QUICK) as portal, receiving(tls=authority.server(name, days)) as inbox:
        url = inbox.url.replace("127.0.0.1", "localhost")
        assert "certificate" in await answers_of(portal, url)
        assert inbox.received == []
