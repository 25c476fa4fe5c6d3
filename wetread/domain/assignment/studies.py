"""A study as the assignment sees it, and who may read it at all."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from wetread.domain.readers.reader import Reader
from wetread.domain.studies import PatientKey


class Obstacle(StrEnum):
    """Why a reader is not given a study, whatever else speaks for it."""

    NO_SCORE = "no_score"
    NO_CONTRACT = "no_contract"
    CONFLICT = "conflict"
    REFUSED = "refused"
    NO_CAPACITY = "no_capacity"


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyToAssign:
    """One study that waits for a reader."""

    study_instance_uid: str
    patient: PatientKey
    site: str
    column: str  # of the readers' table
    minutes: float  # that reading it is expected to take
    difficulty: float  # 1 is average
    urgency_weight: float  # of a minute of tardiness
    due_at: datetime
    requested_at: datetime
    refused_by: frozenset[str] = frozenset()  # reader IDs

    @property
    def reading_order(self) -> tuple[float, datetime, datetime, str]:
        """What to sort by: the most urgent first, then what is due, then what waited longest."""
        return (-self.urgency_weight, self.due_at, self.requested_at, self.study_instance_uid)


def standing_obstacle(reader: Reader, column: str, site: str) -> Obstacle | None:
    """Return what keeps a reader from every study of this column and hospital."""
    if reader.score(column) <= 0:
        return Obstacle.NO_SCORE
    if reader.sites is not None and site not in reader.sites:
        return Obstacle.NO_CONTRACT
    if site in reader.conflict_sites:
        return Obstacle.CONFLICT
    return None


def obstacle(reader: Reader, study: StudyToAssign) -> Obstacle | None:
    """Return what keeps a reader from this study; shift and capacity are not looked at."""
    if study.patient in reader.conflict_patients:
        return Obstacle.CONFLICT
    if reader.reader_id in study.refused_by:
        return Obstacle.REFUSED
    return standing_obstacle(reader, study.column, study.site)
