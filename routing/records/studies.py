"""What goes into the study catalog and comes out of it: values only."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from wetread.domain.identity.person import PatientDetails
from wetread.domain.studies import PatientKey, StudyState


class InstanceStatus(StrEnum):
    """What became of a received instance."""

    STORED = "stored"
    CONFLICTING = "conflicting"  # its UID is taken by other content; kept apart
    QUARANTINED = "quarantined"  # not a usable instance; the original is kept


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyAttributes:
    """What one instance says of its study; empty text where it says nothing."""

    study_instance_uid: str
    patient_key: PatientKey
    patient_name: str
    patient_details: PatientDetails
    study_date: str  # DICOM DA
    study_description: str
    accession_number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceEntry:
    """One received instance to be recorded."""

    content_sha256: str
    relative_path: str  # below the spool folder
    received_at: datetime
    sending_ae: str
    site: str
    status: InstanceStatus
    detail: str  # why, when not stored
    sop_instance_uid: str
    sop_class_uid: str
    series_instance_uid: str
    transfer_syntax_uid: str
    study: StudyAttributes | None  # None exactly when quarantined


@dataclass(frozen=True, slots=True, kw_only=True)
class StudySummary:
    """A study as the catalog knows it."""

    study_instance_uid: str
    patient_key: PatientKey
    patient_name: str
    study_date: str  # DICOM DA, empty when unknown
    study_description: str
    accession_number: str
    sending_ae: str
    site: str
    state: StudyState
    revision: int  # of the last completion; 0 before and at the first
    stored_instances: int
    expected_instances: int | None
    first_received_at: datetime
    last_received_at: datetime
    completed_at: datetime | None
    fetched_from: str  # the archive it was first fetched from; empty: it was sent to us


@dataclass(frozen=True, slots=True, kw_only=True)
class CompletedStudy:
    """One completion of a study: what an analysis is started for, once."""

    study_instance_uid: str
    revision: int
    completed_at: datetime


def is_document(sop_class_uid: str) -> bool:
    """Tell whether an instance is a structured report (PS3.4 B.5): it has no image to analyse."""
    return sop_class_uid.startswith("1.2.840.10008.5.1.4.1.1.88.")


def study_order(study_date: str, first_received_at: datetime) -> tuple[str, datetime]:
    """Return what sorts studies from the oldest on; without a date the day of arrival counts."""
    return study_date or f"{first_received_at:%Y%m%d}", first_received_at
