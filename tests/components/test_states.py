"""The state language: no state without glyph, colour and word."""

import pytest

from components.states import SEVERITIES, STATES, pill, severity, state


def test_every_node_state_has_a_look_of_its_own() -> None:
    assert set(STATES) == {"available", "charging", "fault", "never"}
    for looks in (STATES, SEVERITIES):
        assert len({look.colour for look in looks.values()}) == len(looks)
        assert len({look.glyph for look in looks.values()}) == len(looks)
        assert len({str(look.word) for look in looks.values()}) == len(looks)


def test_state_is_said_in_a_word_beside_its_glyph() -> None:
    for look in STATES.values():
        for shown in (state(look), pill(look)):
            glyph, word = shown.children
            assert look.glyph in glyph.className
            assert word == str(look.word)
            assert look.colour in shown.className


@pytest.mark.parametrize(
    ("kind", "code", "name"),
    [
        ("Hardware fault", "ReaderFailure", "critical"),
        ("Hardware fault", "ConnectorLockFailure", "major"),
        ("Hardware fault", "PowerMeterFailure", "major"),
        ("Fuse", "OverCurrentFailure", "critical"),
        ("Temperature", "HighTemperature", "major"),
        ("No network", "No network", "major"),
        ("Not registered", "Not registered", "minor"),
    ],
)
def test_an_alarm_has_its_severity(kind: str, code: str, name: str) -> None:
    assert severity(kind, code) == SEVERITIES[name]
