"""The next clinical day is that of the hospital."""

from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from routing.reading.calendars import load_site_calendars
from wetread.domain.errors import ConfigurationError

_TOKYO = ZoneInfo("Asia/Tokyo")


@pytest.mark.parametrize(
    ("day", "following"),
    [
        (date(2026, 11, 25), date(2026, 11, 26)),
        (date(2026, 11, 27), date(2026, 11, 30)),  # Friday
        (date(2026, 11, 20), date(2026, 11, 24)),  # before the 23rd, a holiday on a Monday
        (date(2026, 12, 28), date(2027, 1, 4)),  # the turn of the year
        (date(2026, 5, 1), date(2026, 5, 7)),  # the golden week, with a substitute holiday
    ],
)
def test_the_default_days_are_weekdays_that_are_no_holiday(day: date, following: date) -> None:
    assert load_site_calendars(_TOKYO).default.next_clinical_day(day) == following


def test_a_hospital_has_days_of_its_own(tmp_path: Path) -> None:
    table = tmp_path / "calendars.toml"
    table.write_text(
        """
ends_at = 17:00:00
open_weekdays = [0, 1, 2, 3, 4]
national_holidays_closed = true
closed_month_days = []
[sites.Saturday]
ends_at = 12:00:00
open_weekdays = [0, 1, 2, 3, 4, 5]
closed_days = [2026-11-26]
open_days = [2026-11-23]
[sites.Contract]
report_within_hours = 1.5
"""
    )
    calendars = load_site_calendars(_TOKYO, table)
    own = calendars.of_site("Saturday")
    assert own.next_clinical_day(date(2026, 11, 25)) == date(2026, 11, 27)
    assert own.next_clinical_day(date(2026, 11, 27)) == date(2026, 11, 28)
    assert own.next_clinical_day(date(2026, 11, 22)) == date(2026, 11, 23)
    friday_night = datetime(2026, 11, 27, 16, tzinfo=ZoneInfo("UTC"))  # Saturday in Tokyo
    assert own.due_at(friday_night) == datetime(2026, 11, 30, 12, tzinfo=_TOKYO)
    asked = datetime(2026, 11, 27, 16, tzinfo=_TOKYO)
    assert calendars.of_site("Contract").due_at(asked).isoformat() == "2026-11-27T17:30:00+09:00"
    assert calendars.of_site("unknown") is calendars.default


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('closed_month_days = ["13-01"]', "13-01"),
        ("open_weekdays = [7]", "weekdays"),
        ("open_weekdays = []", "never opens"),
    ],
)
def test_impossible_days_are_refused(tmp_path: Path, line: str, words: str) -> None:
    table = tmp_path / "calendars.toml"
    lines = {
        "ends_at": "ends_at = 17:00:00",
        "open_weekdays": "open_weekdays = [0]",
        "national_holidays_closed": "national_holidays_closed = true",
        "closed_month_days": "closed_month_days = []",
    }
    lines[line.partition(" ")[0]] = line
    table.write_text("\n".join(lines.values()))
    with pytest.raises(ConfigurationError, match=words):
        load_site_calendars(_TOKYO, table)
