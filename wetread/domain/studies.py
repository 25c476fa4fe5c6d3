"""Studies, their instances, and when a study is complete."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientKey:
    """A patient as one issuer knows them; an ID without its issuer identifies nobody."""

    issuer: str
    patient_id: str

    def __str__(self) -> str:
        return f"{self.issuer}|{self.patient_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredInstance:
    """One DICOM instance on disk, as it came."""

    study_instance_uid: str
    series_instance_uid: str
    sop_instance_uid: str
    sop_class_uid: str
    transfer_syntax_uid: str
    path: Path


class StudyState(StrEnum):
    """Where a study stands between its first image and its delivered results."""

    RECEIVING = "receiving"  # images still arrive
    COMPLETE = "complete"  # quiet long enough: a reading item exists, the analysis is waiting
    ANALYSING = "analysing"
    CONCLUDED = "concluded"  # findings exist, whatever the outcome
    DELIVERED = "delivered"  # every destination has confirmed
    FETCHED = "fetched"  # a prior from an archive: compared with, not analysed or read for itself


@dataclass(frozen=True, slots=True, kw_only=True)
class CompletenessPolicy:
    """When a study that is still receiving counts as complete."""

    quiet: timedelta  # no image for this long
    forced_after: timedelta  # complete at the latest this long after the first image

    def is_complete(
        self,
        *,
        first_received_at: datetime,
        last_received_at: datetime,
        received_instances: int,
        expected_instances: int | None,
        now: datetime,
    ) -> bool:
        """Tell whether the study is complete: all expected are here, or it has been quiet."""
        if expected_instances is not None and received_instances >= expected_instances:
            return True
        if now - first_received_at >= self.forced_after:
            return True
        return now - last_received_at >= self.quiet
