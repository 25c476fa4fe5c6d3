from dataclasses import replace

import numpy as np
import pytest

from routing.reading.assignment.policy import load_assignment_policy
from routing.reading.order_rules import load_order_rules
from routing.simulation.reading.floor import Floor
from routing.simulation.reading.policies import (
    BestScore,
    CherryPicking,
    OldestFirst,
    RoundRobin,
    ShortestQueue,
)
from routing.simulation.reading.product import ProductBatches
from routing.simulation.reading.readers import ReaderPool
from routing.simulation.reading.rolling import RollingBatches, RollingWeights
from routing.simulation.reading.studies import ReadingStudies
from tests.support.simulation import (
    CT_MIN,
    FILM_MIN,
    readers_with,
    small_scenario,
    studies_at,
)
from wetread.domain.queueing import QueueLoad, fifo_wait_min

FILM, CT = 0, 1


def ours() -> RollingBatches:
    return RollingBatches(RollingWeights(), load_order_rules())


def test_first_in_first_out() -> None:
    studies = studies_at([1, 2, 3], kind=[CT, CT, FILM])
    played = Floor(small_scenario(), studies, readers_with([[50, 50]]), OldestFirst()).play()
    assert played.begun_min.tolist() == [1, 11, 21]
    assert played.end_min.tolist() == [11, 21, 23]


def test_cherries_first() -> None:
    studies = studies_at([1, 2, 3], kind=[CT, CT, FILM])
    played = Floor(small_scenario(), studies, readers_with([[50, 50]]), CherryPicking()).play()
    assert played.begun_min.tolist() == [1, 13, 11]


def test_nothing_begins_after_the_shift_and_all_waits_for_the_next() -> None:
    studies = studies_at([1, 5, 6], kind=[CT, CT, CT])
    readers = readers_with([[50, 50]], shift_min=20)
    for policy in (OldestFirst(), RoundRobin(), BestScore(10.0), ours()):
        played = Floor(small_scenario(), studies, readers, policy).play()
        assert played.begun_min.tolist() == [1, 11, 1440]


def test_what_is_given_back_moves_to_another() -> None:
    """The CT takes longer than expected, and the shift ends before the film is begun."""
    studies = replace(studies_at([0.5, 0.6], kind=[CT, FILM]), reading_min=np.array([15.0, 2.0]))
    readers = ReaderPool(
        scores=np.array([[100.0, 100], [20, 20]]),
        skill=np.zeros((2, 2)),
        minutes_factor=np.ones(2),
        start_min=np.array([0.0, 30]),
        shift_min=np.array([13.0, 60]),
    )
    played = Floor(small_scenario(), studies, readers, BestScore(10.5)).play()
    assert played.begun_min.tolist() == [0.5, 30]
    assert played.reader.tolist() == [0, 1]
    assert played.moves.tolist() == [0, 1]


def test_who_gets_it() -> None:
    """Three films at once: in turn, to the shortest list, and the oldest to the best score."""
    studies = studies_at([1, 1, 1], kind=[FILM] * 3)
    readers = readers_with([[20, 20], [100, 100]])
    given = {
        type(policy): Floor(small_scenario(), studies, readers, policy).play().reader.tolist()
        for policy in (RoundRobin(), ShortestQueue(), BestScore(2.5))
    }
    assert given == {RoundRobin: [0, 1, 0], ShortestQueue: [0, 1, 0], BestScore: [1, 1, 0]}


def test_ours_matches_reader_and_study() -> None:
    studies = studies_at([480, 480], kind=[FILM, CT])
    readers = readers_with([[100, 80], [80, 20]], start_min=481)
    played = Floor(small_scenario(), studies, readers, ours()).play()
    assert played.reader.tolist() == [1, 0]  # 80 + 80 is more than 100 + 20


def test_ours_reads_urgent_then_ai_positive_then_the_rest() -> None:
    studies = studies_at([0.1, 0.2, 0.3, 0.4], kind=[FILM] * 4, urgent=[3], ai_positive=[2])
    played = Floor(small_scenario(), studies, readers_with([[50, 50]]), ours()).play()
    assert np.argsort(played.begun_min).tolist() == [0, 3, 2, 1]


def test_a_routine_study_is_delayed_by_so_much_only() -> None:
    """There is always another AI-positive film: the limit, and the one that passes it."""
    requested = [0.0, 0.1, *np.arange(1.0, 100.0, 1.8).tolist()]
    count = len(requested)
    studies = studies_at(requested, kind=[FILM] * count, ai_positive=range(2, count))
    played = Floor(small_scenario(), studies, readers_with([[50, 50]]), ours()).play()
    delay_min = played.begun_min[1] - FILM_MIN
    assert RollingWeights().delay_min < delay_min <= RollingWeights().delay_min + FILM_MIN


def test_an_urgent_study_overtakes_for_as_long_as_the_rules_of_the_reading_order_say() -> None:
    requested = [0.0, 0.1, *np.arange(1.0, 200.0, 9.0).tolist()]
    count = len(requested)
    studies = studies_at(requested, kind=[CT] * count, urgent=range(2, count))
    rules = replace(load_order_rules(), urgent_minutes=50)
    policy = RollingBatches(RollingWeights(delay_min=1000), rules)
    played = Floor(small_scenario(), studies, readers_with([[50, 50]]), policy).play()
    assert 50 < played.begun_min[1] < 75


def test_a_bad_match_is_overtaken_for_so_long_only() -> None:
    """CTs match, the film does not, and there is always another CT."""
    requested = [0.0, 0.1, *np.arange(0.2, 200.0, 9.5).tolist()]
    kinds = [CT, FILM, *[CT] * (len(requested) - 2)]
    studies = studies_at(requested, kind=kinds)
    played = Floor(small_scenario(), studies, readers_with([[10, 100]]), ours()).play()
    assert played.begun_min[1] == 2 * CT_MIN


def test_the_product_gives_the_best_readers_all_they_have_room_for() -> None:
    """The next batch is at two minutes; each reads the own list in the reading order."""
    studies = studies_at([0.1, 0.2, 0.3, 0.4], kind=[FILM] * 4, urgent=[3], ai_positive=[2])
    policy = ProductBatches(small_scenario(), load_assignment_policy(), load_order_rules())
    readers = readers_with([[20, 20], [100, 100]])
    played = Floor(small_scenario(), studies, readers, policy).play()
    assert played.reader.tolist() == [1] * 4
    assert played.begun_min.tolist() == [6, 8, 4, 2]


def test_the_floor_agrees_with_theory() -> None:
    """Three readers around the clock, exponential minutes: M/M/3."""
    queue = QueueLoad(servers=3, service_per_hour=600, load=0.6, high_share=0.5)
    random = np.random.default_rng(4)
    count = 80_000
    arrivals = np.cumsum(random.exponential(60 / queue.arrivals_per_hour, count))
    none = np.zeros(count, dtype=bool)
    studies = ReadingStudies(
        arrival_min=arrivals,
        deadline_min=arrivals,
        kind=np.zeros(count, dtype=np.int64),
        urgent=none,
        looked_at=none,
        diseased=none,
        ai_positive=none,
        reading_min=random.exponential(queue.reading_min, count),
    )
    readers = readers_with([[50, 50]] * 3, shift_min=1440)
    played = Floor(small_scenario(), studies, readers, OldestFirst()).play()
    waits_min = played.begun_min - arrivals
    assert waits_min.mean() == pytest.approx(fifo_wait_min(queue), rel=0.05)
