"""The order in which studies use a device, whoever comes when."""

from concurrent.futures import ThreadPoolExecutor

from hypothesis import given, settings
from hypothesis import strategies as st

from inference.turns import DeviceTurns
from tests.support.waiting_turns import queue_up


@settings(max_examples=30)
@given(st.lists(st.integers(0, 100), max_size=6))
def test_the_most_urgent_is_first_and_equals_are_in_order(urgencies: list[int]) -> None:
    turns, order = DeviceTurns(), list[str]()
    with ThreadPoolExecutor(6) as pool, turns.turn():
        for number, urgency in enumerate(urgencies):
            queue_up(pool, turns, urgency, str(number), order)
    expected = sorted(range(len(urgencies)), key=lambda number: (-urgencies[number], number))
    assert order == [str(number) for number in expected]
