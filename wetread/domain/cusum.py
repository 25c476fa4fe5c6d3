"""Poisson CUSUM: raises an alarm when counts have shifted for good, not at single large ones.

Page 1954; Lucas 1985 "Counted data CUSUM's". The run lengths are exact, by the Markov chain of
Brook and Evans 1972: the chart moves on a lattice of 0.1, to which its steps are rounded.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from wetread.domain.geometry import FloatArray

_STEPS = 10  # of the lattice, per mark
_LARGEST_THRESHOLD = 50 * _STEPS  # reached only where there is hardly ever a mark


class Direction(StrEnum):
    """Which way the counts went."""

    MORE = "more"
    FEWER = "fewer"


@dataclass(frozen=True, slots=True, kw_only=True)
class CusumChart:
    """One side of a chart; ``reference_rate`` and ``shifted_rate`` are counts per scan.

    Steps are in tenths of a count: the chart adds a count less ``allowance`` (turned round for
    FEWER), never falls below zero, and signals at ``threshold``.
    """

    direction: Direction
    reference_rate: float
    shifted_rate: float
    allowance: int
    threshold: int

    def moved(self, level: int, count: int) -> int:
        """Return the level after a further scan, in tenths."""
        step = _STEPS * count - self.allowance
        return max(0, level + (step if self.direction is Direction.MORE else -step))

    def signals(self, level: int) -> bool:
        """Tell whether a level is an alarm."""
        return level >= self.threshold

    @property
    def threshold_marks(self) -> float:
        """The threshold in counts."""
        return self.threshold / _STEPS

    def run_length_scans(self, rate: float) -> float:
        """Return the mean number of scans until an alarm, from level zero at this true rate."""
        return _run_length(self.direction, self.allowance, self.threshold, rate)


def design_chart(
    direction: Direction, reference_rate: float, *, shift: float, in_control_run_scans: float
) -> CusumChart:
    """Return the chart for a rate that grows to ``shift`` times the reference, or to one shift-th.

    Its threshold is the lowest at which a false alarm comes after ``in_control_run_scans`` or more
    on average, up to one of 50 counts; ``reference_rate`` is above zero, ``shift`` above one.
    """
    shifted = reference_rate * shift if direction is Direction.MORE else reference_rate / shift
    # The step of the sequential likelihood ratio test of the two rates.
    between = (shifted - reference_rate) / math.log(shifted / reference_rate)
    allowance = max(1, round(_STEPS * between))
    low, high = 0, _STEPS
    while high < _LARGEST_THRESHOLD and (
        _run_length(direction, allowance, high, reference_rate) < in_control_run_scans
    ):
        low, high = high, min(2 * high, _LARGEST_THRESHOLD)
    while high - low > 1:
        middle = (low + high) // 2
        enough = _run_length(direction, allowance, middle, reference_rate) >= in_control_run_scans
        low, high = (low, middle) if enough else (middle, high)
    return CusumChart(
        direction=direction,
        reference_rate=reference_rate,
        shifted_rate=shifted,
        allowance=allowance,
        threshold=high,
    )


def run_chart(chart: CusumChart, counts: Sequence[int]) -> tuple[tuple[int, ...], float]:
    """Return at which of the counts the chart signalled, and its level after the last, in counts.

    It begins at zero again after each signal.
    """
    signalled = []
    level = 0
    for number, count in enumerate(counts):
        level = chart.moved(level, count)
        if chart.signals(level):
            signalled.append(number)
            level = 0
    return tuple(signalled), level / _STEPS


def _run_length(direction: Direction, allowance: int, threshold: int, rate: float) -> float:
    states = np.arange(threshold)
    most = (threshold + allowance) // _STEPS + 1  # further counts signal, or lead to zero
    counts = np.arange(most + 1)
    logarithms = np.asarray([math.lgamma(count + 1) for count in counts])
    chances: FloatArray = np.exp(counts * math.log(rate) - rate - logarithms)
    steps = _STEPS * counts - allowance
    if direction is Direction.FEWER:
        steps = -steps
        chances[-1] = 1.0 - chances[:-1].sum()  # all larger counts lead to zero alike
    after = np.maximum(0, states[:, np.newaxis] + steps)
    stay = after < threshold
    moves = np.zeros((threshold, threshold))
    rows = np.broadcast_to(states[:, np.newaxis], after.shape)
    np.add.at(moves, (rows[stay], after[stay]), np.broadcast_to(chances, after.shape)[stay])
    lengths = np.linalg.solve(np.eye(threshold) - moves, np.ones(threshold))
    return float(lengths[0])
