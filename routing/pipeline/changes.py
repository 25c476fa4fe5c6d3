"""What the comparison with the prior says of each nodule."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from routing.pipeline.marks import free_numbers
from wetread.domain.findings import Change, ChangeState, Nodule
from wetread.domain.growth import GrowthLimits, assess_growth
from wetread.ports import NoduleMatch, PriorMatch


def apply_changes(
    nodules: Sequence[Nodule],
    match: PriorMatch,
    *,
    prior_study_instance_uid: str,
    prior_nodules: Sequence[Nodule],
    interval_days: int | None,
    limits: GrowthLimits,
) -> tuple[Nodule, ...]:
    """Return the nodules with their change; a matched one takes its prior's tracking.

    Others keep their own, but for a number that the prior's nodules already bear.
    """
    numbers = free_numbers([*prior_nodules, *nodules])
    taken = {nodule.tracking_id for nodule in prior_nodules}
    changed = []
    for nodule, found in zip(nodules, match.matches, strict=True):
        change = _change(nodule, found, prior_study_instance_uid, interval_days, limits)
        if found.state is ChangeState.MATCHED and found.prior is not None:
            tracking_id, tracking_uid = found.prior.tracking_id, found.prior.tracking_uid
        else:
            tracking_id, tracking_uid = nodule.tracking_id, nodule.tracking_uid
            if tracking_id in taken:
                tracking_id = f"Nodule {next(numbers)}"
        changed.append(
            replace(nodule, tracking_id=tracking_id, tracking_uid=tracking_uid, change=change)
        )
    return tuple(changed)


def interval_days(prior: date | None, current: date | None) -> int | None:
    """Return the days between two studies; None where a date is unknown."""
    return None if prior is None or current is None else (current - prior).days


def _change(
    nodule: Nodule,
    found: NoduleMatch,
    prior_study_instance_uid: str,
    days: int | None,
    limits: GrowthLimits,
) -> Change:
    prior = found.prior
    if prior is None or found.state is not ChangeState.MATCHED:
        # A pair that a human still has to judge has no growth.
        return Change(
            state=found.state,
            prior_study_instance_uid=prior_study_instance_uid,
            prior_tracking_uid=None if prior is None else prior.tracking_uid,
        )
    growth = assess_growth(
        prior=prior.measurement,
        current=nodule.measurement,
        interval_days=days,
        limits=limits,
    )
    return Change(
        state=found.state,
        prior_study_instance_uid=prior_study_instance_uid,
        prior_tracking_uid=prior.tracking_uid,
        prior_volume_mm3=prior.measurement.volume_mm3,
        prior_mean_diameter_mm=prior.measurement.mean_diameter_mm,
        interval_days=days,
        volume_change_percent=growth.volume_change_percent,
        doubling_time_days=growth.doubling_time_days,
        verdict=growth.verdict,
    )
