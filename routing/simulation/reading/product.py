"""The assignment of the product, on the simulated floor: its solver, its policy, its order.

Every study that waits goes to a reader with room left in the shift, in batches; readers read what
stands first on their own list. Not played: contracts, conflicts, refusals, overrides, qualities.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from routing.reading.assignment.batch import assign_batch
from routing.reading.calendars import load_site_calendars
from routing.simulation.reading.floor import Floor, HandOut, Urgency
from routing.simulation.reading.places import AI_POINTS, raised_minutes
from routing.simulation.reading.scenario import Scenario
from wetread.domain.assignment.outcomes import ReaderOnShift
from wetread.domain.assignment.policy import AssignmentPolicy
from wetread.domain.assignment.studies import StudyToAssign
from wetread.domain.readers.reader import Reader
from wetread.domain.reading_order import OrderRules
from wetread.domain.studies import PatientKey

_MIDNIGHT = datetime(2000, 1, 3, tzinfo=UTC)  # of the first day: a moment to count from
_EVERY_MIN = 2.0  # as the service assigns unless told otherwise
_NOBODY = PatientKey(issuer="", patient_id="")  # patients decide conflicts, which are not played
_HOSPITAL = "hospital"  # likewise


class ProductBatches:
    """Hands out with `assign_batch`, every two minutes."""

    every_min: float | None = _EVERY_MIN

    def __init__(self, scenario: Scenario, policy: AssignmentPolicy, rules: OrderRules) -> None:
        self._scenario = scenario
        self._policy = policy
        self._raised_min = raised_minutes(rules)
        priorities = {
            Urgency.ROUTINE: 0,
            Urgency.AI_POSITIVE: AI_POINTS,
            Urgency.URGENT: policy.urgencies[-1].from_priority,
        }
        self._urgencies = {one: policy.urgency(priorities[one]) for one in Urgency}
        shipped = load_site_calendars(ZoneInfo("UTC")).default
        self._calendar = replace(  # no weekends are played: the next day is a clinical one
            shipped,
            open_weekdays=frozenset(range(7)),
            is_holiday=lambda _: False,
        )
        self._readers: list[Reader] = []
        self._given_before: dict[tuple[int, float], tuple[float, float]] = {}  # by shift
        self._next_min = 0.0

    def choose(self, worklist: Sequence[int], floor: Floor) -> int:
        """Return the study that the rules of the reading order place first."""
        arrival_min, urgency = floor.studies.arrival_min, floor.urgency
        return min(
            worklist, key=lambda study: arrival_min[study] - self._raised_min[urgency[study]]
        )

    def hand_out(self, floor: Floor) -> Iterator[HandOut]:
        """Yield the batch of this moment; between two batches nothing."""
        if floor.now_min < self._next_min:
            return
        self._next_min = floor.now_min + _EVERY_MIN
        if not floor.lines:
            return
        studies = {str(study): study for line in floor.lines for study in floor.waiting[line]}
        batch = assign_batch(
            [self._study(uid, study, floor) for uid, study in studies.items()],
            [self._reader(int(reader), floor) for reader in np.flatnonzero(floor.on_shift)],
            self._policy,
            _MIDNIGHT + timedelta(minutes=floor.now_min),
        )
        for one in batch.assignments:
            yield studies[one.study_instance_uid], int(one.reader_id)

    def _study(self, uid: str, study: int, floor: Floor) -> StudyToAssign:
        kind = self._scenario.kinds[floor.studies.kind[study]]
        urgency = self._urgencies[Urgency(floor.urgency[study])]
        requested_min = float(floor.studies.arrival_min[study])
        requested_at = _MIDNIGHT + timedelta(minutes=requested_min)
        return StudyToAssign(
            study_instance_uid=uid,
            patient=_NOBODY,
            site=_HOSPITAL,
            column=kind.column,
            minutes=kind.reading_min,
            difficulty=self._policy.hard_from_difficulty if kind.hard else 1.0,
            urgency_weight=urgency.weight,
            due_at=urgency.due_at(requested_at, self._calendar.due_at(requested_at)),
            requested_at=requested_at,
        )

    def _reader(self, reader: int, floor: Floor) -> ReaderOnShift:
        shift_min, ends_min = float(floor.readers.shift_min[reader]), floor.shift_ends_min[reader]
        given = float(floor.given_min[reader]), float(floor.given_hard_min[reader])
        before = self._given_before.setdefault((reader, float(ends_min)), given)
        # What is given back after a shift lowers the sum.
        taken_min, hard_min = (max(now - then, 0) for now, then in zip(given, before, strict=True))
        queued_min = max(float(floor.pending_min[reader]), 0.0)
        until_end_min = float(ends_min) - floor.now_min - queued_min
        return ReaderOnShift(
            reader=self._known(floor)[reader],
            shift_minutes=shift_min,
            free_minutes=max(min(shift_min - taken_min, until_end_min), 0.0),
            queued_minutes=queued_min,
            shift_taken_minutes=taken_min,
            shift_weighted_minutes=taken_min + hard_min * (self._policy.hard_from_difficulty - 1.0),
        )

    def _known(self, floor: Floor) -> list[Reader]:
        if not self._readers:
            self._readers = [
                Reader(
                    reader_id=str(reader),
                    scores={
                        kind.column: round(score)
                        for kind, score in zip(self._scenario.kinds, scores, strict=True)
                    },
                )
                for reader, scores in enumerate(floor.readers.scores)
            ]
        return self._readers
