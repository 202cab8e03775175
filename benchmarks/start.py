"""How long `python app.py` takes until a page comes back, with 10 million sessions."""

from pathlib import Path

from benchmarks import big, processes
from benchmarks.figures import Figure, quantile

RUNS = 5


def measure(folder: Path, quick: bool) -> list[Figure]:
    """Start and stop the portal some times."""
    place = big.sessions(folder, big.MANY // 100 if quick else big.MANY)
    ready_after_s = []
    for _ in range(2 if quick else RUNS):
        with processes.portal(place) as portal:
            ready_after_s.append(portal.ready_after_s)
    return [
        Figure(
            f"start of python app.py, {place.name}",
            "5 s",
            f"{quantile(ready_after_s, 0.5):.1f} s",
            f"{max(ready_after_s):.1f} s",
            "until /login answers; worst of the runs in place of p99",
        )
    ]
