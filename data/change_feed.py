"""Which ids changed at which revision. Each id stands once, at its last: the feed is as long as the ids are many."""

import threading
import uuid
from collections import OrderedDict
from collections.abc import Callable, Iterable

from data.database import Change, Changes, Revision


class ChangeFeed:
    def __init__(self) -> None:
        self._epoch = uuid.uuid4().hex
        self._number = 0
        self._last: OrderedDict[Change, int] = OrderedDict()  # oldest change first
        self._lock = threading.Lock()
        self._listeners: dict[str, Callable[[], None]] = {}

    def listen(self, subject: str, told: Callable[[], None]) -> None:
        """Call `told` in the committing thread after each commit that touched a subject; the last listener counts."""
        self._listeners[subject] = told

    def publish(self, changed: Iterable[Change]) -> None:
        changed = tuple(changed)
        with self._lock:
            self._number += 1
            for change in changed:
                self._last[change] = self._number
                self._last.move_to_end(change)
        for subject in self._listeners.keys() & {subject for subject, _ in changed}:
            self._listeners[subject]()

    def since(self, revision: Revision) -> Changes:
        with self._lock:
            now = Revision(self._epoch, self._number)
            if revision.epoch != self._epoch:
                return Changes(now, frozenset(), reset=True)
            changed = set()
            for change in reversed(self._last):
                if self._last[change] <= revision.number:
                    break
                changed.add(change)
            return Changes(now, frozenset(changed), reset=False)
