"""What holds for FROC whatever is found, and that it is the protocol of LUNA16."""

from itertools import pairwise
from random import Random
from statistics import fmean
from typing import TypeAlias

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from inference.evaluation import (
    FALSE_MARK_RATES,
    ScanCandidates,
    ScanMatch,
    ScanTruth,
    compute_froc,
    figures_at_score,
    match_scans,
    resample_scans,
    score_at_false_marks,
    score_at_sensitivity,
)
from tests.support.evaluation import candidates, excluded, nodule, truth

Scan: TypeAlias = tuple[ScanTruth, ScanCandidates]

_SCORES = st.integers(0, 12).map(lambda value: value / 12)  # few, so that ties are common
_PLACES = st.integers(-60, 60).map(float)
_DIAMETERS = st.sampled_from([4.0, 10.0, 25.0])
_SCANS = st.lists(
    st.tuples(
        st.lists(st.builds(nodule, _PLACES, _DIAMETERS), max_size=4),
        st.lists(st.builds(excluded, _PLACES, _DIAMETERS), max_size=2),
        st.lists(st.tuples(_PLACES, _SCORES), max_size=10),
    ),
    min_size=1,
    max_size=6,
).map(
    lambda scans: [
        (truth(str(number), nodules, neither), candidates(str(number), *found))
        for number, (nodules, neither, found) in enumerate(scans)
    ]
)
_EVALUABLE = _SCANS.filter(lambda scans: any(one.nodules for one, _ in scans))


def matched(scans: list[Scan]) -> tuple[ScanMatch, ...]:
    return match_scans([one for one, _ in scans], [found for _, found in scans])


def slow_froc(scans: list[Scan]) -> list[tuple[float, float]]:
    """Return (false marks per scan, sensitivity) at every score, read off the protocol."""
    best_scores: list[float | None] = []
    false_scores: list[float] = []
    for one, found in scans:
        places = [
            (float(x), float(s))
            for (x, _, _), s in zip(found.center_lps_mm, found.score, strict=True)
        ]
        for real in one.nodules:
            within = [s for x, s in places if abs(x - real.center_lps_mm[0]) < real.diameter_mm / 2]
            best_scores.append(max(within, default=None))
        for x, score in places:
            findings = [*one.nodules, *one.excluded]
            if all(abs(x - it.center_lps_mm[0]) >= it.diameter_mm / 2 for it in findings):
                false_scores.append(score)
    hit_scores = [score for score in best_scores if score is not None]
    points = [(0.0, 0.0)]
    for score in sorted({*hit_scores, *false_scores}, reverse=True):
        wrong = sum(other >= score for other in false_scores)
        right = sum(other >= score for other in hit_scores)
        points.append((wrong / len(scans), right / len(best_scores)))
    return points


def slow_sensitivity(points: list[tuple[float, float]], rate: float) -> float:
    """Interpolate; where the curve is vertical its upper end counts, after its end the last."""
    if points[-1][0] <= rate:
        return points[-1][1]
    for (x0, y0), (x1, y1) in pairwise(points):
        if x0 <= rate < x1:
            return y0 + (y1 - y0) * (rate - x0) / (x1 - x0)
    raise AssertionError


@given(_EVALUABLE)
def test_it_is_the_protocol(scans: list[Scan]) -> None:
    result = compute_froc(matched(scans))
    slow = [slow_sensitivity(slow_froc(scans), rate) for rate in FALSE_MARK_RATES]
    assert [one.value for one in result.sensitivity] == pytest.approx(slow, abs=1e-12)
    assert result.cpm.value == pytest.approx(fmean(slow), abs=1e-12)


@settings(max_examples=30)
@given(_EVALUABLE, st.integers(0, 2**31))
def test_intervals_are_those_of_scans_drawn_again(scans: list[Scan], seed: int) -> None:
    """Each resample evaluates the drawn scans as if they were scans of their own."""
    assume(sum(bool(one.nodules) for one, _ in scans) > 1)
    resamples = resample_scans(len(scans), np.random.default_rng(seed), 40)
    slow: list[float] = []
    for counts in resamples:
        drawn = [scan for scan, count in zip(scans, counts, strict=True) for _ in range(count)]
        if any(one.nodules for one, _ in drawn):
            points = slow_froc(drawn)
            slow.append(fmean(slow_sensitivity(points, rate) for rate in FALSE_MARK_RATES))
    slow.sort()
    expected = slow[int(0.025 * len(slow))], slow[int(0.975 * len(slow))]
    cpm = compute_froc(matched(scans), resamples).cpm
    assert cpm.interval is not None
    assert cpm.interval == pytest.approx(expected, abs=1e-9)


