"""The order in which studies are read, and what the reader is told of the analysis."""

from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from wetread.domain.findings import Outcome

OrderKey: TypeAlias = tuple[int, datetime, str]


class AiState(StrEnum):
    """What the analysis has to say of a study that waits to be read; it never holds the read up."""

    WAITING = "waiting"
    DONE = "done"
    PARTIAL = "partial"  # something is missing; absence of marks means nothing
    FAILED = "failed"
    NOT_ANALYSED = "not_analysed"


def ai_state_from_outcome(outcome: Outcome) -> AiState:
    """Return what the reader is told; only a whole analysis is *done*."""
    match outcome:
        case Outcome.ANALYSED:
            return AiState.DONE
        case Outcome.PARTIAL:
            return AiState.PARTIAL
        case Outcome.FAILED:
            return AiState.FAILED
        case Outcome.NOT_ANALYSED:
            return AiState.NOT_ANALYSED


def order_key(*, priority: int, requested_at: datetime, study_instance_uid: str) -> OrderKey:
    """Return what to sort by, smallest read first: priority, then request, then the UID."""
    return -priority, requested_at, study_instance_uid
