"""One nodule over several studies."""

import math
from datetime import date, timedelta

import pytest

from wetread.domain.findings import TrendPoint
from wetread.domain.growth import doubling_time
from wetread.domain.trend import fit_trend

_FIRST = date(2024, 1, 1)
_ERROR = math.log(1.25)


def _point(days: int, volume_mm3: float) -> TrendPoint:
    return TrendPoint(
        study_instance_uid=f"1.2.{days}",
        study_date=_FIRST + timedelta(days=days),
        volume_mm3=volume_mm3,
    )


def test_two_points_say_what_the_pair_says() -> None:
    trend = fit_trend([_point(200, 260.0), _point(0, 100.0)], log_error=_ERROR)
    pair = doubling_time(100.0, 260.0, 200, log_error=_ERROR)
    assert trend is not None
    assert pair is not None
    assert pair.interval_days is not None
    assert [point.volume_mm3 for point in trend.points] == [100.0, 260.0]
    assert trend.doubling_time_days == pytest.approx(pair.days)
    assert trend.doubling_time_days_interval == pytest.approx(pair.interval_days)


def test_further_points_narrow_the_interval() -> None:
    ends = [_point(0, 100.0), _point(400, 200.0)]
    two = fit_trend(ends, log_error=_ERROR)
    three = fit_trend(
        [*ends, _point(100, 100 * 2**0.25), _point(300, 100 * 2**0.75)], log_error=_ERROR
    )
    assert two is not None
    assert three is not None
    assert two.doubling_time_days_interval is not None
    assert three.doubling_time_days_interval is not None
    assert three.doubling_time_days == pytest.approx(400)
    assert two.doubling_time_days_interval[0] < three.doubling_time_days_interval[0] < 400


@pytest.mark.parametrize("points", [[], [_point(0, 100.0)], [_point(0, 100.0), _point(0, 120.0)]])
def test_below_two_dates_there_is_no_trend(points: list[TrendPoint]) -> None:
    assert fit_trend(points, log_error=_ERROR) is None


def test_a_nodule_that_does_not_change_has_no_doubling_time_but_a_fastest_one() -> None:
    trend = fit_trend([_point(0, 100.0), _point(200, 100.0)], log_error=_ERROR)
    assert trend is not None
    assert trend.doubling_time_days is None
    assert trend.doubling_time_days_interval is not None
    fastest, slowest = trend.doubling_time_days_interval
    assert fastest == pytest.approx(200 * math.log(2) / _ERROR)
    assert slowest is None
