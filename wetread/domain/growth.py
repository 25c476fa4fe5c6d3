"""Whether a nodule's change in size is more than the error of measuring it."""

import math
from dataclasses import dataclass
from datetime import date

from wetread.domain.findings import GrowthVerdict, Measurement, NoduleType


@dataclass(frozen=True, slots=True, kw_only=True)
class GrowthLimits:
    """The error of measurement: changes up to these limits, either way, mean nothing."""

    effective_from: date
    source: str
    verified: bool  # False: general knowledge, no source was read
    solid_volume_percent: float
    subsolid_mean_diameter_mm: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """The change between two measurements of one nodule."""

    volume_change_percent: float | None  # None where the prior has no volume
    doubling_time_days: float | None  # negative: the time to halve; None: no change or no interval
    verdict: GrowthVerdict


def assess_growth(
    *, prior: Measurement, current: Measurement, interval_days: int | None, limits: GrowthLimits
) -> Growth:
    """Compare two measurements made by one algorithm, ``interval_days`` apart (None: unknown).

    A change within the limits is *not resolvable*. It is never called stable: at 90 days a
    doubling time of 400 days is only +17 % of volume, inside the error.
    """
    return Growth(
        volume_change_percent=volume_change_percent(prior.volume_mm3, current.volume_mm3),
        doubling_time_days=doubling_time_days(prior.volume_mm3, current.volume_mm3, interval_days),
        verdict=_verdict(prior, current, limits),
    )


def volume_change_percent(prior_mm3: float, current_mm3: float) -> float | None:
    """Return the change in percent of the prior volume; None where that is nothing."""
    if prior_mm3 <= 0:
        return None
    return (current_mm3 - prior_mm3) / prior_mm3 * 100


def doubling_time_days(
    prior_mm3: float, current_mm3: float, interval_days: int | None
) -> float | None:
    """Return ``ln 2 · Δt / ln(V2 / V1)``: negative when shrinking, None when undefined."""
    if interval_days is None or interval_days <= 0 or min(prior_mm3, current_mm3) <= 0:
        return None
    # The difference of logarithms stays finite where the ratio would overflow.
    logarithm = math.log(current_mm3) - math.log(prior_mm3)
    return math.log(2) * interval_days / logarithm if logarithm else None


def _verdict(prior: Measurement, current: Measurement, limits: GrowthLimits) -> GrowthVerdict:
    if prior.type is NoduleType.SOLID and current.type is NoduleType.SOLID:
        change = volume_change_percent(prior.volume_mm3, current.volume_mm3)
        limit = limits.solid_volume_percent
    else:
        change = current.mean_diameter_mm - prior.mean_diameter_mm
        limit = limits.subsolid_mean_diameter_mm
    if change is None or abs(change) <= limit:
        return GrowthVerdict.NOT_RESOLVABLE
    return GrowthVerdict.GROWN if change > 0 else GrowthVerdict.SHRUNK
