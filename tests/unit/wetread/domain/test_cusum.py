"""The chart signals as often as its run lengths say, by simulation."""

import numpy as np
import pytest

from wetread.domain.cusum import CusumChart, Direction, design_chart, run_chart

RUNS = 2000


def _simulated_run_length(chart: CusumChart, rate: float, seed: int) -> tuple[float, float]:
    """Return the mean number of scans to the first alarm of many runs, and its standard error."""
    random = np.random.default_rng(seed)
    lengths = np.zeros(RUNS)
    levels = np.zeros(RUNS, dtype=int)
    running = np.ones(RUNS, dtype=bool)
    while running.any():
        steps = 10 * random.poisson(rate, RUNS) - chart.allowance
        levels = np.maximum(0, levels + (steps if chart.direction is Direction.MORE else -steps))
        lengths += running
        running &= levels < chart.threshold
    return float(lengths.mean()), float(lengths.std() / np.sqrt(RUNS))


@pytest.mark.parametrize("direction", list(Direction))
@pytest.mark.parametrize("rate", [0.4, 2.0, 6.0])
def test_run_lengths_are_those_of_simulated_scans(direction: Direction, rate: float) -> None:
    chart = design_chart(direction, rate, shift=1.5, in_control_run_scans=200)
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
    lower = CusumChart(
        direction=direction,
        reference_rate=rate,
        shifted_rate=chart.shifted_rate,
        allowance=chart.allowance,
        threshold=chart.threshold - 1,
    )
    assert lower.run_length_scans(rate) < 500, "the threshold is the lowest"


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


def test_a_rate_near_zero_still_has_a_chart() -> None:
    chart = design_chart(Direction.FEWER, 0.005, shift=1.5, in_control_run_scans=1000)
    assert chart.threshold_marks == 50.0
