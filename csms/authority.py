"""The portal's own certificate authority: signs stations' certificates, and nobody else's.

Source: Improved security for OCPP 1.6-J, chapter 2.6 (keys and certificates).
"""

import os
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from data.texts import told

AUTHORITY_VALID = timedelta(days=20 * 365)
CERTIFICATE_VALID = timedelta(days=2 * 365)
BACKDATED = timedelta(days=1)  # stations' clocks
SMALLEST_RSA, SMALLEST_EC = 2048, 256  # bits
GOOD_HASHES = (hashes.SHA256, hashes.SHA384, hashes.SHA512)


class NotSigned(Exception):
    """A request for a certificate is refused; says why, to follow `was not signed:`."""


class Signed(NamedTuple):
    """chain: the station's certificate and the authority's, PEM. serial_number: hexadecimal."""

    chain: str
    serial_number: str
    expires_at: datetime


class Authority:
    """Lies in the data folder, made when it is first needed: `station_ca_key.pem` (0600) and `station_ca.pem`."""

    def __init__(self, data: Path) -> None:
        self._making = threading.Lock()
        self._key_file, self.certificate_file = data / "station_ca_key.pem", data / "station_ca.pem"

    def ensure(self) -> Path:
        """Return the file with the authority's certificate; key and certificate are made if there are none."""
        with self._making:
            if not self.certificate_file.exists():
                self._make()
        return self.certificate_file

    def _make(self) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = _self_signed(key, datetime.now(UTC))
        written = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        _write(self._key_file, written, 0o600)
        _write(self.certificate_file, certificate.public_bytes(serialization.Encoding.PEM), 0o644)

    def sign(self, csr: str, charge_box_id: str, now: datetime) -> Signed:
        """Sign a station's request.

        Args:
            csr: PKCS #10 in PEM.

        Raises:
            NotSigned: it cannot be read, is another station's, or its key or signature is too weak or wrong.
        """
        request = _checked(csr, charge_box_id)
        certificate = x509.load_pem_x509_certificate(self.ensure().read_bytes())
        key = serialization.load_pem_private_key(self._key_file.read_bytes(), None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        serial, expires_at = x509.random_serial_number(), now + CERTIFICATE_VALID
        signed = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, charge_box_id)]))
            .issuer_name(certificate.subject)
            .public_key(request.public_key())
            .serial_number(serial)
            .not_valid_before(now - BACKDATED)
            .not_valid_after(expires_at)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False)
            .sign(key, hashes.SHA256())
        )
        chain = b"".join(one.public_bytes(serialization.Encoding.PEM) for one in (signed, certificate))
        return Signed(chain.decode(), f"{serial:X}", expires_at)


def _checked(csr: str, charge_box_id: str) -> x509.CertificateSigningRequest:
    try:
        request = x509.load_pem_x509_csr(csr.encode())
        key, names = request.public_key(), request.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        is_signed = request.is_signature_valid
    except (ValueError, UnsupportedAlgorithm, x509.InvalidVersion) as error:
        raise NotSigned(told("the request cannot be read")) from error
    if [name.value for name in names] != [charge_box_id]:
        raise NotSigned(told("its name is not %(name)s", name=charge_box_id))
    match key:
        case rsa.RSAPublicKey():
            is_strong = key.key_size >= SMALLEST_RSA
        case ec.EllipticCurvePublicKey():
            is_strong = key.key_size >= SMALLEST_EC
        case _:
            is_strong = False
    if not is_strong:
        raise NotSigned(
            told(
                "its key is none of RSA with %(rsa)s bits or elliptic curve with %(ec)s, or more",
                rsa=SMALLEST_RSA,
                ec=SMALLEST_EC,
            )
        )
    if not is_signed or not isinstance(request.signature_hash_algorithm, GOOD_HASHES):
        raise NotSigned(told("its signature is wrong or weak"))
    return request


def _self_signed(key: ec.EllipticCurvePrivateKey, now: datetime) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Charge Portal stations")])
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BACKDATED)
        .not_valid_after(now + AUTHORITY_VALID)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_KEY_USAGE, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )


_KEY_USAGE = x509.KeyUsage(
    digital_signature=False, content_commitment=False, key_encipherment=False, data_encipherment=False,
    key_agreement=False, key_cert_sign=True, crl_sign=True, encipher_only=False, decipher_only=False,
)  # fmt: skip


def _write(file: Path, content: bytes, mode: int) -> None:
    """Write a file that nobody ever sees half, nor with wider rights."""
    unfinished = file.with_suffix(".unfinished")
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as opened:
        opened.write(content)
    unfinished.rename(file)
