from threading import Barrier

import pytest

from wetread.side_by_side import side_by_side


def test_two_are_worked_on_at_once_and_come_back_in_their_order() -> None:
    both_there = Barrier(2, timeout=10)

    def work(number: int) -> int:
        both_there.wait()
        return number * number

    assert side_by_side(work, (3, 4)) == [9, 16]


def test_the_first_failure_is_raised() -> None:
    with pytest.raises(ZeroDivisionError):
        side_by_side(lambda number: 1 // number, (1, 0))
