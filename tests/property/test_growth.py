"""Growth forwards is shrinkage backwards."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.pipeline.growth_limits import load_growth_limits
from tests.support.nodules import ball_measurement
from wetread.domain.findings import GrowthVerdict, NoduleType
from wetread.domain.growth import assess_growth, doubling_time, volume_change_percent

_LIMITS = load_growth_limits()
_volumes = st.floats(min_value=1.0, max_value=1e6)
_days = st.integers(min_value=1, max_value=5000)


def _doubling(prior_mm3: float, current_mm3: float, days: int) -> float | None:
    found = doubling_time(prior_mm3, current_mm3, days, log_error=None)
    return None if found is None else found.days


@given(_volumes, _volumes, _days)
def test_the_doubling_time_changes_its_sign_with_the_direction(
    prior_mm3: float, current_mm3: float, days: int
) -> None:
    forwards = _doubling(prior_mm3, current_mm3, days)
    backwards = _doubling(current_mm3, prior_mm3, days)
    assert forwards == (None if backwards is None else -backwards)


@given(_volumes, _volumes, _days)
def test_doubling_for_the_interval_gives_the_current_volume(
    prior_mm3: float, current_mm3: float, days: int
) -> None:
    doubling = _doubling(prior_mm3, current_mm3, days)
    if doubling is not None and abs(current_mm3 / prior_mm3 - 1) > 1e-6:
        assert prior_mm3 * 2 ** (days / doubling) == pytest.approx(current_mm3, rel=1e-5)


@given(
    st.floats(min_value=1.0, max_value=40.0),
    st.floats(min_value=1.0, max_value=40.0),
    st.sampled_from(NoduleType),
    _days,
)
def test_nothing_grows_both_ways(
    one_mm: float, other_mm: float, kind: NoduleType, days: int
) -> None:
    one = ball_measurement(one_mm, nodule_type=kind)
    other = ball_measurement(other_mm, nodule_type=kind)
    verdicts = {
        assess_growth(prior=a, current=b, interval_days=days, limits=_LIMITS).verdict
        for a, b in ((one, other), (other, one))
    }
    assert verdicts != {GrowthVerdict.GROWN}
    assert verdicts != {GrowthVerdict.SHRUNK}
    if GrowthVerdict.STABLE in verdicts:
        assert verdicts <= {GrowthVerdict.STABLE, GrowthVerdict.NOT_RESOLVABLE}


@given(_volumes, _volumes)
def test_the_percentage_gives_the_current_volume(prior_mm3: float, current_mm3: float) -> None:
    percent = volume_change_percent(prior_mm3, current_mm3)
    assert percent is not None
    assert prior_mm3 * (1 + percent / 100) == pytest.approx(current_mm3)


@given(
    st.floats(min_value=2.0, max_value=40.0),
    st.floats(min_value=2.0, max_value=40.0),
    st.sampled_from(NoduleType),
    _days,
)
def test_what_has_changed_has_a_slowest_doubling_time_and_what_has_not_has_none(
    one_mm: float, other_mm: float, kind: NoduleType, days: int
) -> None:
    growth = assess_growth(
        prior=ball_measurement(one_mm, nodule_type=kind),
        current=ball_measurement(other_mm, nodule_type=kind),
        interval_days=days,
        limits=_LIMITS,
    )
    found = growth.doubling_time
    assert found is not None
    assert found.interval_days is not None
    fastest, slowest = found.interval_days
    if growth.verdict in {GrowthVerdict.GROWN, GrowthVerdict.SHRUNK}:
        assert slowest is None or abs(fastest) <= abs(slowest)
        assert found.days is not None
        assert (fastest > 0) == (found.days > 0) == (growth.verdict is GrowthVerdict.GROWN)
        # A hair above the limit the slowest may be longer than any number of days.
        assert slowest is None or (slowest > 0) == (fastest > 0)
    else:
        assert fastest > 0
