"""Whether a nodule's change in size is more than the error of measuring it."""

import math
from dataclasses import dataclass
from datetime import date

from wetread.domain.findings import GrowthVerdict, Measurement, NoduleType

_DAYS_PER_YEAR = 365.25


@dataclass(frozen=True, slots=True, kw_only=True)
class StabilityLimits:
    """The change that matters: *stable* means that the error leaves no room for it."""

    source: str
    verified: bool  # False: general knowledge, no source was read
    solid_doubling_time_days: float  # or halving time: faster matters
    subsolid_mean_diameter_mm_per_year: float


@dataclass(frozen=True, slots=True, kw_only=True)
class GrowthLimits:
    """The error of measurement: changes up to these limits, either way, mean nothing."""

    effective_from: date
    source: str
    verified: bool  # False: general knowledge, no source was read
    solid_volume_percent: float
    subsolid_mean_diameter_mm: float
    stability: StabilityLimits


@dataclass(frozen=True, slots=True, kw_only=True)
class DoublingTime:
    """A doubling time, negative for the time to halve, and what the error makes of it.

    ``interval_days`` goes from the fastest change to the slowest; None as the slowest: the volume
    may not have changed at all.
    """

    days: float | None  # None: no change
    interval_days: tuple[float, float | None] | None  # None: no error at all, or it is unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """The change between two measurements of one nodule."""

    volume_change_percent: float | None  # None where the prior has no volume
    volume_change_uncertainty_percent: float | None
    doubling_time: DoublingTime | None  # None: no interval between the studies, or no volume
    verdict: GrowthVerdict


def assess_growth(
    *, prior: Measurement, current: Measurement, interval_days: int | None, limits: GrowthLimits
) -> Growth:
    """Compare two measurements made by one algorithm, ``interval_days`` apart (None: unknown).

    A change within the limits is *not resolvable*: at 90 days a doubling time of 400 days is only
    +17 % of volume, inside the error. It is *stable* only after an interval so long that a
    change that matters would have left the error.
    """
    log_error = log_volume_error(prior, current, limits)
    return Growth(
        volume_change_percent=volume_change_percent(prior.volume_mm3, current.volume_mm3),
        volume_change_uncertainty_percent=_uncertainty_percent(prior, current, limits),
        doubling_time=doubling_time(
            prior.volume_mm3, current.volume_mm3, interval_days, log_error=log_error
        ),
        verdict=_verdict(prior, current, interval_days, limits),
    )


def volume_change_percent(prior_mm3: float, current_mm3: float) -> float | None:
    """Return the change in percent of the prior volume; None where that is nothing."""
    if prior_mm3 <= 0:
        return None
    return (current_mm3 - prior_mm3) / prior_mm3 * 100


def log_volume_error(
    prior: Measurement, current: Measurement, limits: GrowthLimits
) -> float | None:
    """Return how far ln(V2 / V1) may be off; None where there is no size to be off.

    It is the limit of the verdict seen as a volume: a change beyond it excludes none at all.
    """
    if _both_solid(prior, current):
        share = limits.solid_volume_percent / 100
        grows = current.volume_mm3 >= prior.volume_mm3
        return math.log1p(share) if grows else -math.log1p(-share)
    smaller_mm = min(prior.mean_diameter_mm, current.mean_diameter_mm)
    if smaller_mm <= 0:
        return None
    return 3 * math.log1p(limits.subsolid_mean_diameter_mm / smaller_mm)


def doubling_time(
    prior_mm3: float, current_mm3: float, interval_days: int | None, *, log_error: float | None
) -> DoublingTime | None:
    """Return ``ln 2 · Δt / ln(V2 / V1)`` and its interval; None when undefined."""
    if interval_days is None or interval_days <= 0 or min(prior_mm3, current_mm3) <= 0:
        return None
    # The difference of logarithms stays finite where the ratio would overflow.
    log_change = math.log(current_mm3) - math.log(prior_mm3)
    return doubling_time_of(log_change, interval_days, log_error=log_error)


def doubling_time_of(
    log_change: float, interval_days: float, *, log_error: float | None
) -> DoublingTime:
    """Return the doubling time of a change of ln(volume) in some days, and its interval."""

    def days(change: float) -> float | None:
        found = math.log(2) * interval_days / change if change else None
        return found if found is not None and math.isfinite(found) else None

    if log_error is None:
        return DoublingTime(days=days(log_change), interval_days=None)
    shrinks = log_change + log_error < 0
    fastest = days(log_change - log_error if shrinks else log_change + log_error)
    slowest = days(log_change + log_error if shrinks else log_change - log_error)
    if not shrinks and log_change <= log_error:
        slowest = None
    return DoublingTime(
        days=days(log_change), interval_days=None if fastest is None else (fastest, slowest)
    )


def _verdict(
    prior: Measurement, current: Measurement, interval_days: int | None, limits: GrowthLimits
) -> GrowthVerdict:
    if _both_solid(prior, current):
        change = volume_change_percent(prior.volume_mm3, current.volume_mm3)
        limit = limits.solid_volume_percent
    else:
        change = current.mean_diameter_mm - prior.mean_diameter_mm
        limit = limits.subsolid_mean_diameter_mm
    if change is None:
        return GrowthVerdict.NOT_RESOLVABLE
    if abs(change) > limit:
        return GrowthVerdict.GROWN if change > 0 else GrowthVerdict.SHRUNK
    if _leaves_no_room_for_change(prior, current, interval_days, limits):
        return GrowthVerdict.STABLE
    return GrowthVerdict.NOT_RESOLVABLE


def _leaves_no_room_for_change(
    prior: Measurement, current: Measurement, interval_days: int | None, limits: GrowthLimits
) -> bool:
    """Tell whether the largest change that the error allows, either way, is slower than matters."""
    if interval_days is None or interval_days <= 0:
        return False
    matters = limits.stability
    if not _both_solid(prior, current):
        change_mm = abs(current.mean_diameter_mm - prior.mean_diameter_mm)
        years = interval_days / _DAYS_PER_YEAR
        largest_mm = change_mm + limits.subsolid_mean_diameter_mm
        return largest_mm / years <= matters.subsolid_mean_diameter_mm_per_year
    log_error = log_volume_error(prior, current, limits)
    if log_error is None or min(prior.volume_mm3, current.volume_mm3) <= 0:
        return False
    largest = abs(math.log(current.volume_mm3 / prior.volume_mm3)) + log_error
    return math.log(2) * interval_days >= matters.solid_doubling_time_days * largest


def _uncertainty_percent(
    prior: Measurement, current: Measurement, limits: GrowthLimits
) -> float | None:
    if _both_solid(prior, current):
        return limits.solid_volume_percent
    log_error = log_volume_error(prior, current, limits)
    return None if log_error is None else math.expm1(log_error) * 100


def _both_solid(prior: Measurement, current: Measurement) -> bool:
    return prior.type is NoduleType.SOLID and current.type is NoduleType.SOLID
