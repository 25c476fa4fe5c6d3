"""Whatever the policy, the floor keeps its rules."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.reading.assignment.policy import load_assignment_policy
from routing.reading.order_rules import load_order_rules
from routing.simulation.reading.floor import Floor, Policy
from routing.simulation.reading.measures import gini
from routing.simulation.reading.policies import (
    BestScore,
    CherryPicking,
    OldestFirst,
    RoundRobin,
    ShortestQueue,
)
from routing.simulation.reading.product import ProductBatches
from routing.simulation.reading.rolling import RollingBatches, RollingWeights
from tests.support.simulation import CT_MIN, readers_with, small_scenario, studies_at

SHIFT_MIN = 120.0
marks = st.tuples(
    st.floats(0, 1440), st.integers(0, 1), st.sampled_from(["routine", "urgent", "ai_positive"])
)
scores = st.lists(
    st.tuples(*[st.sampled_from([0.0, 20.0, 100.0])] * 2), min_size=1, max_size=4
).filter(lambda rows: all(any(column) for column in zip(*rows, strict=True)))


def product() -> ProductBatches:
    return ProductBatches(small_scenario(), load_assignment_policy(), load_order_rules())


policies = st.sampled_from(
    [
        OldestFirst,
        CherryPicking,
        RoundRobin,
        ShortestQueue,
        lambda: BestScore(10.0),
        lambda: RollingBatches(RollingWeights(), load_order_rules()),
        product,
    ]
)


@settings(deadline=None)
@given(st.lists(marks, min_size=1, max_size=25), scores, policies.map(lambda make: make()))
def test_rules_of_the_floor(
    drawn: list[tuple[float, int, str]], pool: list[tuple[float, float]], policy: Policy
) -> None:
    ordered = sorted(drawn)
    studies = studies_at(
        [one[0] for one in ordered],
        kind=[one[1] for one in ordered],
        urgent=[i for i, one in enumerate(ordered) if one[2] == "urgent"],
        ai_positive=[i for i, one in enumerate(ordered) if one[2] == "ai_positive"],
    )
    readers = readers_with(pool, start_min=60, shift_min=SHIFT_MIN)
    played = Floor(small_scenario(), studies, readers, policy).play()
    assert (played.begun_min >= studies.arrival_min - 1e-9).all()  # and so, everything is read
    assert played.end_min == pytest.approx(played.begun_min + studies.reading_min)
    assert (readers.scores[played.reader, studies.kind] > 0).all()
    assert ((played.begun_min - 60) % 1440 <= SHIFT_MIN).all()
    for reader in range(len(pool)):
        own = np.argsort(played.begun_min[played.reader == reader])
        begun = played.begun_min[played.reader == reader][own]
        ended = played.end_min[played.reader == reader][own]
        assert (begun[1:] >= ended[:-1] - 1e-9).all()  # one after another


@settings(deadline=None, max_examples=50)
@given(st.lists(marks, min_size=1, max_size=25, unique_by=lambda one: one[0] / 10))
def test_no_negative_waits_much_longer_than_first_in_first_out(
    drawn: list[tuple[float, int, str]],
) -> None:
    """With one reader, the longest wait grows by the limit and the study that passes it."""
    ordered = sorted((at / 10, kind, mark) for at, kind, mark in drawn)
    routine = np.array([one[2] == "routine" for one in ordered])
    studies = studies_at(
        [one[0] for one in ordered],
        kind=[one[1] for one in ordered],
        urgent=[i for i, one in enumerate(ordered) if one[2] == "urgent"],
        ai_positive=[i for i, one in enumerate(ordered) if one[2] == "ai_positive"],
    )
    readers = readers_with([(50.0, 50.0)], shift_min=1440)
    weights = RollingWeights()
    fifo, ours = (
        Floor(small_scenario(), studies, readers, policy).play().begun_min - studies.arrival_min
        for policy in (OldestFirst(), RollingBatches(weights, load_order_rules()))
    )
    longest_min = fifo.max(where=routine, initial=0)
    most_min = max(weights.delay_share * longest_min, weights.delay_min) + CT_MIN
    assert ours.max(where=routine, initial=0) <= longest_min + most_min + 1e-6


@given(st.lists(st.floats(0.1, 1000), min_size=1, max_size=30), st.floats(0.1, 10))
def test_gini(values: list[float], factor: float) -> None:
    unevenness = gini(np.array(values))
    assert -1e-9 <= unevenness < 1
    assert gini(np.array(values) * factor) == pytest.approx(unevenness, abs=1e-9)
    assert gini(np.full(len(values), values[0])) == pytest.approx(0, abs=1e-9)
