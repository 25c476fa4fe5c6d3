"""What readers said of the marks, and the reports it was read from."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from pydantic import TypeAdapter
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from routing.records.audit import write_audit
from routing.records.studies import InstanceStatus
from routing.records.tables import (
    FeedbackRecord,
    FindingsRecord,
    InstanceRecord,
    ReadReportRecord,
    ResultObjectRecord,
)
from routing.records.transactions import writing
from wetread.domain.feedback import Act, CorrectedMark, Feedback, FeedbackSource

_CORRECTED: Final = TypeAdapter(CorrectedMark)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadReport:
    """A structured report in the spool that nobody has looked through for feedback."""

    content_sha256: str
    study_instance_uid: str
    document_uid: str  # its SOP Instance UID
    relative_path: str  # below the spool folder
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadReport:
    """What became of a report that speaks of marks of ours."""

    document_uid: str
    words: int
    doubts: tuple[str, ...]
    read_at: datetime


class FeedbackRecords:
    """Keeps every word that was said; nothing is ever changed or taken out."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, word: Feedback) -> None:
        """Keep a word, and audit it."""
        with writing(self._engine) as session:
            _add(session, word)

    def words_of(self, study_instance_uid: str) -> tuple[Feedback, ...]:
        """Return all that was said of a study, in the order it came in."""
        query = (
            select(FeedbackRecord)
            .where(FeedbackRecord.study_instance_uid == study_instance_uid)
            .order_by(FeedbackRecord.feedback_id)
        )
        with Session(self._engine) as session:
            return tuple(feedback_from_record(record) for record in session.scalars(query))

    def unread_reports(
        self, sop_class_uids: Collection[str], study_instance_uids: Collection[str] | None = None
    ) -> tuple[UnreadReport, ...]:
        """Return what came for studies with findings, results of ours left out, oldest first.

        Of these studies only, where they are named; of all studies where not.
        """
        record = InstanceRecord
        query = (
            select(record)
            .where(
                record.sop_class_uid.in_(sop_class_uids),
                record.status == InstanceStatus.STORED,
                record.study_instance_uid.in_(select(FindingsRecord.study_instance_uid)),
                record.content_sha256.not_in(select(ReadReportRecord.content_sha256)),
                record.sop_instance_uid.not_in(select(ResultObjectRecord.sop_instance_uid)),
            )
            .order_by(record.received_at, record.content_sha256)
        )
        if study_instance_uids is not None:
            query = query.where(record.study_instance_uid.in_(study_instance_uids))
        with Session(self._engine) as session:
            return tuple(
                UnreadReport(
                    content_sha256=one.content_sha256,
                    study_instance_uid=one.study_instance_uid or "",
                    document_uid=one.sop_instance_uid,
                    relative_path=one.relative_path,
                    received_at=one.received_at,
                )
                for one in session.scalars(query)
            )

    def note_read(
        self,
        report: UnreadReport,
        words: Sequence[Feedback],
        doubts: Sequence[str],
        *,
        at: datetime,
    ) -> None:
        """Keep what a report says; at once, so that it is read once. Read already: do nothing."""
        with writing(self._engine) as session:
            if session.get(ReadReportRecord, report.content_sha256) is not None:
                return
            session.add(
                ReadReportRecord(
                    content_sha256=report.content_sha256,
                    study_instance_uid=report.study_instance_uid,
                    document_uid=report.document_uid,
                    words=len(words),
                    doubts=list(doubts),
                    read_at=at,
                )
            )
            for word in words:
                _add(session, word)

    def reports_of(self, study_instance_uid: str) -> tuple[ReadReport, ...]:
        """Return the reports of a study that speak of marks of ours, oldest first."""
        query = (
            select(ReadReportRecord)
            .where(ReadReportRecord.study_instance_uid == study_instance_uid)
            .order_by(ReadReportRecord.read_at, ReadReportRecord.document_uid)
        )
        with Session(self._engine) as session:
            return tuple(
                ReadReport(
                    document_uid=one.document_uid,
                    words=one.words,
                    doubts=tuple(one.doubts),
                    read_at=one.read_at,
                )
                for one in session.scalars(query)
                if one.words or one.doubts
            )


def feedback_from_record(record: FeedbackRecord) -> Feedback:
    """Return the word that a record keeps."""
    return Feedback(
        study_instance_uid=record.study_instance_uid,
        revision=record.revision,
        tracking_uid=record.tracking_uid,
        act=Act(record.act),
        corrected=_CORRECTED.validate_python(record.corrected) if record.corrected else None,
        actor=record.actor,
        said_at=record.said_at,
        source=FeedbackSource(record.source),
        document_uid=record.document_uid,
    )


def _add(session: Session, word: Feedback) -> None:
    session.add(
        FeedbackRecord(
            study_instance_uid=word.study_instance_uid,
            revision=word.revision,
            tracking_uid=word.tracking_uid,
            act=word.act.value,
            corrected=_document(word.corrected),
            actor=word.actor,
            said_at=word.said_at,
            source=word.source.value,
            document_uid=word.document_uid,
        )
    )
    write_audit(
        session,
        at=word.said_at,
        actor=word.actor,
        action=f"feedback.{word.act}",
        study_instance_uid=word.study_instance_uid,
        detail={
            "tracking_uid": word.tracking_uid,
            "revision": word.revision,
            "source": word.source.value,
            "document_uid": word.document_uid,
        },
    )


def _document(corrected: CorrectedMark | None) -> dict[str, Any]:
    if corrected is None:
        return {}
    document: dict[str, Any] = _CORRECTED.dump_python(corrected, mode="json", exclude_none=True)
    return document
