"""Which studies and instances there are, and what state each study is in."""

from collections.abc import Collection, Sequence
from pathlib import Path

from sqlalchemy import ColumnElement, Engine, func, select
from sqlalchemy.orm import Session

from routing.records.audit import write_audit
from routing.records.indexing import (
    have_fetched_read,
    record_fetched_study,
    record_instances,
)
from routing.records.patients import is_of
from routing.records.studies import (
    CompletedStudy,
    InstanceEntry,
    InstanceStatus,
    StudySummary,
    study_order,
)
from routing.records.tables import InstanceRecord, ReadingItemRecord, StudyRecord
from routing.records.transactions import writing
from wetread.domain.reading import AiState
from wetread.domain.reading_order import Urgency
from wetread.domain.studies import PatientKey, StoredInstance, StudyState
from wetread.ports import Clock

_ACTOR = "intake"


class StudyCatalog:
    """The studies in the records; ``spool_dir`` is where their instances lie.

    Each method is one transaction of its own.
    """

    def __init__(self, engine: Engine, clock: Clock, *, spool_dir: Path) -> None:
        self._engine = engine
        self._clock = clock
        self._spool_dir = spool_dir.absolute()

    def recorded_contents(self, content_sha256s: Collection[str]) -> frozenset[str]:
        """Return those of the hashes that are recorded, whatever their status."""
        query = select(InstanceRecord.content_sha256).where(
            InstanceRecord.content_sha256.in_(content_sha256s)
        )
        with Session(self._engine) as session:
            return frozenset(session.scalars(query))

    def stored_contents(self, sop_instance_uids: Collection[str]) -> dict[str, str]:
        """Return the hash of the stored content of each SOP Instance UID that has one."""
        query = select(InstanceRecord).where(
            InstanceRecord.sop_instance_uid.in_(sop_instance_uids),
            InstanceRecord.status == InstanceStatus.STORED,
        )
        with Session(self._engine) as session:
            return {one.sop_instance_uid: one.content_sha256 for one in session.scalars(query)}

    def index(self, entries: Sequence[InstanceEntry]) -> None:
        """Record a batch of instances, none of which is recorded yet; all or nothing.

        A stored instance of a study that was complete opens the study again, unless it is a
        structured report or a result of ours that comes back. Raise SQLAlchemy's
        `IntegrityError` when somebody else recorded one of them meanwhile.
        """
        with writing(self._engine) as session:
            record_instances(session, entries, at=self._clock())

    def record_fetched(self, entries: Sequence[InstanceEntry], *, archive: str) -> bool:
        """Record a prior with all its instances; False, and nothing done, if the study is known.

        It is not to be analysed or read for itself: no completion is announced. Raise SQLAlchemy's
        `IntegrityError` when one of its instances is recorded with another study.
        """
        with writing(self._engine) as session:
            return record_fetched_study(session, entries, archive=archive, at=self._clock())

    def have_read(self, contents: Collection[str], study_instance_uids: Collection[str]) -> None:
        """Open the fetched ones of these studies, and of those these contents are of.

        Their images were sent again by somebody who wants them read.
        """
        query = select(InstanceRecord.study_instance_uid).where(
            InstanceRecord.content_sha256.in_(contents)
        )
        with writing(self._engine) as session:
            known = {uid for uid in session.scalars(query) if uid is not None}
            have_fetched_read(session, known.union(study_instance_uids), at=self._clock())

    def instances_of(self, study_instance_uid: str) -> tuple[StoredInstance, ...]:
        """Return the stored instances of a study with absolute paths, ordered by their UIDs.

        Conflicting and quarantined ones are not among them.
        """
        query = (
            select(InstanceRecord)
            .where(
                InstanceRecord.study_instance_uid == study_instance_uid,
                InstanceRecord.status == InstanceStatus.STORED,
            )
            .order_by(InstanceRecord.series_instance_uid, InstanceRecord.sop_instance_uid)
        )
        with Session(self._engine) as session:
            return tuple(
                StoredInstance(
                    study_instance_uid=study_instance_uid,
                    series_instance_uid=record.series_instance_uid,
                    sop_instance_uid=record.sop_instance_uid,
                    sop_class_uid=record.sop_class_uid,
                    transfer_syntax_uid=record.transfer_syntax_uid,
                    path=self._spool_dir / record.relative_path,
                )
                for record in session.scalars(query)
            )

    def study(self, study_instance_uid: str) -> StudySummary | None:
        """Return one study, or None where it is unknown."""
        found = self._summaries(StudyRecord.study_instance_uid == study_instance_uid)
        return found[0] if found else None

    def reading_priority(self, study_instance_uid: str) -> int:
        """Return how urgent the read of a study is so far, 0 where nobody waits for it.

        By what the hospital says, or by findings of an earlier revision: whichever is more.
        """
        with Session(self._engine) as session:
            item = session.get(ReadingItemRecord, study_instance_uid)
            if item is None:
                return 0
            return max(item.priority, Urgency(item.urgency).analysis_urgency)

    def receiving_studies(self) -> tuple[StudySummary, ...]:
        """Return the studies whose instances still arrive, earliest first."""
        return self._summaries(StudyRecord.state == StudyState.RECEIVING)

    def earlier_studies(
        self, patients: Collection[PatientKey], before_study: str
    ) -> tuple[StudySummary, ...]:
        """Return the studies of a patient's keys from before another one, newest first.

        Before is an earlier Study Date, or an earlier arrival on the same or an unknown date. A
        key without an ID or an issuer is nobody's, and has none.
        """
        reference = self.study(before_study)
        if reference is None:
            return ()
        others = self._other_studies(patients, before_study)
        return tuple(reversed([one for one in others if _is_before(one, reference)]))

    def later_studies(
        self, patients: Collection[PatientKey], after_study: str
    ) -> tuple[StudySummary, ...]:
        """Return the studies of a patient's keys from after another one, oldest first."""
        reference = self.study(after_study)
        if reference is None:
            return ()
        others = self._other_studies(patients, after_study)
        return tuple(one for one in others if _is_before(reference, one))

    def _other_studies(self, patients: Collection[PatientKey], study: str) -> list[StudySummary]:
        """Return all other studies of a patient's keys, oldest first."""
        named = [key for key in patients if key.issuer and key.patient_id]
        if not named:
            return []
        others = self._summaries(
            is_of(named, StudyRecord.issuer.expression, StudyRecord.patient_id.expression),
            StudyRecord.study_instance_uid != study,
        )
        return sorted(others, key=lambda one: study_order(one.study_date, one.first_received_at))

    def set_expected(self, study_instance_uid: str, instances: int) -> bool:
        """Note how many instances a study will have; False when there is no such study."""
        with writing(self._engine) as session:
            study = session.get(StudyRecord, study_instance_uid, with_for_update=True)
            if study is not None:
                study.expected_instances = instances
            return study is not None

    def complete_study(self, study_instance_uid: str) -> CompletedStudy | None:
        """Declare a receiving study complete and have it read; None when it is not receiving.

        The first completion is revision 0 and creates the reading item, before any analysis; each
        later one, after late instances, is the next revision and lets the item wait again.
        """
        now = self._clock()
        with writing(self._engine) as session:
            study = session.get(StudyRecord, study_instance_uid, with_for_update=True)
            if study is None or study.state != StudyState.RECEIVING:
                return None
            study.revision = 0 if study.completed_at is None else study.revision + 1
            study.state = StudyState.COMPLETE
            study.completed_at = now
            _have_read(session, study)
            write_audit(
                session,
                at=now,
                actor=_ACTOR,
                action="study.complete",
                study_instance_uid=study_instance_uid,
                detail={"revision": study.revision},
            )
            return CompletedStudy(
                study_instance_uid=study_instance_uid, revision=study.revision, completed_at=now
            )

    def complete_studies(self) -> tuple[CompletedStudy, ...]:
        """Return the studies that are complete and whose analysis has not begun, oldest first."""
        query = (
            select(StudyRecord)
            .where(StudyRecord.state == StudyState.COMPLETE)
            .order_by(StudyRecord.completed_at)
        )
        with Session(self._engine) as session:
            return tuple(
                CompletedStudy(
                    study_instance_uid=study.study_instance_uid,
                    revision=study.revision,
                    completed_at=study.completed_at,
                )
                for study in session.scalars(query)
                if study.completed_at is not None
            )

    def advance(self, study_instance_uid: str, *, revision: int, state: StudyState) -> bool:
        """Move a completed study on; False, and nothing done, when late instances came."""
        with writing(self._engine) as session:
            study = session.get(StudyRecord, study_instance_uid, with_for_update=True)
            if study is None or study.revision != revision or study.state == StudyState.RECEIVING:
                return False
            study.state = state
            return True

    def _summaries(self, *conditions: ColumnElement[bool]) -> tuple[StudySummary, ...]:
        stored = (
            select(func.count())
            .where(
                InstanceRecord.study_instance_uid == StudyRecord.study_instance_uid,
                InstanceRecord.status == InstanceStatus.STORED,
            )
            .scalar_subquery()
        )
        query = (
            select(StudyRecord, stored).where(*conditions).order_by(StudyRecord.first_received_at)
        )
        with Session(self._engine) as session:
            return tuple(_summary(record, count) for record, count in session.execute(query))


