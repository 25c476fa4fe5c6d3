"""Calendar months, in the time zone of the service."""

import calendar
from dataclasses import dataclass, replace
from datetime import date, datetime, tzinfo
from typing import Self

_MONTHS = 12
_WORKDAYS_A_WEEK = 5


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Month:
    """One month of one year."""

    year: int
    number: int  # 1 to 12

    @classmethod
    def of(cls, moment: date) -> Self:
        """Return the month that a moment or day lies in."""
        return cls(year=moment.year, number=moment.month)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the month written YYYY-MM; raise `ValueError` where it is none."""
        day = date.fromisoformat(f"{text}-01")
        return cls.of(day)

    def __str__(self) -> str:
        return f"{self.year:04}-{self.number:02}"

    def bounds(self, zone: tzinfo | None) -> tuple[datetime, datetime]:
        """Return its first moment and that of the next month, in ``zone``."""
        after = self.after()
        start = datetime(self.year, self.number, 1, tzinfo=zone)
        return start, datetime(after.year, after.number, 1, tzinfo=zone)

    def after(self) -> Self:
        """Return the next month."""
        last = self.number == _MONTHS
        return replace(self, year=self.year + last, number=1 if last else self.number + 1)

    def before(self) -> Self:
        """Return the month before."""
        first = self.number == 1
        return replace(self, year=self.year - first, number=_MONTHS if first else self.number - 1)

    def workdays(self) -> tuple[date, ...]:
        """Return Mondays to Fridays; public holidays are not left out."""
        _, days = calendar.monthrange(self.year, self.number)
        every = (date(self.year, self.number, day) for day in range(1, days + 1))
        return tuple(day for day in every if day.weekday() < _WORKDAYS_A_WEEK)
