"""The best assignment of a batch, by objectives in order.

First as many studies as can be, then the least urgency-weighted tardiness, then the best
suitability, then the least convex penalty on deviation from each reader's fair share, in minutes
and in difficulty-weighted minutes. One assignment problem (SciPy) over slots: the k-th slot of a
reader begins when k studies of average length are read, so its costs rise with k. The objectives
are kept apart by their weights: no sum of a later one outweighs one step of an earlier one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from routing.reading.assignment.pool import Flags, Floats, ReaderLoads, StudyArrays, study_arrays
from routing.reading.assignment.room import OPEN, make_room
from wetread.domain.assignment.outcomes import ReaderOnShift
from wetread.domain.assignment.policy import AssignmentPolicy
from wetread.domain.assignment.studies import StudyToAssign

_LARGEST_PROBLEM: Final = 500  # studies solved at once; the time grows with its cube
_MOST_TARDINESS_STEPS: Final = 200  # above, all tardiness of a problem is told apart more coarsely
_SPARE_SLOTS: Final = 3  # slots per reader beyond an even spread, times that spread
_LEAST_MINUTES: Final = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """One study, by its place in the order, and its reader."""

    study: int
    reader: int
    starts_minutes: float  # from now: when the reader is expected to begin


@dataclass(frozen=True, slots=True, kw_only=True)
class Solution:
    """Who reads what; studies that are in no ``given`` stay open."""

    arrays: StudyArrays
    readers: tuple[ReaderOnShift, ...]
    given: tuple[Given, ...]
    loads: ReaderLoads


@dataclass(frozen=True, slots=True, kw_only=True)
class _Slots:
    reader: NDArray[np.intp]
    place: NDArray[np.intp]  # how many of the reader's slots come before


def solve(
    studies: Sequence[StudyToAssign],
    readers: Sequence[ReaderOnShift],
    policy: AssignmentPolicy,
    now: datetime,
) -> Solution:
    """Give studies to readers; the result depends on no order of the arguments.

    Large batches are solved in parts, the most urgent first.
    """
    ordered = sorted(studies, key=lambda one: one.reading_order)
    present = tuple(sorted(readers, key=lambda one: one.reader.reader_id))
    arrays = study_arrays(ordered, present, policy, now)
    loads = ReaderLoads(present, arrays, policy.ahead_minutes)
    reader_of = np.full(len(ordered), OPEN, dtype=np.intp)
    _fill_parts(reader_of, arrays, loads, policy)
    while make_room(reader_of, arrays, loads):
        _fill_parts(reader_of, arrays, loads, policy)  # a move may leave room for more
    given = _in_reading_order(reader_of, arrays, present)
    return Solution(arrays=arrays, readers=present, given=given, loads=loads)


def _fill_parts(
    reader_of: NDArray[np.intp], arrays: StudyArrays, loads: ReaderLoads, policy: AssignmentPolicy
) -> None:
    # Where there is no room for all, who stands first must not lose to a better match behind.
    most = _LARGEST_PROBLEM
    if policy.ahead_minutes is not None:
        most = min(most, loads.free.size)
    for start in range(0, reader_of.size, most):
        if not loads.free.any():
            return
        part = np.arange(start, min(start + most, reader_of.size))
        while _fill(part[reader_of[part] == OPEN], reader_of, arrays, loads, policy):
            pass


def _in_reading_order(
    reader_of: NDArray[np.intp], arrays: StudyArrays, readers: Sequence[ReaderOnShift]
) -> tuple[Given, ...]:
    """Return what was given; each reader reads what they had, then the new in order."""
    starts = [one.queued_minutes for one in readers]
    given = []
    for study in np.flatnonzero(reader_of != OPEN):
        reader = int(reader_of[study])
        given.append(Given(study=int(study), reader=reader, starts_minutes=starts[reader]))
        starts[reader] += float(arrays.minutes[study])
    return tuple(given)


def _fill(
    rows: NDArray[np.intp],
    reader_of: NDArray[np.intp],
    arrays: StudyArrays,
    loads: ReaderLoads,
    policy: AssignmentPolicy,
) -> bool:
    """Solve one problem and give what fits the capacities; tell whether anything did.

    What did not may be tried again with what is left of them.
    """
    fitting = arrays.eligible[rows] & (arrays.minutes[rows, None] <= loads.free)
    high_enough = fitting & (arrays.scores[rows] >= arrays.floors[rows, None])
    has_high = np.asarray(high_enough.any(axis=1))
    allowed = np.where(has_high[:, None], high_enough, fitting)
    with_somebody = np.flatnonzero(allowed.any(axis=1))
    rows, allowed = rows[with_somebody], allowed[with_somebody]
    if not rows.size:
        return False
    slots = _slots(rows, arrays, loads)
    cost = _costs(rows, allowed, slots, arrays, loads, policy)
    for row, slot in zip(*linear_sum_assignment(cost), strict=True):  # rows in reading order
        reader = int(slots.reader[slot]) if slot < slots.reader.size else OPEN
        study, minutes = rows[row], float(arrays.minutes[rows[row]])
        if reader != OPEN and allowed[row, reader] and minutes <= loads.free[reader]:
            reader_of[study] = reader
            loads.add(reader, minutes, float(arrays.weighted_minutes[study]))
    return bool((reader_of[rows] != OPEN).any())


def _slots(rows: NDArray[np.intp], arrays: StudyArrays, loads: ReaderLoads) -> _Slots:
    """Return the slots of the readers, as many as they may fill."""
    usual = max(float(arrays.minutes[rows].mean()), _LEAST_MINUTES)
    most = min(rows.size, _SPARE_SLOTS * (1 + rows.size // loads.free.size))
    counts = np.clip(np.ceil(loads.free / usual), 0, most).astype(np.intp)
    reader = np.repeat(np.arange(counts.size), counts)
    first = np.cumsum(counts) - counts
    return _Slots(reader=reader, place=np.arange(reader.size) - first[reader])


def _costs(
    rows: NDArray[np.intp],
    allowed: Flags,
    slots: _Slots,
    arrays: StudyArrays,
    loads: ReaderLoads,
    policy: AssignmentPolicy,
) -> Floats:
    """Return what each study costs in each slot; the last columns are for staying open."""
    reader, minutes = slots.reader, arrays.minutes[rows, None]
    usual, usual_weighted = minutes.mean(), arrays.weighted_minutes[rows].mean()
    starts = loads.queued[reader] + slots.place * usual
    late = np.maximum(starts + minutes - arrays.due_minutes[rows, None], 0)
    late *= arrays.urgency[rows, None]
    step = max(policy.tardiness_step_minutes, float(late.max()) / _MOST_TARDINESS_STEPS)
    tardiness = np.floor(late / step)
    # A hard case loses more by the wrong reader.
    shortfall = (100 - arrays.suitability[rows]) * arrays.difficulty[rows, None]
    unsuitable = np.floor(shortfall / policy.score_step)[:, reader]
    unfair = _rise(loads.taken, loads.entitled, minutes, usual, slots)
    unfair += _rise(
        loads.weighted,
        loads.entitled_weighted,
        arrays.weighted_minutes[rows, None],
        usual_weighted,
        slots,
    )
    one_more = rows.size * float(unfair.max()) + 1.0
    later = one_more * (rows.size * float(unsuitable.max()) + 1.0)
    cost = unfair + one_more * unsuitable + later * tardiness
    left_open = rows.size * (float(cost.max()) + 1.0)
    cost[~allowed[:, reader]] = left_open
    spare = max(rows.size - reader.size, 0)
    return np.pad(cost, ((0, 0), (0, spare)), constant_values=left_open)


def _rise(taken: Floats, entitled: Floats, minutes: Floats, usual: float, slots: _Slots) -> Floats:
    """Return by how much a study raises the penalty: squared load over the fair share, a reader."""
    before = (taken[slots.reader] + slots.place * usual) / entitled[slots.reader]
    return minutes * (2 * before + minutes / entitled[slots.reader]) / usual
