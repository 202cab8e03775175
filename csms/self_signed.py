"""A certificate of the portal's own, for servers that nobody gave a better one."""

import ipaddress
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

VALID = timedelta(days=3650)


def certificate(data: Path) -> Path:
    """Return the file with the key and the certificate, made at the first start."""
    file = data / "self_signed.pem"
    if not file.exists():
        unfinished = file.with_suffix(".unfinished")
        unfinished.touch(mode=0o600)
        unfinished.write_bytes(_key_and_certificate(datetime.now(UTC)))
        unfinished.rename(file)
    return file


def _names() -> list[x509.GeneralName]:
    """Return what this machine is called: whoever looks at the name of the server finds it."""
    loopback = [x509.IPAddress(ipaddress.ip_address(address)) for address in ("127.0.0.1", "::1")]
    called = {"localhost", socket.gethostname(), socket.getfqdn()}
    return [*(x509.DNSName(name) for name in sorted(called) if name.isascii() and name), *loopback]


def _key_and_certificate(now: datetime) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Charge Portal")])
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .add_extension(x509.SubjectAlternativeName(_names()), critical=False)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + VALID)
        .sign(key, hashes.SHA256())
    )
    written = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return written + signed.public_bytes(serialization.Encoding.PEM)
