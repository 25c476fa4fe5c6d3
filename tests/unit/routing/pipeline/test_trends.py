"""A nodule over all studies, by its identity."""

from dataclasses import replace
from datetime import date

import pytest

from routing.pipeline.growth_limits import load_growth_limits
from routing.pipeline.trends import MeasuredStudy, add_trends
from tests.support.nodules import ball_nodule
from wetread.domain.findings import Change, ChangeState, Nodule
from wetread.domain.growth import assess_growth

_LIMITS = load_growth_limits()


def _study(year: int, *nodules: Nodule) -> MeasuredStudy:
    return MeasuredStudy(
        study_instance_uid=f"1.2.{year}", study_date=date(year, 1, 1), nodules=nodules
    )


def _dates(nodule: Nodule) -> list[int]:
    return [] if nodule.trend is None else [one.study_date.year for one in nodule.trend.points]


def test_a_trend_holds_every_study_that_shows_the_nodule() -> None:
    other = ball_nodule(30.0, number=2)
    history = [
        _study(2025, ball_nodule(9.0)),
        _study(2024, other),
        _study(2023, ball_nodule(8.0)),
    ]
    (nodule,) = add_trends(_study(2026, ball_nodule(10.0)), history, _LIMITS)
    assert _dates(nodule) == [2023, 2025, 2026]
    assert nodule.trend is not None
    assert nodule.trend.doubling_time_days == pytest.approx(1134, rel=0.05)  # 8 to 10 mm in 3 years


def test_a_trend_goes_on_from_what_the_prior_tells_of_older_studies() -> None:
    (before,) = add_trends(
        _study(2025, ball_nodule(9.0)), [_study(2023, ball_nodule(8.0))], _LIMITS
    )
    (nodule,) = add_trends(_study(2026, ball_nodule(10.0)), [_study(2025, before)], _LIMITS)
    assert _dates(nodule) == [2023, 2025, 2026]


def test_what_was_measured_at_the_registered_place_counts() -> None:
    change = Change(
        state=ChangeState.MATCHED, prior_study_instance_uid="1.2.2025", prior_volume_mm3=200.0
    )
    nodule = replace(ball_nodule(10.0), change=change)
    (trended,) = add_trends(_study(2026, nodule), [_study(2025)], _LIMITS)
    assert _dates(trended) == [2025, 2026]


def test_a_trend_is_as_uncertain_as_its_smallest_volume() -> None:
    tiny, large = ball_nodule(3.0), ball_nodule(3.9)  # 14 and 31 mm³: more than twice as much
    (nodule,) = add_trends(_study(2026, large), [_study(2025, tiny)], _LIMITS)
    growth = assess_growth(
        prior=tiny.measurement, current=large.measurement, interval_days=365, limits=_LIMITS
    )
    assert growth.doubling_time is not None
    assert nodule.trend is not None
    assert nodule.trend.doubling_time_days_interval == pytest.approx(
        growth.doubling_time.interval_days
    )
    assert nodule.trend.doubling_time_days_interval[1] is None


def test_without_a_date_or_an_earlier_study_there_is_no_trend() -> None:
    (alone,) = add_trends(_study(2026, ball_nodule(10.0)), [], _LIMITS)
    undated = replace(_study(2026, ball_nodule(10.0)), study_date=None)
    (unknown,) = add_trends(undated, [_study(2025, ball_nodule(9.0))], _LIMITS)
    assert alone.trend is None
    assert unknown.trend is None
