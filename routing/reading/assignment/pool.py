"""The studies and readers of a batch as arrays, and what readers take on while it is filled."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from wetread.domain.assignment.outcomes import ReaderOnShift
from wetread.domain.assignment.policy import AssignmentPolicy
from wetread.domain.assignment.studies import StudyToAssign, obstacle, standing_obstacle

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyArrays:
    """Studies in the order in which they are given; one row each."""

    studies: tuple[StudyToAssign, ...]
    minutes: Floats
    difficulty: Floats
    weighted_minutes: Floats  # times the difficulty
    due_minutes: Floats  # from now
    urgency: Floats
    floors: Floats
    scores: Floats  # (studies, readers): as declared; whom a floor keeps out depends on them alone
    suitability: Floats  # (studies, readers): the score less the shrunk discrepancy rate
    eligible: Flags  # (studies, readers): nothing but capacity may stand between them


def study_arrays(
    studies: Sequence[StudyToAssign],
    readers: Sequence[ReaderOnShift],
    policy: AssignmentPolicy,
    now: datetime,
) -> StudyArrays:
    """Return the arrays of studies for these readers."""
    scores, eligible = _match(studies, readers)
    kept = np.array([1 - one.discrepancy_rate for one in readers])
    minutes = np.array([one.minutes for one in studies], dtype=np.float64)
    difficulty = np.array([one.difficulty for one in studies], dtype=np.float64)
    return StudyArrays(
        studies=tuple(studies),
        minutes=minutes,
        difficulty=difficulty,
        weighted_minutes=minutes * difficulty,
        due_minutes=np.array([(one.due_at - now).total_seconds() / 60 for one in studies]),
        urgency=np.array([one.urgency_weight for one in studies], dtype=np.float64),
        floors=np.array([float(policy.floor(one.difficulty)) for one in studies]),
        scores=scores,
        suitability=scores * kept,
        eligible=eligible,
    )


class ReaderLoads:
    """What each reader has taken on; grows as the batch is filled."""

    def __init__(
        self,
        readers: Sequence[ReaderOnShift],
        arrays: StudyArrays,
        ahead_minutes: float | None = None,
    ) -> None:
        """Who has ``ahead_minutes`` to read is given no more; None: until the shift is full."""
        self.free = np.array([one.free_minutes for one in readers], dtype=np.float64)
        self.queued = np.array([one.queued_minutes for one in readers], dtype=np.float64)
        if ahead_minutes is not None:
            # Room for the longest, too: short studies would fill what never suffices for it.
            room = ahead_minutes - self.queued + arrays.minutes.max(initial=0.0)
            self.free = np.where(self.queued < ahead_minutes, np.minimum(self.free, room), 0.0)
        self.taken = np.array([one.shift_taken_minutes for one in readers], dtype=np.float64)
        self.weighted = np.array([one.shift_weighted_minutes for one in readers], dtype=np.float64)
        shift = np.array([one.shift_minutes for one in readers], dtype=np.float64)
        share = shift / shift.sum()
        self.entitled = share * (self.taken.sum() + arrays.minutes.sum())
        self.entitled_weighted = share * (self.weighted.sum() + arrays.weighted_minutes.sum())

    def add(self, reader: int, minutes: float, weighted_minutes: float) -> None:
        """Give a reader one more study."""
        self.free[reader] -= minutes
        self.queued[reader] += minutes
        self.taken[reader] += minutes
        self.weighted[reader] += weighted_minutes


def _match(
    studies: Sequence[StudyToAssign], readers: Sequence[ReaderOnShift]
) -> tuple[Floats, Flags]:
    """Return scores and eligibility; what most studies share is looked at once."""
    kinds = sorted({(one.column, one.site) for one in studies})
    place = {kind: index for index, kind in enumerate(kinds)}
    of_kind = np.array([place[one.column, one.site] for one in studies], dtype=np.intp)
    allowed = np.array(
        [[standing_obstacle(one.reader, *kind) is None for one in readers] for kind in kinds]
    )
    scores = np.array([[float(one.reader.score(column)) for one in readers] for column, _ in kinds])
    eligible = allowed[of_kind]
    barred = {patient for one in readers for patient in one.reader.conflict_patients}
    for row, study in enumerate(studies):
        if study.refused_by or study.patient in barred:
            eligible[row] = [obstacle(one.reader, study) is None for one in readers]
    return scores[of_kind], eligible
