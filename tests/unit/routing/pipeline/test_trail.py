"""What a step is said to have used."""

import itertools
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from inference.turns import DeviceTurns
from inference.volumes.reader import SeriesReader
from routing.pipeline.metering import Meter, this_machine
from routing.pipeline.retries import RetryPolicy
from routing.pipeline.sharing import SharedAmount
from routing.pipeline.steps import Failure, Step, run_at_once
from routing.pipeline.trail import StudyTrail
from routing.pipeline.volumes import VolumeShelf
from tests.support.waiting_turns import await_waiting


class _Clock:
    how_measured = "test"

    def __init__(self) -> None:
        self._joules = itertools.count(0.0, 300.0)

    def joules(self) -> float:
        return next(self._joules)


def trail(meter: Meter) -> StudyTrail:
    return StudyTrail(
        run_at_once,
        meter=meter,
        shelf=VolumeShelf(SeriesReader(), meter.wall_seconds),
        retries=RetryPolicy(attempts=1, first_wait_seconds=0.1),
        sleep=time.sleep,
    )


def metered(*, step_seconds: float, core_watts: float | None = None, gpu: bool = True) -> Meter:
    machine = this_machine(energy=_Clock() if gpu else None, core_watts=core_watts)
    wall, cpu = itertools.count(0.0, step_seconds), itertools.count(0.0, 2.0)
    return Meter(
        wall_seconds=lambda: next(wall),
        cpu_seconds=SharedAmount(lambda: next(cpu)),
        device=machine.device,
        energy=machine.energy,
        core_watts=machine.core_watts,
    )


@pytest.mark.parametrize(
    ("step", "seconds", "joules"),
    [(Step.DETECT, 3.0, 300.0), (Step.DETECT, 0.5, None), (Step.ENCODE, 3.0, None)],
)
def test_the_energy_of_detection_counts_from_a_second_on(
    step: Step, seconds: float, joules: float | None
) -> None:
    steps = trail(metered(step_seconds=seconds))
    assert steps.attempt(step, int, lambda: 7) == 7
    assert steps.spent[step].energy_joule == joules


def test_a_step_that_fails_used_energy_all_the_same() -> None:
    steps = trail(metered(step_seconds=3.0))
    assert isinstance(steps.attempt(Step.DETECT, int, lambda: 1 // 0), Failure)
    assert steps.spent[Step.DETECT].energy_joule == 300.0


def test_without_a_gpu_the_stated_watts_of_a_core_count() -> None:
    steps = trail(metered(step_seconds=3.0, core_watts=15.0, gpu=False))
    steps.attempt(Step.ENCODE, int, lambda: 7)
    spent = steps.spent[Step.ENCODE]
    assert (spent.energy_joule, spent.energy_by) == (30.0, "stated_core_watts")
    steps = trail(metered(step_seconds=3.0, gpu=False))
    steps.attempt(Step.ENCODE, int, lambda: 7)
    assert steps.spent[Step.ENCODE].energy_joule is None


def test_the_wait_for_the_device_is_told_of_the_step_that_waited() -> None:
    turns = DeviceTurns()
    steps = trail(this_machine(waited_seconds=turns.own_waited_seconds))

    def detect() -> int:
        with turns.turn():
            return 7

    with ThreadPoolExecutor(1) as pool, turns.turn():
        detecting = pool.submit(steps.attempt, Step.DETECT, int, detect)
        await_waiting(turns, 1)
    assert detecting.result() == 7
    steps.attempt(Step.MEASURE, int, lambda: 7)
    assert 0 < steps.spent[Step.DETECT].waited_seconds < steps.spent[Step.DETECT].wall_seconds
    assert steps.spent[Step.MEASURE].waited_seconds == 0


def test_processor_seconds_of_studies_at_once_are_given_out_once() -> None:
    meter = metered(step_seconds=3.0)
    outer, inner = trail(meter), trail(meter)
    outer.attempt(Step.DETECT, int, lambda: inner.attempt(Step.MEASURE, int, lambda: 7) or 7)
    cpu = (outer.spent[Step.DETECT].cpu_seconds, inner.spent[Step.MEASURE].cpu_seconds)
    assert cpu == (2 + 1 + 2, 1), "of 2 seconds between two looks, half to each of two"
