"""What quality figures are made of: the scans of each model at each site, and their standing."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from routing.records.feedback import feedback_from_record
from routing.records.tables import AnalysedScanRecord, FeedbackRecord, StudyRecord
from wetread.domain.drift import JudgedMark, JudgedScan, ModelAtSite
from wetread.domain.feedback import Feedback, Standing, added_nodules, standing_of
from wetread.domain.findings import Findings, Outcome


class QualityRecords:
    """Reads the scans that were analysed; what failed or is incomplete is not among them."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def judged_scans(self, since: datetime) -> Mapping[ModelAtSite, tuple[JudgedScan, ...]]:
        """Return the studies concluded since then, by their newest findings, oldest first.

        What was said at an earlier revision of a study holds: the nodule bears the same UID.
        """
        with Session(self._engine) as session:
            words = _words(session, since)
            newest: dict[str, tuple[AnalysedScanRecord, str]] = {}
            query = (
                select(AnalysedScanRecord, StudyRecord.site)
                .join(
                    StudyRecord,
                    StudyRecord.study_instance_uid == AnalysedScanRecord.study_instance_uid,
                )
                .where(AnalysedScanRecord.concluded_at >= since)
                .order_by(AnalysedScanRecord.revision)
            )
            for scan, site in session.execute(query):
                newest[scan.study_instance_uid] = scan, site
            scans = defaultdict(list)
            for scan, site in sorted(
                newest.values(), key=lambda row: (row[0].concluded_at, row[0].study_instance_uid)
            ):
                model = ModelAtSite(
                    site=site, model_name=scan.model_name, model_version=scan.model_version
                )
                scans[model].append(_judged(scan, words[scan.study_instance_uid]))
        return {model: tuple(scans[model]) for model in sorted(scans)}


def record_scan(session: Session, findings: Findings, *, at: datetime) -> None:
    """Note the marks of findings that are just concluded, in the caller's transaction."""
    if findings.outcome is not Outcome.ANALYSED:
        return
    session.add(
        AnalysedScanRecord(
            study_instance_uid=findings.study_instance_uid,
            revision=findings.revision,
            model_name=findings.model.name,
            model_version=findings.model.version,
            marks=[
                {"tracking_uid": nodule.tracking_uid, "score": nodule.score}
                for nodule in findings.nodules
            ],
            concluded_at=at,
        )
    )


def _words(session: Session, since: datetime) -> Mapping[str, list[Feedback]]:
    scanned = select(AnalysedScanRecord.study_instance_uid).where(
        AnalysedScanRecord.concluded_at >= since
    )
    query = (
        select(FeedbackRecord)
        .where(FeedbackRecord.study_instance_uid.in_(scanned))
        .order_by(FeedbackRecord.feedback_id)
    )
    words = defaultdict(list)
    for record in session.scalars(query):
        words[record.study_instance_uid].append(feedback_from_record(record))
    return words


def _judged(scan: AnalysedScanRecord, words: list[Feedback]) -> JudgedScan:
    said: dict[str, list[Feedback]] = defaultdict(list)
    for word in words:
        said[word.tracking_uid].append(word)
    missed = [standing_of(said[tracking_uid]) for tracking_uid in added_nodules(words)]
    return JudgedScan(
        concluded_at=scan.concluded_at,
        marks=tuple(
            JudgedMark(score=mark["score"], standing=standing_of(said[mark["tracking_uid"]]))
            for mark in scan.marks
        ),
        missed=missed.count(Standing.ACCEPTED),
    )
