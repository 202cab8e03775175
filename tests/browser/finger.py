"""Fingers on a page, as a touch screen reports them: what they do (scroll, drag, zoom) is decided by Chromium."""

import time
from typing import NamedTuple

from playwright.sync_api import Locator, Page

EVENT_S = 0.016
REST_S = 0.2  # before a finger leaves, so that what it scrolled doesn't roll on


class Point(NamedTuple):
    """Pixels from the left and top of what is seen of the page."""

    x: float
    y: float

    def moved(self, x: float, y: float) -> "Point":
        return Point(self.x + x, self.y + y)


def middle(shown: Locator) -> Point:
    box = shown.bounding_box()
    assert box
    return Point(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


class Fingers:
    """One or more fingers, each at its own point."""

    def __init__(self, page: Page) -> None:
        self._session = page.context.new_cdp_session(page)
        self._at: tuple[Point, ...] = ()
        self._time = time.time()

    def down(self, *at: Point) -> None:
        self._at = at
        self._send("touchStart")

    def move(self, *by: tuple[float, float], steps: int = 8) -> None:
        """Move each finger by so many pixels to the right and down."""
        start = self._at
        for step in range(1, steps + 1):
            self._at = tuple(
                one.moved(x * step / steps, y * step / steps) for one, (x, y) in zip(start, by, strict=True)
            )
            self._send("touchMove")

    def up(self) -> None:
        self._at = ()
        self._time += REST_S
        self._send("touchEnd")

    def _send(self, kind: str) -> None:
        points = [{"x": one.x, "y": one.y, "id": number} for number, one in enumerate(self._at)]
        self._time += EVENT_S
        self._session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points, "timestamp": self._time})
