"""Reads by more than one reader in the records: how many are wanted, who has said what."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from sqlalchemy import Engine, or_, select
from sqlalchemy.orm import Session

from routing.records.audit import write_audit
from routing.records.tables import DoubleReadRecord, StructuredReportRecord
from routing.records.transactions import writing
from wetread.domain.double_reading import (
    Conclusion,
    ReadStage,
    ReportedFinding,
    StructuredReport,
    WantedReads,
)
from wetread.domain.words import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class DoubleRead:
    """The reading of one study: reports in the order in which they came."""

    study_instance_uid: str
    wanted: WantedReads
    stage: ReadStage
    reports: tuple[StructuredReport, ...]
    arbiter: StructuredReport | None


class DoubleReadRecords:
    """Keeps every report; a reader reports a study once."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def find(self, study_instance_uid: str) -> DoubleRead | None:
        """Return the reading of a study; None before its first report."""
        with Session(self._engine) as session:
            record = session.get(DoubleReadRecord, study_instance_uid)
            return None if record is None else _double_read(session, record)

    def begin_once(
        self, study_instance_uid: str, decide: Callable[[], WantedReads], *, at: datetime
    ) -> DoubleRead:
        """Return the reading of a study; ``decide`` is asked only where it has not begun."""
        with writing(self._engine) as session:
            record = session.get(DoubleReadRecord, study_instance_uid)
            if record is None:
                wanted = decide()
                record = DoubleReadRecord(
                    study_instance_uid=study_instance_uid,
                    wanted=wanted.count,
                    reasons=[words._asdict() for words in wanted.reasons],
                    stage=ReadStage.OPEN.value,
                    decided_at=at,
                )
                session.add(record)
                session.flush()
            return _double_read(session, record)

    def add(
        self,
        study_instance_uid: str,
        report: StructuredReport,
        stage_after: Callable[[DoubleRead], ReadStage],
    ) -> DoubleRead:
        """Keep a report and the stage that follows from it; a second one of a reader is ignored.

        What comes while the readers disagree is the arbiter's.
        """
        with writing(self._engine) as session:
            record = session.get_one(DoubleReadRecord, study_instance_uid, with_for_update=True)
            key = (study_instance_uid, report.reader)
            if session.get(StructuredReportRecord, key) is None:
                arbitrates = record.stage == ReadStage.ARBITRATION
                session.add(_report_record(study_instance_uid, report, is_arbiter=arbitrates))
                session.flush()
                record.stage = stage_after(_double_read(session, record)).value
                write_audit(
                    session,
                    at=report.reported_at,
                    actor=report.reader,
                    action="reading.arbitrate" if arbitrates else "reading.read",
                    study_instance_uid=study_instance_uid,
                    detail={"conclusion": report.conclusion.value, "stage": record.stage},
                )
            return _double_read(session, record)

    def unsettled_of(self, reader: str, site: str) -> frozenset[str]:
        """Return the unsettled studies that a reader, or anyone of their site, has read."""
        report = StructuredReportRecord
        same_site = (report.site == site) if site else report.reader == reader
        query = (
            select(report.study_instance_uid)
            .join(
                DoubleReadRecord,
                DoubleReadRecord.study_instance_uid == report.study_instance_uid,
            )
            .where(
                DoubleReadRecord.stage != ReadStage.SETTLED.value,
                or_(report.reader == reader, same_site),
            )
        )
        with Session(self._engine) as session:
            return frozenset(session.scalars(query))


def _double_read(session: Session, record: DoubleReadRecord) -> DoubleRead:
    query = (
        select(StructuredReportRecord)
        .where(StructuredReportRecord.study_instance_uid == record.study_instance_uid)
        .order_by(StructuredReportRecord.reported_at, StructuredReportRecord.reader)
    )
    reports = session.scalars(query).all()
    arbiter = next((_report(one) for one in reports if one.is_arbiter), None)
    return DoubleRead(
        study_instance_uid=record.study_instance_uid,
        wanted=WantedReads(
            count=record.wanted, reasons=tuple(Words(**words) for words in record.reasons)
        ),
        stage=ReadStage(record.stage),
        reports=tuple(_report(one) for one in reports if not one.is_arbiter),
        arbiter=arbiter,
    )


def _report(record: StructuredReportRecord) -> StructuredReport:
    return StructuredReport(
        reader=record.reader,
        site=record.site,
        conclusion=Conclusion(record.conclusion),
        findings=tuple(ReportedFinding(**finding) for finding in record.findings),
        reported_at=record.reported_at,
    )


def _report_record(
    study_instance_uid: str, report: StructuredReport, *, is_arbiter: bool
) -> StructuredReportRecord:
    return StructuredReportRecord(
        study_instance_uid=study_instance_uid,
        reader=report.reader,
        site=report.site,
        conclusion=report.conclusion.value,
        findings=[asdict(finding) for finding in report.findings],
        is_arbiter=is_arbiter,
        reported_at=report.reported_at,
    )


def visible_to(reader: str, double_read: DoubleRead) -> DoubleRead:
    """Return what a reader may know: only their own word until all have spoken."""
    if double_read.stage is not ReadStage.OPEN:
        return double_read
    own = tuple(report for report in double_read.reports if report.reader == reader)
    return replace(double_read, reports=own)
