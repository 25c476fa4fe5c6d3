"""A figure and how sure it is."""

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

_Z_95: Final = NormalDist().inv_cdf(0.975)


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A figure and its 95 % interval; None where there is too little to tell one from."""

    value: float
    interval: tuple[float, float] | None = None

    @property
    def low(self) -> float:
        """The lower end of the interval; the figure itself where there is none."""
        return self.value if self.interval is None else self.interval[0]

    @property
    def high(self) -> float:
        """The upper end of the interval; the figure itself where there is none."""
        return self.value if self.interval is None else self.interval[1]

    def times(self, factor: float) -> "Estimate":
        """Return the estimate of a multiple."""
        if self.interval is None:
            return Estimate(value=self.value * factor)
        return Estimate(value=self.value * factor, interval=(self.low * factor, self.high * factor))


def wilson_estimate(hits: int, trials: int) -> Estimate:
    """Return a share with its score interval (Wilson 1927); ``trials`` is one or more."""
    share, z = hits / trials, _Z_95
    spread = 1 + z**2 / trials
    center = (share + z**2 / (2 * trials)) / spread
    half = z / spread * math.sqrt(share * (1 - share) / trials + z**2 / (4 * trials**2))
    # At the ends the formula gives the end itself, but for its rounding.
    low = 0.0 if hits == 0 else center - half
    high = 1.0 if hits == trials else center + half
    return Estimate(value=share, interval=(low, high))


def poisson_estimate(events: int, units: int) -> Estimate:
    """Return a rate with its score interval, as if the events were Poisson; some unit is needed."""
    z = _Z_95
    center, half = events + z**2 / 2, z * math.sqrt(events + z**2 / 4)
    low = 0.0 if events == 0 else (center - half) / units
    return Estimate(value=events / units, interval=(low, (center + half) / units))
