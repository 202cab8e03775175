"""The portal signs the certificate of who proved to be that station, and no other."""

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from csms.authority import Authority, NotSigned
from simulator.identity import Identity, Key

NOW = datetime(2026, 11, 26, tzinfo=UTC)


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


def strong_keys() -> list[Key]:
    return [ec.generate_private_key(ec.SECP256R1()), rsa.generate_private_key(65537, 2048)]


@pytest.mark.parametrize("key", strong_keys(), ids=["ECDSA", "RSA"])
def test_a_request_of_the_station_s_name_is_signed(authority: Authority, key: Key) -> None:
    signed = authority.sign(Identity("CP1", key).request(), "CP1", NOW)
    own, root = x509.load_pem_x509_certificates(signed.chain.encode())
    own.verify_directly_issued_by(root)
    assert own.subject.rfc4514_string() == "CN=CP1"
    assert own.public_key() == key.public_key()
    assert f"{own.serial_number:X}" == signed.serial_number
    assert own.not_valid_after_utc - NOW == timedelta(days=730)
    usage = own.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(usage) == [ExtendedKeyUsageOID.CLIENT_AUTH]
    assert not own.extensions.get_extension_for_class(x509.BasicConstraints).value.ca


def test_the_key_is_nobody_else_s_to_read_and_stays_the_same(authority: Authority, tmp_path: Path) -> None:
    root = authority.ensure().read_text()
    assert stat.S_IMODE((tmp_path / "station_ca_key.pem").stat().st_mode) == 0o600
    assert Authority(tmp_path).ensure().read_text() == root


def test_a_request_in_another_station_s_name_is_not_signed(authority: Authority) -> None:
    with pytest.raises(NotSigned, match="its name is not CP1"):
        authority.sign(Identity("CP2").request(), "CP1", NOW)


@pytest.mark.parametrize(
    "key", [rsa.generate_private_key(65537, 1024), ec.generate_private_key(ec.SECP192R1())], ids=["RSA 1024", "EC 192"]
)
def test_a_weak_key_is_not_signed(authority: Authority, key: Key) -> None:
    with pytest.raises(NotSigned, match="its key is none of"):
        authority.sign(Identity("CP1", key).request(), "CP1", NOW)


def test_a_request_whose_signature_is_not_its_key_s_is_not_signed(authority: Authority) -> None:
    request = x509.load_pem_x509_csr(Identity("CP1").request().encode())
    whole = bytearray(request.public_bytes(serialization.Encoding.DER))
    whole[-1] ^= 1
    forged = x509.load_der_x509_csr(bytes(whole)).public_bytes(serialization.Encoding.PEM).decode()
    with pytest.raises(NotSigned, match="its signature is wrong"):
        authority.sign(forged, "CP1", NOW)


@pytest.mark.parametrize(
    "rubbish", ["", "CSR", "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----", "å" * 5000]
)
def test_what_is_no_request_is_not_signed(authority: Authority, rubbish: str) -> None:
    with pytest.raises(NotSigned, match="cannot be read"):
        authority.sign(rubbish, "CP1", NOW)
