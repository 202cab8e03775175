"""What was answered to a station, for calls that it repeats."""

from collections import OrderedDict
from collections.abc import Hashable
from datetime import datetime, timedelta

ANSWERS_KEPT = 8
ANSWER_KEPT_FOR = timedelta(minutes=10)


class Answers:
    """The last answers to a station, for calls it repeats because an answer was lost; they outlive its connections."""

    def __init__(self) -> None:
        self._answers: OrderedDict[Hashable, tuple[int, datetime, bytes]] = OrderedDict()

    def remember(self, unique_id: Hashable, frame: bytes, at: datetime, answer: bytes) -> None:
        self._answers[unique_id] = (hash(frame), at, answer)
        self._answers.move_to_end(unique_id)
        if len(self._answers) > ANSWERS_KEPT:
            self._answers.popitem(last=False)

    def find(self, unique_id: Hashable, frame: bytes, at: datetime) -> bytes | None:
        """Return the answer to the very same frame; some stations use one id for different calls."""
        content, answered_at, answer = self._answers.get(unique_id, (None, at, b""))
        return answer if content == hash(frame) and at - answered_at < ANSWER_KEPT_FOR else None

    def forget(self) -> None:
        """A station that booted counts its ids from the start again."""
        self._answers.clear()
