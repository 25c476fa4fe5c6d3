"""Patients in the records, found by the blocks they lie in."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Engine, and_, delete, or_, select
from sqlalchemy.orm import Session

from routing.records.details import details_from_document, document_from_details
from routing.records.tables import PatientBlockRecord, PatientRecord, StudyRecord
from routing.records.transactions import writing
from wetread.domain.identity.person import PatientDetails
from wetread.domain.studies import PatientKey

# More in one block is no patient found again but a placeholder, a care home or a very common name.
LARGEST_BLOCK: Final = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPatient:
    """A patient as one issuer knows them; texts as the headers had them."""

    key: PatientKey
    name: str  # PN
    details: PatientDetails


class PatientRecords:
    """Keeps patients, and finds those that are worth comparing."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def of_study(self, study_instance_uid: str) -> KnownPatient | None:
        """Return the patient as one study names them; None where the study is unknown."""
        with Session(self._engine) as session:
            study = session.get(StudyRecord, study_instance_uid)
            if study is None:
                return None
            return KnownPatient(
                key=PatientKey(issuer=study.issuer, patient_id=study.patient_id),
                name=study.patient_name,
                details=details_from_document(study.patient_details),
            )

    def find(self, key: PatientKey) -> KnownPatient | None:
        """Return a patient that was registered."""
        with Session(self._engine) as session:
            record = session.get(PatientRecord, (key.issuer, key.patient_id))
            return None if record is None else _patient(record)

    def register(self, patient: KnownPatient, blocks: Collection[str], *, at: datetime) -> None:
        """Keep a patient as they are known now, in these blocks and no others."""
        key = patient.key
        with writing(self._engine) as session:
            record = session.get(PatientRecord, (key.issuer, key.patient_id), with_for_update=True)
            if record is None:
                record = PatientRecord(issuer=key.issuer, patient_id=key.patient_id)
                session.add(record)
            record.name = patient.name
            record.details = document_from_details(patient.details)
            record.updated_at = at
            session.flush()
            session.execute(
                delete(PatientBlockRecord).where(
                    PatientBlockRecord.issuer == key.issuer,
                    PatientBlockRecord.patient_id == key.patient_id,
                )
            )
            session.add_all(
                PatientBlockRecord(block=block, issuer=key.issuer, patient_id=key.patient_id)
                for block in sorted(blocks)
            )

    def sharing(self, key: PatientKey, blocks: Collection[str]) -> tuple[KnownPatient, ...]:
        """Return the other patients that lie in one of the blocks, in the order of their keys."""
        with Session(self._engine) as session:
            found: dict[tuple[str, str], PatientRecord] = {}
            for block in sorted(blocks):
                query = (
                    select(PatientRecord)
                    .join(
                        PatientBlockRecord,
                        and_(
                            PatientBlockRecord.issuer == PatientRecord.issuer,
                            PatientBlockRecord.patient_id == PatientRecord.patient_id,
                        ),
                    )
                    .where(PatientBlockRecord.block == block)
                    .limit(LARGEST_BLOCK)
                )
                found |= {(one.issuer, one.patient_id): one for one in session.scalars(query)}
            found.pop((key.issuer, key.patient_id), None)
            return tuple(_patient(record) for _, record in sorted(found.items()))


def is_of(
    patients: Collection[PatientKey],
    issuer: ColumnElement[str],
    patient_id: ColumnElement[str],
) -> ColumnElement[bool]:
    """Return the condition that two columns are the key of one of the patients."""
    return or_(*(and_(issuer == one.issuer, patient_id == one.patient_id) for one in patients))


def _patient(record: PatientRecord) -> KnownPatient:
    return KnownPatient(
        key=PatientKey(issuer=record.issuer, patient_id=record.patient_id),
        name=record.name,
        details=details_from_document(record.details),
    )
