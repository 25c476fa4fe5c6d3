"""One study at a time uses a device."""

import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import count

import pytest

from inference.turns import DeviceTurns
from tests.support.waiting_turns import queue_up


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(8) as threads:
        yield threads


def test_a_more_urgent_study_is_let_pass_and_no_other(pool: ThreadPoolExecutor) -> None:
    turns, order = DeviceTurns(), list[str]()
    waiting: list[Future[None]] = []
    with turns.turn(50) as let_pass:
        for name, urgency in (("routine", 0), ("as urgent", 50)):
            waiting.append(queue_up(pool, turns, urgency, name, order))
        let_pass()
        assert order == []
        waiting.append(queue_up(pool, turns, 100, "urgent", order))
        let_pass()
        assert order == ["urgent"]
        order.append("first")
    for one in waiting:
        one.result(20)
    assert order == ["urgent", "first", "as urgent", "routine"]


def test_a_failed_study_gives_the_device_back(pool: ThreadPoolExecutor) -> None:
    turns, order = DeviceTurns(), list[str]()

    def fail() -> Future[None]:
        with turns.turn():
            queue_up(pool, turns, 0, "next", order)
            raise OSError("broken")

    with pytest.raises(OSError, match="broken"):
        fail()
    with turns.turn():
        pass
    assert order == ["next"]


def test_the_use_of_the_device_and_the_waits_are_known(pool: ThreadPoolExecutor) -> None:
    ticks, lock = count(), threading.Lock()

    def seconds() -> float:
        with lock:
            return float(next(ticks))

    turns = DeviceTurns(seconds)

    def wait_for_it() -> float:
        with turns.turn():
            return turns.own_waited_seconds()

    with turns.turn():
        waiting = pool.submit(wait_for_it)
        while turns.use().waiting == 0:
            pass
        assert turns.use().turns == 2
        assert turns.use().used_seconds > 0
    waited = waiting.result(20)
    use = turns.use()
    assert waited > 1
    assert use.waited_seconds == waited + turns.own_waited_seconds()
    assert (use.turns, use.waiting) == (2, 0)
    assert turns.own_waited_seconds() == 1, "nobody was there: one tick to look at the clock"
