"""Gradient-boosted small trees for a yes-or-no answer, in numpy."""

import numpy as np
from numpy.typing import NDArray

from inference.detection.classical.scoring import TreeEnsemble
from wetread.domain.geometry import FloatArray

_BINS = 32
_SHRINKAGE = 0.08
_RIDGE = 4.0
_SMALLEST_LEAF = 6.0  # sum of curvature: keeps a leaf from resting on a few rows


def fit_trees(
    rows: FloatArray,
    label: NDArray[np.bool_],
    weight: FloatArray,
    *,
    trees: int,
    depth: int,
    seed: int,
) -> TreeEnsemble:
    """Fit T trees of depth D to (N, F) rows by Newton boosting of the weighted log loss.

    Each tree sees a random 0.7 of the rows and 0.6 of the features; the same seed gives the
    same trees (T. Chen and C. Guestrin, XGBoost, 2016, for the gain).
    """
    random = np.random.default_rng(seed)
    edges = np.quantile(rows, np.linspace(0, 1, _BINS + 1)[1:-1], axis=0)
    bins = np.stack(
        [np.searchsorted(edges[:, f], rows[:, f], side="left") for f in range(rows.shape[1])]
    )
    share = float((weight * label).sum() / weight.sum())
    base = float(np.log(share / (1 - share)))
    log_odds = np.full(len(rows), base)
    inner = 2**depth - 1
    feature = np.zeros((trees, inner), dtype=np.intp)
    threshold = np.full((trees, inner), np.inf)
    leaf = np.zeros((trees, inner + 1))
    for tree in range(trees):
        probability = 1 / (1 + np.exp(-log_odds))
        seen = random.random(len(rows)) < 0.7  # noqa: PLR2004 see the docstring
        allowed = np.flatnonzero(random.random(rows.shape[1]) < 0.6)  # noqa: PLR2004 likewise
        gradient = weight * (label - probability) * seen
        curvature = weight * probability * (1 - probability) * seen
        node = np.zeros(len(rows), dtype=np.intp)
        for index in range(inner):
            member = node == index
            f, edge = _best_split(bins[:, member], gradient[member], curvature[member], allowed)
            right = np.zeros(len(rows), dtype=bool)
            if f >= 0:
                feature[tree, index], threshold[tree, index] = f, edges[edge, f]
                right = bins[f] > edge
            node[member] = 2 * index + 1 + right[member]
        node -= inner
        g = np.bincount(node, weights=gradient, minlength=inner + 1)
        h = np.bincount(node, weights=curvature, minlength=inner + 1)
        leaf[tree] = _SHRINKAGE * g / (h + _RIDGE)
        log_odds += leaf[tree, node]
    return TreeEnsemble(base=base, feature=feature, threshold=threshold, leaf=leaf)


def _best_split(
    bins: NDArray[np.intp], gradient: FloatArray, curvature: FloatArray, allowed: NDArray[np.intp]
) -> tuple[int, int]:
    """Return the feature and the bin edge of most gain, or (-1, -1) where none helps."""
    best, choice = 1e-6, (-1, -1)
    total_g, total_h = gradient.sum(), curvature.sum()
    whole = total_g**2 / (total_h + _RIDGE)
    for f in allowed:
        left_g = np.cumsum(np.bincount(bins[f], weights=gradient, minlength=_BINS))[:-1]
        left_h = np.cumsum(np.bincount(bins[f], weights=curvature, minlength=_BINS))[:-1]
        right_g, right_h = total_g - left_g, total_h - left_h
        gain = left_g**2 / (left_h + _RIDGE) + right_g**2 / (right_h + _RIDGE) - whole
        gain[(left_h < _SMALLEST_LEAF) | (right_h < _SMALLEST_LEAF)] = -np.inf
        edge = int(np.argmax(gain))
        if gain[edge] > best:
            best, choice = float(gain[edge]), (int(f), edge)
    return choice
