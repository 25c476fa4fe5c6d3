"""One step of the way: its name, what it gave or why not, and what it used."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from traceback import extract_tb
from typing import Generic, Protocol, TypeVar

import structlog

from routing.pipeline.metering import Spent
from wetread.domain.errors import StudyError, WetreadError
from wetread.domain.findings import Outcome

T = TypeVar("T")


class Step(StrEnum):
    """The stops of a study, in order."""

    OPEN = "open"
    SELECT = "select"
    LINK = "link"
    FETCH_PRIORS = "fetch_priors"
    FIND_PRIOR = "find_prior"
    DETECT = "detect"
    MEASURE = "measure"
    MARK_PRIOR = "mark_prior"
    COMPARE = "compare"
    TAKE_OVER = "take_over"
    TRIAGE = "triage"
    PRIORITISE = "prioritise"
    ENCODE = "encode"
    RENDER = "render"
    BOOK = "book"
    ADDRESS = "address"
    CONCLUDE = "conclude"
    SEND = "send"


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why a step gave nothing; ``reason`` is for people and names no patient."""

    outcome: Outcome  # NOT_ANALYSED where the images are at fault, FAILED where we are
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt(Generic[T]):
    """What came of a step, and what it used either way."""

    outcome: T | Failure
    spent: Spent


class StepRunner(Protocol):
    """Runs the steps of one study: at once, or checkpointed so that none is done twice."""

    def __call__(self, step: Step, kind: type[T], action: Callable[[], Attempt[T]]) -> Attempt[T]:
        """Return what ``action`` gave, or gave when it first ran; ``kind`` is its value's type."""
        ...


def run_at_once(step: Step, kind: type[T], action: Callable[[], Attempt[T]]) -> Attempt[T]:
    """Run a step without a checkpoint."""
    del step, kind
    return action()


def failure_from_error(step: Step, error: Exception) -> Failure:
    """Turn what stopped a step into its reason; where it happened goes to the log."""
    ours = isinstance(error, WetreadError)
    # The text of a foreign error may hold anything, a path with a name in it included.
    reason = str(error) if ours else f"{step.value} stopped: {type(error).__name__}"
    structlog.get_logger(__name__).error(
        "a step of the analysis failed",
        step=step.value,
        error=type(error).__name__,
        where=[f"{frame.filename}:{frame.lineno}" for frame in extract_tb(error.__traceback__)],
    )
    at_fault = Outcome.NOT_ANALYSED if isinstance(error, StudyError) else Outcome.FAILED
    return Failure(outcome=at_fault, reason=reason)
