"""The chart signals as often as its run lengths say, by simulation."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from wetread.domain.cusum import CusumChart, Direction, design_chart, run_chart

RUNS = 2000


def _counts(random: np.random.Generator, rate: float, dispersion: float) -> NDArray[np.int64]:
    """Return counts of patients whose own rates are spread around ``rate``."""
    rates = random.gamma(1 / dispersion, dispersion * rate, RUNS) if dispersion else rate
    return random.poisson(rates, RUNS)


def _simulated_run_length(chart: CusumChart, rate: float, seed: int) -> tuple[float, float]:
    """Return the mean number of scans to the first alarm of many runs, and its standard error."""
    random = np.random.default_rng(seed)
    lengths = np.zeros(RUNS)
    levels = np.zeros(RUNS, dtype=int)
    running = np.ones(RUNS, dtype=bool)
    while running.any():
        steps = 10 * _counts(random, rate, chart.dispersion) - chart.allowance
        levels = np.maximum(0, levels + (steps if chart.direction is Direction.MORE else -steps))
        lengths += running
        running &= levels < chart.threshold
    return float(lengths.mean()), float(lengths.std() / np.sqrt(RUNS))


@pytest.mark.parametrize("direction", list(Direction))
@pytest.mark.parametrize(("rate", "dispersion"), [(0.4, 0.0), (2.0, 0.0), (2.0, 0.8), (6.0, 0.3)])
def test_run_lengths_are_those_of_simulated_scans(
    direction: Direction, rate: float, dispersion: float
) -> None:
    chart = design_chart(
        direction, rate, dispersion=dispersion, shift=1.5, in_control_run_scans=200
    )
    for true_rate in (chart.reference_rate, chart.shifted_rate):
        mean, error = _simulated_run_length(chart, true_rate, seed=11)
        assert abs(chart.run_length_scans(true_rate) - mean) < 4 * error


@pytest.mark.parametrize("direction", list(Direction))
@pytest.mark.parametrize("rate", [0.1, 1.0, 3.0, 20.0])
def test_false_alarms_are_as_rare_as_asked_and_shifts_are_noticed_soon(
    direction: Direction, rate: float
) -> None:
    chart = design_chart(direction, rate, shift=1.5, in_control_run_scans=500)
    assert chart.run_length_scans(rate) >= 500
    assert chart.run_length_scans(chart.shifted_rate) < 500
    lower = replace(chart, threshold=chart.threshold - 1)
    assert lower.run_length_scans(rate) < 500, "the threshold is the lowest"


def test_counts_that_vary_more_than_poisson_would_alarm_too_often() -> None:
    poisson = design_chart(Direction.MORE, 2.0, shift=1.5, in_control_run_scans=1000)
    varied = design_chart(Direction.MORE, 2.0, dispersion=0.5, shift=1.5, in_control_run_scans=1000)
    assert replace(poisson, dispersion=0.5).run_length_scans(2.0) < 200
    assert varied.run_length_scans(2.0) >= 1000
    assert varied.threshold > poisson.threshold


def test_a_chart_begins_again_after_its_alarm() -> None:
    chart = CusumChart(
        direction=Direction.MORE,
        reference_rate=1.0,
        shifted_rate=1.5,
        allowance=12,
        threshold=40,
    )
    assert run_chart(chart, [1, 0, 4, 2, 1]) == ((), 3.4)
    assert run_chart(chart, [9, 1, 4, 4]) == ((0, 3), 0.0)
    assert run_chart(chart, []) == ((), 0.0)


def test_a_threshold_has_a_limit() -> None:
    chart = design_chart(
        Direction.MORE, 2.0, dispersion=9.0, shift=1.5, in_control_run_scans=10_000
    )
    assert chart.threshold_marks == 100.0
    assert chart.run_length_scans(2.0) < 10_000, "which the chart tells"
