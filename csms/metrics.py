"""Counters of the central system, in the text format of Prometheus."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Metrics:
    received: Counter[str] = field(default_factory=Counter)  # calls from stations, by action
    refused: int = 0  # answered with the protocol's error
    failed: int = 0  # answered InternalError
    broken_frames: int = 0
    unexpected_answers: int = 0  # to calls we did not make, or too late

    def text(self, connected: int, charging: int) -> str:
        lines = [
            "# TYPE portal_stations_connected gauge",
            f"portal_stations_connected {connected}",
            "# TYPE portal_transactions_open gauge",
            f"portal_transactions_open {charging}",
            "# TYPE portal_calls_received_total counter",
            *(
                f'portal_calls_received_total{{action="{_label(action)}"}} {count}'
                for action, count in self.received.items()
            ),
        ]
        for name in ("refused", "failed", "broken_frames", "unexpected_answers"):
            lines += [f"# TYPE portal_{name}_total counter", f"portal_{name}_total {getattr(self, name)}"]
        return "\n".join(lines) + "\n"


def _label(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
