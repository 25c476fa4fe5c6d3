"""The order of reading, and what the reader is told."""

from datetime import UTC, datetime, timedelta

import pytest

from wetread.domain.findings import Outcome
from wetread.domain.reading import AiState, ai_state_from_outcome, order_key

_NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)


def test_priority_then_request_then_uid() -> None:
    items = [
        ("urgent", 50, _NOW + timedelta(hours=1)),
        ("early", 5, _NOW),
        ("late a", 5, _NOW + timedelta(minutes=1)),
        ("late b", 5, _NOW + timedelta(minutes=1)),
        ("earliest of all", 0, _NOW - timedelta(days=1)),
    ]
    keys = [
        order_key(priority=priority, requested_at=requested_at, study_instance_uid=uid)
        for uid, priority, requested_at in items
    ]
    assert sorted(keys) == keys


@pytest.mark.parametrize("outcome", Outcome)
def test_only_a_whole_analysis_is_done(outcome: Outcome) -> None:
    state = ai_state_from_outcome(outcome)
    assert (state is AiState.DONE) == (outcome is Outcome.ANALYSED)
    assert state is not AiState.WAITING
