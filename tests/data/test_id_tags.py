"""A presented tag finds its holder in whatever notation the reader sends it."""

from itertools import permutations

import pytest

from data.errors import InvalidInput
from data.id_tags import TagHolder, TagIndex, as_kept, canonical, is_same, number

DANA = TagHolder(100, "dana@portal.example")

SAME_TAG = [
    # stored, presented
    ("04A1B2C3", "04A1B2C3"),
    ("04A1B2C3", "04a1b2c3"),
    ("04a1b2c3", " 04A1B2C3 "),
    ("04A1B2C3", "04:A1:B2:C3"),
    ("04A1B2C3", "0x04A1B2C3"),
    ("04:A1:B2:C3", "04A1B2C3"),
    ("04A1B2C3", "C3B2A104"),  # the reader turns the bytes round
    ("77705923", "04A1B2C3"),  # stored decimal, presented hexadecimal
    ("77705923", "C3B2A104"),
    ("0077705923", "77705923"),
    ("04A1B2C3", "77705923"),
    ("04A1B2C3", "3283263748"),  # decimal of the bytes turned round
    ("305419896", "12345678"),  # hexadecimal without a letter
    ("04A1B2C3", "4A1B2C3"),  # a leading zero left out
    ("4a1b2c3", "04A1B2C3"),
    ("04A1B2C3", "00000004A1B2C3"),
    ("04A1B2C3D4E5F6", "F6E5D4C3B2A104"),
    ("04A1B2C3D4E5", "04A1B2C3D4E5AA"),  # six bytes and a check byte
    ("04A1B2C3", "04A1B2C3;4711"),  # a payment terminal
    ("04A1B2C3", "04A1B2C3_12345"),  # the station's serial number
    ("ABCDEFGHIJKLMNOPQRST", "ABCDEFGHIJKLMNOPQRSTxx"),  # noise after 20 characters
    ("04A1B2C3", "04A1B2C3\0\0"),
    ("BOB'S CARD", "Bob's card"),
    ("FLEET_7", "fleet_7"),
]


@pytest.mark.parametrize(("stored", "presented"), SAME_TAG)
def test_a_tag_is_found_in_every_notation(stored: str, presented: str) -> None:
    assert TagIndex([(stored, DANA)]).find(presented) == DANA


OTHER_TAG = [
    ("04A1B2C3", "04A1B2C4"),
    ("16", "10"),  # too short to be hexadecimal
    ("04A1B2C3", ""),
    ("0", "00000000"),
    ("", ""),
    ("04A1B2C3", "04A1B2C3FF"),
    ("CARD", "CARD2"),
    ("04A1B2C3", "９９９９９９９９"),  # digits of another script
]


@pytest.mark.parametrize(("stored", "presented"), OTHER_TAG)
def test_another_tag_is_not_taken_for_it(stored: str, presented: str) -> None:
    assert TagIndex([(stored, DANA)]).find(presented) is None


def test_the_literal_match_goes_before_every_other_reading() -> None:
    bob = TagHolder(7, "bob@portal.example")
    tags = TagIndex([("305419896", DANA), ("12345678", bob)])
    assert tags.find("12345678") == bob
    assert tags.find("305419896") == DANA


def test_a_stored_tag_is_read_as_decimal_first() -> None:
    assert (number("12345678"), number("1234567A"), number("card")) == (12345678, 0x1234567A, None)


def test_tags_are_stored_trimmed_and_in_upper_case() -> None:
    assert canonical(" 04a1b2c3\n") == "04A1B2C3"


@pytest.mark.parametrize("uid", ["04A1B2C3", "12345678", "04A1B2C3D4E5F6", "12345678901234", "FFEEDDCCBBAA99887766"])
def test_a_tag_is_the_same_in_every_notation_that_tells_which_it_is(uid: str) -> None:
    written = []
    for turned in (bytes.fromhex(uid), bytes.fromhex(uid)[::-1]):
        pairs, value = turned.hex(":"), int.from_bytes(turned)
        written += [pairs, *(pairs.upper().replace(":", mark) for mark in " -.\u00a0\u2011\u2212"), f"0x{turned.hex()}"]
        written += [str(value), f"{value:025}", f"{value:,}".replace(",", " "), f"{value:,}".replace(",", "\u202f")]
        written.append("".join(chr(ord("０") + int(digit)) for digit in str(value)))
        if any(mark > "9" for mark in uid):  # else it is read as a decimal
            written += [turned.hex(), turned.hex().upper()]
    kept = [as_kept(each) for each in written]
    assert [pair for pair in permutations(kept, 2) if not is_same(*pair)] == []
    assert [each for each in kept if not TagIndex([(each, DANA)]).find(uid)] == []


KEPT = [
    # typed, kept
    ("04:a1:b2:c3", "04A1B2C3"),
    ("77 705 923", "77705923"),
    ("0077705923", "0077705923"),
    ("12:34:56:78", "305419896"),  # kept without its colons it would be read as a decimal
    ("0x12345678", "305419896"),
    ("12345678", "12345678"),
    ("1208609760576821428516710", "FFEEDDCCBBAA99887766"),  # longer than a station can send
    ("０４Ａ１Ｂ２Ｃ３", "04A1B2C3"),
    ("٠٤A1B2C3", "04A1B2C3"),
    ("04\u2011A1\u2011B2\u2011C3", "04A1B2C3"),
    ("Bob\u2011s card", "BOB-S CARD"),
]


@pytest.mark.parametrize(("typed", "kept"), KEPT)
def test_a_tag_is_kept_in_what_a_station_can_send(typed: str, kept: str) -> None:
    assert as_kept(typed) == kept
    assert as_kept(kept) == kept


@pytest.mark.parametrize("typed", ["1208925819614629174706176", "0", "A" * 21, "04A1B2C3 04A1B2C4"])
def test_what_no_station_sends_is_no_tag(typed: str) -> None:
    with pytest.raises(InvalidInput):
        as_kept(typed)
