"""Gives the studies that wait to readers, and lets humans overrule it."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from routing.reading.assignment.batch import assign_batch
from routing.reading.calendars import SiteCalendars
from routing.reading.quality import estimate_quality
from routing.reading.specialties.columns import ColumnRules
from routing.reading.specialties.headers import read_study_facts
from routing.records.assigned import OpenItem, TakenOn
from routing.records.assignments import AssignmentRecords
from routing.records.catalog import StudyCatalog
from routing.records.readers import ReaderRecords
from routing.records.study_facts import StudyFactsRecords
from wetread.domain.assignment.outcomes import Assignment, Origin, ReaderOnShift, Unassigned
from wetread.domain.assignment.policy import AssignmentPolicy
from wetread.domain.assignment.studies import Obstacle, StudyToAssign, obstacle
from wetread.domain.errors import AssignmentError
from wetread.domain.readers.quality import QualityEstimate
from wetread.domain.readers.reader import Reader, Shift
from wetread.domain.specialties import MappedColumn, StudyFacts, Unmapped
from wetread.domain.words import Words
from wetread.ports import Clock

_SECONDS_PER_MINUTE = 60
_FORBIDDEN = {
    Obstacle.NO_SCORE: "no score for it",
    Obstacle.NO_CONTRACT: "no contract with its hospital",
    Obstacle.CONFLICT: "barred by a conflict",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What one batch did; studies that readers kept are not in it."""

    at: datetime
    assignments: tuple[Assignment, ...]
    unassigned: tuple[Unassigned, ...]  # those without a column are among them


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownReader:
    """A reader as people look at them."""

    reader: Reader
    quality: QualityEstimate | None
    shift: Shift | None  # now
    taken_on: TakenOn


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentRules:
    """The dated tables."""

    policy: AssignmentPolicy
    columns: ColumnRules
    calendars: SiteCalendars


