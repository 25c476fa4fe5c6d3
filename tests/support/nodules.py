"""Nodules of a given size and change, for rules that look at nothing else."""

from dataclasses import replace
from math import pi

from tests.support.findings import nodule
from wetread.domain.findings import (
    Change,
    ChangeState,
    GrowthVerdict,
    Measurement,
    Nodule,
    NoduleType,
)


def ball_measurement(
    diameter_mm: float,
    *,
    center_lps_mm: tuple[float, float, float] = (0.0, 0.0, 0.0),
    nodule_type: NoduleType = NoduleType.SOLID,
) -> Measurement:
    """Return the measurement of a ball."""
    return replace(
        nodule("1.2.3").measurement,
        center_lps_mm=center_lps_mm,
        long_axis_mm=diameter_mm,
        short_axis_mm=diameter_mm,
        volume_mm3=pi / 6 * diameter_mm**3,
        type=nodule_type,
    )


def ball_nodule(
    diameter_mm: float,
    *,
    number: int = 1,
    center_lps_mm: tuple[float, float, float] = (0.0, 0.0, 0.0),
    state: ChangeState | None = None,
    verdict: GrowthVerdict | None = None,
    volume_change_percent: float | None = None,
) -> Nodule:
    """Return a ball with its change; no ``state`` means that it was not compared."""
    change = None
    if state is not None:
        change = Change(
            state=state,
            prior_study_instance_uid="1.2.2",
            verdict=verdict,
            volume_change_percent=volume_change_percent,
        )
    return replace(
        nodule("1.2.3", number=number),
        measurement=ball_measurement(diameter_mm, center_lps_mm=center_lps_mm),
        change=change,
    )
