"""Ours: rolling batches, each the cheapest assignment of waiting studies to readers with room.

Urgent studies go first, then AI-positive ones, then those that match a reader's score best, with
minutes and hard minutes shared evenly. The hard limit on waiting: a study stands where the rules of
the reading order place it, and whoever reads, the routine study that stands first among those he
could read is overtaken only by what stands little behind it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from routing.simulation.reading.floor import Floor, HandOut, Urgency
from routing.simulation.reading.studies import BoolArray
from wetread.domain.geometry import FloatArray
from wetread.domain.reading_order import OrderRules, ReadRequest, place_of
from wetread.domain.reading_order import Urgency as Asked

_IMPOSSIBLE = 1e9
_LEVEL = 1000.0  # more than everything of the next lower level together
_DEEPEST = 200  # studies of one line that are looked at in one batch


@dataclass(frozen=True, slots=True, kw_only=True)
class RollingWeights:
    """What a point of a reader's score (0 to 100) is weighed against."""

    room_min: float = 2.0  # readers with less than this to read may be given more
    overtaken_share: float = 0.05  # of its wait: how much later requests may overtake a study
    overtaken_min: float = 1.0  # at least
    ai_points: int = 50  # of an AI-positive study, of the 100 that findings raise by
    age: float = 20.0  # for the oldest routine study against the newest that may overtake it
    pending: float = 20.0  # for a minute that the reader has still to read
    uneven: float = 40.0  # for a reader with twice the minutes of the mean reader
    uneven_hard: float = 80.0  # likewise of hard minutes, for a hard study


class RollingBatches:
    """Hands out by minimum-cost assignment, every other minute and whenever somebody is idle."""

    def __init__(self, weights: RollingWeights, rules: OrderRules) -> None:
        self.every_min: float | None = 2.0
        self._weights = weights
        self._raised_min = np.array([_raised_min(one, weights, rules) for one in Urgency])

    def choose(self, worklist: Sequence[int], floor: Floor) -> int:
        """Return the most urgent study, among those the oldest."""
        return min(worklist, key=lambda study: (-int(floor.urgency[study]), study))

    def hand_out(self, floor: Floor) -> Iterator[HandOut]:
        """Yield the cheapest assignment of this moment."""
        readers = np.flatnonzero(floor.with_room(self._weights.room_min))
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
        readable = floor.reads[np.ix_(readers, kinds)].T
        later_min, window_min = self._later(floor, studies, readable)
        age = self._weights.age * np.clip(1 - later_min / window_min, 0, 1)
        match = floor.readers.scores[np.ix_(readers, kinds)].T
        uneven = self._weights.uneven * _above_mean(floor, floor.given_min)[readers]
        hard = self._weights.uneven_hard * _above_mean(floor, floor.given_hard_min)[readers]
        pending = self._weights.pending * floor.pending_min[readers]
        costs = uneven + pending + np.outer(floor.hard[kinds], hard)
        costs = costs - _LEVEL * urgency[:, None] - age - match
        allowed: FloatArray = np.where(readable & (later_min <= window_min), costs, _IMPOSSIBLE)
        return allowed

    def _later(
        self, floor: Floor, studies: NDArray[np.intp], readable: BoolArray
    ) -> tuple[FloatArray, FloatArray]:
        """Return how far behind each reader's oldest routine study a study stands.

        (studies, readers) minutes; and how far it may, (readers,).
        """
        arrival_min = floor.studies.arrival_min[studies]
        urgency = floor.urgency[studies]
        routine = readable & (urgency == Urgency.ROUTINE)[:, None]
        oldest_min = np.where(routine, arrival_min[:, None], np.inf).min(axis=0)
        oldest_min = np.where(np.isinf(oldest_min), floor.now_min, oldest_min)
        place_min = arrival_min - self._raised_min[urgency]
        window_min = np.maximum(
            self._weights.overtaken_share * (floor.now_min - oldest_min),
            self._weights.overtaken_min,
        )
        return place_min[:, None] - oldest_min, window_min


def _raised_min(urgency: Urgency, weights: RollingWeights, rules: OrderRules) -> float:
    """Return by how many minutes the rules of the reading order raise a study."""
    # Any moment will do: a place moves with its request.
    request = ReadRequest(
        requested_at=datetime(2000, 1, 1, tzinfo=UTC),
        urgency=Asked.URGENT if urgency is Urgency.URGENT else Asked.ROUTINE,
        ai_points=weights.ai_points if urgency is Urgency.AI_POSITIVE else 0,
    )
    raised = request.requested_at - place_of(request, rules).place_at
    return raised / timedelta(minutes=1)


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


def _above_mean(floor: Floor, given_min: FloatArray) -> FloatArray:
    """Return how far each reader's share lies above the mean share, -1 to 1, (R,)."""
    entitled_min = np.maximum(floor.entitled_min, 60)
    mean = given_min.sum() / entitled_min.sum()
    above = given_min / entitled_min / max(mean, 1e-9) - 1
    clipped: FloatArray = np.clip(above, -1, 1)
    return clipped
