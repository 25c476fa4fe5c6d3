"""The list of studies to be read, and who gets which."""

from datetime import timedelta
from pathlib import Path

from pydantic import Field, SecretStr

from wetread.settings.values import Section


class ReadingSettings(Section):
    """The list of studies to be read."""

    order_rules: Path | None = None  # None: the shipped ones
    calendars: Path | None = None  # of the hospitals; None: the shipped one
    prescreening: Path | None = None  # None: every study is read
    double_reading: Path | None = None  # None: the shipped rules, one reader
    redis_url: SecretStr | None = None  # None: the list is kept in the records
    lease_minutes: float = Field(default=30.0, gt=0)  # of a claim that is not renewed

    @property
    def lease(self) -> timedelta:
        """How long a claim holds."""
        return timedelta(minutes=self.lease_minutes)


class AssignmentSettings(Section):
    """How studies are given to readers; nothing is, until readers are imported."""

    interval_minutes: float = Field(default=2.0, gt=0)  # between two batches
    policy: Path | None = None  # None: the shipped one
    columns: Path | None = None  # what names the columns of the readers' table
