"""Steps whose outcome is checkpointed by DBOS: done once, whatever happens to the process."""

import threading
from collections.abc import Callable
from typing import Final, TypeVar

from dbos import DBOS, StepOptions

from routing.pipeline.checkpoints import attempt_from_checkpoint, checkpoint_text
from routing.pipeline.faults import Fault, Moment
from routing.pipeline.metering import Spent
from routing.pipeline.retries import RetryPolicy
from routing.pipeline.steps import Attempt, Failure, Step
from wetread.domain.errors import AnalysisError
from wetread.domain.findings import Outcome

T = TypeVar("T")

_LOOKS_AT_IMAGES: Final = frozenset(
    {
        Step.SELECT,
        Step.FETCH_PRIORS,
        Step.FIND_PRIOR,
        Step.DETECT,
        Step.MEASURE,
        Step.MARK_PRIOR,
        Step.COMPARE,
        Step.TAKE_OVER,
        Step.ENCODE,
        Step.RENDER,
    }
)


class ServiceStopping(BaseException):
    """Ends a workflow between two steps without an outcome: it goes on at the next start.

    Not an `Exception`: DBOS would record that as the end of the workflow.
    """


class DurableSteps:
    """Runs the steps of one workflow, to be constructed whenever the workflow starts.

    A process that died in a step most likely died of it. A step that looks at images and in which
    ``retries.attempts`` processes have died fails instead of being tried again.
    """

    def __init__(
        self, *, retries: RetryPolicy, stopping: threading.Event, fault: Fault | None
    ) -> None:
        self._retries = retries
        self._stopping = stopping
        self._fault = fault
        self._start_of_last_checkpoint = 1  # in which start of the workflow it was written

    def __call__(self, step: Step, kind: type[T], action: Callable[[], Attempt[T]]) -> Attempt[T]:
        """Return what the step gave when it was first completed."""

        def checkpoint() -> str:
            died = _start() - self._start_of_last_checkpoint
            if step in _LOOKS_AT_IMAGES and died >= self._retries.attempts:
                reason = f"{step.value} was interrupted {died} times"
                failure = Failure(outcome=Outcome.FAILED, reason=reason)
                interrupted: Attempt[T] = Attempt(outcome=failure, spent=Spent())
                return checkpoint_text(interrupted, kind)
            return checkpoint_text(action(), kind)

        text = self._run(step, checkpoint, attempts=1)  # `action` itself tries again
        return attempt_from_checkpoint(text, kind)

    def value(self, step: Step, kind: type[T], action: Callable[[], T]) -> T:
        """Return what ``action`` gave when it first succeeded; raise when it never does."""

        def checkpoint() -> str:
            return checkpoint_text(Attempt(outcome=action(), spent=Spent()), kind)

        text = self._run(step, checkpoint, attempts=self._retries.attempts)
        outcome = attempt_from_checkpoint(text, kind).outcome
        assert not isinstance(outcome, Failure)
        return outcome

    def effect(self, step: Step, action: Callable[[], None]) -> None:
        """Change something outside, once or, when killed in between, twice."""

        def checkpoint() -> str:
            action()
            return ""

        self._run(step, checkpoint, attempts=self._retries.attempts)

    def _run(self, step: Step, checkpoint: Callable[[], str], *, attempts: int) -> str:
        """Return the text of the checkpoint, from this start of the workflow or from an earlier.

        Raise `AnalysisError` where every attempt failed.
        """
        if self._stopping.is_set():
            raise ServiceStopping

        def run() -> str:
            self._strike(Moment.BEFORE, step)
            text = checkpoint()
            self._strike(Moment.AFTER, step)
            return f"{_start()} {text}"

        options: StepOptions = {
            "name": step.value,
            "retries_allowed": attempts > 1,
            "max_attempts": attempts,
            "interval_seconds": self._retries.first_wait_seconds,
            "backoff_rate": 2.0,
        }
        try:
            start, _, text = DBOS.run_step(options, run).partition(" ")
        except Exception as error:
            # The same for the error itself and for its copy in a checkpoint.
            raise AnalysisError(f"{step.value} did not succeed") from error
        self._start_of_last_checkpoint = int(start)
        return text

    def _strike(self, moment: Moment, step: Step) -> None:
        if self._fault is not None:
            self._fault.strike(moment, step)


def _start() -> int:
    """Return which start of the calling workflow this is, from 1; only to be asked in a step."""
    workflow_id = DBOS.workflow_id
    assert workflow_id is not None
    status = DBOS.get_workflow_status(workflow_id)
    return (status.recovery_attempts if status is not None else None) or 1
