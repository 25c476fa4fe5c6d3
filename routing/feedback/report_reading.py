"""Looks through structured reports that came in for what readers say of our marks."""

from collections.abc import Collection, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

import structlog
from pydicom import dcmread
from pydicom.uid import (
    Comprehensive3DSRStorage,
    ComprehensiveSRStorage,
    EnhancedSRStorage,
    ExtensibleSRStorage,
)
from sqlalchemy.exc import OperationalError

from routing.feedback.places import ImagePlaces
from routing.feedback.report_marks import MarkReader
from routing.records.catalog import StudyCatalog
from routing.records.feedback import FeedbackRecords, UnreadReport
from routing.records.findings import FindingsRecords
from routing.records.results import ResultRecords
from wetread.domain.errors import FeedbackError
from wetread.domain.feedback import Feedback, FeedbackSource, name_missed
from wetread.domain.findings import Findings
from wetread.domain.reader_report import MarkReport, ReportedAct, read_report, speaks_of
from wetread.ports import Clock

REPORT_CLASSES: Final = (
    EnhancedSRStorage,
    ComprehensiveSRStorage,
    Comprehensive3DSRStorage,
    ExtensibleSRStorage,
)

_log = structlog.get_logger(__name__)


class ReportReading:
    """Reads each report once; whatever a report does, nobody else is held up by it."""

    def __init__(
        self,
        *,
        feedback: FeedbackRecords,
        findings: FindingsRecords,
        results: ResultRecords,
        catalog: StudyCatalog,
        marks: MarkReader,
        spool_dir: Path,
        clock: Clock,
    ) -> None:
        self._feedback = feedback
        self._findings = findings
        self._results = results
        self._catalog = catalog
        self._marks = marks
        self._spool_dir = spool_dir
        self._clock = clock

    def read_new(self, study_instance_uids: Collection[str] | None = None) -> None:
        """Read what came for these studies, or for any; what cannot be read is logged and kept."""
        try:
            unread = self._feedback.unread_reports(REPORT_CLASSES, study_instance_uids)
        except OperationalError as error:  # they are found again at the next start
            _log.warning("Reports cannot be looked for now", error=type(error).__name__)
            return
        for report in unread:
            try:
                self._read(report)
            except Exception as error:  # noqa: BLE001 - one hostile report must not stop intake
                _log.error(
                    "A report cannot be read for feedback now",
                    content_sha256=report.content_sha256,
                    error=type(error).__name__,
                )

    def _read(self, unread: UnreadReport) -> None:
        words, doubts = self._take_over(unread)
        self._feedback.note_read(unread, words, doubts, at=self._clock())
        if words or doubts:
            _log.info(
                "A report was read for feedback",
                content_sha256=unread.content_sha256,
                words=len(words),
                doubts=len(doubts),
            )

    def _take_over(self, unread: UnreadReport) -> tuple[list[Feedback], list[str]]:
        uid = unread.study_instance_uid
        images = ImagePlaces(self._catalog.instances_of(uid))
        try:
            report = self._marks.read(
                dcmread(self._spool_dir / unread.relative_path), images.locate
            )
        except OSError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever a broken report leads to
            return [], [f"the report cannot be read ({type(error).__name__})"]
        own, revision = self._choose_own(report, uid, images)
        if own is None:
            return [], []
        findings = self._findings.find(uid, revision)
        assert findings is not None  # results are made of them
        names = {nodule.tracking_uid: nodule.tracking_id for nodule in findings.nodules}
        reading = read_report(report, own, names)
        # A clock elsewhere may be fast: nobody has spoken in the future.
        said_at = min(report.said_at or unread.received_at, self._clock())
        words, doubts = list[Feedback](), list(reading.doubts)
        for said in reading.acts:
            try:
                words.append(self._word(said, report, findings, words, said_at))
            except FeedbackError as doubt:
                doubts.append(f"a nodule that was added: {doubt}")
        return words, doubts

    def _word(
        self,
        said: ReportedAct,
        report: MarkReport,
        findings: Findings,
        words: Sequence[Feedback],
        said_at: datetime,
    ) -> Feedback:
        """Return what is to be kept of an act, after these words of the same report."""
        uid = findings.study_instance_uid
        earlier = [*self._feedback.words_of(uid), *words]
        return Feedback(
            study_instance_uid=uid,
            revision=findings.revision,
            tracking_uid=said.tracking_uid
            or name_missed(uid, said.corrected, findings.nodules, earlier),
            act=said.act,
            corrected=said.corrected,
            actor=report.actor,
            said_at=said_at,
            source=FeedbackSource.REPORT,
            document_uid=report.document_uid,
        )

    def _choose_own(
        self, report: MarkReport, uid: str, images: ImagePlaces
    ) -> tuple[MarkReport | None, int]:
        """Return the report of ours that this one replaces, or else the newest it speaks of."""
        sent = self._results.reports_of(uid)
        for one in sorted(
            sent, key=lambda sent: (sent.sop_instance_uid in report.replaces, sent.revision)
        )[::-1]:
            own = self._marks.read(dcmread(one.path), images.locate)
            if speaks_of(report, own):
                return own, one.revision
        return None, 0
