"""What stations are told and what they answer, in words of no OCPP version. A version's folder translates."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Any, NamedTuple, Protocol

from data.database import Batch, Change, Sql

Payload = dict[str, Any]
LONGEST_SAID = 500


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


class CallFailed(Exception):
    """Our call got no usable answer: the station answered an error, was silent, or went away."""

    @property
    def said(self) -> str:
        """What went wrong; one made by `told` stays so."""
        text: str = self.args[0]
        return text if len(text) <= LONGEST_SAID else text[:LONGEST_SAID]


class NoAnswer(CallFailed):
    """Nobody knows whether the station took the call: it was silent or went away after it was sent.

    Attributes:
        late: is done when the answer comes after all, with it or with what went wrong; None: it cannot come.
        read: reads the late answer.
        if_accepted: what to commit when the late answer accepts.
        is_part: more calls would have followed, which are not made any more.
    """

    def __init__(self, text: str, late: "asyncio.Future[Payload | CallFailed] | None" = None) -> None:
        super().__init__(text)
        self.late = late
        self.read: Callable[[Payload], Answer] | None = None
        self.if_accepted: tuple[Sequence[Sql | Batch], Sequence[Change]] = ((), ())
        self.is_part = False


class ErrorAnswered(CallFailed):
    """The station answered with CALLERROR."""

    def __init__(self, code: str, description: str) -> None:
        super().__init__(": ".join(part for part in (code, description) if part))
        self.code = code


class Line(Protocol):
    """The way to a connected station, whatever carries it."""

    @property
    def is_over(self) -> bool: ...

    @property
    def can_be_called(self) -> bool:
        """Tell whether it is known where the station listens."""

    async def is_there(self) -> bool:
        """Ask for a sign of life."""

    async def call(self, action: str, payload: Payload) -> Payload: ...

    def new_round_trip_s(self) -> float | None:
        """Return how long the last ping took, once; None if there was none since."""

    async def close(self, code: int, reason: str) -> None: ...

    async def finish(self, code: int, within_s: float) -> None: ...
