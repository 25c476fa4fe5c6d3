"""Sensitivity against false marks per scan (FROC), as LUNA16 computes it, with intervals."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import floor
from typing import Final, TypeAlias

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from inference.evaluation.matching import MISSED, ScanMatch
from inference.evaluation.values import TrueNodule
from wetread.domain.estimates import Estimate
from wetread.domain.geometry import FloatArray

FALSE_MARK_RATES: Final = (0.125, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0)  # per scan
RESAMPLES: Final = 1000
_CONFIDENCE = 0.95
_LEAST_SCANS = 2  # with nodules: a single one has no spread
_BAND_RATES = np.geomspace(FALSE_MARK_RATES[0], FALSE_MARK_RATES[-1], 193)

Includes: TypeAlias = Callable[[TrueNodule], bool]
"""Tells whether a nodule belongs to those looked at; all others count as excluded findings."""

Resamples: TypeAlias = NDArray[np.int64]
"""(R, S): how often each of S scans was drawn in each of R resamples."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FrocCurve:
    """The corners of the curve, all (P,); straight in between, level after the last."""

    false_marks_per_scan: FloatArray
    sensitivity: FloatArray

    def at(self, false_marks_per_scan: FloatArray) -> FloatArray:
        """Return the sensitivity at (G,) rates, interpolated; the upper end of a vertical step."""
        # np.interp takes the last of equal positions, which is the upper end.
        sensitivity: FloatArray = np.interp(
            false_marks_per_scan, self.false_marks_per_scan, self.sensitivity
        )
        return sensitivity


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FrocBand:
    """The 95 % interval along the curve, all (G,)."""

    false_marks_per_scan: FloatArray
    lower: FloatArray
    upper: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FrocResult:
    """What the protocol says of a set of scans.

    ``sensitivity`` is at each of `FALSE_MARK_RATES`; ``cpm`` is their mean, the score of LUNA16.
    """

    scans: int
    nodules: int
    hits: int  # at whatever score
    false_marks: int  # at whatever score
    curve: FrocCurve
    band: FrocBand | None
    sensitivity: tuple[Estimate, ...]
    cpm: Estimate

    def sensitivity_at(self, false_marks_per_scan: float) -> Estimate:
        """Return the sensitivity at one of `FALSE_MARK_RATES`."""
        return self.sensitivity[FALSE_MARK_RATES.index(false_marks_per_scan)]


def every_nodule(_nodule: TrueNodule) -> bool:
    """Include all nodules."""
    return True


def resample_scans(scans: int, random: Generator, resamples: int = RESAMPLES) -> Resamples:
    """Draw as many scans as there are, with replacement, many times."""
    drawn: Resamples = random.multinomial(scans, np.full(scans, 1 / scans), size=resamples)
    return drawn


def compute_froc(
    matches: Sequence[ScanMatch],
    resamples: Resamples | None = None,
    *,
    includes: Includes = every_nodule,
) -> FrocResult:
    """Compute the curve of some nodules in all scans; intervals only with ``resamples``.

    Raises `ValueError` where no nodule is included.
    """
    counts = _count_corners(matches, includes)
    nodules = int(counts.nodules.sum())
    if not nodules:
        raise ValueError("without nodules there is no sensitivity")
    scans = len(matches)
    false_marks, hits = counts.false_marks.sum(axis=0), counts.hits.sum(axis=0)
    curve = FrocCurve(false_marks_per_scan=false_marks / scans, sensitivity=hits / nodules)
    rates = np.asarray(FALSE_MARK_RATES)
    at_rates = curve.at(rates)
    drawn = None if resamples is None else _resampled_curves(counts, resamples)
    if drawn is None:
        sensitivity = tuple(Estimate(value=float(value)) for value in at_rates)
        cpm, band = Estimate(value=float(at_rates.mean())), None
    else:
        samples = np.stack([one.at(rates) for one in drawn])
        sensitivity = tuple(
            estimate(float(value), column)
            for value, column in zip(at_rates, samples.T, strict=True)
        )
        cpm = estimate(float(at_rates.mean()), samples.mean(axis=1))
        lower, upper = _interval(np.stack([one.at(_BAND_RATES) for one in drawn]))
        band = FrocBand(false_marks_per_scan=_BAND_RATES, lower=lower, upper=upper)
    return FrocResult(
        scans=scans,
        nodules=nodules,
        hits=int(hits[-1]),
        false_marks=int(false_marks[-1]),
        curve=curve,
        band=band,
        sensitivity=sensitivity,
        cpm=cpm,
    )


