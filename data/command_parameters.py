"""The parameters of commands: what each may hold, checked before a command is queued."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import NamedTuple
from urllib.parse import urlsplit

from data.errors import InvalidInput
from data.texts import told

Check = Callable[[str, object], object]
"""Takes the label and what was given; returns what is kept. Raises InvalidInput."""

LONGEST_TEXT = 500
LONGEST_JSON = 20_000
LARGEST_NUMBER = 2**31 - 1


class Parameter(NamedTuple):
    """One value of a command. choices: what a page offers to pick from, empty: typed freely."""

    name: str
    label: str
    check: Check
    required: bool = True
    default: object = None
    choices: tuple[str, ...] = ()
    is_secret: bool = False


def choice(
    name: str, label: str, choices: tuple[str, ...], *, required: bool = True, default: object = None
) -> Parameter:
    def check(label: str, value: object) -> object:
        if value not in choices:
            raise InvalidInput(label, value, told("must be one of %(choices)s.", choices=", ".join(choices)))
        return value

    return Parameter(name, label, check, required, default, choices)


def text(
    name: str, label: str, longest: int = LONGEST_TEXT, *, required: bool = True, secret: bool = False
) -> Parameter:
    def check(label: str, value: object) -> object:
        shown = None if secret else value
        if not isinstance(value, str) or (required and not value.strip()):
            raise InvalidInput(label, shown, "is missing. Enter it.")
        if len(value) > longest or "\0" in value:
            raise InvalidInput(label, None, told("must have at most %(longest)s characters.", longest=longest))
        return value

    return Parameter(name, label, check, required, is_secret=secret)


def number(name: str, label: str, least: int = 0, most: int = LARGEST_NUMBER, *, required: bool = True) -> Parameter:
    def check(label: str, value: object) -> object:
        try:
            whole = int(str(value).strip())
        except ValueError:
            raise InvalidInput(label, value, "must be a whole number.") from None
        if not least <= whole <= most:
            raise InvalidInput(label, value, told("must be from %(least)s to %(most)s.", least=least, most=most))
        return whole

    return Parameter(name, label, check, required)


def time(name: str, label: str, *, required: bool = True, future: bool = False) -> Parameter:
    """Take a datetime or ISO 8601 with a zone; kept as ISO 8601 in UTC."""

    def check(label: str, value: object) -> object:
        try:
            at = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
        except ValueError:
            raise InvalidInput(label, value, "must be a time, like 2026-03-20T18:00:00Z.") from None
        if at.tzinfo is None:
            raise InvalidInput(label, value, "must say its time zone.")
        if future and at <= datetime.now(UTC):
            raise InvalidInput(label, at.isoformat(), "has passed. Choose a later time.")
        return at.astimezone(UTC).isoformat()

    return Parameter(name, label, check, required)


def address(name: str, label: str, *, required: bool = True) -> Parameter:
    """Take an address that stations load from or send to."""

    def check(label: str, value: object) -> object:
        try:
            parts = urlsplit(str(value))
            is_address = parts.scheme in ("ftp", "ftps", "http", "https") and bool(parts.hostname)
        except ValueError:
            is_address = False
        if not is_address or len(str(value)) > LONGEST_TEXT:
            raise InvalidInput(
                label, value, "must be an address that begins with ftp://, ftps://, http:// or https://."
            )
        return str(value)

    return Parameter(name, label, check, required)


def structure(name: str, label: str, check_structure: Callable[[str, Mapping[str, object]], None]) -> Parameter:
    """Take an object, or JSON text of one."""

    def check(label: str, value: object) -> object:
        try:
            read = json.loads(value) if isinstance(value, str) else value
        except (ValueError, RecursionError):
            raise InvalidInput(label, None, "must be JSON.") from None
        if not isinstance(read, dict) or len(json.dumps(read, default=str)) > LONGEST_JSON:
            raise InvalidInput(
                label, None, told("must be a JSON object of at most %(longest)s characters.", longest=LONGEST_JSON)
            )
        check_structure(label, read)
        return read

    return Parameter(name, label, check)


def checked(parameters: tuple[Parameter, ...], given: Mapping[str, object]) -> dict[str, object]:
    """Return the values to keep, defaults filled in, absent optional ones left out.

    Raises:
        InvalidInput: a value is missing, unknown or cannot be taken.
    """
    unknown = set(given) - {parameter.name for parameter in parameters}
    if unknown:
        raise InvalidInput("Parameter", min(unknown), "does not belong to this command.")
    kept = {}
    for parameter in parameters:
        value = given.get(parameter.name)
        if value is None or (value == "" and not parameter.required):
            value = parameter.default
        if value is None:
            if parameter.required:
                raise InvalidInput(parameter.label, None, "is missing. Enter it.")
            continue
        kept[parameter.name] = parameter.check(parameter.label, value)
    return kept
