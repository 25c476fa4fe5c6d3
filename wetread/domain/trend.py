"""One nodule over all studies that show it."""

import math
from collections.abc import Iterable

from wetread.domain.findings import Trend, TrendPoint
from wetread.domain.growth import doubling_time_of


def fit_trend(points: Iterable[TrendPoint], *, log_error: float | None) -> Trend | None:
    """Lay the line of least squares through ln(volume) over time; None below two dates.

    ``log_error`` is how far the logarithm of a ratio of two volumes may be off. With two points the
    result is that of the pair; each further one narrows the interval.
    """
    ordered = tuple(sorted(points, key=lambda point: (point.study_date, point.study_instance_uid)))
    seen = [point for point in ordered if point.volume_mm3 > 0]
    days = [float(point.study_date.toordinal()) for point in seen]
    if len(set(days)) < 2:  # noqa: PLR2004 two dates make a line
        return None
    logs = [math.log(point.volume_mm3) for point in seen]
    middle_day, middle_log = math.fsum(days) / len(days), math.fsum(logs) / len(logs)
    spread = math.fsum((day - middle_day) ** 2 for day in days)
    slope = (
        math.fsum(
            (day - middle_day) * (log - middle_log) for day, log in zip(days, logs, strict=True)
        )
        / spread
    )
    # The error is that of a difference: one volume alone carries the square root of half of it.
    slope_error = None if log_error is None else log_error / math.sqrt(2 * spread)
    found = doubling_time_of(slope, 1.0, log_error=slope_error)
    return Trend(
        points=ordered,
        doubling_time_days=found.days,
        doubling_time_days_interval=found.interval_days,
    )
