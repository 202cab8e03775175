"""Passwords of charging stations: made by the portal, so long and random that a fast hash is enough.

OCPP gives them out as the hexadecimal AuthorizationKey and lets stations log in with the bytes; some log in with the
hexadecimal text itself.

Source: Improved security for OCPP 1.6-J, A.1 and table 5.
"""

import hashlib
import hmac
import secrets
import string

from data.errors import InvalidInput
from data.texts import N_, told

LENGTH = 20  # the most that AuthorizationKey takes
SHORTEST_KEY = 16  # characters of a key that somebody types
_ALPHABET = "".join(sorted(set(string.ascii_letters + string.digits) - set("0O1lI")))
_SALT_BYTES = 8


def generate() -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(LENGTH))


def authorization_key(password: str) -> str:
    """Return a password as OCPP's AuthorizationKey."""
    return password.encode().hex().upper()


def is_authorization_key(key: str) -> bool:
    """Tell whether a configuration key is the station's password for the portal."""
    return key.strip().lower() == "authorizationkey"


def check_key(value: str) -> None:
    """Refuse an AuthorizationKey that is too short to be a password.

    Raises:
        InvalidInput: it has fewer than 16 characters.
    """
    if len(value) < SHORTEST_KEY:
        raise InvalidInput(
            N_("AuthorizationKey"), None, told("needs at least %(least)s characters.", least=SHORTEST_KEY)
        )


def hash_of_key(value: str) -> str:
    """Return the hash of the password that an AuthorizationKey stands for."""
    return _hash(_from_hex(value.encode()) or value.encode(), secrets.token_bytes(_SALT_BYTES))


def hash_of(password: str) -> str:
    return _hash(password.encode(), secrets.token_bytes(_SALT_BYTES))


def is_password(presented: bytes, kept: str) -> bool:
    """Tell whether a hash is this password's, shown as bytes or as their hexadecimal text."""
    salt = bytes.fromhex(kept.partition(":")[0])
    return any(
        hmac.compare_digest(_hash(candidate, salt), kept)
        for candidate in (presented, _from_hex(presented))
        if candidate is not None
    )


def _hash(password: bytes, salt: bytes) -> str:
    return f"{salt.hex()}:{hashlib.sha256(salt + password).hexdigest()}"


def _from_hex(text: bytes) -> bytes | None:
    try:
        return bytes.fromhex(text.decode("ascii"))
    except ValueError:
        return None