@given(_EVALUABLE)
def test_more_false_marks_never_find_less(scans: list[Scan]) -> None:
    result = compute_froc(matched(scans), resample_scans(len(scans), np.random.default_rng(0), 20))
    values = [one.value for one in result.sensitivity]
    assert values == sorted(values)
    assert 0 <= values[0] <= result.cpm.value <= values[-1] <= 1
    assert np.all(np.diff(result.curve.false_marks_per_scan) >= 0)
    assert np.all(np.diff(result.curve.sensitivity) >= 0)
    if result.band is not None:
        assert np.all(result.band.lower <= result.band.upper)


@given(_EVALUABLE, st.randoms(use_true_random=False))
def test_the_order_of_scans_and_candidates_is_nobodys_business(
    scans: list[Scan], random: Random
) -> None:
    shuffled = []
    for one, found in random.sample(scans, len(scans)):
        order = np.array(random.sample(range(len(found.score)), len(found.score)), dtype=int)
        mixed = ScanCandidates(
            scan=found.scan,
            center_lps_mm=found.center_lps_mm[order],
            score=found.score[order],
        )
        shuffled.append((one, mixed))
    assert compute_froc(matched(shuffled)).sensitivity == compute_froc(matched(scans)).sensitivity


@given(_EVALUABLE, _SCORES)
def test_one_more_false_mark_never_raises(scans: list[Scan], score: float) -> None:
    before = compute_froc(matched(scans))
    one, found = scans[0]
    worse = ScanCandidates(
        scan=found.scan,
        center_lps_mm=np.vstack([found.center_lps_mm, [0.0, 500.0, 0.0]]),
        score=np.append(found.score, score),
    )
    after = compute_froc(matched([(one, worse), *scans[1:]]))
    assert after.false_marks == before.false_marks + 1
    for less, more in zip(after.sensitivity, before.sensitivity, strict=True):
        assert less.value <= more.value + 1e-12


@given(_EVALUABLE)
def test_only_the_order_of_scores_counts(scans: list[Scan]) -> None:
    stretched = [
        (
            one,
            ScanCandidates(
                scan=found.scan, center_lps_mm=found.center_lps_mm, score=np.exp(found.score) * 7
            ),
        )
        for one, found in scans
    ]
    assert compute_froc(matched(stretched)).sensitivity == compute_froc(matched(scans)).sensitivity


@given(_EVALUABLE, st.floats(0.05, 1.0))
def test_a_chosen_score_keeps_what_was_asked_for(scans: list[Scan], sensitivity: float) -> None:
    matches = matched(scans)
    if compute_froc(matches).curve.sensitivity[-1] >= sensitivity:
        score = score_at_sensitivity(matches, sensitivity)
        point = figures_at_score(matches, score)
        assert point.sensitivity.value >= sensitivity - 1e-9
        higher = figures_at_score(matches, score + 1e-6)
        assert higher.sensitivity.value < sensitivity
    else:
        with pytest.raises(ValueError, match="no score finds"):
            score_at_sensitivity(matches, sensitivity)


@given(_EVALUABLE, st.sampled_from([0.0, 0.5, 2.0]))
def test_a_score_keeps_to_its_false_marks(scans: list[Scan], per_scan: float) -> None:
    matches = matched(scans)
    try:
        score = score_at_false_marks(matches, per_scan)
    except ValueError:
        return
    assert figures_at_score(matches, score).false_marks_per_scan.value <= per_scan
    every = np.unique(np.concatenate([found.score for _, found in scans]))
    lower = every[every < score]
    if len(lower):
        point = figures_at_score(matches, float(lower[-1]))
        assert point.false_marks_per_scan.value > per_scan
