"""Ours: whoever is free gets a study, all of them at once by the cheapest assignment.

Urgent studies go first, then AI-positive ones, then those that match a reader's score best, with
minutes and hard minutes shared evenly. A study stands where the rules of the reading order place
it. The hard limit on waiting: the oldest routine study that a reader could read is overtaken only
by what stands little behind it, and no more once all that overtook it has made it wait by a share
longer. A share of the wait alone would not do: while few read and much is requested, what is
requested within minutes is reading for an hour.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from routing.simulation.reading.floor import Floor, HandOut, Urgency
from routing.simulation.reading.places import raised_minutes
from routing.simulation.reading.studies import BoolArray
from wetread.domain.geometry import FloatArray
from wetread.domain.reading_order import OrderRules

_IMPOSSIBLE = 1e9
_LEVEL = 1000.0  # more than everything of the next lower level together
_DEEPEST = 200  # studies of one line that are looked at in one batch


@dataclass(frozen=True, slots=True, kw_only=True)
class RollingWeights:
    """What a point of a reader's score (0 to 100) is weighed against, and the limits."""

    delay_share: float = 0.12  # of a routine study's wait: how much more overtaking may add
    delay_min: float = 5.0  # at least
    overtaken_share: float = 0.05  # of its wait: how much later requests may overtake a study
    overtaken_min: float = 1.0  # at least
    age: float = 20.0  # for the oldest routine study against the newest that may overtake it
    uneven: float = 40.0  # for a reader with twice the minutes of the mean reader
    uneven_hard: float = 160.0  # likewise of hard minutes, for a hard study


class RollingBatches:
    """Hands out by minimum-cost assignment whenever somebody is idle; nothing ahead of time."""

    every_min: float | None = None

    def __init__(self, weights: RollingWeights, rules: OrderRules) -> None:
        self._weights = weights
        self._raised_min = raised_minutes(rules)

    def choose(self, worklist: Sequence[int], floor: Floor) -> int:  # noqa: ARG002 - asked for by the other policies
        """Return the only study: none is handed out ahead of time."""
        return worklist[0]

    def hand_out(self, floor: Floor) -> Iterator[HandOut]:
        """Yield the cheapest assignment of this moment."""
        if not floor.idle:
            return
        readers = np.array(tuple(floor.idle), dtype=np.intp)
        studies = _within_reach(floor, readers)
        if not studies.size:
            return
        costs = self._costs(floor, studies, readers)
        for row, column in zip(*linear_sum_assignment(costs), strict=True):
            if costs[row, column] < _IMPOSSIBLE / 2:
                yield int(studies[row]), int(readers[column])

    def _costs(
        self, floor: Floor, studies: NDArray[np.intp], readers: NDArray[np.intp]
    ) -> FloatArray:
        """Return what each study costs with each reader, (studies, readers)."""
        kinds, urgency = floor.studies.kind[studies], floor.urgency[studies]
        of_both = np.ix_(readers, kinds)
        readable = floor.reads[of_both].T
        age, allowed = self._order(floor, studies, readable)
        match = floor.readers.scores[of_both].T
        entitled_min = np.maximum(floor.entitled_min, 60)
        uneven = self._weights.uneven * _above_mean(floor.given_min, entitled_min)[readers]
        hard = self._weights.uneven_hard * _above_mean(floor.given_hard_min, entitled_min)[readers]
        costs = uneven + np.outer(floor.hard[kinds], hard)
        costs = costs - _LEVEL * urgency[:, None] - age - match
        possible: FloatArray = np.where(allowed, costs, _IMPOSSIBLE)
        return possible

    def _order(
        self, floor: Floor, studies: NDArray[np.intp], readable: BoolArray
    ) -> tuple[FloatArray, BoolArray]:
        """Return what the age of each study is worth with each reader, and who may have it now.

        Both (studies, readers).
        """
        arrival_min, urgency = floor.studies.arrival_min[studies], floor.urgency[studies]
        routine = readable & (urgency == Urgency.ROUTINE)[:, None]
        oldest = studies[routine.argmax(axis=0)]  # the first: studies are in order of request
        oldest_min = np.where(routine.any(axis=0), floor.studies.arrival_min[oldest], floor.now_min)
        wait_min = floor.now_min - oldest_min
        delays_min = {study: floor.overtaken_min(study) for study in set(oldest.tolist())}
        delay_min = np.array([delays_min[study] for study in oldest.tolist()])
        most_min = self._weights.delay_share * (wait_min - delay_min)
        spent = delay_min > np.maximum(most_min, self._weights.delay_min)
        spent &= routine.any(axis=0)
        raised_min = np.where(spent, 0.0, self._raised_min[urgency][:, None])
        later_min = arrival_min[:, None] - oldest_min - raised_min
        window_min = np.maximum(
            self._weights.overtaken_share * wait_min, self._weights.overtaken_min
        )
        age: FloatArray = self._weights.age * np.clip(1 - later_min / window_min, 0, 1)
        return age, readable & (later_min <= np.where(spent, 0.0, window_min))


def _within_reach(floor: Floor, readers: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return studies that some of the readers read, oldest first: what fits, of every line."""
    read = set(np.nonzero(floor.reads[readers])[1].tolist())
    most = min(len(readers), _DEEPEST)
    found = [
        study
        for line in floor.lines
        if line[0] in read
        for study in islice(floor.waiting[line], most)
    ]
    return np.array(sorted(found), dtype=np.intp)


def _above_mean(given_min: FloatArray, entitled_min: FloatArray) -> FloatArray:
    """Return how far each reader's share lies above the mean share, -1 to 1, (R,)."""
    mean = given_min.sum() / entitled_min.sum()
    above = given_min / entitled_min / max(mean, 1e-9) - 1
    clipped: FloatArray = np.clip(above, -1, 1)
    return clipped
