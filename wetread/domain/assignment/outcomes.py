"""What an assignment says: who, why, or why nobody."""

from dataclasses import dataclass
from enum import StrEnum

from wetread.domain.readers.reader import Reader
from wetread.domain.words import Words


class Origin(StrEnum):
    """Who gave a study to a reader."""

    BATCH = "batch"
    OVERRIDE = "override"  # a human: no batch changes it


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderOnShift:
    """A reader who is on now, and what they have taken on."""

    reader: Reader
    shift_minutes: float  # the capacity of the shift: what a fair share is measured by
    free_minutes: float  # of it, not taken yet
    queued_minutes: float  # given and not reported
    shift_taken_minutes: float  # given in this shift, reported or not
    shift_weighted_minutes: float  # likewise, each minute times the difficulty of its study
    discrepancy_rate: float = 0.0  # shrunk


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """One study given to one reader, and why."""

    study_instance_uid: str
    reader_id: str
    column: str
    minutes: float
    difficulty: float
    reasons: tuple[Words, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unassigned:
    """One study that stays open, and why."""

    study_instance_uid: str
    reason: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What became of the studies of one batch."""

    assignments: tuple[Assignment, ...]
    unassigned: tuple[Unassigned, ...]
