"""Findings that tests start from: change what matters with `dataclasses.replace`."""

from wetread.domain.findings import (
    Candidate,
    Findings,
    ImageMark,
    LungZone,
    Measurement,
    ModelIdentity,
    Nodule,
    NoduleType,
    OperatingPoint,
    Outcome,
    Prescreen,
    StudyCost,
    Timing,
    Triage,
    is_whole,
)
from wetread.domain.guidelines.assess import withdraw
from wetread.domain.guidelines.guidance import Guidance, GuidanceStatus, Indication
from wetread.domain.studies import PatientKey
from wetread.domain.uids import derive_uid

MODEL = ModelIdentity(name="lung-nodule-cpm", version="1.0.0", sha256="ab" * 32, device="cpu")

OPERATING_POINT = OperatingPoint(score=0.42, expected_sensitivity=0.9, false_marks_per_scan=1.5)


def circle_outline(
    center_px: tuple[float, float], radius_px: float
) -> tuple[tuple[float, float], ...]:
    """Return an eight-cornered outline inside the circle."""
    corners = ((1, 0), (0.7, 0.7), (0, 1), (-0.7, 0.7), (-1, 0), (-0.7, -0.7), (0, -1), (0.7, -0.7))
    x, y = center_px
    return tuple((x + dx * radius_px, y + dy * radius_px) for dx, dy in corners)


def nodule(
    sop_instance_uid: str,
    *,
    number: int = 1,
    center_px: tuple[float, float] = (20.5, 30.5),
    radius_px: float = 6.25,
    side: str = "right",
    zone: LungZone | None = LungZone.UPPER,
    nodule_type: NoduleType = NoduleType.SOLID,
) -> Nodule:
    """Return a nodule marked on one image."""
    return Nodule(
        tracking_id=f"Nodule {number}",
        tracking_uid=derive_uid("test nodule", number),
        score=0.9123,
        measurement=Measurement(
            center_lps_mm=(-75.0, -20.0, -182.5),
            long_axis_mm=8.75,
            short_axis_mm=7.25,
            volume_mm3=268.1,
            type=nodule_type,
            side=side,
            zone=zone,
            surface_distance_mm=12.4,
            mark=ImageMark(
                sop_instance_uid=sop_instance_uid,
                center_px=center_px,
                radius_px=radius_px,
                outline_px=circle_outline(center_px, radius_px),
            ),
        ),
    )


def guidance(category: str, tracking_id: str | None = None) -> Guidance:
    """Return what a guideline said."""
    return Guidance(
        indication=Indication.SCREENING,
        guideline="Lung-RADS v2022",
        status=GuidanceStatus.APPLIED,
        lowest=category,
        highest=category,
        tracking_id=tracking_id,
        english=(f"Lung-RADS v2022: category {category}.",),
        japanese=(f"Lung-RADS v2022: カテゴリー {category}。",),
    )


def findings(
    *nodules: Nodule,
    study_instance_uid: str = "1.2.3",
    series_instance_uid: str | None = "1.2.3.4",
    outcome: Outcome = Outcome.ANALYSED,
    reason: str | None = None,
) -> Findings:
    """Return the findings of a study with these nodules; none makes it negative."""
    said = guidance("4A", "Nodule 1") if nodules else guidance("1")
    if not is_whole(outcome, reason):
        said = withdraw(said)
    return Findings(
        study_instance_uid=study_instance_uid,
        series_instance_uid=series_instance_uid,
        patient_key=PatientKey(issuer="Test Hospital", patient_id="PEER01"),
        revision=0,
        outcome=outcome,
        reason=reason,
        model=MODEL,
        operating_point=OPERATING_POINT,
        nodules=nodules,
        candidates=tuple(
            Candidate(
                center_lps_mm=one.measurement.center_lps_mm,
                diameter_mm=one.measurement.mean_diameter_mm,
                score=one.score,
            )
            for one in nodules
        ),
        resolved=(),
        triage=Triage(
            guideline=said.guideline,
            category=said.category,
            guidance=said,
            prescreen=Prescreen.REQUEST if nodules else Prescreen.UNDETERMINED,
            priority=60 if nodules else 0,
            reasons=("solid nodule of 8 mm",) if nodules else (),
        ),
        timing_s=Timing(read=1.0, detect=3.0, total=4.5),
        cost=StudyCost(
            gpu_seconds=0.0,
            cpu_seconds=5.25,
            device="cpu",
            energy_joule=None,
            cost_jpy=0.1234,
            how_measured="process CPU time",
        ),
    )
