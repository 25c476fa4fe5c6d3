"""The clinical cases of growth: what may be called a change."""

import math

import pytest

from routing.pipeline.growth_limits import load_growth_limits
from tests.support.nodules import ball_measurement
from wetread.domain.findings import GrowthVerdict, Measurement, NoduleType
from wetread.domain.growth import (
    DoublingTime,
    assess_growth,
    doubling_time,
    volume_change_percent,
)

_LIMITS = load_growth_limits()


def _days(prior_mm3: float, current_mm3: float, interval_days: int | None) -> float | None:
    found = doubling_time(prior_mm3, current_mm3, interval_days, log_error=None)
    return None if found is None else found.days


def _ball_of(volume_mm3: float) -> Measurement:
    return ball_measurement((6 * volume_mm3 / math.pi) ** (1 / 3))


def _grown_ball(percent: float, nodule_type: NoduleType = NoduleType.SOLID) -> Measurement:
    return ball_measurement(8.0 * (1 + percent / 100) ** (1 / 3), nodule_type=nodule_type)


@pytest.mark.parametrize(
    ("percent", "verdict"),
    [
        (26.0, GrowthVerdict.GROWN),
        (24.0, GrowthVerdict.NOT_RESOLVABLE),
        (0.0, GrowthVerdict.NOT_RESOLVABLE),
        (-24.0, GrowthVerdict.NOT_RESOLVABLE),
        (-26.0, GrowthVerdict.SHRUNK),
    ],
)
def test_a_solid_nodule_changes_by_more_than_a_quarter_of_its_volume(
    percent: float, verdict: GrowthVerdict
) -> None:
    growth = assess_growth(
        prior=ball_measurement(8.0), current=_grown_ball(percent), interval_days=90, limits=_LIMITS
    )
    assert growth.verdict is verdict
    assert growth.volume_change_percent == pytest.approx(percent)


def test_a_doubling_time_of_400_days_is_not_resolvable_after_90() -> None:
    percent = 100 * (2 ** (90 / 400) - 1)
    growth = assess_growth(
        prior=ball_measurement(8.0), current=_grown_ball(percent), interval_days=90, limits=_LIMITS
    )
    assert percent == pytest.approx(17, abs=0.5)
    assert growth.doubling_time is not None
    assert growth.doubling_time.days == pytest.approx(400)
    assert growth.doubling_time.interval_days == (pytest.approx(164, abs=1), None)
    assert growth.verdict is GrowthVerdict.NOT_RESOLVABLE


@pytest.mark.parametrize(
    ("prior_type", "current_type"),
    [
        (NoduleType.GROUND_GLASS, NoduleType.GROUND_GLASS),
        (NoduleType.PART_SOLID, NoduleType.SOLID),
        (NoduleType.SOLID, NoduleType.PART_SOLID),
    ],
)
def test_a_nodule_that_is_or_was_subsolid_changes_by_more_of_its_volume(
    prior_type: NoduleType, current_type: NoduleType
) -> None:
    prior = ball_measurement(8.0, nodule_type=prior_type)
    within, beyond, shrunk = (
        assess_growth(
            prior=prior,
            current=_grown_ball(percent, current_type),
            interval_days=None,
            limits=_LIMITS,
        )
        for percent in (29.0, 31.0, -31.0)
    )
    assert within.verdict is GrowthVerdict.NOT_RESOLVABLE
    assert within.volume_change_uncertainty_percent == pytest.approx(30.0)
    assert beyond.verdict is GrowthVerdict.GROWN
    assert beyond.doubling_time is None  # the interval is unknown
    assert shrunk.verdict is GrowthVerdict.SHRUNK


def test_the_volume_doubles_in_its_doubling_time() -> None:
    assert _days(100, 200, 50) == pytest.approx(50)
    assert _days(200, 100, 50) == pytest.approx(-50)


@pytest.mark.parametrize(
    ("prior_mm3", "current_mm3", "days"),
    [(100, 200, None), (100, 200, 0), (100, 200, -3), (100, 100, 90), (0, 100, 90), (100, 0, 90)],
)
def test_no_doubling_time_where_there_is_none(
    prior_mm3: float, current_mm3: float, days: int | None
) -> None:
    assert _days(prior_mm3, current_mm3, days) is None


def test_a_prior_without_volume_gives_no_percentage_and_no_verdict() -> None:
    growth = assess_growth(
        prior=ball_measurement(0.0), current=ball_measurement(9.0), interval_days=9, limits=_LIMITS
    )
    assert volume_change_percent(0.0, 5.0) is None
    assert growth.verdict is GrowthVerdict.NOT_RESOLVABLE


