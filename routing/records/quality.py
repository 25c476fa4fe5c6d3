"""What quality figures are made of: the scans of each model at each site, and their standing."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

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

    def judged_scans(self) -> Mapping[ModelAtSite, tuple[JudgedScan, ...]]:
        """Return every study by its newest findings, in the order these were concluded.

        What was said at an earlier revision of a study holds: the nodule bears the same UID.
        """
        record = AnalysedScanRecord
        query = (
            select(
                record.study_instance_uid,
                StudyRecord.site,
                record.model_name,
                record.model_version,
                record.marks,
                record.concluded_at,
            )
            .join(StudyRecord, StudyRecord.study_instance_uid == record.study_instance_uid)
            .order_by(record.revision)
        )
        with Session(self._engine) as session:
            words = _words(session)
            newest = {row.study_instance_uid: row for row in session.execute(query)}
        scans = defaultdict(list)
        for row in sorted(newest.values(), key=lambda one: (one.concluded_at, one[0])):
            model = ModelAtSite(
                site=row.site, model_name=row.model_name, model_version=row.model_version
            )
            said = words.get(row.study_instance_uid, [])
            scans[model].append(_judged(row.concluded_at, row.marks, said))
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


def _words(session: Session) -> Mapping[str, list[Feedback]]:
    words = defaultdict(list)
    for record in session.scalars(select(FeedbackRecord).order_by(FeedbackRecord.feedback_id)):
        words[record.study_instance_uid].append(feedback_from_record(record))
    return words


def _judged(
    concluded_at: datetime, marks: Sequence[Mapping[str, Any]], words: Sequence[Feedback]
) -> JudgedScan:
    said: dict[str, list[Feedback]] = defaultdict(list)
    for word in words:
        said[word.tracking_uid].append(word)
    missed = [standing_of(said[tracking_uid]) for tracking_uid in added_nodules(words)]
    return JudgedScan(
        concluded_at=concluded_at,
        marks=tuple(
            JudgedMark(score=mark["score"], standing=standing_of(said[mark["tracking_uid"]]))
            for mark in marks
        ),
        missed=missed.count(Standing.ACCEPTED),
    )
