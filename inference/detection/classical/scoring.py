"""The score of a candidate: a sum of small trees, each over a few named features."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wetread.domain.geometry import FloatArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TreeEnsemble:
    """T complete binary trees of depth D; their leaves add up to log odds.

    ``feature`` and ``threshold`` are (T, 2^D - 1) in heap order: a row goes right where its
    feature is larger than the threshold. ``leaf`` is (T, 2^D).
    """

    base: float  # log odds before any tree
    feature: NDArray[np.intp]
    threshold: FloatArray
    leaf: FloatArray

    @property
    def depth(self) -> int:
        """Number of questions each tree asks."""
        return int(self.leaf.shape[1]).bit_length() - 1

    def log_odds(self, rows: FloatArray) -> FloatArray:
        """Return (N,) log odds of (N, F) feature rows."""
        total = np.full(len(rows), self.base)
        every = np.arange(len(rows))
        for feature, threshold, leaf in zip(self.feature, self.threshold, self.leaf, strict=True):
            node = np.zeros(len(rows), dtype=np.intp)
            for _ in range(self.depth):
                node = 2 * node + 1 + (rows[every, feature[node]] > threshold[node])
            total += leaf[node - len(threshold)]
        return total

    def score(self, rows: FloatArray) -> FloatArray:
        """Return (N,) scores, 0 to 1."""
        odds: FloatArray = 1 / (1 + np.exp(-self.log_odds(rows)))
        return odds
