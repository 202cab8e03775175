"""Latencies of a day as counts by fixed steps: small to keep, and added up over days and stations."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence

BOUNDS_MS = (5, 10, 20, 35, 50, 75, 100, 150, 200, 350, 500, 750, 1000, 2000, 5000, 10_000, 30_000, 120_000)
"""The upper ends of the steps; what is longer counts in the last."""


class Latencies:
    __slots__ = ("counts",)

    def __init__(self, kept: str = "") -> None:
        """Take over what `kept` wrote; one that does not fit the steps is as none."""
        counts = [int(count) for count in kept.split()]
        self.counts = counts if len(counts) == len(BOUNDS_MS) else [0] * len(BOUNDS_MS)

    def add(self, latency_ms: float) -> None:
        self.counts[min(bisect_left(BOUNDS_MS, latency_ms), len(BOUNDS_MS) - 1)] += 1

    @property
    def kept(self) -> str:
        return " ".join(map(str, self.counts)) if any(self.counts) else ""


def within_ms(counts: Sequence[int], share: float) -> float | None:
    """Return within how many ms a share (0 to 1) came, even within its step; None of nothing."""
    wanted, lower = share * sum(counts), 0
    if not wanted:
        return None
    for bound, count in zip(BOUNDS_MS, counts, strict=True):
        if count and wanted <= count:
            return lower + (bound - lower) * wanted / count
        wanted, lower = wanted - count, bound
    return float(lower)


def total(kept: Iterable[str]) -> list[int]:
    """Add up what `Latencies.kept` wrote."""
    return [sum(counts) for counts in zip(*(Latencies(one).counts for one in kept), strict=True)]
