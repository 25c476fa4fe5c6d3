"""The clock that everything is wired to."""

from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from wetread.ports import Clock
from wetread.settings import Settings


def clock_of(settings: Settings) -> Clock:
    """Return the clock everything is wired to, in the time zone of the service."""
    return partial(datetime.now, ZoneInfo(settings.time_zone))
