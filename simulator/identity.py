"""What a station proves itself with over TLS: a key of its own, and the certificate it gets for it."""

import ssl
import tempfile
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


class Identity:
    """certificate_chain: PEM, empty until it is signed."""

    def __init__(self, name: str, key: Key | None = None) -> None:
        self.name, self.key = name, key or ec.generate_private_key(ec.SECP256R1())
        self.certificate_chain = ""

    def request(self) -> str:
        """Return the request for a certificate, PEM."""
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, self.name)])
        signed = x509.CertificateSigningRequestBuilder().subject_name(name).sign(self.key, hashes.SHA256())
        return signed.public_bytes(serialization.Encoding.PEM).decode()

    def context(self, trusted: Path | None) -> ssl.SSLContext:
        """Return how to connect over TLS, with the certificate if there is one.

        Args:
            trusted: the file with the central system's certificate; without it whoever answers is trusted.
        """
        context = ssl.create_default_context(cafile=trusted)
        context.check_hostname = False  # simulated portals have no name
        if trusted is None:
            context.verify_mode = ssl.CERT_NONE
        if self.certificate_chain:
            with tempfile.NamedTemporaryFile("w", suffix=".pem") as file:
                file.write(self._key_text() + self.certificate_chain)
                file.flush()
                context.load_cert_chain(file.name)
        return context

    def _key_text(self) -> str:
        return self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode()
