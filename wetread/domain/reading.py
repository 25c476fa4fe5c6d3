"""What the reader is told of the analysis of a study that waits to be read."""

from datetime import datetime, timedelta
from enum import StrEnum

from wetread.domain.findings import Outcome


class AiState(StrEnum):
    """What the analysis has to say; it never holds the read up."""

    WAITING = "waiting"
    LATE = "late"  # waiting for longer than a reader should count on; never recorded, only told
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


def told_ai_state(
    recorded: AiState, *, requested_at: datetime, at: datetime, patience: timedelta
) -> AiState:
    """Return what the reader is told at a moment: an analysis that takes too long is late."""
    if recorded is AiState.WAITING and at - requested_at > patience:
        return AiState.LATE
    return recorded
