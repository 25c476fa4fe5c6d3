"""What replications say together: a mean and its interval."""

from collections.abc import Sequence

import numpy as np
from scipy import stats

from wetread.domain.estimates import Estimate

_SHARE = 0.95
_LEAST = 2  # values that an interval needs


def estimate_mean(values: Sequence[float]) -> Estimate | None:
    """Return the mean of independent replications with its t-interval.

    Replications that have no such figure are NaN and left out; None where none has it.
    """
    known = np.asarray(values, dtype=float)
    known = known[~np.isnan(known)]
    if not known.size:
        return None
    mean = float(known.mean())
    if known.size < _LEAST:
        return Estimate(value=mean)
    error = float(stats.sem(known))
    half = float(stats.t.ppf((1 + _SHARE) / 2, known.size - 1)) * error
    return Estimate(value=mean, interval=(mean - half, mean + half))
