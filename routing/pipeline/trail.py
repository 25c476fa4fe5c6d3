"""Runs the steps of one study and notes what each of them used."""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from typing import Final, TypeVar

from routing.pipeline.metering import Meter, Spent
from routing.pipeline.retries import RetryPolicy
from routing.pipeline.sharing import Use
from routing.pipeline.steps import Attempt, Failure, Step, StepRunner, failure_from_error
from routing.pipeline.volumes import VolumeShelf
from wetread.domain.errors import WetreadError

T = TypeVar("T")

_ON_THE_GPU: Final = frozenset({Step.DETECT})  # what GPU seconds are booked for
_STATED_WATTS: Final = "stated_core_watts"
_LEAST_SECONDS: Final = 1.0


class StudyTrail:
    """The steps taken so far; ``spent`` has an entry for each, failed ones too."""

    def __init__(
        self,
        run_step: StepRunner,
        *,
        meter: Meter,
        shelf: VolumeShelf,
        retries: RetryPolicy,
        sleep: Callable[[float], None],
    ) -> None:
        self._run_step = run_step
        self._meter = meter
        self._shelf = shelf
        self._retries = retries
        self._sleep = sleep
        self.spent: dict[Step, Spent] = {}

    def attempt(self, step: Step, kind: type[T], action: Callable[[], T]) -> T | Failure:
        """Take a step and return what it gave; ``kind`` is the type of what ``action`` returns."""
        attempt = self._run_step(step, kind, lambda: self._metered(step, action))
        self.spent[step] = attempt.spent
        return attempt.outcome

    def _metered(self, step: Step, action: Callable[[], T]) -> Attempt[T]:
        wall = self._meter.wall_seconds()
        read, waited = self._shelf.read_seconds, self._meter.waited_seconds()
        shared = self._meter.energy if step in _ON_THE_GPU else None
        outcome: T | Failure
        with (
            self._meter.cpu_seconds.measuring() as cpu,
            nullcontext(None) if shared is None else shared.measuring() as energy,
        ):
            try:
                outcome = self._persistently(action)
            except Exception as error:  # noqa: BLE001 - whatever stops it must not stop the read
                outcome = failure_from_error(step, error)
        spent = Spent(
            wall_seconds=self._meter.wall_seconds() - wall,
            cpu_seconds=cpu.amount or 0.0,
            read_seconds=self._shelf.read_seconds - read,
            waited_seconds=self._meter.waited_seconds() - waited,
        )
        return Attempt(outcome=outcome, spent=self._with_energy(spent, energy))

    def _with_energy(self, spent: Spent, used: Use | None) -> Spent:
        meter = self._meter
        if meter.energy is None:
            if meter.core_watts is None:
                return spent
            joules = spent.cpu_seconds * meter.core_watts
            return replace(spent, energy_joule=joules, energy_by=_STATED_WATTS)
        # The counter is refreshed every 20 to 100 ms: less than a second says too little.
        if used is None or used.amount is None or spent.wall_seconds < _LEAST_SECONDS:
            return spent
        return replace(spent, energy_joule=used.amount, energy_by=meter.energy.how_measured)

    def _persistently(self, action: Callable[[], T]) -> T:
        for wait_seconds in self._retries.waits_seconds():
            try:
                return action()
            except WetreadError as error:
                if not error.retryable:
                    raise
            self._sleep(wait_seconds)
        return action()
