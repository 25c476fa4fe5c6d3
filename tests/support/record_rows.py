"""Rows of the records that other rows need."""

from datetime import UTC, datetime

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from routing.records.tables import ReadingItemRecord, StudyRecord
from wetread.domain.reading import AiState
from wetread.domain.studies import PatientKey, StudyState

RECEIVED_AT = datetime(2026, 3, 1, 8, 30, tzinfo=UTC)
PATIENT = PatientKey(issuer="Invented Hospital", patient_id="T-0001")


def add_study(
    engine: Engine,
    study_instance_uid: str,
    *,
    patient: PatientKey = PATIENT,
    study_date: str = "20260301",
    state: StudyState = StudyState.COMPLETE,
    revision: int = 0,
) -> None:
    """Add a study without instances; complete unless it is receiving."""
    record = StudyRecord(
        study_instance_uid=study_instance_uid,
        issuer=patient.issuer,
        patient_id=patient.patient_id,
        patient_name="BALL^INVENTED",
        study_date=study_date,
        study_description="",
        accession_number="",
        sending_ae="TEST",
        site=patient.issuer,
        state=state.value,
        revision=revision,
        expected_instances=None,
        first_received_at=RECEIVED_AT,
        last_received_at=RECEIVED_AT,
        completed_at=None if state is StudyState.RECEIVING else RECEIVED_AT,
    )
    with Session(engine) as session, session.begin():
        session.add(record)


def add_reading_item(engine: Engine, study_instance_uid: str) -> None:
    """Add the item of a study that waits for its analysis."""
    record = ReadingItemRecord(
        study_instance_uid=study_instance_uid,
        requested_at=RECEIVED_AT,
        place_at=RECEIVED_AT,
        ai_state=AiState.WAITING.value,
        priority=0,
        reasons=[],
        reader=None,
        reported_at=None,
    )
    with Session(engine) as session, session.begin():
        session.add(record)
