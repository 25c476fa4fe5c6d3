"""A reader: declared scores, contract, conflicts, and shifts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from wetread.domain.errors import ReaderError
from wetread.domain.readers.quality import ReviewedReads
from wetread.domain.studies import PatientKey

HIGHEST_SCORE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """One reader as the imported tables describe them.

    ``scores`` holds a number from 0 to 100 for each column (body part and modality, 胸部CT), as
    the reader declares it. 0, or no entry, means not eligible; it is not a measured accuracy.
    """

    reader_id: str  # as the tables name them
    scores: Mapping[str, int]
    sites: frozenset[str] | None = None  # contracts; None: with every hospital
    conflict_sites: frozenset[str] = frozenset()  # must not read for these
    conflict_patients: frozenset[PatientKey] = frozenset()  # nor these patients
    experience_years: float | None = None  # shown to people, decides nothing
    reviewed: ReviewedReads = field(default_factory=ReviewedReads)

    def __post_init__(self) -> None:
        if not self.reader_id.strip():
            raise ReaderError("a reader needs a name")
        for column, score in self.scores.items():
            if not 0 <= score <= HIGHEST_SCORE:
                raise ReaderError(f"{self.reader_id}, {column}: a score is from 0 to 100")

    def score(self, column: str) -> int:
        """Return the declared score of a column, 0 where there is none."""
        return self.scores.get(column, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """When a reader is on, and how many minutes of reading they take on then."""

    reader_id: str
    start: datetime
    end: datetime
    capacity_minutes: float

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise ReaderError(f"{self.reader_id}: a shift without a time zone says no time")
        if self.start >= self.end or self.capacity_minutes <= 0:
            raise ReaderError(f"{self.reader_id}: a shift ends after its start and holds minutes")

    def covers(self, moment: datetime) -> bool:
        """Tell whether the reader is on at this moment."""
        return self.start <= moment < self.end
