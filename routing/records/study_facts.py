"""What the headers of studies tell of modality and body part, read once for each revision."""

from typing import Final

from pydantic import TypeAdapter
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from routing.records.tables import ReadingItemRecord, StudyFactsRecord, StudyRecord
from routing.records.transactions import writing
from wetread.domain.specialties import StudyFacts

_FACTS: Final = TypeAdapter(StudyFacts)


class StudyFactsRecords:
    """Keeps the facts of studies that wait to be read."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def missing(self) -> tuple[tuple[str, int], ...]:
        """Return UID and revision of the studies to read whose facts are not known yet."""
        query = (
            select(StudyRecord.study_instance_uid, StudyRecord.revision)
            .join(
                ReadingItemRecord,
                ReadingItemRecord.study_instance_uid == StudyRecord.study_instance_uid,
            )
            .outerjoin(
                StudyFactsRecord,
                (StudyFactsRecord.study_instance_uid == StudyRecord.study_instance_uid)
                & (StudyFactsRecord.revision == StudyRecord.revision),
            )
            .where(
                ReadingItemRecord.reported_at.is_(None),
                StudyFactsRecord.study_instance_uid.is_(None),
            )
            .order_by(StudyRecord.study_instance_uid)
        )
        with Session(self._engine) as session:
            return tuple((uid, revision) for uid, revision in session.execute(query))

    def note(self, study_instance_uid: str, revision: int, facts: StudyFacts) -> None:
        """Keep the facts of a revision instead of an earlier one's."""
        with writing(self._engine) as session:
            session.merge(
                StudyFactsRecord(
                    study_instance_uid=study_instance_uid,
                    revision=revision,
                    facts=_FACTS.dump_python(facts, mode="json"),
                )
            )

    def of_waiting(self) -> dict[str, StudyFacts]:
        """Return what is known of the studies to read, by UID."""
        query = (
            select(StudyFactsRecord.study_instance_uid, StudyFactsRecord.facts)
            .join(
                ReadingItemRecord,
                ReadingItemRecord.study_instance_uid == StudyFactsRecord.study_instance_uid,
            )
            .where(ReadingItemRecord.reported_at.is_(None))
        )
        with Session(self._engine) as session:
            return {uid: _FACTS.validate_python(facts) for uid, facts in session.execute(query)}
