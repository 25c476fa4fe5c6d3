"""Poisson CUSUM: raises an alarm when counts have shifted for good, not at single large ones.

Page 1954; Lucas 1985 "Counted data CUSUM's". The run lengths are exact, by the Markov chain of
Brook and Evans 1972: the chart moves on a lattice of 0.1, to which its steps are rounded. They are
those of counts that may vary more than Poisson's (negative binomial): patients differ.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from wetread.domain.geometry import FloatArray

_STEPS = 10  # of the lattice, per mark
_LARGEST_THRESHOLD = 100 * _STEPS  # reached only where counts are extremely uneven


class Direction(StrEnum):
    """Which way the counts went."""

    MORE = "more"
    FEWER = "fewer"


@dataclass(frozen=True, slots=True, kw_only=True)
class CusumChart:
    """One side of a chart; ``reference_rate`` and ``shifted_rate`` are counts per scan.

    The variance of a count of mean m is m + ``dispersion`` m²; 0 is Poisson.

    Steps are in tenths of a count: the chart adds a count less ``allowance`` (turned round for
    FEWER), never falls below zero, and signals at ``threshold``.
    """

    direction: Direction
    reference_rate: float
    shifted_rate: float
    dispersion: float = 0.0
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
        return _run_length(self, rate)


def design_chart(
    direction: Direction,
    reference_rate: float,
    *,
    dispersion: float = 0.0,
    shift: float,
    in_control_run_scans: float,
) -> CusumChart:
    """Return the chart for a rate that grows to ``shift`` times the reference, or to one shift-th.

    Its threshold is the lowest at which a false alarm comes after ``in_control_run_scans`` or more
    on average, up to one of 100 counts; ``reference_rate`` is above zero, ``shift`` above one.
    """
    shifted = reference_rate * shift if direction is Direction.MORE else reference_rate / shift
    # The step of the sequential likelihood ratio test of two Poisson rates.
    between = (shifted - reference_rate) / math.log(shifted / reference_rate)
    chart = CusumChart(
        direction=direction,
        reference_rate=reference_rate,
        shifted_rate=shifted,
        dispersion=dispersion,
        allowance=max(1, round(_STEPS * between)),
        threshold=_LARGEST_THRESHOLD,
    )

    def is_enough(threshold: int) -> bool:
        tried = replace(chart, threshold=threshold)
        return tried.run_length_scans(reference_rate) >= in_control_run_scans

    low, high = 0, _STEPS
    while high < _LARGEST_THRESHOLD and not is_enough(high):
        low, high = high, min(2 * high, _LARGEST_THRESHOLD)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if is_enough(middle) else (middle, high)
    return replace(chart, threshold=high)


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


def _run_length(chart: CusumChart, rate: float) -> float:
    states = np.arange(chart.threshold)
    most = (chart.threshold + chart.allowance) // _STEPS + 1  # more signal, or lead to zero
    chances = _chances(most, rate, chart.dispersion)
    steps = _STEPS * np.arange(most + 1) - chart.allowance
    if chart.direction is Direction.FEWER:
        steps = -steps
        chances[-1] = 1.0 - chances[:-1].sum()  # all larger counts lead to zero alike
    after = np.maximum(0, states[:, np.newaxis] + steps)
    stay = after < chart.threshold
    moves = np.zeros((chart.threshold, chart.threshold))
    rows = np.broadcast_to(states[:, np.newaxis], after.shape)
    np.add.at(moves, (rows[stay], after[stay]), np.broadcast_to(chances, after.shape)[stay])
    lengths = np.linalg.solve(np.eye(chart.threshold) - moves, np.ones(chart.threshold))
    return float(lengths[0])


def _chances(most: int, rate: float, dispersion: float) -> FloatArray:
    """Return the probabilities of the counts from 0 to ``most``."""
    counts = range(most + 1)
    if dispersion == 0.0:
        return np.asarray(
            [math.exp(k * math.log(rate) - rate - math.lgamma(k + 1)) for k in counts]
        )
    size = 1.0 / dispersion
    share = rate / (size + rate)
    return np.asarray(
        [
            math.exp(
                math.lgamma(k + size)
                - math.lgamma(size)
                - math.lgamma(k + 1)
                + size * math.log1p(-share)
                + k * math.log(share)
            )
            for k in counts
        ]
    )
