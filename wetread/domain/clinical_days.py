"""The days on which a hospital sees patients, and when a report is due by them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from wetread.domain.errors import ConfigurationError

_LONGEST_CLOSURE_DAYS: Final = 366


@dataclass(frozen=True, slots=True, kw_only=True)
class ClinicalCalendar:
    """When a hospital is open: national holidays are only the default of a hospital's own days."""

    zone: ZoneInfo
    open_weekdays: frozenset[int]  # 0 is Monday
    ends_at: time  # of a clinical day: by then a report is due
    is_holiday: Callable[[date], bool]
    closed_days: frozenset[date] = frozenset()  # anniversaries, year-end
    open_days: frozenset[date] = frozenset()  # opened all the same; they win
    report_within: timedelta | None = None  # by contract; then no clinical day counts

    def __post_init__(self) -> None:
        if not self.open_weekdays <= set(range(7)):
            raise ConfigurationError("weekdays are 0 (Monday) to 6 (Sunday)")
        if not self.open_weekdays and not self.open_days:
            raise ConfigurationError("a hospital that never opens has no next clinical day")

    def is_open(self, day: date) -> bool:
        """Tell whether a day is a clinical day."""
        if day in self.open_days:
            return True
        return (
            day.weekday() in self.open_weekdays
            and day not in self.closed_days
            and not self.is_holiday(day)
        )

    def next_clinical_day(self, day: date) -> date:
        """Return the first clinical day after a day (翌診療日); raise `ConfigurationError`."""
        for after in range(1, _LONGEST_CLOSURE_DAYS + 1):
            candidate = day + timedelta(days=after)
            if self.is_open(candidate):
                return candidate
        raise ConfigurationError(f"the calendar has no clinical day within a year of {day}")

    def due_at(self, requested_at: datetime) -> datetime:
        """Return when the report of a study is due: by contract, or on the next clinical day."""
        if self.report_within is not None:
            return requested_at + self.report_within
        day = self.next_clinical_day(requested_at.astimezone(self.zone).date())
        return datetime.combine(day, self.ends_at, tzinfo=self.zone)
