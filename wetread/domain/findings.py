"""What the analysis of one study says: the one value from which every result is encoded."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from wetread.domain.geometry import Point
from wetread.domain.guidelines.guidance import Guidance
from wetread.domain.studies import PatientKey

COMPARISON_FAILED: Final = "comparison with prior failed"
"""Begins the part of a reason that says so: the one phrase of it that programs look for."""


class Outcome(StrEnum):
    """How far the analysis came; only ANALYSED may ever look negative."""

    ANALYSED = "analysed"
    NOT_ANALYSED = "not_analysed"  # no series passed the selection rules
    PARTIAL = "partial"  # some step failed; what is marked is right, what is not may be missing
    FAILED = "failed"


def is_whole(outcome: Outcome, reason: str | None) -> bool:
    """Tell whether the analysis lacked nothing; no other may ever look negative."""
    return outcome is Outcome.ANALYSED and reason is None


class NoduleType(StrEnum):
    """Attenuation type (Fleischner Society glossary)."""

    SOLID = "solid"
    PART_SOLID = "part_solid"
    GROUND_GLASS = "ground_glass"


class LungZone(StrEnum):
    """A third of the height of one lung (PS3.16 CID 6171); zones are not lobes."""

    UPPER = "upper"
    MIDDLE = "middle"
    LOWER = "lower"


class ChangeState(StrEnum):
    """How a nodule relates to the prior study."""

    MATCHED = "matched"
    NEW = "new"  # the prior shows the place and nothing is there
    AMBIGUOUS = "ambiguous"  # for a human to decide
    NOT_COVERED = "not_covered"  # outside the prior's field of view


class GrowthVerdict(StrEnum):
    """What the change in volume of a matched nodule means."""

    GROWN = "grown"
    STABLE = "stable"  # the error of measurement leaves no room for a change that matters
    SHRUNK = "shrunk"
    NOT_RESOLVABLE = "not_resolvable"  # within the error of measurement


class UnseenReason(StrEnum):
    """Why nothing can be said of a nodule of the prior."""

    NOT_COVERED = "not_covered"  # outside the images of now
    UNCLEAR = "unclear"  # something may be there: for a human to look at


class Prescreen(StrEnum):
    """Advice to the hospital whether to request a read."""

    REQUEST = "request"
    NO_REQUEST = "no_request"
    UNDETERMINED = "undetermined"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelIdentity:
    """Which network or algorithm produced the findings, exactly."""

    name: str
    version: str
    sha256: str
    device: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatingPoint:
    """The score from which candidates are marked, and what its evaluation makes one expect.

    ``expected_sensitivity`` is the share of nodules marked, 0 to 1; both expectations are None
    where they were not measured.
    """

    score: float
    expected_sensitivity: float | None = None
    false_marks_per_scan: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A place the detector thinks may be a nodule; ``score`` is 0 to 1."""

    center_lps_mm: Point
    diameter_mm: float
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageMark:
    """The outline of a nodule on the image that shows it largest.

    ``outline_px`` is a closed polyline of (column, row) in DICOM pixel coordinates, where the
    top-left corner of the first pixel is (0, 0) (PS3.3 C.10.5.1.2); the last point is not the
    first repeated. ``center_px`` and ``radius_px`` give the circle that encloses it.
    """

    sop_instance_uid: str
    center_px: tuple[float, float]
    radius_px: float
    outline_px: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """Size, type and place of one segmented nodule.

    ``surface_distance_mm`` is how much lung lies between the nodule's edge and the nearest surface
    of its lung: chest wall, diaphragm or mediastinum, but not a fissure. It and ``zone`` are None
    where the lung is not seen whole enough to tell.
    """

    center_lps_mm: Point
    long_axis_mm: float
    short_axis_mm: float
    volume_mm3: float
    type: NoduleType
    side: str  # "left" or "right" lung
    zone: LungZone | None = None
    surface_distance_mm: float | None = None
    mark: ImageMark

    @property
    def mean_diameter_mm(self) -> float:
        """Mean of long and short axis (Lung-RADS v2022)."""
        # Axes are told to a tenth: their mean to a hundredth is exact, and written alike anywhere.
        return round((self.long_axis_mm + self.short_axis_mm) / 2, 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What became of a nodule since the prior study.

    ``doubling_time_days_interval`` is what the error of measurement allows, the fastest change
    first; None as the slowest: it may not have changed at all.
    """

    state: ChangeState
    prior_study_instance_uid: str
    prior_tracking_uid: str | None = None
    prior_volume_mm3: float | None = None
    prior_mean_diameter_mm: float | None = None
    interval_days: int | None = None  # None: the date of one of the two studies is unknown
    volume_change_percent: float | None = None
    volume_change_uncertainty_percent: float | None = (
        None  # a change up to this, either way, is none
    )
    doubling_time_days: float | None = None
    doubling_time_days_interval: tuple[float, float | None] | None = None
    verdict: GrowthVerdict | None = None
    measured_at_registered_place: bool = False  # one of the two was marked by no detector
    prior_mark: ImageMark | None = None  # on the prior's image, without its outline


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendPoint:
    """The size of a nodule in one study."""

    study_instance_uid: str
    study_date: date
    volume_mm3: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """A nodule over all studies, oldest first, measured by one model; the line through them.

    The doubling time and its interval are told as in `Change`.
    """

    points: tuple[TrendPoint, ...]
    doubling_time_days: float | None
    doubling_time_days_interval: tuple[float, float | None] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Nodule:
    """One finding; its tracking UID is the same at every time point."""

    tracking_id: str
    tracking_uid: str
    measurement: Measurement
    score: float
    change: Change | None = None
    trend: Trend | None = None  # None where no earlier study shows the nodule


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvedNodule:
    """A nodule of the prior whose place is covered now and shows nothing."""

    prior_tracking_uid: str
    center_lps_mm: Point


@dataclass(frozen=True, slots=True, kw_only=True)
class UnseenNodule:
    """A nodule of the prior that was not found now and is not known to be gone."""

    prior_tracking_uid: str
    center_lps_mm: Point  # where it should be
    reason: UnseenReason


@dataclass(frozen=True, slots=True, kw_only=True)
class Triage:
    """Where the study goes in the queue and why; ``priority`` 0 is the request order."""

    guideline: str | None
    category: str | None
    prescreen: Prescreen
    priority: int  # 0 to 100, larger is sooner
    reasons: tuple[str, ...]
    guidance: Guidance | None = None  # None in findings of an earlier program


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Wall seconds of each stage."""

    read: float = 0.0
    select: float = 0.0
    detect: float = 0.0
    measure: float = 0.0
    compare: float = 0.0
    encode: float = 0.0
    total: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyCost:
    """What the analysis used and costs."""

    gpu_seconds: float
    cpu_seconds: float
    device: str
    energy_joule: float | None
    cost_jpy: float
    how_measured: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """Everything known about one analysed study (`wetread.findings/1`)."""

    study_instance_uid: str
    series_instance_uid: str | None  # None when no series was selected
    patient_key: PatientKey
    revision: int  # 0 for the first analysis; late images make a further one
    outcome: Outcome
    reason: str | None  # why not analysed, partial or failed; or what limits the analysis
    model: ModelIdentity
    operating_point: OperatingPoint | None = None  # None where nothing was looked for
    nodules: tuple[Nodule, ...]
    candidates: tuple[Candidate, ...]
    resolved: tuple[ResolvedNodule, ...]
    unseen: tuple[UnseenNodule, ...] = ()
    triage: Triage
    timing_s: Timing
    cost: StudyCost

    @property
    def is_whole(self) -> bool:
        """True where the analysis lacked nothing."""
        return is_whole(self.outcome, self.reason)

    @property
    def comparison_failed(self) -> bool:
        """True where there is a prior that could not be compared with."""
        return COMPARISON_FAILED in (self.reason or "")

    @property
    def is_compared(self) -> bool:
        """True where something of this study or its prior was looked for in the other one."""
        changed = any(nodule.change is not None for nodule in self.nodules)
        return changed or bool(self.resolved) or bool(self.unseen)

    @property
    def is_negative(self) -> bool:
        """True only where a whole analysis found nothing to mark."""
        return self.is_whole and not self.nodules
