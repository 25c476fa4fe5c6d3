"""What the comparison with the prior says of each nodule."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from routing.pipeline.marks import free_numbers
from wetread.domain.findings import Change, ChangeState, Measurement, Nodule
from wetread.domain.growth import GrowthLimits, assess_growth
from wetread.ports import NoduleMatch, PriorMatch, RefoundNodule


def apply_changes(
    nodules: Sequence[Nodule],
    match: PriorMatch,
    *,
    prior_study_instance_uid: str,
    prior_nodules: Sequence[Nodule],
    interval_days: int | None,
    limits: GrowthLimits,
) -> tuple[Nodule, ...]:
    """Return the nodules with their change, and after them those found again at their place.

    A matched one takes its prior's tracking. Others keep their own, but for a number that the
    prior's nodules already bear.
    """
    numbers = free_numbers([*prior_nodules, *nodules])
    taken = {nodule.tracking_id for nodule in prior_nodules}

    def change(current: Measurement, found: NoduleMatch) -> Change:
        return _change(current, found, prior_study_instance_uid, interval_days, limits)

    changed = []
    for nodule, found in zip(nodules, match.matches, strict=True):
        if found.state is ChangeState.MATCHED and found.prior is not None:
            tracking_id, tracking_uid = found.prior.tracking_id, found.prior.tracking_uid
        else:
            tracking_id, tracking_uid = nodule.tracking_id, nodule.tracking_uid
            if tracking_id in taken:
                tracking_id = f"Nodule {next(numbers)}"
        changed.append(
            replace(
                nodule,
                tracking_id=tracking_id,
                tracking_uid=tracking_uid,
                change=change(nodule.measurement, found),
            )
        )
    for refound in match.refound:
        found = NoduleMatch(state=ChangeState.MATCHED, prior=refound.prior)
        at_place = replace(change(refound.measurement, found), measured_at_registered_place=True)
        changed.append(_nodule_from_refound(refound, at_place))
    return tuple(changed)


def interval_days(prior: date | None, current: date | None) -> int | None:
    """Return the days between two studies; None where a date is unknown."""
    return None if prior is None or current is None else (current - prior).days


def _nodule_from_refound(refound: RefoundNodule, change: Change) -> Nodule:
    return Nodule(
        tracking_id=refound.prior.tracking_id,
        tracking_uid=refound.prior.tracking_uid,
        measurement=refound.measurement,
        score=refound.score,
        change=change,
    )


def _change(
    current: Measurement,
    found: NoduleMatch,
    prior_study_instance_uid: str,
    days: int | None,
    limits: GrowthLimits,
) -> Change:
    before = found.prior_at_place
    if before is None and found.prior is not None:
        before = found.prior.measurement
    prior_tracking_uid = None if found.prior is None else found.prior.tracking_uid
    prior_mark = None if before is None else replace(before.mark, outline_px=())
    if before is None or found.state is not ChangeState.MATCHED:
        # A pair that a human still has to judge has no growth.
        return Change(
            state=found.state,
            prior_study_instance_uid=prior_study_instance_uid,
            prior_tracking_uid=prior_tracking_uid,
            prior_mark=prior_mark,
        )
    growth = assess_growth(prior=before, current=current, interval_days=days, limits=limits)
    doubling = growth.doubling_time
    return Change(
        state=found.state,
        prior_study_instance_uid=prior_study_instance_uid,
        prior_tracking_uid=prior_tracking_uid,
        prior_volume_mm3=before.volume_mm3,
        prior_mean_diameter_mm=before.mean_diameter_mm,
        interval_days=days,
        volume_change_percent=growth.volume_change_percent,
        volume_change_uncertainty_percent=growth.volume_change_uncertainty_percent,
        doubling_time_days=None if doubling is None else doubling.days,
        doubling_time_days_interval=None if doubling is None else doubling.interval_days,
        verdict=growth.verdict,
        measured_at_registered_place=found.prior_at_place is not None,
        prior_mark=prior_mark,
    )
