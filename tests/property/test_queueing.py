"""An order of reading moves waits about; it makes and takes none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wetread.domain.queueing import (
    AiQuality,
    ClassWaits,
    Discipline,
    QueueLoad,
    class_waits,
    fifo_wait_min,
    truth_waits,
)

shares = st.floats(0.01, 0.99)
queues = st.builds(
    QueueLoad,
    servers=st.integers(1, 60),
    service_per_hour=st.floats(0.5, 60),
    load=st.floats(0.05, 0.98),
    high_share=shares,
)
ratios = st.floats(1, 1000)


@given(queues, st.sampled_from(Discipline), ratios)
def test_the_mean_over_all_is_that_of_fifo(
    queue: QueueLoad, discipline: Discipline, ratio: float
) -> None:
    waits = class_waits(queue, discipline, ageing_ratio=ratio)
    mean = queue.high_share * waits.high_min + (1 - queue.high_share) * waits.low_min
    assert mean == pytest.approx(fifo_wait_min(queue))
    assert 0 <= waits.high_min <= waits.low_min * (1 + 1e-9)


@given(queues, ratios)
def test_ageing_lies_between_fifo_and_strict_priority(queue: QueueLoad, ratio: float) -> None:
    strict = class_waits(queue, Discipline.NONPREEMPTIVE, ageing_ratio=1).high_min
    aged = class_waits(queue, Discipline.AGEING, ageing_ratio=ratio).high_min
    none, endless = (
        class_waits(queue, Discipline.AGEING, ageing_ratio=limit).high_min for limit in (1, 1e12)
    )
    slack = 1e-9 * fifo_wait_min(queue)
    assert strict - slack <= aged <= fifo_wait_min(queue) + slack
    assert none == pytest.approx(fifo_wait_min(queue))
    assert endless == pytest.approx(strict, rel=1e-6, abs=slack)


@given(queues)
def test_interrupting_helps_the_high_most(queue: QueueLoad) -> None:
    interrupting = class_waits(queue, Discipline.PREEMPTIVE, ageing_ratio=1)
    waiting = class_waits(queue, Discipline.NONPREEMPTIVE, ageing_ratio=1)
    assert interrupting.high_min <= waiting.high_min


@given(queues, shares, shares, shares)
def test_truth_and_call_have_the_same_mean(
    queue: QueueLoad, sensitivity: float, specificity: float, prevalence: float
) -> None:
    ai = AiQuality(sensitivity=sensitivity, specificity=specificity, prevalence=prevalence)
    waits = class_waits(queue, Discipline.NONPREEMPTIVE, ageing_ratio=1)
    truth = truth_waits(waits, ai)
    by_call = ai.flagged_share * waits.high_min + (1 - ai.flagged_share) * waits.low_min
    by_truth = prevalence * truth.diseased_min + (1 - prevalence) * truth.healthy_min
    assert by_truth == pytest.approx(by_call)


@given(st.floats(0, 100), st.floats(0, 100))
def test_a_perfect_ai_misses_nobody(high_min: float, low_min: float) -> None:
    perfect = AiQuality(sensitivity=1, specificity=1, prevalence=0.2)
    truth = truth_waits(ClassWaits(high_min=high_min, low_min=low_min), perfect)
    assert (truth.diseased_min, truth.healthy_min) == (high_min, low_min)
