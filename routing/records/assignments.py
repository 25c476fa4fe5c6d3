"""Who has which study: given, taken over by a human, refused; nothing is deleted."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, TypeVar

from sqlalchemy import ColumnElement, Engine, Select, select
from sqlalchemy.orm import Session

from routing.records.assigned import CurrentAssignment, Ended, OpenItem, TakenOn
from routing.records.audit import write_audit
from routing.records.tables import (
    AssignmentRecord,
    ReadingItemRecord,
    RefusalRecord,
    StructuredReportRecord,
    StudyRecord,
)
from routing.records.transactions import writing
from wetread.domain.assignment.outcomes import Assignment, Origin
from wetread.domain.errors import AssignmentError
from wetread.domain.readers.reader import Shift
from wetread.domain.reading_order import Urgency
from wetread.domain.studies import PatientKey
from wetread.domain.words import Words

T = TypeVar("T", bound=AssignmentRecord | RefusalRecord)

_ACTOR: Final = "assignment"
_WRITTEN_AT_ONCE: Final = 100  # others write between: the intake must not wait long


class AssignmentRecords:
    """Keeps assignments and refusals; each method is one transaction of its own."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def open_items(self) -> tuple[OpenItem, ...]:
        """Return the studies that nobody has reported."""
        return self._open_items()

    def open_item(self, study_instance_uid: str) -> OpenItem | None:
        """Return one study; None where it does not wait to be read."""
        found = self._open_items(ReadingItemRecord.study_instance_uid == study_instance_uid)
        return found[0] if found else None

    def _open_items(self, *among: ColumnElement[bool]) -> tuple[OpenItem, ...]:
        query = select(StudyRecord, ReadingItemRecord).join(
            ReadingItemRecord,
            ReadingItemRecord.study_instance_uid == StudyRecord.study_instance_uid,
        )
        query = query.where(ReadingItemRecord.reported_at.is_(None), *among)
        with Session(self._engine) as session:
            held = session.scalars(_of_waiting(_current(), AssignmentRecord).where(*among))
            current = {one.study_instance_uid: _assignment(one) for one in held}
            refused: dict[str, set[str]] = defaultdict(set)
            refusals = _of_waiting(select(RefusalRecord), RefusalRecord).where(*among)
            for refusal in session.scalars(refusals):
                refused[refusal.study_instance_uid].add(refusal.reader_id)
            for uid, reader in session.execute(_who_has_reported().where(*among)):
                refused[uid].add(reader)
            return tuple(
                OpenItem(
                    study_instance_uid=study.study_instance_uid,
                    patient=PatientKey(issuer=study.issuer, patient_id=study.patient_id),
                    site=study.site,
                    requested_at=item.requested_at,
                    due_at=item.due_at,
                    priority=item.priority,
                    urgency=Urgency(item.urgency or Urgency.ROUTINE),
                    refused_by=frozenset(refused[study.study_instance_uid]),
                    current=current.get(study.study_instance_uid),
                )
                for study, item in session.execute(query)
            )

    def current(self, study_instance_uids: Collection[str]) -> dict[str, CurrentAssignment]:
        """Return who has these studies, by UID; pass at most some hundred."""
        query = _current().where(AssignmentRecord.study_instance_uid.in_(study_instance_uids))
        with Session(self._engine) as session:
            return {one.study_instance_uid: _assignment(one) for one in session.scalars(query)}

    def taken_on(
        self, reader_ids: Collection[str], shifts: Mapping[str, Shift]
    ) -> dict[str, TakenOn]:
        """Return what readers have taken on; ``shifts`` are those of the readers who are on."""
        queued: dict[str, float] = defaultdict(float)
        carried: dict[str, float] = defaultdict(float)
        minutes: dict[str, float] = defaultdict(float)
        weighted: dict[str, float] = defaultdict(float)
        with Session(self._engine) as session:
            for one in session.scalars(_of_waiting(_current(), AssignmentRecord)):
                queued[one.reader_id] += one.minutes
                shift = shifts.get(one.reader_id)
                if shift is not None and not shift.covers(one.assigned_at):
                    carried[one.reader_id] += one.minutes
            first = min((one.start for one in shifts.values()), default=None)
            if first is not None:
                for one in session.scalars(_current().where(AssignmentRecord.assigned_at >= first)):
                    shift = shifts.get(one.reader_id)
                    if shift is not None and shift.covers(one.assigned_at):
                        minutes[one.reader_id] += one.minutes
                        weighted[one.reader_id] += one.minutes * one.difficulty
        return {
            reader_id: TakenOn(
                queued_minutes=queued[reader_id],
                carried_minutes=carried[reader_id],
                shift_minutes=minutes[reader_id],
                shift_weighted_minutes=weighted[reader_id],
            )
            for reader_id in reader_ids
        }

    def give(
        self,
        assignments: Sequence[Assignment],
        *,
        instead_of: Mapping[str, CurrentAssignment | None],
        at: datetime,
    ) -> tuple[Assignment, ...]:
        """Write down what a batch decided; return what stands.

        A study that was reported, refused or taken over since the batch began, so that it is not
        with whom ``instead_of`` says, is left as it is.
        """
        stands: list[Assignment] = []
        for start in range(0, len(assignments), _WRITTEN_AT_ONCE):
            part = assignments[start : start + _WRITTEN_AT_ONCE]
            with writing(self._engine) as session:
                stands += _give(session, part, instead_of, at)
        return tuple(stands)

    def override(self, assignment: Assignment, *, actor: str, at: datetime) -> None:
        """Give a study to whom a human says; no batch changes it. Raise `AssignmentError`."""
        with writing(self._engine) as session:
            item = _open_item(session, assignment.study_instance_uid)
            if item is None:
                raise AssignmentError("the study does not wait to be read")
            current = _current_record(session, assignment.study_instance_uid)
            _end(current, Ended.REPLACED, at)
            session.flush()  # the index lets only one be current
            _begin(session, item, assignment, Origin.OVERRIDE, actor=actor, at=at)

    def refuse(self, study_instance_uid: str, *, reason: str, actor: str, at: datetime) -> str:
        """Take a study from its reader for good; return the reader. Raise `AssignmentError`."""
        with writing(self._engine) as session:
            item = _open_item(session, study_instance_uid)
            current = _current_record(session, study_instance_uid)
            if item is None or current is None:
                raise AssignmentError("nobody has this study to read")
            reader_id = current.reader_id
            _end(current, Ended.REFUSED, at)
            item.reader = None
            session.merge(
                RefusalRecord(
                    study_instance_uid=study_instance_uid,
                    reader_id=reader_id,
                    reason=reason,
                    refused_at=at,
                )
            )
            write_audit(
                session,
                at=at,
                actor=actor,
                action="assignment.refuse",
                study_instance_uid=study_instance_uid,
                detail={"reader": reader_id, "reason": reason},
            )
            return reader_id


