"""The TLS of the ports for security profiles 2 and 3.

A client certificate is looked at by OpenSSL: one of another authority, or one that has expired, does not get past the
handshake. What its name is worth, csms/gate.py decides.
"""

import asyncio
import logging
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.x509.oid import NameOID

from csms import self_signed
from csms.authority import Authority
from data.texts import N_, because, told
from settings import TlsServer

log = logging.getLogger(__name__)

LOOKED_AT_EVERY_S = 60
REASONS = {
    "HTTP_REQUEST": N_("it did not speak TLS"),
    "WRONG_VERSION_NUMBER": N_("it did not speak TLS"),
    "UNSUPPORTED_PROTOCOL": N_("its TLS is older than 1.2"),
    "TLSV1_ALERT_UNKNOWN_CA": N_("it does not trust the portal's certificate"),
    "SSLV3_ALERT_BAD_CERTIFICATE": N_("it does not trust the portal's certificate"),
    "SSLV3_ALERT_CERTIFICATE_UNKNOWN": N_("it does not trust the portal's certificate"),
}
"""OpenSSL's reason → what an operator can do something with."""


class ClientCertificate(NamedTuple):
    """name: the station it was made for. serial_number: hexadecimal."""

    name: str
    serial_number: str


class ServerTls:
    """The context of the ports, whose certificate follows its files: they are renewed while the portal runs.

    Args:
        refused: told why a caller did not get past the handshake, where its address is not known.
    """

    def __init__(self, data: Path, server: TlsServer, authority: Authority, refused: Callable[[str], None]) -> None:
        self._certificate = server.certificate or self_signed.certificate(data)
        self._key = server.key
        self._read_at = self._changed_at()
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.minimum_version = ssl.TLSVersion.TLSv1_2
        self.context.verify_mode = ssl.CERT_OPTIONAL
        self.context.load_verify_locations(authority.ensure())
        self.context.load_cert_chain(self._certificate, self._key)
        self.context.sslobject_class = _telling(refused)

    async def run(self) -> None:
        """Take over renewed files, for ever."""
        while True:
            await asyncio.sleep(LOOKED_AT_EVERY_S)
            self.refresh()

    def refresh(self) -> None:
        """Show new connections the certificate that is in the files now."""
        try:
            changed_at = self._changed_at()
            if changed_at != self._read_at:
                self.context.load_cert_chain(self._certificate, self._key)
                self._read_at = changed_at
                log.info("the certificate in %s was taken over", self._certificate)
        except OSError as error:  # ssl.SSLError is one
            log.warning("the certificate in %s cannot be taken over; the old one stays: %s", self._certificate, error)

    def _changed_at(self) -> list[int]:
        return [file.stat().st_mtime_ns for file in (self._certificate, self._key) if file]


def _telling(refused: Callable[[str], None]) -> type[ssl.SSLObject]:
    """Return a class of connections that tell why they did not come about: asyncio keeps that to itself."""

    class Telling(ssl.SSLObject):
        def do_handshake(self) -> None:
            try:
                super().do_handshake()
            except (ssl.SSLWantReadError, ssl.SSLWantWriteError, ssl.SSLEOFError):  # it goes on, or nobody is there
                raise
            except ssl.SSLError as error:
                refused(_reason(error))
                raise

    return Telling


def _reason(error: ssl.SSLError) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return because(told("its certificate is not good"), error.verify_message)
    words = (error.reason or "").replace("_", " ").lower()
    return told(REASONS[error.reason]) if error.reason in REASONS else because(told("TLS did not come about"), words)


def client_certificate(session: ssl.SSLObject | None) -> ClientCertificate | None:
    """Return what a caller showed within TLS; None without TLS or a certificate."""
    shown = session.getpeercert(binary_form=True) if session else None
    if not shown:
        return None
    certificate = x509.load_der_x509_certificate(shown)
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return ClientCertificate(str(names[0].value) if names else "", f"{certificate.serial_number:X}")
