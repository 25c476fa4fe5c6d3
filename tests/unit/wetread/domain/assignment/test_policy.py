"""When a study is due, and what a policy may not say."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from routing.reading.assignment.policy import load_assignment_policy
from wetread.domain.assignment.policy import Urgency, Workload
from wetread.domain.errors import ConfigurationError
from wetread.domain.reading_order import Urgency as RequestedUrgency

_POLICY = load_assignment_policy()
_REQUESTED = datetime(2026, 5, 1, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("priority", "calendar_hours", "due_hours"),
    [
        (0, 72, 72),  # routine: when the hospital's calendar says
        (40, 72, 4),
        (70, 72, 1),
        (70, 0.5, 0.5),  # somebody asked for it sooner still
    ],
)
def test_urgency_brings_forward_when_a_study_is_due(
    priority: int, calendar_hours: float, due_hours: float
) -> None:
    by_calendar = _REQUESTED + timedelta(hours=calendar_hours)
    due_at = _POLICY.urgency(priority).due_at(_REQUESTED, by_calendar)
    assert due_at == _REQUESTED + timedelta(hours=due_hours)


def test_the_urgency_is_the_highest_reached() -> None:
    reached = [_POLICY.urgency(priority).from_priority for priority in (0, 39, 40, 70, 100)]
    assert reached == [0, 0, 40, 70, 70]


@pytest.mark.parametrize(
    ("requested", "priority", "reached"),
    [
        (RequestedUrgency.URGENT, 0, 40),
        (RequestedUrgency.URGENT, 70, 70),
        (RequestedUrgency.EMERGENCY, 0, 70),
    ],
)
def test_what_the_hospital_calls_urgent_is_urgent_whatever_was_found(
    requested: RequestedUrgency, priority: int, reached: int
) -> None:
    assert _POLICY.urgency(priority, requested).from_priority == reached


def test_a_column_costs_what_fits_it_first() -> None:
    assert [_POLICY.workload(column).minutes for column in ("脳CT", "胸部CT", "腹部CT", "？")] == [
        7,
        14,
        17,
        12,
    ]
    assert _POLICY.floor(1.0) < _POLICY.floor(1.5)


@pytest.mark.parametrize(
    "wrong",
    [
        {"urgencies": (Urgency(from_priority=1, weight=1.0),)},
        {"workloads": (Workload(ends_with="CT", minutes=1.0),)},
        {"score_step": 0},
    ],
)
def test_a_policy_that_leaves_something_open_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ConfigurationError):
        replace(_POLICY, **wrong)  # type: ignore[arg-type]