def included_scores(match: ScanMatch, includes: Includes) -> FloatArray:
    """Return the scores of a scan's included nodules, `MISSED` ones too."""
    chosen = np.array([includes(nodule) for nodule in match.truth.nodules], dtype=bool)
    scores: FloatArray = match.nodule_score[chosen]
    return scores


def estimate(value: float, samples: FloatArray) -> Estimate:
    """Return a figure with the interval that its (R,) resampled values span."""
    lower, upper = _interval(samples)
    return Estimate(value=value, interval=(float(lower), float(upper)))


def usable_resamples(resamples: Resamples, nodules: NDArray[np.int64]) -> Resamples | None:
    """Return the resamples that drew any of the (S,) nodules; None where no interval is due."""
    if np.count_nonzero(nodules) < _LEAST_SCANS:
        return None
    usable: Resamples = resamples[resamples @ nodules > 0]
    return usable


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _CornerCounts:
    """Counts per scan at the C corners of the curve, in the order of falling score.

    Only scores of hits make corners: between them the curve runs level.
    """

    nodules: NDArray[np.int64]  # (S,)
    hits: NDArray[np.int64]  # (S, C)
    false_marks: NDArray[np.int64]  # (S, C)


def _count_corners(matches: Sequence[ScanMatch], includes: Includes) -> _CornerCounts:
    nodules = [included_scores(match, includes) for match in matches]
    hits = [scores[scores > MISSED] for scores in nodules]
    wrong = [match.candidates.score[match.is_false] for match in matches]
    steps = -np.unique(np.concatenate([*hits, np.empty(0)]))[::-1]  # ascending, score negated
    return _CornerCounts(
        nodules=np.array([len(scores) for scores in nodules]),
        hits=_counts_at_corners(hits, steps),
        false_marks=_counts_at_corners(wrong, steps),
    )


def _counts_at_corners(scores: Sequence[FloatArray], steps: FloatArray) -> NDArray[np.int64]:
    """Return (S, C) how many scores of each scan are counted from each corner on.

    The corners are (0, 0); before and after every step; and the end, where all are counted.
    """
    corners = 2 * len(steps) + 2
    scan = np.repeat(np.arange(len(scores)), [len(some) for some in scores])
    negated = -np.concatenate([*scores, np.empty(0)])
    # One more after the step than before it where the score is that of the step itself.
    corner = 1 + np.searchsorted(steps, negated, "left") + np.searchsorted(steps, negated, "right")
    counts = np.bincount(scan * corners + corner, minlength=len(scores) * corners)
    summed: NDArray[np.int64] = counts.reshape(len(scores), corners).cumsum(axis=1)
    return summed


def _resampled_curves(counts: _CornerCounts, resamples: Resamples) -> list[FrocCurve] | None:
    usable = usable_resamples(resamples, counts.nodules)
    if usable is None:
        return None
    drawn = usable.astype(float)  # products of floats run in BLAS
    false_marks = drawn @ counts.false_marks.astype(float) / len(counts.nodules)
    sensitivity = drawn @ counts.hits.astype(float) / (drawn @ counts.nodules)[:, None]
    return [
        FrocCurve(false_marks_per_scan=x, sensitivity=y)
        for x, y in zip(false_marks, sensitivity, strict=True)
    ]


def _interval(samples: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the interval along the first axis, as LUNA16 takes it from the sorted values."""
    ordered = np.sort(samples, axis=0)
    outside = (1 - _CONFIDENCE) / 2
    return ordered[floor(outside * len(ordered))], ordered[floor((1 - outside) * len(ordered))]