def _have_read(session: Session, study: StudyRecord) -> None:
    item = session.get(ReadingItemRecord, study.study_instance_uid, with_for_update=True)
    if item is not None:
        item.ai_state = AiState.WAITING
        return
    session.add(
        ReadingItemRecord(
            study_instance_uid=study.study_instance_uid,
            requested_at=study.completed_at,
            place_at=study.completed_at,
            ai_state=AiState.WAITING,
            priority=0,
            reasons=[],
        )
    )


def _is_before(one: StudySummary, other: StudySummary) -> bool:
    if one.study_date and other.study_date and one.study_date != other.study_date:
        return one.study_date < other.study_date
    return one.first_received_at < other.first_received_at


def _summary(record: StudyRecord, stored_instances: int) -> StudySummary:
    return StudySummary(
        study_instance_uid=record.study_instance_uid,
        patient_key=PatientKey(issuer=record.issuer, patient_id=record.patient_id),
        patient_name=record.patient_name,
        study_date=record.study_date,
        study_description=record.study_description,
        accession_number=record.accession_number,
        sending_ae=record.sending_ae,
        site=record.site,
        state=StudyState(record.state),
        revision=record.revision,
        stored_instances=stored_instances,
        expected_instances=record.expected_instances,
        first_received_at=record.first_received_at,
        last_received_at=record.last_received_at,
        completed_at=record.completed_at,
        fetched_from=record.fetched_from,
    )
