"""A month, as requests name it."""

from datetime import datetime, tzinfo
from typing import Annotated, Final, TypeAlias

from fastapi import Query

_MONTHS: Final = 12

Month: TypeAlias = Annotated[
    str | None,
    Query(
        pattern=r"^(19|20)[0-9]{2}-(0[1-9]|1[0-2])$",
        description="YYYY-MM in the time zone of the service; this month unless named",
        examples=["2026-04"],
    ),
]


def month_of(named: str | None, now: datetime) -> tuple[str, datetime, datetime]:
    """Return the name of a month, its first moment and that of the next, in the zone of ``now``."""
    year, number = (now.year, now.month) if named is None else map(int, named.split("-"))
    start, end = month_bounds(year, number, now.tzinfo)
    return f"{year:04}-{number:02}", start, end


def month_bounds(year: int, month: int, zone: tzinfo | None) -> tuple[datetime, datetime]:
    """Return the first moment of a month and of the next, in ``zone``."""
    after = (year + 1, 1) if month == _MONTHS else (year, month + 1)
    return datetime(year, month, 1, tzinfo=zone), datetime(*after, 1, tzinfo=zone)
