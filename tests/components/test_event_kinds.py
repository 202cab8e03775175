"""Every kind of event has a word."""

from components import event_kinds
from data.events import EventKind


def test_every_kind_has_a_word_of_its_own() -> None:
    assert set(event_kinds.WORDS) == set(EventKind)
    assert len({event_kinds.word(kind) for kind in EventKind}) == len(EventKind)


def test_a_kind_of_an_older_portal_stands_as_it_is() -> None:
    assert event_kinds.word("station lost") == "Station lost"
