"""What the reader is told of the analysis."""

from datetime import UTC, datetime, timedelta

import pytest

from wetread.domain.findings import Outcome
from wetread.domain.reading import AiState, ai_state_from_outcome, told_ai_state

_NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
_PATIENCE = timedelta(minutes=30)


@pytest.mark.parametrize("outcome", Outcome)
def test_only_a_whole_analysis_is_done(outcome: Outcome) -> None:
    state = ai_state_from_outcome(outcome)
    assert (state is AiState.DONE) == (outcome is Outcome.ANALYSED)
    assert state not in {AiState.WAITING, AiState.LATE}


@pytest.mark.parametrize("state", [one for one in AiState if one is not AiState.LATE])
def test_only_an_analysis_that_is_waited_for_is_late(state: AiState) -> None:
    def told(minutes: float) -> AiState:
        at = _NOW + timedelta(minutes=minutes)
        return told_ai_state(state, requested_at=_NOW, at=at, patience=_PATIENCE)

    assert told(30) is state
    assert told(31) is (AiState.LATE if state is AiState.WAITING else state)
