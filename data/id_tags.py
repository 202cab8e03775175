"""Match the tag a station presents with the tag a user was given, whatever the notation.

Users' tags are preferably decimal (manual: Configuration, RFID); readers send hexadecimal or decimal, in either byte
order, in any case, and some append things. A user's tag is read as decimal where it can be; a presented tag is tried in
every plausible reading, the most literal first.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from data import values
from data.database import Database
from data.errors import InvalidInput
from data.texts import told

SEPARATORS = re.compile(r"[\s:.-]")
DASHES = re.compile("[\u2010-\u2015\u2212]")
UID_IN_PAIRS = re.compile(r"[0-9A-F]{2}([\s:.-][0-9A-F]{2}){3}(([\s:.-][0-9A-F]{2}){3}){0,2}")
BETWEEN_TAGS = re.compile(r"[\s,;]+")
UID_LENGTHS = (4, 7, 10)  # bytes of an ISO 14443 UID
LONGEST_ID_TAG = 20  # OCPP CiString20: what follows is noise of the reader
LONGEST_DECIMAL = 25  # digits of the largest UID
FEWEST_HEX_DIGITS = 2 * UID_LENGTHS[0]  # shorter texts are names, not UIDs


class TagHolder(NamedTuple):
    """Who holds a tag, and what the tag may do.

    is_blocked: it may not charge.
    expires_at: it may not charge from then on.
    parent_id_tag: tags of one parent may stop each other's charging.
    is_single: it charges at one outlet at a time.
    """

    user_id: int
    email: str
    id_tag: str = ""
    is_blocked: bool = False
    expires_at: datetime | None = None
    parent_id_tag: str | None = None
    is_single: bool = False


class Tag(NamedTuple):
    """A user's tag as forms show and change it.

    label: what the user calls it.
    valid_until: the last day it may charge, such as 2027-06-30, in the system's time zone; empty: for ever.
    parent_id_tag: the group whose tags may stop each other's charging; empty: none.
    """

    id_tag: str
    label: str = ""
    is_blocked: bool = False
    valid_until: str = ""
    parent_id_tag: str = ""
    is_single: bool = False


def canonical(text: str) -> str:
    """Return a tag as it is stored: trimmed, upper case."""
    return text.strip(" \t\r\n\0").upper()


def number(id_tag: str) -> int | None:
    """Return the value of a user's tag, read as decimal if it can be, else as hexadecimal; None for a name."""
    digits = _digits(canonical(id_tag))
    if digits.isascii() and digits.isdecimal():
        return int(digits) if len(digits) <= LONGEST_DECIMAL else None
    uid = _uid(digits)
    return int.from_bytes(uid) if uid else None


def as_typed(text: str) -> str:
    """Return a tag of a form or file in the digits, letters and dashes that stations send: in upper case, trimmed."""
    plain = DASHES.sub("-", unicodedata.normalize("NFKC", text))
    return canonical("".join(str(unicodedata.decimal(mark, mark)) for mark in plain))


def as_kept(text: str) -> str:
    """Return a user's tag as it is stored: what stands for a number loses its blanks and colons.

    Raises:
        InvalidInput: it is longer than a station can send, not printable, or several.
    """
    tag = as_typed(text)
    parts = BETWEEN_TAGS.split(tag)
    if len(parts) > 1 and all(len(part) >= FEWEST_HEX_DIGITS and number(part) for part in parts):
        raise InvalidInput("RFID", text[:40], "is more than one tag. Enter each in a field of its own.")
    plain = _digits(tag)
    kept = _number_as_kept(tag, plain) if number(tag) is not None else tag
    if len(kept) > LONGEST_ID_TAG:
        raise InvalidInput("RFID", text[:40], told("has more than %(longest)s characters.", longest=LONGEST_ID_TAG))
    values.require_visible("RFID", kept)
    if plain.strip("0") == "":
        raise InvalidInput("RFID", text[:40], "is no identity.")
    return kept


