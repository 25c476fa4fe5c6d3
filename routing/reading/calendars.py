"""The clinical days of each hospital: dated data of its own over Japan's public holidays."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import jpholiday

from routing.dated_tables import read_table
from wetread.domain.clinical_days import ClinicalCalendar
from wetread.domain.errors import ConfigurationError


@dataclass(frozen=True, slots=True, kw_only=True)
class _SiteDays:
    ends_at: time | None = None
    open_weekdays: tuple[int, ...] | None = None
    national_holidays_closed: bool | None = None
    closed_month_days: tuple[str, ...] | None = None
    closed_days: tuple[date, ...] = ()
    open_days: tuple[date, ...] = ()
    report_within_hours: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _CalendarFile:
    ends_at: time
    open_weekdays: tuple[int, ...]
    national_holidays_closed: bool
    closed_month_days: tuple[str, ...]
    sites: Mapping[str, _SiteDays] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteCalendars:
    """The calendar of every site; one that is not named has the default days."""

    default: ClinicalCalendar
    sites: Mapping[str, ClinicalCalendar]

    def of_site(self, site: str) -> ClinicalCalendar:
        """Return the calendar of a hospital."""
        return self.sites.get(site, self.default)

    def due_at(self, site: str, requested_at: datetime) -> datetime:
        """Return when a report is due that nobody asked for sooner."""
        return self.of_site(site).due_at(requested_at)


def load_site_calendars(zone: ZoneInfo, path: Path | None = None) -> SiteCalendars:
    """Read the calendars, the shipped one by default; raise `ConfigurationError` if unusable."""
    chosen = path or Path(__file__).with_name("calendars.toml")
    days = read_table(chosen, _CalendarFile)
    return SiteCalendars(
        default=_calendar(days, _SiteDays(), zone),
        sites={name: _calendar(days, own, zone) for name, own in days.sites.items()},
    )


def _calendar(default: _CalendarFile, own: _SiteDays, zone: ZoneInfo) -> ClinicalCalendar:
    weekdays = default.open_weekdays if own.open_weekdays is None else own.open_weekdays
    closes = default.national_holidays_closed
    if own.national_holidays_closed is not None:
        closes = own.national_holidays_closed
    named = default.closed_month_days if own.closed_month_days is None else own.closed_month_days
    yearly = frozenset(map(_month_day, named))

    def is_holiday(day: date) -> bool:
        return (day.month, day.day) in yearly or (closes and bool(jpholiday.is_holiday(day)))

    return ClinicalCalendar(
        zone=zone,
        open_weekdays=frozenset(weekdays),
        ends_at=own.ends_at or default.ends_at,
        is_holiday=is_holiday,
        closed_days=frozenset(own.closed_days),
        open_days=frozenset(own.open_days),
        report_within=(
            None
            if own.report_within_hours is None
            else timedelta(hours=float(own.report_within_hours))
        ),
    )


def _month_day(text: str) -> tuple[int, int]:
    try:
        day = date.fromisoformat(f"2000-{text}")  # a leap year: every day of a year is one
    except ValueError as error:
        raise ConfigurationError(f"{text!r} is not a day of the year such as 12-31") from error
    return day.month, day.day
