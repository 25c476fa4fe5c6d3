"""When a study is due, and what a policy may not say."""

from dataclasses import replace
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from routing.reading.assignment.policy import load_assignment_policy
from wetread.domain.assignment.policy import Urgency, Workload, due_at, next_clinical_day
from wetread.domain.errors import ConfigurationError

_JAPAN = ZoneInfo("Asia/Tokyo")
_POLICY = load_assignment_policy()
_GREENERY_DAY = date(2026, 5, 4)


def _is_holiday(day: date) -> bool:
    return day == _GREENERY_DAY


@pytest.mark.parametrize(
    ("day", "following"),
    [
        (date(2026, 4, 1), date(2026, 4, 2)),
        (date(2026, 4, 3), date(2026, 4, 6)),  # a Friday
        (date(2026, 5, 1), date(2026, 5, 5)),  # a Friday before a holiday
    ],
)
def test_weekends_and_holidays_are_no_clinical_days(day: date, following: date) -> None:
    assert next_clinical_day(day, _is_holiday) == following


def test_routine_is_due_when_the_next_clinical_day_begins_and_urgent_sooner() -> None:
    requested = datetime(2026, 5, 1, 16, tzinfo=_JAPAN)
    routine, urgent = _POLICY.urgency(0), _POLICY.urgency(100)
    due = due_at(requested, routine, day_starts=time(9), is_holiday=_is_holiday)
    assert due == datetime(2026, 5, 5, 9, tzinfo=_JAPAN)
    due = due_at(requested, urgent, day_starts=time(9), is_holiday=_is_holiday)
    assert due == datetime(2026, 5, 1, 17, tzinfo=_JAPAN)


def test_the_urgency_is_the_highest_reached() -> None:
    reached = [_POLICY.urgency(priority).from_priority for priority in (0, 39, 40, 70, 100)]
    assert reached == [0, 0, 40, 70, 70]


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
