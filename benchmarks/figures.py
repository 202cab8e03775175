"""What a benchmark returns, and the table of all."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple


class Figure(NamedTuple):
    """One line of the table. Values carry their unit."""

    what: str
    asked: str
    median: str
    p99: str = ""
    remark: str = ""


def quantile(values: Sequence[float], share: float) -> float:
    """Return the value below which `share` of the values lie."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(share * len(ranked)))]


def in_ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms"


def machine() -> str:
    """Describe the machine the figures hold for."""
    cores = len(os.sched_getaffinity(0))
    memory_gib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    models = [
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text().splitlines()
        if line.startswith("model name")
    ]
    return f"{cores} cores ({models[0] if models else os.uname().machine}), {memory_gib:.0f} GiB memory"


def table(figures: Sequence[Figure]) -> str:
    """Lay the figures out in columns."""
    rows = [Figure("what", "asked", "median or rate", "p99", "remark"), *figures]
    widths = [max(len(row[column]) for row in rows) for column in range(len(Figure._fields))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([machine(), "", lines[0], "-" * len(lines[0]), *lines[1:]])
