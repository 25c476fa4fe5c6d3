"""Shares and rates with their intervals."""

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

_Z_95: Final = NormalDist().inv_cdf(0.975)


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A figure and the interval that holds the true one in 95 of 100 cases."""

    value: float
    low: float
    high: float

    def times(self, factor: float) -> "Estimate":
        """Return the estimate of a multiple."""
        return Estimate(value=self.value * factor, low=self.low * factor, high=self.high * factor)


def wilson_estimate(hits: int, trials: int) -> Estimate:
    """Return a share with its score interval (Wilson 1927); ``trials`` is one or more."""
    share, z = hits / trials, _Z_95
    spread = 1 + z**2 / trials
    center = (share + z**2 / (2 * trials)) / spread
    half = z / spread * math.sqrt(share * (1 - share) / trials + z**2 / (4 * trials**2))
    # At the ends the formula gives the end itself, but for its rounding.
    low = 0.0 if hits == 0 else center - half
    high = 1.0 if hits == trials else center + half
    return Estimate(value=share, low=low, high=high)


def poisson_estimate(events: int, units: int) -> Estimate:
    """Return a rate with its score interval, as if the events were Poisson; some unit is needed."""
    z = _Z_95
    center, half = events + z**2 / 2, z * math.sqrt(events + z**2 / 4)
    low = 0.0 if events == 0 else (center - half) / units
    return Estimate(value=events / units, low=low, high=(center + half) / units)
