"""The score from which candidates are marked: what it gives, and how to choose it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from inference.evaluation.froc import (
    Includes,
    Resamples,
    estimate,
    every_nodule,
    included_scores,
    usable_resamples,
)
from inference.evaluation.matching import MISSED, ScanMatch
from wetread.domain.estimates import Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatingFigures:
    """What is to be expected where candidates from ``score`` on are marked."""

    score: float
    nodules: int
    hits: int
    sensitivity: Estimate
    false_marks_per_scan: Estimate


def figures_at_score(
    matches: Sequence[ScanMatch],
    score: float,
    resamples: Resamples | None = None,
    *,
    includes: Includes = every_nodule,
) -> OperatingFigures:
    """Return what a score gives; raise `ValueError` where no nodule is included."""
    scores = [included_scores(match, includes) for match in matches]
    nodules = np.array([len(some) for some in scores])
    hits = np.array([np.count_nonzero(some >= score) for some in scores])
    wrong = np.array(
        [np.count_nonzero(one.candidates.score[one.is_false] >= score) for one in matches]
    )
    if not nodules.sum():
        raise ValueError("without nodules there is no sensitivity")
    sensitivity = float(hits.sum() / nodules.sum())
    per_scan = float(wrong.mean())
    usable = None if resamples is None else usable_resamples(resamples, nodules)
    return OperatingFigures(
        score=score,
        nodules=int(nodules.sum()),
        hits=int(hits.sum()),
        sensitivity=Estimate(value=sensitivity)
        if usable is None
        else estimate(sensitivity, (usable @ hits) / (usable @ nodules)),
        false_marks_per_scan=Estimate(value=per_scan)
        if usable is None
        else estimate(per_scan, (usable @ wrong) / len(matches)),
    )


def score_at_false_marks(matches: Sequence[ScanMatch], false_marks_per_scan: float) -> float:
    """Return the lowest score of a candidate that keeps to so many false marks per scan.

    Raises `ValueError` where no score does.
    """
    every = np.sort(np.concatenate([match.candidates.score for match in matches]))
    wrong = np.sort(np.concatenate([match.candidates.score[match.is_false] for match in matches]))
    marked = len(wrong) - np.searchsorted(wrong, every, "left")
    kept = every[marked <= false_marks_per_scan * len(matches)]
    if not len(kept):
        raise ValueError(f"no score gives {false_marks_per_scan} false marks per scan or fewer")
    return float(kept[0])


def score_at_sensitivity(
    matches: Sequence[ScanMatch], sensitivity: float, *, includes: Includes = every_nodule
) -> float:
    """Return the highest score that finds this share of the included nodules.

    Raises `ValueError` where no score does, or no nodule is included.
    """
    scores = np.sort(np.concatenate([included_scores(match, includes) for match in matches]))[::-1]
    if not len(scores):
        raise ValueError("without nodules there is no sensitivity")
    wanted = max(int(np.ceil(sensitivity * len(scores) - 1e-9)), 1)
    if wanted > len(scores) or scores[wanted - 1] == MISSED:
        found = np.count_nonzero(scores > MISSED)
        raise ValueError(
            f"no score finds {sensitivity:.0%} of the nodules: {found} of {len(scores)} are found"
        )
    return float(scores[wanted - 1])
