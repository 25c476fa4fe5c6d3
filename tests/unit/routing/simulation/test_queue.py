import numpy as np
import pytest
from numpy.random import SeedSequence

from routing.simulation.queue import QueuedStudies, draw_studies, play_queue
from wetread.domain.queueing import AiQuality, Discipline, QueueLoad, class_waits

QUEUE = QueueLoad(servers=3, service_per_hour=6, load=0.5, high_share=0.3)


@pytest.mark.parametrize(
    ("discipline", "waits_min"),
    [
        # One reader; a low study of 10 min at 0, then low 1, high 2, low 3, high 9.5: 5 min each.
        (Discipline.FIFO, [0, 9, 13, 17, 15.5]),
        (Discipline.NONPREEMPTIVE, [0, 19, 8, 22, 5.5]),
        # At 10 the high one's 8 · 1.2 outranks 9; at 15, 5.5 · 1.2 is below 14.
        (Discipline.AGEING, [0, 14, 8, 17, 15.5]),
        # The first is laid aside at 2, goes on at 7, is laid aside at 9.5 and goes on at 14.5.
        (Discipline.PREEMPTIVE, [10, 19, 0, 22, 0]),
    ],
)
def test_a_day_by_hand(discipline: Discipline, waits_min: list[float]) -> None:
    studies = QueuedStudies(
        arrival_min=np.array([0, 1, 2, 3, 9.5]),
        reading_min=np.array([10.0, 5, 5, 5, 5]),
        high=np.array([False, False, True, False, True]),
        diseased=np.zeros(5, dtype=bool),
    )
    played = play_queue(studies, servers=1, discipline=discipline, ageing_ratio=1.2)
    assert played == pytest.approx(waits_min)


@pytest.mark.parametrize("discipline", Discipline)
def test_long_queues_agree_with_theory(discipline: Discipline) -> None:
    studies = draw_studies(QUEUE, None, count=1_000_000, seed=SeedSequence(0))
    waits_min = play_queue(studies, servers=3, discipline=discipline, ageing_ratio=4)
    theory = class_waits(QUEUE, discipline, ageing_ratio=4)
    assert waits_min[~studies.high].mean() == pytest.approx(theory.low_min, rel=0.02)
    # Three readers are seldom all busy with high studies: what is rare varies more.
    rel = 0.1 if discipline is Discipline.PREEMPTIVE else 0.02
    assert waits_min[studies.high].mean() == pytest.approx(theory.high_min, rel=rel)


def test_every_discipline_meets_the_same_studies() -> None:
    ai = AiQuality(sensitivity=0.9, specificity=0.8, prevalence=0.1)
    plain = draw_studies(QUEUE, None, count=50_000, seed=SeedSequence(5))
    called = draw_studies(QUEUE, ai, count=50_000, seed=SeedSequence(5))
    assert np.array_equal(plain.arrival_min, called.arrival_min)
    assert np.array_equal(plain.reading_min, called.reading_min)
    assert called.diseased.mean() == pytest.approx(0.1, abs=0.01)
    assert called.high[called.diseased].mean() == pytest.approx(0.9, abs=0.02)
    assert called.high[~called.diseased].mean() == pytest.approx(0.2, abs=0.01)
