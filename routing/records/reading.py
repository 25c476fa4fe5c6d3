"""Reading items in the records: what is asked of the reader, and what they are told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Engine, Select, or_, select, update
from sqlalchemy.orm import Session

from routing.records.audit import write_audit
from routing.records.tables import AssignmentRecord, AuditRecord, ReadingItemRecord, StudyRecord
from routing.records.transactions import writing
from wetread.domain.reading import AiState
from wetread.domain.reading_order import ReadRequest, Urgency
from wetread.ports import QueueItem

_RULES: Final = "reading.rules"
_PASSED_ON: Final = "passed_on"  # to another reader of a study that needs several


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingTask:
    """One study to be read, and what decides where it stands."""

    study_instance_uid: str
    site: str
    request: ReadRequest
    place_at: datetime
    reader: str | None
    is_reported: bool


class ReadingRecords:
    """Keeps reading items; what the analysis says never lowers them, nor takes them out."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def find(self, study_instance_uid: str) -> ReadingTask | None:
        """Return one item, reported or not."""
        query = _tasks().where(ReadingItemRecord.study_instance_uid == study_instance_uid)
        with Session(self._engine) as session:
            row = session.execute(query).one_or_none()
            return None if row is None else _task(row[0], row[1])

    def waiting(self, *, at: datetime | None = None) -> tuple[ReadingTask, ...]:
        """Return the items to be read now, or at a past moment, in their order.

        Of the past the findings are those of now: when each was known is not recorded.
        """
        record = ReadingItemRecord
        query = _tasks().order_by(record.place_at, record.study_instance_uid)
        if at is None:
            query = query.where(record.reported_at.is_(None))
        else:
            unread = or_(record.reported_at.is_(None), record.reported_at > at)
            query = query.where(record.requested_at <= at, unread)
        with Session(self._engine) as session:
            return tuple(_task(item, site) for item, site in session.execute(query))

    def waiting_items(self) -> tuple[QueueItem, ...]:
        """Return what a queue has to hold."""
        return tuple(
            QueueItem(
                study_instance_uid=one.study_instance_uid, place_at=one.place_at, reader=one.reader
            )
            for one in self.waiting()
        )

    def note_analysis(
        self,
        study_instance_uid: str,
        revision: int,
        *,
        ai_state: AiState,
        priority: int,
        reasons: Sequence[str],
    ) -> ReadingTask | None:
        """Raise the item and say how the analysis stands; return it as it is then.

        None where nobody is to read the study. A reported item stays as it is. A revision that a
        newer one has followed may still raise the item, but the reader goes on waiting for the
        newer one.
        """
        with writing(self._engine) as session:
            item = session.get(ReadingItemRecord, study_instance_uid, with_for_update=True)
            if item is None:
                return None
            study = session.get_one(StudyRecord, study_instance_uid)
            if item.reported_at is None:
                item.priority = max(item.priority, priority)
                item.reasons = list(reasons)
                if study.revision == revision:
                    item.ai_state = ai_state
            return _task(item, study.site)

    def note_places(self, items: Sequence[QueueItem]) -> None:
        """Keep where items stand; reported ones are left alone."""
        with writing(self._engine) as session:
            for item in items:
                session.execute(
                    update(ReadingItemRecord)
                    .where(
                        ReadingItemRecord.study_instance_uid == item.study_instance_uid,
                        ReadingItemRecord.reported_at.is_(None),
                    )
                    .values(place_at=item.place_at)
                )

    def note_due(self, study_instance_uid: str, due_at: datetime) -> None:
        """Keep when the report is due, unless somebody has said so before."""
        with writing(self._engine) as session:
            item = session.get_one(ReadingItemRecord, study_instance_uid, with_for_update=True)
            item.due_at = item.due_at or due_at

    def change_request(
        self,
        study_instance_uid: str,
        *,
        urgency: Urgency | None,
        due_at: datetime | None,
        actor: str,
        at: datetime,
    ) -> ReadingTask | None:
        """Keep what somebody asks (None: as before); None where the study is not to be read."""
        with writing(self._engine) as session:
            item = session.get(ReadingItemRecord, study_instance_uid, with_for_update=True)
            if item is None or item.reported_at is not None:
                return None
            item.urgency = item.urgency if urgency is None else urgency.value
            item.due_at = due_at or item.due_at
            write_audit(
                session,
                at=at,
                actor=actor,
                action="reading.request",
                study_instance_uid=study_instance_uid,
                detail={
                    "urgency": item.urgency,
                    "due_at": None if item.due_at is None else item.due_at.isoformat(),
                },
            )
            return _task(item, session.get_one(StudyRecord, study_instance_uid).site)

    def note_report(self, study_instance_uid: str, *, reader: str, at: datetime) -> bool:
        """Keep that the study was reported; False where it was before, or is not to be read."""
        with writing(self._engine) as session:
            item = session.get(ReadingItemRecord, study_instance_uid, with_for_update=True)
            if item is None or item.reported_at is not None:
                return False
            item.reported_at, item.reported_by = at, reader
            write_audit(
                session,
                at=at,
                actor=reader,
                action="reading.report",
                study_instance_uid=study_instance_uid,
                detail={"ai_state": item.ai_state},
            )
            return True

    def unassign(self, study_instance_uid: str, *, at: datetime) -> ReadingTask | None:
        """Keep that the study is nobody's; return it, None where it is not to be read."""
        ended = (
            update(AssignmentRecord)
            .where(
                AssignmentRecord.study_instance_uid == study_instance_uid,
                AssignmentRecord.ended_at.is_(None),
            )
            .values(ended_at=at, ended_why=_PASSED_ON)
        )
        with writing(self._engine) as session:
            item = session.get(ReadingItemRecord, study_instance_uid, with_for_update=True)
            if item is None or item.reported_at is not None:
                return None
            item.reader = None
            session.execute(ended)
            return _task(item, session.get_one(StudyRecord, study_instance_uid).site)

    def withdraw(self, study_instance_uid: str, *, actor: str, at: datetime) -> bool:
        """Keep that nobody is to read the study; False where nobody was."""
        with writing(self._engine) as session:
            item = session.get(ReadingItemRecord, study_instance_uid, with_for_update=True)
            if item is None or item.reported_at is not None:
                return False
            item.reported_at, item.reported_by = at, None  # nobody has reported it
            _audit(session, "reading.withdraw", study_instance_uid, actor=actor, at=at)
            return True

    def request_again(self, study_instance_uid: str, *, actor: str, at: datetime) -> bool:
        """Have a withdrawn study read after all, as if never withdrawn; False for any other."""
        with writing(self._engine) as session:
            item = session.get(ReadingItemRecord, study_instance_uid, with_for_update=True)
            if item is None or item.reported_at is None or item.reported_by is not None:
                return False
            item.reported_at = None
            _audit(session, "reading.request_again", study_instance_uid, actor=actor, at=at)
            return True

    def note_waiting(self, study_instance_uid: str, reason: str) -> None:
        """Say why the analysis has not begun; what was said of an earlier revision stays."""
        with writing(self._engine) as session:
            item = session.get(ReadingItemRecord, study_instance_uid, with_for_update=True)
            if item is not None and item.reported_at is None and reason not in item.reasons:
                item.reasons = [reason, *item.reasons]

    def note_rules(self, name: str, content_sha256: str, *, actor: str, at: datetime) -> bool:
        """Keep which rules order the list from now on; False where they did before."""
        newest = (
            select(AuditRecord)
            .where(AuditRecord.action == _RULES)
            .order_by(AuditRecord.audit_id.desc())
            .limit(1)
        )
        with writing(self._engine) as session:
            before = session.scalar(newest)
            if before is not None and before.detail["sha256"] == content_sha256:
                return False
            detail = {"name": name, "sha256": content_sha256}
            write_audit(session, at=at, actor=actor, action=_RULES, detail=detail)
            return True


def _audit(
    session: Session, action: str, study_instance_uid: str, *, actor: str, at: datetime
) -> None:
    write_audit(session, at=at, actor=actor, action=action, study_instance_uid=study_instance_uid)


def _tasks() -> Select[ReadingItemRecord, str]:
    return select(ReadingItemRecord, StudyRecord.site).join(
        StudyRecord, StudyRecord.study_instance_uid == ReadingItemRecord.study_instance_uid
    )


def _task(item: ReadingItemRecord, site: str) -> ReadingTask:
    return ReadingTask(
        study_instance_uid=item.study_instance_uid,
        site=site,
        request=ReadRequest(
            requested_at=item.requested_at,
            urgency=Urgency(item.urgency or Urgency.ROUTINE),
            due_at=item.due_at,
            ai_points=item.priority,
        ),
        place_at=item.place_at,
        reader=item.reader,
        is_reported=item.reported_at is not None,
    )