class AssignmentDesk:
    """Assigns in batches. ``clock`` is in the time zone of the hospitals.

    ``on_change`` is called when readers have other studies than before.
    """

    def __init__(
        self,
        *,
        readers: ReaderRecords,
        assignments: AssignmentRecords,
        facts: StudyFactsRecords,
        catalog: StudyCatalog,
        rules: AssignmentRules,
        clock: Clock,
        on_change: Callable[[], None],
    ) -> None:
        self._readers = readers
        self._assignments = assignments
        self._facts = facts
        self._catalog = catalog
        self._rules = rules
        self._clock = clock
        self._on_change = on_change

    def readers(self) -> tuple[KnownReader, ...]:
        """Return every reader with their shift, load and reviewed quality, by ID."""
        readers = self._readers.readers()
        shifts = self._shifts(readers)
        taken_on = self._assignments.taken_on([one.reader_id for one in readers], shifts)
        quality = estimate_quality({one.reader_id: one.reviewed for one in readers})
        return tuple(
            KnownReader(
                reader=one,
                quality=quality.get(one.reader_id),
                shift=shifts.get(one.reader_id),
                taken_on=taken_on[one.reader_id],
            )
            for one in readers
        )

    def assign_waiting(self) -> Round:
        """Give every study that nobody on shift has; who has one keeps it while they are on.

        A study of a reader whose shift has ended goes to another where one may be found, and else
        stays. What a human gave is left alone.
        """
        now = self._clock()
        readers = self.readers()
        on_shift = {one.reader.reader_id for one in readers if one.shift is not None}
        items = {
            one.study_instance_uid: one
            for one in self._assignments.open_items()
            if _is_to_give(one, on_shift)
        }
        columns = self._columns(items, readers)
        batch = assign_batch(
            [
                self._study(items[uid], found.column)
                for uid, found in columns.items()
                if isinstance(found, MappedColumn)
            ],
            [_on_shift(one, now) for one in readers if one.shift is not None],
            self._rules.policy,
            now,
        )
        given = self._assignments.give(
            [_with_provenance(one, columns[one.study_instance_uid]) for one in batch.assignments],
            instead_of={uid: item.current for uid, item in items.items()},
            at=now,
        )
        if given:
            self._on_change()
        left = (
            *batch.unassigned,
            *(
                Unassigned(study_instance_uid=uid, reason=found.reason)
                for uid, found in columns.items()
                if isinstance(found, Unmapped)
            ),
        )
        still_with_somebody = {uid for uid, one in items.items() if one.current is not None}
        return Round(
            at=now,
            assignments=given,
            unassigned=tuple(
                one for one in left if one.study_instance_uid not in still_with_somebody
            ),
        )

    def unmapped(self) -> tuple[Unassigned, ...]:
        """Return the studies to read that belong to no column of the readers' table, and why."""
        items = {one.study_instance_uid: one for one in self._assignments.open_items()}
        return tuple(
            Unassigned(study_instance_uid=uid, reason=found.reason)
            for uid, found in self._columns(items, self.readers()).items()
            if isinstance(found, Unmapped)
        )

    def who_may_read(self, study_instance_uid: str) -> tuple[str, ...]:
        """Return to whom a human may give a study; nobody where it does not wait to be read."""
        readers = self.readers()
        study = self._waiting_study(study_instance_uid, readers)
        if study is None:
            return ()
        return tuple(
            one.reader.reader_id for one in readers if _what_forbids(one.reader, study) is None
        )

    def override(self, study_instance_uid: str, reader_id: str, *, reason: str, actor: str) -> None:
        """Give a study to a reader because a human says so; shift and capacity do not matter.

        Raise `AssignmentError` where nobody may: no score, no contract, a conflict.
        """
        readers = self.readers()
        study = self._waiting_study(study_instance_uid, readers)
        if study is None:
            raise AssignmentError("the study does not wait to be read")
        known = {one.reader.reader_id: one.reader for one in readers}
        if reader_id not in known:
            raise AssignmentError("there is no reader of this name")
        found = _what_forbids(known[reader_id], study)
        if found is not None:
            raise AssignmentError(f"the reader may not read this study: {_FORBIDDEN[found]}")
        told = Words(f"Given by {actor}: {reason}", f"{actor} による手動割当: {reason}")
        self._assignments.override(
            Assignment(
                study_instance_uid=study_instance_uid,
                reader_id=reader_id,
                column=study.column,
                minutes=study.minutes,
                difficulty=study.difficulty,
                reasons=(told,),
            ),
            actor=actor,
            at=self._clock(),
        )
        self._on_change()

    def refuse(self, study_instance_uid: str, *, reason: str, actor: str) -> str:
        """Take a study from its reader, who is not given it again; return the reader.

        Raise `AssignmentError` where nobody has it.
        """
        reader_id = self._assignments.refuse(
            study_instance_uid, reason=reason, actor=actor, at=self._clock()
        )
        self._on_change()
        return reader_id

    def _shifts(self, readers: Collection[Reader]) -> dict[str, Shift]:
        """Return who is on; everybody, where the institution keeps no shifts."""
        now = self._clock()
        if self._readers.has_shifts():
            return self._readers.shifts_at(now)
        return {
            one.reader_id: Shift(
                reader_id=one.reader_id,
                start=now.replace(hour=0, minute=0, second=0, microsecond=0),
                end=now + timedelta(days=1),
                capacity_minutes=self._rules.policy.minutes_without_shifts,
            )
            for one in readers
        }

    def _columns(
        self, study_instance_uids: Collection[str], readers: Collection[KnownReader]
    ) -> dict[str, MappedColumn | Unmapped]:
        for uid, revision in self._facts.missing():
            self._facts.note(uid, revision, read_study_facts(self._catalog.instances_of(uid)))
        known = {column for one in readers for column in one.reader.scores}
        facts = self._facts.of_waiting()
        found: dict[StudyFacts, MappedColumn | Unmapped] = {}
        for uid in study_instance_uids:
            told = facts.get(uid, StudyFacts())
            if told not in found:
                found[told] = self._rules.columns.find_column(told, known)
        return {uid: found[facts.get(uid, StudyFacts())] for uid in study_instance_uids}

    def _waiting_study(
        self, study_instance_uid: str, readers: Collection[KnownReader]
    ) -> StudyToAssign | None:
        """Return a study that waits to be read; its column is "" where it belongs to none."""
        item = self._assignments.open_item(study_instance_uid)
        if item is None:
            return None
        found = self._columns([study_instance_uid], readers)[study_instance_uid]
        return self._study(item, found.column if isinstance(found, MappedColumn) else "")

    def _study(self, item: OpenItem, column: str) -> StudyToAssign:
        policy = self._rules.policy
        urgency = policy.urgency(item.priority, item.urgency)
        workload = policy.workload(column)
        # Not yet in the reading list, or of a time before it kept when reports are due.
        by_calendar = item.due_at or self._rules.calendars.due_at(item.site, item.requested_at)
        return StudyToAssign(
            study_instance_uid=item.study_instance_uid,
            patient=item.patient,
            site=item.site,
            column=column,
            minutes=workload.minutes,
            difficulty=workload.difficulty,
            urgency_weight=urgency.weight,
            due_at=urgency.due_at(item.requested_at, by_calendar),
            requested_at=item.requested_at,
            refused_by=item.refused_by,
        )


def _is_to_give(item: OpenItem, on_shift: Collection[str]) -> bool:
    current = item.current
    return current is None or (current.origin is Origin.BATCH and current.reader_id not in on_shift)


def _on_shift(one: KnownReader, now: datetime) -> ReaderOnShift:
    assert one.shift is not None  # the caller chose those who are on
    taken, shift = one.taken_on, one.shift
    until_end = (shift.end - now).total_seconds() / _SECONDS_PER_MINUTE - taken.queued_minutes
    unused = shift.capacity_minutes - taken.shift_minutes - taken.carried_minutes
    return ReaderOnShift(
        reader=one.reader,
        shift_minutes=shift.capacity_minutes,
        free_minutes=max(min(unused, until_end), 0.0),
        queued_minutes=taken.queued_minutes,
        shift_taken_minutes=taken.shift_minutes,
        shift_weighted_minutes=taken.shift_weighted_minutes,
        discrepancy_rate=0.0 if one.quality is None else one.quality.rate,
    )


def _with_provenance(one: Assignment, found: MappedColumn | Unmapped) -> Assignment:
    assert isinstance(found, MappedColumn)  # only those were given
    told = Words(
        f"{found.column} by {found.provenance.english}.",
        f"{found.column} の判定根拠: {found.provenance.japanese}。",
    )
    return replace(one, reasons=(*one.reasons, told))


def _what_forbids(reader: Reader, study: StudyToAssign) -> Obstacle | None:
    """Return what no human may overrule; a study without a column asks for a score in any."""
    read = (column for column, score in sorted(reader.scores.items()) if score > 0)
    column = study.column or next(read, "")
    return obstacle(reader, replace(study, column=column, refused_by=frozenset()))
