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
    """The error of measurement: changes up to these limits, either way, mean nothing.

    It was found on nodules down to ``smallest_volume_mm3``. What is measured smaller may have been
    as large as that, for all that is known.
    """

    effective_from: date
    source: str
    verified: bool  # False: general knowledge, no source was read
    solid_volume_percent: float
    subsolid_volume_percent: float
    smallest_volume_mm3: float
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
        volume_change_uncertainty_percent=(
            None if log_error is None else _percent_within(prior, current, log_error)
        ),
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
    if min(prior.volume_mm3, current.volume_mm3) <= 0:
        return None
    share = _volume_limit_percent(prior, current, limits) / 100
    error = math.log1p(share) if _grows(prior, current) else -math.log1p(-share)
    smaller_mm3 = min(prior.volume_mm3, current.volume_mm3)
    return error + max(math.log(limits.smallest_volume_mm3) - math.log(smaller_mm3), 0.0)


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
    log_error = log_volume_error(prior, current, limits)
    if log_error is None:
        return GrowthVerdict.NOT_RESOLVABLE
    if abs(_log_change(prior, current)) > log_error:
        return GrowthVerdict.GROWN if _grows(prior, current) else GrowthVerdict.SHRUNK
    if _leaves_no_room_for_change(prior, current, interval_days, log_error, limits.stability):
        return GrowthVerdict.STABLE
    return GrowthVerdict.NOT_RESOLVABLE


def _leaves_no_room_for_change(
    prior: Measurement,
    current: Measurement,
    interval_days: int | None,
    log_error: float,
    matters: StabilityLimits,
) -> bool:
    """Tell whether the largest change that the error allows, either way, is slower than matters."""
    if interval_days is None or interval_days <= 0:
        return False
    largest = abs(_log_change(prior, current)) + log_error
    if _both_solid(prior, current):
        return math.log(2) * interval_days >= matters.solid_doubling_time_days * largest
    larger_mm = max(prior.mean_diameter_mm, current.mean_diameter_mm)
    largest_mm = larger_mm * math.expm1(largest / 3)
    return largest_mm <= (
        matters.subsolid_mean_diameter_mm_per_year * interval_days / _DAYS_PER_YEAR
    )


def _grows(prior: Measurement, current: Measurement) -> bool:
    return current.volume_mm3 >= prior.volume_mm3


def _log_change(prior: Measurement, current: Measurement) -> float:
    # The difference of logarithms stays finite where the ratio would overflow.
    return math.log(current.volume_mm3) - math.log(prior.volume_mm3)


def _percent_within(prior: Measurement, current: Measurement, log_error: float) -> float:
    """Return the error as a change in percent of the prior volume, in the direction told."""
    return 100 * (math.expm1(log_error) if _grows(prior, current) else -math.expm1(-log_error))


def _volume_limit_percent(prior: Measurement, current: Measurement, limits: GrowthLimits) -> float:
    if _both_solid(prior, current):
        return limits.solid_volume_percent
    return limits.subsolid_volume_percent


def _both_solid(prior: Measurement, current: Measurement) -> bool:
    return prior.type is NoduleType.SOLID and current.type is NoduleType.SOLID
