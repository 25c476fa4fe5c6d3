"""Discrepancy rates of readers, drawn towards that of all: empirical Bayes, beta-binomial."""

from collections.abc import Mapping
from typing import Final

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import betaln
from scipy.stats import beta

from wetread.domain.readers.quality import QualityEstimate, ReviewedReads

# The strength of the common rate, in reads: from what hardly binds to what nobody escapes.
_WEAKEST_PRIOR_READS: Final = 10.0
_STRONGEST_PRIOR_READS: Final = 1e6
_INTERVAL: Final = (0.025, 0.975)


def estimate_quality(reviews: Mapping[str, ReviewedReads]) -> dict[str, QualityEstimate]:
    """Return an estimate for each reader; without any reviewed read, for nobody.

    Each reader's reads count as so many reads of average difficulty. How strongly the rates are
    drawn together is what makes the observed discrepancies of all readers likeliest.
    """
    reads = sum(one.reviewed for one in reviews.values())
    if not reads:
        return {}
    # Half a discrepancy in hand: none observed is not a rate of nought.
    pool_rate = (sum(one.discrepancies for one in reviews.values()) + 0.5) / (reads + 1)
    found = np.array([float(one.discrepancies) for one in reviews.values()])
    worth = np.array([one.average_reads(pool_rate) for one in reviews.values()])
    strength = _prior_reads(found, worth, pool_rate)
    a = pool_rate * strength + found
    b = (1 - pool_rate) * strength + worth - found
    lower, upper = (beta.ppf(level, a, b) for level in _INTERVAL)
    return {
        reader: QualityEstimate(
            rate=float(a[place] / (a[place] + b[place])),
            lower=float(lower[place]),
            upper=float(upper[place]),
            pool_rate=pool_rate,
        )
        for place, reader in enumerate(reviews)
    }


def _prior_reads(
    found: np.ndarray[tuple[int], np.dtype[np.float64]],
    worth: np.ndarray[tuple[int], np.dtype[np.float64]],
    pool_rate: float,
) -> float:
    def unlikelihood(log_strength: float) -> float:
        a = pool_rate * np.exp(log_strength)
        b = (1 - pool_rate) * np.exp(log_strength)
        return -float(np.sum(betaln(a + found, b + worth - found) - betaln(a, b)))

    bounds = (np.log(_WEAKEST_PRIOR_READS), np.log(_STRONGEST_PRIOR_READS))
    best = minimize_scalar(unlikelihood, bounds=bounds, method="bounded")
    return float(np.exp(best.x))
