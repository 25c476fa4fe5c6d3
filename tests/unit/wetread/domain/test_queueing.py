import pytest

from wetread.domain.errors import SimulationError
from wetread.domain.queueing import (
    AiQuality,
    ClassWaits,
    Discipline,
    QueueLoad,
    class_waits,
    erlang_c,
    truth_waits,
)

QUEUE = QueueLoad(servers=3, service_per_hour=6, load=0.8, high_share=0.15)


@pytest.mark.parametrize(
    ("discipline", "high_min", "low_min"),
    [
        (Discipline.FIFO, 10.787, 10.787),
        (Discipline.NONPREEMPTIVE, 2.451, 12.257),
        # By hand: c = 3, load 0.12 has C = 0.0061, so W = 0.0061 / (3 · 6 · 0.88) h.
        (Discipline.PREEMPTIVE, 0.0233, 12.686),
        (Discipline.AGEING, 4.741, 11.853),
    ],
)
def test_published_example(discipline: Discipline, high_min: float, low_min: float) -> None:
    waits = class_waits(QUEUE, discipline, ageing_ratio=4)
    assert waits.high_min == pytest.approx(high_min, abs=5e-4)
    assert waits.low_min == pytest.approx(low_min, abs=5e-4)


def test_one_server_waits_whenever_it_is_busy() -> None:
    assert erlang_c(1, 0.7) == pytest.approx(0.7)


def test_many_servers_stay_finite() -> None:
    assert 0 < erlang_c(2000, 0.99) < 1


def test_missed_studies_wait_like_those_without_a_flag() -> None:
    ai = AiQuality(sensitivity=0.9, specificity=0.8, prevalence=0.1)
    waits = truth_waits(ClassWaits(high_min=2, low_min=12), ai)
    assert ai.flagged_share == pytest.approx(0.09 + 0.18)
    assert waits.diseased_min == pytest.approx(3)
    assert waits.missed_min == 12
    assert waits.healthy_min == pytest.approx(10)


@pytest.mark.parametrize(
    ("servers", "load", "high_share"), [(0, 0.5, 0.5), (1, 1.0, 0.5), (1, 0.5, 0.0)]
)
def test_what_is_no_queue_is_refused(servers: int, load: float, high_share: float) -> None:
    with pytest.raises(SimulationError):
        QueueLoad(servers=servers, service_per_hour=6, load=load, high_share=high_share)


def test_high_studies_do_not_age_slower() -> None:
    with pytest.raises(SimulationError, match="1 or more"):
        class_waits(QUEUE, Discipline.AGEING, ageing_ratio=0.5)
