"""A day as DICOM writes it (PS3.5 6.2, DA)."""

from datetime import date, datetime


def day_from_da(text: str) -> date | None:
    """Return the day that a DA names; None where it is empty or no date."""
    try:
        return datetime.strptime(text, "%Y%m%d").date()  # noqa: DTZ007 - a day has no timezone
    except ValueError:
        return None
