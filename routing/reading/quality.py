"""Discrepancy rates of readers, drawn towards that of all: empirical Bayes, beta-binomial."""

from collections.abc import Mapping
from typing import Final

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import betaln
from scipy.stats import beta

from wetread.domain.readers.quality import QualityEstimate, ReviewedReads

# How strongly rates are drawn together before anything is known of their spread: as by so many
# discrepancies, within a factor of about 3 either way. Few readers alone would tell no spread.
_PRIOR_DISCREPANCIES: Final = 5.0
_SPREAD_OF_LOG_STRENGTH: Final = 1.0
_SEARCHED: Final = 6.0  # of the logarithm, either way
_INTERVAL: Final = (0.025, 0.975)


def estimate_quality(reviews: Mapping[str, ReviewedReads]) -> dict[str, QualityEstimate]:
    """Return an estimate for each reader; without any reviewed read, for nobody.

    Each reader's reads count as so many reads of average difficulty. How strongly the rates are
    drawn together is what the observed discrepancies of all readers make likeliest.
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
    usual = np.log(_PRIOR_DISCREPANCIES / pool_rate)

    def unlikelihood(log_strength: float) -> float:
        a = pool_rate * np.exp(log_strength)
        b = (1 - pool_rate) * np.exp(log_strength)
        likelihood = np.sum(betaln(a + found, b + worth - found) - betaln(a, b))
        return float(((log_strength - usual) / _SPREAD_OF_LOG_STRENGTH) ** 2 / 2 - likelihood)

    bounds = (usual - _SEARCHED, usual + _SEARCHED)
    best = minimize_scalar(unlikelihood, bounds=bounds, method="bounded")
    return float(np.exp(best.x))
