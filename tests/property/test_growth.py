"""Growth forwards is shrinkage backwards."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.pipeline.growth_limits import load_growth_limits
from tests.support.nodules import ball_measurement
from wetread.domain.findings import GrowthVerdict, NoduleType
from wetread.domain.growth import assess_growth, doubling_time_days, volume_change_percent

_LIMITS = load_growth_limits()
_volumes = st.floats(min_value=1.0, max_value=1e6)
_days = st.integers(min_value=1, max_value=5000)


@given(_volumes, _volumes, _days)
def test_the_doubling_time_changes_its_sign_with_the_direction(
    prior_mm3: float, current_mm3: float, days: int
) -> None:
    forwards = doubling_time_days(prior_mm3, current_mm3, days)
    backwards = doubling_time_days(current_mm3, prior_mm3, days)
    assert forwards == (None if backwards is None else -backwards)


@given(_volumes, _volumes, _days)
def test_doubling_for_the_interval_gives_the_current_volume(
    prior_mm3: float, current_mm3: float, days: int
) -> None:
    doubling = doubling_time_days(prior_mm3, current_mm3, days)
    if doubling is not None and abs(current_mm3 / prior_mm3 - 1) > 1e-6:
        assert prior_mm3 * 2 ** (days / doubling) == pytest.approx(current_mm3, rel=1e-5)


@given(
    st.floats(min_value=1.0, max_value=40.0),
    st.floats(min_value=1.0, max_value=40.0),
    st.sampled_from(NoduleType),
)
def test_nothing_grows_both_ways(one_mm: float, other_mm: float, kind: NoduleType) -> None:
    one = ball_measurement(one_mm, nodule_type=kind)
    other = ball_measurement(other_mm, nodule_type=kind)
    verdicts = {
        assess_growth(prior=a, current=b, interval_days=90, limits=_LIMITS).verdict
        for a, b in ((one, other), (other, one))
    }
    assert verdicts != {GrowthVerdict.GROWN}
    assert verdicts != {GrowthVerdict.SHRUNK}
    assert GrowthVerdict.STABLE not in verdicts


@given(_volumes, _volumes)
def test_the_percentage_gives_the_current_volume(prior_mm3: float, current_mm3: float) -> None:
    percent = volume_change_percent(prior_mm3, current_mm3)
    assert percent is not None
    assert prior_mm3 * (1 + percent / 100) == pytest.approx(current_mm3)