def test_extreme_volumes_stay_finite() -> None:
    days = _days(1e-300, 1e300, 1)
    assert days is not None
    assert math.isfinite(days)


@pytest.mark.parametrize(
    ("percent", "days", "verdict"),
    [
        (0.0, 193, GrowthVerdict.NOT_RESOLVABLE),
        (0.0, 194, GrowthVerdict.STABLE),  # +25 % in 194 days doubles in 602
        (20.0, 350, GrowthVerdict.NOT_RESOLVABLE),
        (20.0, 352, GrowthVerdict.STABLE),
        (-20.0, 440, GrowthVerdict.NOT_RESOLVABLE),
        (-20.0, 444, GrowthVerdict.STABLE),
        (26.0, 3000, GrowthVerdict.GROWN),
        (0.0, None, GrowthVerdict.NOT_RESOLVABLE),
        (0.0, 0, GrowthVerdict.NOT_RESOLVABLE),
    ],
)
def test_stable_is_said_only_where_the_error_leaves_no_room_for_change(
    percent: float, days: int | None, verdict: GrowthVerdict
) -> None:
    growth = assess_growth(
        prior=ball_measurement(8.0),
        current=_grown_ball(percent),
        interval_days=days,
        limits=_LIMITS,
    )
    assert growth.verdict is verdict


@pytest.mark.parametrize(
    ("days", "verdict"), [(222, GrowthVerdict.NOT_RESOLVABLE), (223, GrowthVerdict.STABLE)]
)
def test_a_subsolid_nodule_is_stable_once_1_5_mm_a_year_would_have_shown(
    days: int, verdict: GrowthVerdict
) -> None:
    ball = ball_measurement(10.0, nodule_type=NoduleType.GROUND_GLASS)
    growth = assess_growth(prior=ball, current=ball, interval_days=days, limits=_LIMITS)
    assert growth.verdict is verdict


@pytest.mark.parametrize(
    ("prior_mm3", "current_mm3", "interval"),
    [
        (100, 200, (100 * math.log(2) / math.log(2.5), 100 * math.log(2) / math.log(1.6))),
        (100, 100, (100 * math.log(2) / math.log(1.25), None)),
        (200, 100, (-100 * math.log(2) / math.log(2.5), -100 * math.log(2) / math.log(1.6))),
    ],
)
def test_the_interval_of_a_doubling_time_goes_from_fast_to_slow(
    prior_mm3: float, current_mm3: float, interval: tuple[float, float | None]
) -> None:
    found = doubling_time(prior_mm3, current_mm3, 100, log_error=math.log(1.25))
    assert isinstance(found, DoublingTime)
    assert found.interval_days is not None
    fastest, slowest = interval
    assert found.interval_days[0] == pytest.approx(fastest)
    assert found.interval_days[1] == (None if slowest is None else pytest.approx(slowest))


@pytest.mark.parametrize(
    ("prior_mm3", "current_mm3", "verdict"),
    [
        (20.0, 30.0, GrowthVerdict.NOT_RESOLVABLE),  # +50 %, where nothing was ever repeated
        (20.0, 42.0, GrowthVerdict.NOT_RESOLVABLE),  # the first may have been 34
        (20.0, 43.0, GrowthVerdict.GROWN),  # a quarter more than 34
        (35.0, 44.0, GrowthVerdict.GROWN),
        (45.0, 15.0, GrowthVerdict.NOT_RESOLVABLE),
        (46.0, 15.0, GrowthVerdict.SHRUNK),
    ],
)
def test_a_volume_below_what_was_ever_repeated_may_be_as_large_as_the_smallest_that_was(
    prior_mm3: float, current_mm3: float, verdict: GrowthVerdict
) -> None:
    growth = assess_growth(
        prior=_ball_of(prior_mm3), current=_ball_of(current_mm3), interval_days=90, limits=_LIMITS
    )
    assert growth.verdict is verdict
    change, uncertainty = growth.volume_change_percent, growth.volume_change_uncertainty_percent
    assert change is not None
    assert uncertainty is not None
    assert (abs(change) > uncertainty) == (verdict is not GrowthVerdict.NOT_RESOLVABLE)


@pytest.mark.parametrize(("volume_mm3", "days"), [(34.0, 194), (20.0, 653)])
def test_the_smaller_a_nodule_the_longer_until_it_is_stable(volume_mm3: float, days: int) -> None:
    ball = _ball_of(volume_mm3)
    before, then = (
        assess_growth(prior=ball, current=ball, interval_days=one, limits=_LIMITS).verdict
        for one in (days - 1, days)
    )
    assert (before, then) == (GrowthVerdict.NOT_RESOLVABLE, GrowthVerdict.STABLE)
