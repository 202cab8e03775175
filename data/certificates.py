"""Certificates that stations are given or named: what of them is checked before a station hears of it."""

import re
from collections.abc import Mapping

from cryptography import x509

from data.command_parameters import Parameter
from data.errors import InvalidInput
from data.texts import told

LONGEST = 5500  # what OCPP takes
HASH_ALGORITHMS = ("SHA256", "SHA384", "SHA512")
_HEXADECIMAL = re.compile(r"[0-9A-Fa-f]{1,128}")


def certificate(name: str, label: str) -> Parameter:
    """Take one certificate in PEM."""
    return Parameter(name, label, _check)


def check_hash_data(label: str, given: Mapping[str, object]) -> None:
    """Check what names a certificate in a station, as `Get certificate ids` told it.

    Raises:
        InvalidInput: a field is missing or cannot be taken; says which.
    """
    if given.get("hashAlgorithm") not in HASH_ALGORITHMS:
        raise InvalidInput(
            label, None, told("needs hashAlgorithm, one of %(choices)s.", choices=", ".join(HASH_ALGORITHMS))
        )
    for field in ("issuerNameHash", "issuerKeyHash", "serialNumber"):
        if not _HEXADECIMAL.fullmatch(str(given.get(field, ""))):
            raise InvalidInput(label, None, told("needs %(field)s, a hexadecimal number.", field=field))
    unknown = set(given) - {"hashAlgorithm", "issuerNameHash", "issuerKeyHash", "serialNumber"}
    if unknown:
        raise InvalidInput(label, min(unknown), "does not belong to it.")


def _check(label: str, value: object) -> object:
    text = value.strip() if isinstance(value, str) else ""
    try:
        found = x509.load_pem_x509_certificates(text.encode())
    except ValueError:
        found = []
    if len(found) != 1 or len(text) > LONGEST:
        raise InvalidInput(
            label, None, told("must be one certificate in PEM, of at most %(longest)s characters.", longest=LONGEST)
        )
    return text
