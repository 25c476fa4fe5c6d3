"""Findings in the records: one row for each revision of a study, never changed."""

import json
from datetime import datetime
from typing import Final

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from routing.records.quality import record_scan
from routing.records.tables import FindingsRecord, StudyRecord
from routing.records.tracks import record_sightings
from routing.records.transactions import writing
from routing.results.document import document_from_findings, findings_from_document
from wetread.domain.findings import Findings
from wetread.domain.studies import StudyState

_UNDER_WAY: Final = {StudyState.COMPLETE, StudyState.ANALYSING}  # not reopened by late images


class FindingsRecords:
    """Keeps findings as their findings.json document."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def conclude(self, findings: Findings, *, at: datetime) -> None:
        """Keep the findings and mark their study concluded; what is already kept stays."""
        uid, revision = findings.study_instance_uid, findings.revision
        with writing(self._engine) as session:
            if session.get(FindingsRecord, (uid, revision)) is None:
                record = FindingsRecord(
                    study_instance_uid=uid,
                    revision=revision,
                    outcome=findings.outcome.value,
                    document=json.loads(document_from_findings(findings)),
                    concluded_at=at,
                )
                session.add(record)
                record_sightings(session, findings)
                record_scan(session, findings, at=at)
            study = session.get_one(StudyRecord, uid, with_for_update=True)
            if study.revision == revision and study.state in _UNDER_WAY:
                study.state = StudyState.CONCLUDED

    def missing(self) -> tuple[tuple[str, int], ...]:
        """Return UID and revision of every study whose analysis has not ended, oldest first."""
        query = (
            select(StudyRecord.study_instance_uid, StudyRecord.revision)
            .where(StudyRecord.state.in_(_UNDER_WAY))
            .order_by(StudyRecord.completed_at, StudyRecord.study_instance_uid)
        )
        with Session(self._engine) as session:
            return tuple((uid, revision) for uid, revision in session.execute(query))

    def find(self, study_instance_uid: str, revision: int) -> Findings | None:
        """Return the findings of one revision."""
        with Session(self._engine) as session:
            record = session.get(FindingsRecord, (study_instance_uid, revision))
            return None if record is None else _findings(record)

    def newest(self, study_instance_uid: str, *, below: int | None = None) -> Findings | None:
        """Return the findings of the newest revision, or of the newest ``below`` another."""
        query = (
            select(FindingsRecord)
            .where(FindingsRecord.study_instance_uid == study_instance_uid)
            .order_by(FindingsRecord.revision.desc())
            .limit(1)
        )
        if below is not None:
            query = query.where(FindingsRecord.revision < below)
        with Session(self._engine) as session:
            record = session.scalar(query)
            return None if record is None else _findings(record)


def _findings(record: FindingsRecord) -> Findings:
    return findings_from_document(json.dumps(record.document))
