"""What stations are told and what they answer, in words of no OCPP version. A version's folder translates."""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple, Protocol


class Verdict(StrEnum):
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    NOT_SUPPORTED = "not_supported"


class Wanted(NamedTuple):
    """One thing to tell a station: a kind of `data/command_kinds.py` with the values it needs."""

    kind: str
    connector_id: int | None
    parameters: Mapping[str, object]


class Answer(NamedTuple):
    """What a station said: how it is meant, its own word, and what it told beside it."""

    verdict: Verdict
    word: str
    result: Mapping[str, object] | None = None


class Caller(Protocol):
    """The way to a connected station, whatever version it speaks."""

    async def perform(self, wanted: Wanted) -> Answer:
        """Tell the station.

        Raises:
            CallFailed: no answer, or an error.
        """
