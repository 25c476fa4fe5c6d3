"""What a guideline looks at: the nodules, the patient, and how the images were made."""

from dataclasses import dataclass
from enum import StrEnum

from wetread.domain.findings import ChangeState, Nodule, NoduleType, Outcome
from wetread.domain.guidelines.guidance import Indication


class Occasion(StrEnum):
    """At which look a nodule is seen."""

    BASELINE = "baseline"  # nothing earlier shows its place
    NEW = "new"
    GROWING = "growing"
    SLOWLY_GROWING = "slowly_growing"  # not as fast as the guideline's growth
    STABLE = "stable"  # not growing, or smaller


@dataclass(frozen=True, slots=True, kw_only=True)
class NoduleFacts:
    """One nodule, rounded as guidelines ask: diameters to 0.1 mm, volumes to 1 mm³.

    ``solid_part_mm`` is the mean diameter of the solid part of a part-solid nodule; None where it
    was not measured.
    """

    tracking_id: str
    type: NoduleType
    mean_diameter_mm: float
    volume_mm3: float
    solid_part_mm: float | None = None
    surface_distance_mm: float | None = None
    state: ChangeState | None = None  # None: not compared
    prior_mean_diameter_mm: float | None = None
    volume_change_percent: float | None = None
    interval_days: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientFacts:
    """What guidelines ask of the patient; None means unknown, which is never read as no."""

    age_years: int | None = None
    known_cancer: bool | None = None
    immunosuppressed: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyFacts:
    """What guidelines ask of the study."""

    indication: Indication
    outcome: Outcome
    reason: str | None  # what the analysis lacks
    slice_thickness_mm: float | None  # None: unknown


def facts_of_nodule(nodule: Nodule) -> NoduleFacts:
    """Return what guidelines look at; the solid part is not measured yet."""
    measured, change = nodule.measurement, nodule.change
    prior = None if change is None else change.prior_mean_diameter_mm
    return NoduleFacts(
        tracking_id=nodule.tracking_id,
        type=measured.type,
        mean_diameter_mm=round(measured.mean_diameter_mm, 1),
        volume_mm3=round(measured.volume_mm3),
        surface_distance_mm=measured.surface_distance_mm,
        state=None if change is None else change.state,
        prior_mean_diameter_mm=None if prior is None else round(prior, 1),
        volume_change_percent=None if change is None else change.volume_change_percent,
        interval_days=None if change is None else change.interval_days,
    )
