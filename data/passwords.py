"""Passwords: the rule they keep, and their hashes."""

import os
import secrets
import string
import threading
from functools import cache

import argon2

from data.errors import InvalidInput
from data.texts import told

SHORTEST_PASSWORD, LONGEST_PASSWORD = 8, 1024

_hasher = argon2.PasswordHasher()
_hashing = threading.BoundedSemaphore(os.cpu_count() or 1)  # each takes 64 MiB


def hash_password(password: str) -> str:
    """Return the argon2id hash of a password. It takes long on purpose."""
    with _hashing:
        return _hasher.hash(password)


def is_password(password: str, password_hash: str) -> bool:
    """Tell whether a hash is this password's. It takes long on purpose."""
    try:
        with _hashing:
            return _hasher.verify(password_hash, password)
    except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
        return False


def check_password(password: str) -> None:
    """Refuse a password that is too easily guessed.

    Raises:
        InvalidInput: it has fewer than 8 characters, no letter or no digit (manual: Password), or is longer than any
            hash should be made of.
    """
    if len(password) > LONGEST_PASSWORD:
        raise InvalidInput("Password", None, told("has more than %(longest)s characters.", longest=LONGEST_PASSWORD))
    letters, digits = any(c.isalpha() for c in password), any(c.isdigit() for c in password)
    if len(password) < SHORTEST_PASSWORD or not letters or not digits:
        raise InvalidInput(
            "Password",
            None,
            told("needs at least %(least)s characters with letters and digits.", least=SHORTEST_PASSWORD),
        )


def generate_password() -> str:
    """Return a random password that keeps the rule and can be read out loud."""
    alphabet = "".join(sorted(set(string.ascii_letters + string.digits) - set("0O1lI")))
    while True:
        password = "-".join("".join(secrets.choice(alphabet) for _ in range(5)) for _ in range(3))
        if any(c.isdigit() for c in password):
            return password


@cache
def hash_of_nobody() -> str:
    """A hash to check against when there is no such user, so that the answer takes as long."""
    return hash_password(secrets.token_hex())
