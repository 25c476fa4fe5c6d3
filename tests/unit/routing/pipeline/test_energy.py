"""Energy is divided among the steps that run at once; none of it counts twice."""

from hypothesis import given
from hypothesis import strategies as st

from routing.pipeline.energy import SharedEnergy


class _Clock:
    how_measured = "test"

    def __init__(self) -> None:
        self.now = 100.0
        self.fails = False

    def joules(self) -> float:
        if self.fails:
            raise OSError("the driver has gone")
        return self.now


def test_steps_at_the_same_time_share_and_alone_have_all() -> None:
    clock = _Clock()
    shared = SharedEnergy(clock)
    with shared.measuring() as one:
        clock.now += 6
        with shared.measuring() as other:
            clock.now += 10
        clock.now += 1
    clock.now += 50  # nobody's
    with shared.measuring() as last:
        clock.now += 2
    assert (one.amount, other.amount, last.amount) == (6 + 5 + 1, 5, 2)


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 1000)), max_size=30))
def test_what_was_used_while_any_step_ran_is_given_out_exactly(
    events: list[tuple[int, int]],
) -> None:
    clock = _Clock()
    shared = SharedEnergy(clock)
    running = {}
    uses, spent = [], 0.0
    for number, joules in events:
        clock.now += joules
        spent += joules if running else 0
        if number in running:
            running.pop(number).__exit__(None, None, None)
        else:
            running[number] = shared.measuring()
            uses.append(running[number].__enter__())
    for step in running.values():
        step.__exit__(None, None, None)
    assert abs(sum(use.amount or 0.0 for use in uses) - spent) < 1e-6


def test_a_driver_that_goes_away_leaves_nothing_measured_and_stops_nothing() -> None:
    clock = _Clock()
    shared = SharedEnergy(clock)
    with shared.measuring() as use:
        clock.fails = True
    assert use.amount is None