def _current() -> Select[AssignmentRecord]:
    return select(AssignmentRecord).where(AssignmentRecord.ended_at.is_(None))


def _who_has_reported() -> Select[str, str]:
    """Return the readers of studies that need another one."""
    report = StructuredReportRecord
    return (
        select(report.study_instance_uid, report.reader)
        .join(
            ReadingItemRecord,
            ReadingItemRecord.study_instance_uid == report.study_instance_uid,
        )
        .where(ReadingItemRecord.reported_at.is_(None))
    )


def _of_waiting(
    query: Select[T], record: type[AssignmentRecord] | type[RefusalRecord]
) -> Select[T]:
    """Leave only what is of studies that nobody has reported."""
    return query.join(
        ReadingItemRecord, ReadingItemRecord.study_instance_uid == record.study_instance_uid
    ).where(ReadingItemRecord.reported_at.is_(None))


def _current_record(session: Session, study_instance_uid: str) -> AssignmentRecord | None:
    return session.scalar(
        _current()
        .where(AssignmentRecord.study_instance_uid == study_instance_uid)
        .with_for_update()
    )


def _open_item(session: Session, study_instance_uid: str) -> ReadingItemRecord | None:
    item = session.get(ReadingItemRecord, study_instance_uid, with_for_update=True)
    return None if item is None or item.reported_at is not None else item


def _give(
    session: Session,
    assignments: Sequence[Assignment],
    instead_of: Mapping[str, CurrentAssignment | None],
    at: datetime,
) -> list[Assignment]:
    uids = [one.study_instance_uid for one in assignments]
    waiting = select(ReadingItemRecord).where(
        ReadingItemRecord.study_instance_uid.in_(uids), ReadingItemRecord.reported_at.is_(None)
    )
    items = {one.study_instance_uid: one for one in session.scalars(waiting.with_for_update())}
    held = _current().where(AssignmentRecord.study_instance_uid.in_(uids)).with_for_update()
    current = {one.study_instance_uid: one for one in session.scalars(held)}
    refusals = select(RefusalRecord).where(RefusalRecord.study_instance_uid.in_(uids))
    refused = {(one.study_instance_uid, one.reader_id) for one in session.scalars(refusals)}
    stands = []
    for one in assignments:
        uid = one.study_instance_uid
        record = current.get(uid)
        now_with = None if record is None else _assignment(record)
        if uid in items and now_with == instead_of[uid] and (uid, one.reader_id) not in refused:
            stands.append(one)
            _end(record, Ended.REPLACED, at)
    session.flush()  # the index lets only one be current
    for one in stands:
        _begin(session, items[one.study_instance_uid], one, Origin.BATCH, actor=_ACTOR, at=at)
    return stands


def _end(current: AssignmentRecord | None, why: Ended, at: datetime) -> None:
    if current is not None:
        current.ended_at, current.ended_why = at, why


def _begin(
    session: Session,
    item: ReadingItemRecord,
    one: Assignment,
    origin: Origin,
    *,
    actor: str,
    at: datetime,
) -> None:
    item.reader = one.reader_id
    session.add(
        AssignmentRecord(
            study_instance_uid=one.study_instance_uid,
            reader_id=one.reader_id,
            origin=origin,
            column_name=one.column,
            minutes=one.minutes,
            difficulty=one.difficulty,
            reasons=_documents(one.reasons),
            assigned_by=actor,
            assigned_at=at,
            ended_at=None,
            ended_why=None,
        )
    )
    write_audit(
        session,
        at=at,
        actor=actor,
        action=f"assignment.{origin}",
        study_instance_uid=one.study_instance_uid,
        detail={"reader": one.reader_id, "column": one.column},
    )


def _documents(reasons: Sequence[Words]) -> list[dict[str, Any]]:
    return [one._asdict() for one in reasons]


def _assignment(record: AssignmentRecord) -> CurrentAssignment:
    return CurrentAssignment(
        study_instance_uid=record.study_instance_uid,
        reader_id=record.reader_id,
        origin=Origin(record.origin),
        column=record.column_name,
        minutes=record.minutes,
        difficulty=record.difficulty,
        reasons=tuple(Words(**one) for one in record.reasons),
        assigned_by=record.assigned_by,
        assigned_at=record.assigned_at,
    )
