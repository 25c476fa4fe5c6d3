"""Which candidates hit which nodules, by the rules of LUNA16.

Source: the challenge's evaluation script (`noduleCADEvaluationLUNA16`) and Setio et al.,
Medical Image Analysis 42 (2017) 1–13.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from inference.evaluation.values import ExcludedFinding, ScanCandidates, ScanTruth, TrueNodule
from wetread.domain.geometry import FloatArray

MOST_CANDIDATES: Final = 100  # of a scan that count
MISSED: Final = -np.inf  # the score of a nodule that no candidate hits


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ScanMatch:
    """One scan's candidates against its truth.

    ``nodule_score`` is (N,), the highest score of the candidates within each nodule, `MISSED`
    where there are none; ``nodule_candidate`` is (N,), the index of that candidate, or -1.
    ``is_false`` is (M,): the candidates that lie within nothing. All others that are not the
    best of a nodule count as nothing.
    """

    truth: ScanTruth
    candidates: ScanCandidates  # those that count
    nodule_score: FloatArray
    nodule_candidate: NDArray[np.intp]
    is_false: NDArray[np.bool_]


def match_scans(
    truths: Sequence[ScanTruth], candidates: Iterable[ScanCandidates]
) -> tuple[ScanMatch, ...]:
    """Match every scan of the truth; a scan without candidates has none.

    Raises `ValueError` for a scan named twice, and for candidates of a scan without a truth.
    """
    found: dict[str, ScanCandidates] = {}
    for one in candidates:
        if one.scan in found:
            raise ValueError(f"there are two sets of candidates for scan {one.scan}")
        found[one.scan] = one
    names = [truth.scan for truth in truths]
    if len(set(names)) < len(names):
        raise ValueError("the truth names a scan twice")
    if unknown := sorted(found.keys() - set(names)):
        raise ValueError(f"there are candidates for scan {unknown[0]}, of which nothing is known")
    return tuple(
        match_scan(truth, found.get(truth.scan) or ScanCandidates.from_candidates(truth.scan, ()))
        for truth in truths
    )


def match_scan(truth: ScanTruth, candidates: ScanCandidates) -> ScanMatch:
    """Match one scan: a candidate hits where its centre is less than the radius from a nodule's.

    A candidate within two nodules hits both; within a nodule and an excluded finding it hits.
    """
    counted = _most_suspicious(candidates)
    in_nodule = _is_within(counted.center_lps_mm, truth.nodules)
    in_excluded = _is_within(counted.center_lps_mm, truth.excluded)
    if len(counted.score):
        score = np.where(in_nodule, counted.score, MISSED)
        best = score.argmax(axis=1)
        highest = score[np.arange(len(best)), best]
    else:
        best = np.zeros(len(truth.nodules), dtype=np.intp)
        highest = np.full(len(truth.nodules), MISSED)
    return ScanMatch(
        truth=truth,
        candidates=counted,
        nodule_score=highest,
        nodule_candidate=np.where(highest > MISSED, best, -1),
        is_false=np.logical_not(np.vstack([in_nodule, in_excluded]).any(axis=0)),
    )


def _most_suspicious(candidates: ScanCandidates) -> ScanCandidates:
    """Return the candidates that count; as in LUNA16, all that tie with the first to drop go."""
    if len(candidates.score) <= MOST_CANDIDATES:
        return candidates
    kept = candidates.score > np.sort(candidates.score)[-MOST_CANDIDATES - 1]
    return ScanCandidates(
        scan=candidates.scan,
        center_lps_mm=candidates.center_lps_mm[kept],
        score=candidates.score[kept],
    )


def _is_within(
    center_lps_mm: FloatArray, findings: Sequence[TrueNodule | ExcludedFinding]
) -> NDArray[np.bool_]:
    """Return (F, N): which of N points lie less than the radius from each finding's centre."""
    places = np.array([one.center_lps_mm for one in findings], dtype=float).reshape(-1, 1, 3)
    radius_mm = np.array([one.diameter_mm / 2 for one in findings], dtype=float)[:, None]
    within: NDArray[np.bool_] = ((center_lps_mm - places) ** 2).sum(axis=2) < radius_mm**2
    return within
