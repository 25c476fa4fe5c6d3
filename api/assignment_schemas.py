"""What the JSON API says of readers and assignments, with an example of each."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from pydantic.config import JsonDict

from api.examples import STUDY_UID
from api.schemas import Actor, example
from wetread.domain.assignment.outcomes import Origin

_REASON: JsonDict = {
    "english": "Score 80 for 胸部CT; the best who may read it and is on shift has 90.",
    "japanese": "胸部CT のスコア 80 (勤務中で読影可能な最高は 90)。",
}
_ASSIGNMENT: JsonDict = {
    "study_instance_uid": STUDY_UID,
    "reader": "Reader A",
    "origin": "batch",
    "column": "胸部CT",
    "minutes": 14.0,
    "difficulty": 1.0,
    "reasons": [_REASON],
    "assigned_by": "assignment",
    "assigned_at": "2026-04-01T09:04:00+09:00",
}
_UNMAPPED: JsonDict = {
    "study_instance_uid": STUDY_UID,
    "reason": {
        "english": "The readers' table has no column 腹部CT.",
        "japanese": "読影医の表に 腹部CT の列がありません。",
    },
}
_READER: JsonDict = {
    "reader": "Reader A",
    "scores": {"胸部CT": 80},
    "sites": ["Example Hospital"],
    "experience_years": 12.0,
    "on_shift_until": "2026-04-01T17:00:00+09:00",
    "capacity_minutes": 360.0,
    "queued_minutes": 42.0,
    "shift_minutes": 120.0,
    "quality": {
        "rate": 0.0014,
        "lower": 0.0008,
        "upper": 0.0022,
        "pool_rate": 0.0014,
        "is_resolved": False,
    },
}

Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


class WordsSchema(BaseModel):
    """The same words in both languages."""

    model_config = ConfigDict(from_attributes=True, frozen=True)

    english: str
    japanese: str


class QualitySchema(BaseModel):
    """A discrepancy rate drawn towards that of all readers, with its 95 % credible interval."""

    model_config = ConfigDict(from_attributes=True, frozen=True, use_attribute_docstrings=True)

    rate: float
    lower: float
    upper: float
    pool_rate: float
    is_resolved: bool
    """The interval leaves the rate of all readers out. Nobody is demoted by it."""


class ReaderSchema(BaseModel):
    """One reader: declared scores, shift and load."""

    model_config = example(_READER)

    reader: str
    scores: dict[str, int]
    """Declared, 0 to 100 by column; 0 is not eligible."""
    sites: tuple[str, ...] | None = None
    """Hospitals with a contract; absent: every one."""
    experience_years: float | None = None
    on_shift_until: datetime | None = None
    capacity_minutes: float | None = None
    queued_minutes: float
    """Given and not reported."""
    shift_minutes: float
    """Given in this shift, reported or not."""
    quality: QualitySchema | None = None
    """Absent where no read of anybody was reviewed."""


class ReaderListSchema(BaseModel):
    """Every reader, by name."""

    model_config = example({"readers": [_READER]})

    readers: tuple[ReaderSchema, ...]


class UnmappedStudySchema(BaseModel):
    """A study that belongs to no column of the readers' table: only a human can give it."""

    model_config = example(_UNMAPPED)

    study_instance_uid: str
    reason: WordsSchema


class UnmappedListSchema(BaseModel):
    """All such studies."""

    model_config = example({"studies": [_UNMAPPED]})

    studies: tuple[UnmappedStudySchema, ...]


class AssignmentSchema(BaseModel):
    """Who has a study to read, and why."""

    model_config = example(_ASSIGNMENT)

    study_instance_uid: str
    reader: str
    origin: Origin
    """`override`: a human gave it, no batch changes it."""
    column: str
    """Of the readers' table; empty where none is known."""
    minutes: float
    difficulty: float
    reasons: tuple[WordsSchema, ...]
    assigned_by: str
    assigned_at: datetime


class AssignmentListSchema(BaseModel):
    """The studies that readers have and nobody has reported."""

    model_config = example({"assignments": [_ASSIGNMENT]})

    assignments: tuple[AssignmentSchema, ...]


class OverrideSchema(BaseModel):
    """A human gives a study to a reader."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {"reader": "Reader B", "reason": "knows the patient", "actor": "Desk A"}
        },
    )

    reader: Annotated[str, Field(min_length=1, max_length=64)]
    reason: Reason
    actor: Actor


class RefusalSchema(BaseModel):
    """A reader gives a study back; no batch gives it to them again."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"reason": "not my field", "actor": "Reader A"}},
    )

    reason: Reason
    actor: Actor
