"""Who has which study, and what readers have taken on: values of the records."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from wetread.domain.assignment.outcomes import Origin
from wetread.domain.reading_order import Urgency
from wetread.domain.studies import PatientKey
from wetread.domain.words import Words


class Ended(StrEnum):
    """Why a reader does not have a study any more."""

    REFUSED = "refused"
    REPLACED = "replaced"


@dataclass(frozen=True, slots=True, kw_only=True)
class CurrentAssignment:
    """Who has a study now."""

    study_instance_uid: str
    reader_id: str
    origin: Origin
    column: str
    minutes: float
    difficulty: float
    reasons: tuple[Words, ...]
    assigned_by: str
    assigned_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenItem:
    """One study that waits to be read, as far as giving it goes."""

    study_instance_uid: str
    patient: PatientKey
    site: str
    requested_at: datetime
    due_at: datetime | None  # None: nobody has said when
    priority: int
    urgency: Urgency  # as the hospital says
    refused_by: frozenset[str]
    current: CurrentAssignment | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenOn:
    """What a reader has taken on."""

    queued_minutes: float = 0.0  # not reported
    carried_minutes: float = 0.0  # of them, given before this shift
    shift_minutes: float = 0.0  # given in this shift, reported or not
    shift_weighted_minutes: float = 0.0
