"""The size of each nodule over all studies that one model has measured."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from wetread.domain.findings import Nodule, TrendPoint
from wetread.domain.growth import GrowthLimits, log_volume_error
from wetread.domain.trend import fit_trend


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredStudy:
    """A study whose nodules were measured by the model of now."""

    study_instance_uid: str
    study_date: date | None
    nodules: tuple[Nodule, ...]


def add_trends(
    study: MeasuredStudy, history: Sequence[MeasuredStudy], limits: GrowthLimits
) -> tuple[Nodule, ...]:
    """Return the nodules of ``study`` with their trend over the earlier studies.

    Their identities say which nodule is which. What an earlier study tells of still older ones
    counts as well, so that a trend outlives the number of priors that are looked at.
    """
    trended = []
    for nodule in study.nodules:
        points: dict[str, TrendPoint] = {}
        for past in history:
            for known in past.nodules:
                if known.tracking_uid != nodule.tracking_uid:
                    continue
                for point in () if known.trend is None else known.trend.points:
                    points.setdefault(point.study_instance_uid, point)
                points.update(_point(past, known.measurement.volume_mm3))
        for one in _measured_at_place(nodule, history):
            points.setdefault(one.study_instance_uid, one)
        points.update(_point(study, nodule.measurement.volume_mm3))
        measurement = nodule.measurement
        volumes = (one.volume_mm3 for one in points.values())
        smallest = replace(measurement, volume_mm3=min(volumes, default=measurement.volume_mm3))
        trend = fit_trend(
            points.values(), log_error=log_volume_error(smallest, measurement, limits)
        )
        trended.append(replace(nodule, trend=trend))
    return tuple(trended)


def _measured_at_place(nodule: Nodule, history: Sequence[MeasuredStudy]) -> Iterator[TrendPoint]:
    """Yield what was measured in the prior at the place of a nodule it does not know."""
    change = nodule.change
    if change is None or change.prior_volume_mm3 is None:
        return
    for past in history:
        if past.study_instance_uid == change.prior_study_instance_uid:
            yield from _point(past, change.prior_volume_mm3).values()


def _point(study: MeasuredStudy, volume_mm3: float) -> dict[str, TrendPoint]:
    if study.study_date is None:
        return {}
    uid = study.study_instance_uid
    return {
        uid: TrendPoint(study_instance_uid=uid, study_date=study.study_date, volume_mm3=volume_mm3)
    }