def _number_as_kept(tag: str, digits: str) -> str:
    """Return a number as `number` reads it again, in the notation of the form if that does and is not too long."""
    is_hexadecimal = tag.startswith("0X") or UID_IN_PAIRS.fullmatch(tag)
    if not digits.isdecimal() or (len(digits) <= LONGEST_ID_TAG and not is_hexadecimal):
        return digits
    value = int(digits, 16 if is_hexadecimal else 10)
    return str(value) if len(str(value)) <= LONGEST_ID_TAG else f"{value:0{LONGEST_ID_TAG}X}"


def readings(id_tag: str) -> list[str | int]:
    """Return what a station may mean that presents this tag: the text, and the numbers it may stand for."""
    text = canonical(id_tag)
    return [text, *_values(_digits(text))]


def is_same(one: str, other: str) -> bool:
    """Tell whether two tags are one card, in whatever notation and byte order each was read."""
    nobody = TagHolder(0, "")
    return bool(TagIndex([(one, nobody)]).find(other) or TagIndex([(other, nobody)]).find(one))


class TagIndex:
    """All users' tags, for a lookup without a query."""

    def __init__(self, tags: Iterable[tuple[str, TagHolder]]) -> None:
        self._by_text: dict[str, TagHolder] = {}
        self._by_number: dict[int, TagHolder] = {}
        for id_tag, holder in tags:
            self._by_text[canonical(id_tag)] = holder
            value = number(id_tag)
            if value:
                self._by_number.setdefault(value, holder)

    def find(self, presented: str) -> TagHolder | None:
        """Return who holds a presented tag, None if nobody does."""
        for text in filter(None, _texts(canonical(presented))):
            holder = self._by_text.get(text)
            if holder:
                return holder
            for value in _values(_digits(text)):
                holder = self._by_number.get(value)
                if holder:
                    return holder
        return None


def _digits(text: str) -> str:
    return SEPARATORS.sub("", text).removeprefix("0X")


def _texts(text: str) -> Iterator[str]:
    """Yield the tag, then the tag without what payment terminals (;…) and stations (_serial) append."""
    yield text
    for mark in ";_":
        if mark in text:
            yield text.partition(mark)[0]
    if len(text) > LONGEST_ID_TAG:
        yield text[:LONGEST_ID_TAG]


def _values(digits: str) -> Iterator[int]:
    """Yield the numbers a presented text may stand for."""
    if digits.isascii() and digits.isdecimal():
        value = int(digits)
        yield value
        for length in UID_LENGTHS:
            if 0 < value < 256**length:
                yield int.from_bytes(value.to_bytes(length), "little")
                break
    uid = _uid(digits)
    if uid:
        yield int.from_bytes(uid)
        yield int.from_bytes(uid, "little")
        if len(uid) == 7:  # six bytes and a check byte
            yield int.from_bytes(uid[:6])
            yield int.from_bytes(uid[:6], "little")


def _uid(digits: str) -> bytes | None:
    digits = digits.zfill(len(digits) + len(digits) % 2)  # some leave out a leading zero
    if len(digits) < FEWEST_HEX_DIGITS:
        return None
    try:
        return bytes.fromhex(digits)
    except ValueError:
        return None


def index(database: Database) -> TagIndex:
    """Read everybody's tags."""
    holders = _holders(database)
    return TagIndex((holder.id_tag, holder) for holder in holders)


def owners(database: Database, id_tags: Sequence[str], besides: int | None) -> dict[str, TagHolder]:
    """Return which of some tags another user has already, in whatever notation.

    Args:
        besides: the user who may have them.
    """
    others = [holder for holder in _holders(database) if holder.user_id != besides]
    wanted = TagIndex((id_tag, TagHolder(0, "", id_tag)) for id_tag in id_tags)
    theirs = TagIndex((holder.id_tag, holder) for holder in others)
    found = {id_tag: holder for id_tag in id_tags if (holder := theirs.find(id_tag))}
    for holder in others:
        same = wanted.find(holder.id_tag)
        if same:
            found.setdefault(same.id_tag, holder)
    return found


def _holders(database: Database) -> list[TagHolder]:
    rows = database.query(
        """SELECT user_id, email, id_tag, status = 'Blocked', expires_at, parent_id_tag, is_single
           FROM id_tag JOIN portal_user USING (user_id)
           WHERE removed_at IS NULL ORDER BY id_tag"""
    )
    return [TagHolder(*row) for row in zip(*(column.to_pylist() for column in rows.columns), strict=True)]
