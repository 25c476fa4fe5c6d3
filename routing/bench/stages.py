"""Seconds of one study by stage, wall and processor, each second in one stage only."""

import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from typing import Final, TypeVar

from routing.pipeline.metering import Meter, Spent
from routing.pipeline.steps import Attempt, Step

T = TypeVar("T")


class Stage(StrEnum):
    """What the seconds of a study are spent on, in order."""

    SEND = "send"  # from the first byte to the last answer
    WAIT = "wait"  # for further images, for the queue, for the records
    HEADERS = "headers"  # finding what lies in the folder
    SELECT = "select"
    DECODE = "decode"  # reading the pixels, into one block of HU
    LUNGS = "lungs"
    NETWORK = "network"  # itself: the detector's and the one that outlines
    CANDIDATES = "candidates"  # the rest of detection: resampling, peaks
    DETECT = "detect"  # all of detection, where no more is told
    MEASURE = "measure"
    COMPARE = "compare"  # with the prior: measuring it, registering, matching
    ENCODE = "encode"  # objects and key images
    OTHER = "other"
    DELIVER = "deliver"  # from the first object's arrival to the last one's


_STAGE_OF_STEP: Final = {
    Step.SELECT: Stage.SELECT,
    Step.DETECT: Stage.CANDIDATES,
    Step.MEASURE: Stage.MEASURE,
    Step.MARK_PRIOR: Stage.COMPARE,
    Step.COMPARE: Stage.COMPARE,
    Step.TAKE_OVER: Stage.COMPARE,
    Step.ENCODE: Stage.ENCODE,
    Step.RENDER: Stage.ENCODE,
}


class _StudyClock:
    def __init__(self) -> None:
        self.spent: defaultdict[Stage, Spent] = defaultdict(Spent)
        self.open: list[Stage] = []
        self.since = Spent()


class StageClocks:
    """A clock for the study of each thread; a stage inside another takes its seconds from it."""

    def __init__(self, meter: Meter) -> None:
        self._meter = meter
        self._thread = threading.local()

    @contextmanager
    def study(self) -> Iterator[Mapping[Stage, Spent]]:
        """Time a study in this thread; what is yielded fills up until the end of the block."""
        clock = self._thread.clock = _StudyClock()
        try:
            with self.stage(Stage.OTHER):
                yield clock.spent
        finally:
            del self._thread.clock

    @contextmanager
    def stage(self, stage: Stage) -> Iterator[None]:
        """Count the block as a stage of this thread's study, if it has one."""
        self.begin(stage)
        try:
            yield
        finally:
            self.end()

    def begin(self, stage: Stage) -> None:
        """Begin a stage inside the one under way."""
        if (clock := self._clock) is not None:
            self._book(clock)
            clock.open.append(stage)

    def end(self) -> None:
        """Go on with the stage that was under way before."""
        if (clock := self._clock) is not None:
            self._book(clock)
            clock.open.pop()

    def run_step(self, step: Step, kind: type[T], action: Callable[[], Attempt[T]]) -> Attempt[T]:
        """Run a step at once, as a stage: a `StepRunner`."""
        del kind
        with self.stage(_STAGE_OF_STEP.get(step, Stage.OTHER)):
            return action()

    @property
    def _clock(self) -> _StudyClock | None:
        clock: _StudyClock | None = getattr(self._thread, "clock", None)
        return clock

    def _book(self, clock: _StudyClock) -> None:
        now = Spent(
            wall_seconds=self._meter.wall_seconds(), cpu_seconds=self._meter.cpu_seconds.total()
        )
        if clock.open:
            clock.spent[clock.open[-1]] += Spent(
                wall_seconds=now.wall_seconds - clock.since.wall_seconds,
                cpu_seconds=now.cpu_seconds - clock.since.cpu_seconds,
            )
        clock.since = now
