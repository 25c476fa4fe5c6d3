"""Facts that guideline tests start from: change what matters."""

from collections.abc import Sequence
from math import pi

from routing.guidelines.tables import load_guideline
from wetread.domain.findings import ChangeState, NoduleType, Outcome
from wetread.domain.guidelines.assess import assess_study
from wetread.domain.guidelines.facts import NoduleFacts, PatientFacts, StudyFacts
from wetread.domain.guidelines.guidance import Guidance, Indication

ADULT = PatientFacts(age_years=60, known_cancer=False, immunosuppressed=False)
INDICATION = {
    "lung-rads-v2022": Indication.SCREENING,
    "fleischner-2017": Indication.INCIDENTAL,
    "bts-2015": Indication.INCIDENTAL,
    "japan-ct-screening-v5": Indication.SCREENING,
    "japan-ct-screening-v6": Indication.SCREENING,
}


def ball(
    mean_diameter_mm: float,
    kind: NoduleType = NoduleType.SOLID,
    *,
    state: ChangeState | None = None,
    prior_mm: float | None = None,
    days: int | None = 90,
    solid_part_mm: float | None = None,
    volume_mm3: float | None = None,
    number: int = 1,
) -> NoduleFacts:
    """Return a ball; with ``prior_mm`` it is matched with a ball of that size."""
    return NoduleFacts(
        tracking_id=f"Nodule {number}",
        type=kind,
        mean_diameter_mm=mean_diameter_mm,
        volume_mm3=pi / 6 * mean_diameter_mm**3 if volume_mm3 is None else volume_mm3,
        solid_part_mm=solid_part_mm,
        state=ChangeState.MATCHED if prior_mm is not None else state,
        prior_mean_diameter_mm=prior_mm,
        volume_change_percent=(
            None if prior_mm is None else ((mean_diameter_mm / prior_mm) ** 3 - 1) * 100
        ),
        interval_days=days if prior_mm is not None else None,
    )


def study_facts(
    indication: Indication,
    *,
    outcome: Outcome = Outcome.ANALYSED,
    reason: str | None = None,
    slice_thickness_mm: float | None = 1.0,
) -> StudyFacts:
    """Return a whole analysis of thin slices."""
    return StudyFacts(
        indication=indication,
        outcome=outcome,
        reason=reason,
        slice_thickness_mm=slice_thickness_mm,
    )


def guided(name: str, nodules: Sequence[NoduleFacts], *, patient: PatientFacts = ADULT) -> Guidance:
    """Apply a shipped guideline to a study of the indication that it is for."""
    return assess_study(
        nodules,
        patient=patient,
        study=study_facts(INDICATION[name]),
        table=load_guideline(name),
    )
