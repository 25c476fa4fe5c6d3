"""What readers reject, and when the number of marks is another than usual."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from wetread.domain.cusum import Direction
from wetread.domain.drift import (
    DriftPolicy,
    JudgedMark,
    JudgedScan,
    assess_quality,
    watch_drift,
)
from wetread.domain.estimates import poisson_estimate, wilson_estimate
from wetread.domain.feedback import Standing

START = datetime(2026, 1, 1, tzinfo=UTC)
POLICY = DriftPolicy()


def _scan(number: int, *standings: Standing, score: float = 0.55, missed: int = 0) -> JudgedScan:
    return JudgedScan(
        concluded_at=START + timedelta(hours=number),
        marks=tuple(JudgedMark(score=score, standing=one) for one in standings),
        missed=missed,
    )


def _counted(counts: list[int]) -> list[JudgedScan]:
    return [_scan(number, *[Standing.OPEN] * count) for number, count in enumerate(counts)]


def test_only_judged_marks_make_the_false_share() -> None:
    quality = assess_quality(
        [
            _scan(0, Standing.ACCEPTED, Standing.REJECTED, Standing.OPEN, score=0.95),
            _scan(1, Standing.ACCEPTED, Standing.ACCEPTED, Standing.DISPUTED, score=1.0),
            _scan(2, missed=2),
        ],
        POLICY,
        since=START,
    )
    assert quality is not None
    assert (quality.accepted, quality.rejected) == (3, 1)
    assert (quality.disputed, quality.open, quality.missed) == (1, 1, 2)
    assert quality.marks_per_scan.value == 2.0
    assert quality.false_share is not None
    assert quality.false_share.value == 0.25
    assert quality.false_marks_per_scan is not None
    assert quality.false_marks_per_scan.value == 0.5
    assert quality.score_counts == (*[0] * 9, 6)
    assert quality.median_score == pytest.approx(0.975)


def test_without_a_judged_mark_there_is_no_share() -> None:
    quality = assess_quality([_scan(0)], POLICY, since=START)
    assert quality is not None
    assert quality.false_share is None
    assert quality.false_marks_per_scan is None
    assert quality.median_score is None
    assert quality.marks_per_scan.low == 0.0
    assert quality.drift.reference_rate is None


def test_figures_are_of_recent_scans_and_drift_is_of_all() -> None:
    scans = [*_counted([2] * 100), _scan(100, Standing.REJECTED)]
    recent = assess_quality(scans, POLICY, since=scans[-1].concluded_at)
    assert recent is not None
    assert (recent.scans, recent.rejected) == (1, 1)
    assert recent.drift.reference_rate == 2.0
    assert assess_quality(scans, POLICY, since=START + timedelta(days=30)) is None


@pytest.mark.parametrize(
    ("hits", "trials", "low", "high"),
    [  # Newcombe 1998, Statistics in Medicine 17:857, table I, method 3
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_shares_have_the_published_intervals(
    hits: int, trials: int, low: float, high: float
) -> None:
    estimate = wilson_estimate(hits, trials)
    assert (estimate.low, estimate.high) == (
        pytest.approx(low, abs=5e-5),
        pytest.approx(high, abs=5e-5),
    )


def test_intervals_hold_the_true_value_about_as_often_as_they_say() -> None:
    random = np.random.default_rng(5)
    shares = [wilson_estimate(int(hits), 60) for hits in random.binomial(60, 0.3, 4000)]
    rates = [poisson_estimate(int(events), 40) for events in random.poisson(40 * 0.5, 4000)]
    assert np.mean([one.low <= 0.3 <= one.high for one in shares]) == pytest.approx(0.95, abs=0.02)
    assert np.mean([one.low <= 0.5 <= one.high for one in rates]) == pytest.approx(0.95, abs=0.02)


def test_drift_is_told_only_after_the_reference() -> None:
    drift = watch_drift(_counted([2] * 99), POLICY)
    assert drift.reference_rate is None
    assert not drift.charts
    drift = watch_drift(_counted([2] * 100), POLICY)
    assert drift.reference_rate == 2.0
    assert {chart.direction for chart in drift.charts} == set(Direction)
    assert not drift.alarm


@pytest.mark.parametrize(
    ("later_rate", "direction"), [(3.0, Direction.MORE), (2.0 / 1.5, Direction.FEWER)]
)
def test_a_shift_is_noticed_with_its_direction_and_moment(
    later_rate: float, direction: Direction
) -> None:
    random = np.random.default_rng(3)
    counts = [2] * 100 + random.poisson(later_rate, 150).tolist()
    drift = watch_drift(_counted(counts), POLICY)
    assert drift.alarm
    assert {signal.direction for signal in drift.signals} == {direction}
    assert START + timedelta(hours=100) < drift.signals[0].at < START + timedelta(hours=200)


def test_an_alarm_ends_when_the_counts_are_again_as_they_were() -> None:
    random = np.random.default_rng(3)
    usual = random.poisson(2.0, 150).tolist()
    drift = watch_drift(_counted([2] * 100 + [6] * 10 + usual), POLICY)
    assert drift.signals
    assert not drift.alarm


def test_a_model_that_marked_nothing_is_watched_too() -> None:
    drift = watch_drift(_counted([0] * 100 + [1] * 10), POLICY)
    assert drift.reference_rate == 0.005
    assert drift.alarm
