"""How a car takes energy: full power until its battery is nearly full, then less and less."""

import math
from typing import NamedTuple

TAPERS_AT = 0.8  # of the energy it wants
LAST_POWER = 0.15  # of its full power, when it stops


class Car(NamedTuple):
    """A car on the cable: its power, and the energy that is exactly the integral of it, by seconds since the start."""

    power_w: float
    wants_wh: float

    @property
    def full_after_s(self) -> float:
        return self._tapers_after_s + self._tail_s

    def energy_wh(self, seconds: float) -> float:
        """Return what it has taken after `seconds`."""
        if seconds <= self._tapers_after_s:
            return self.power_w * max(seconds, 0) / 3600
        if seconds >= self.full_after_s:
            return self.wants_wh
        tail_wh, fall = self.wants_wh * (1 - TAPERS_AT), 1 - LAST_POWER
        tapering_s = seconds - self._tapers_after_s
        taken_wh = tail_wh * (1 - math.exp(-fall * self.power_w * tapering_s / 3600 / tail_wh)) / fall
        return self.wants_wh * TAPERS_AT + taken_wh

    def power_after(self, seconds: float) -> float:
        """Return the power in W it takes after `seconds`."""
        if seconds <= self._tapers_after_s:
            return self.power_w
        if seconds >= self.full_after_s:
            return 0
        beyond = self.energy_wh(seconds) / self.wants_wh - TAPERS_AT
        return self.power_w * (1 - (1 - LAST_POWER) * beyond / (1 - TAPERS_AT))

    @property
    def _tapers_after_s(self) -> float:
        return TAPERS_AT * self.wants_wh * 3600 / self.power_w

    @property
    def _tail_s(self) -> float:
        return (1 - TAPERS_AT) * self.wants_wh * 3600 / self.power_w * math.log(1 / LAST_POWER) / (1 - LAST_POWER)
