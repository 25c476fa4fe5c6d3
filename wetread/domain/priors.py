"""Studies that may be compared with a later one, as archives and records describe them."""

from dataclasses import dataclass
from datetime import date

from wetread.domain.studies import PatientKey


@dataclass(frozen=True, slots=True, kw_only=True)
class DescribedSeries:
    """What is known of a series before its images are looked at; blanks where nothing is."""

    series_instance_uid: str
    modality: str
    body_part: str = ""  # BodyPartExamined
    description: str = ""
    kernel: str = ""  # ConvolutionKernel
    slice_thickness_mm: float | None = None
    instances: int | None = None  # None: not told


@dataclass(frozen=True, slots=True, kw_only=True)
class DescribedStudy:
    """What is known of a study before its images are looked at."""

    study_instance_uid: str
    patient_key: PatientKey
    study_date: date | None  # None: unknown
    description: str = ""
    series: tuple[DescribedSeries, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RankedPrior:
    """A study worth comparing with, which of its series, and why."""

    study: DescribedStudy
    wanted: tuple[DescribedSeries, ...]  # best first, never empty
    points: float  # more is more relevant
    reasons: tuple[str, ...]  # for people


@dataclass(frozen=True, slots=True, kw_only=True)
class UnrelatedStudy:
    """A study that is not to be compared with, and why."""

    study: DescribedStudy
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PriorRanking:
    """Every study asked about: the relevant ones, best first, and the others."""

    relevant: tuple[RankedPrior, ...]
    unrelated: tuple[UnrelatedStudy, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PriorFetch:
    """What came of asking the archives for the priors of one study."""

    fetched: tuple[str, ...] = ()  # study instance UIDs that are here now and were not before
    problems: tuple[str, ...] = ()  # what may be missing and why, for people; names no patient
