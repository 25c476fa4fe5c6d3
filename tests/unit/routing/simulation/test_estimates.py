import math

import pytest

from routing.simulation.estimates import estimate_mean
from wetread.domain.estimates import Estimate


def test_interval_of_student() -> None:
    """t of 95 % with three degrees of freedom is 3.182."""
    estimate = estimate_mean([1, 2, 3, 4, math.nan])
    assert estimate is not None
    assert estimate.value == 2.5
    half = 3.1824 * math.sqrt(5 / 3) / 2
    assert estimate.interval == pytest.approx((2.5 - half, 2.5 + half), abs=1e-4)


def test_one_value_has_no_interval() -> None:
    assert estimate_mean([2.0]) == Estimate(value=2.0)


def test_nothing_known() -> None:
    assert estimate_mean([math.nan]) is None
