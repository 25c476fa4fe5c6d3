"""What the header of one image tells guidelines of the patient and the study."""

from collections.abc import Collection
from typing import Final

from routing.selection.headers import ImageHeader, read_header
from wetread.domain.days import day_from_da
from wetread.domain.errors import UnreadableInstance
from wetread.domain.studies import StoredInstance

_AGE_UNITS_PER_YEAR: Final = {"Y": 1, "M": 12, "W": 52, "D": 365}  # PS3.5 6.2, AS
_AGE_LENGTH: Final = 4
_KEYWORDS: Final = ("PatientAge", "PatientBirthDate", "StudyDate")


def read_facts_header(
    instance: StoredInstance | None, keywords: Collection[str]
) -> ImageHeader | None:
    """Read what the rules ask for; None where no image can be read: nothing is known then."""
    if instance is None:
        return None
    try:
        return read_header(instance, {*keywords, *_KEYWORDS})
    except UnreadableInstance:
        return None


def age_years(header: ImageHeader) -> int | None:
    """Return the whole years of PatientAge, or from the birth date to the study; None: unknown."""
    stated = _first(header, "PatientAge").upper()
    number, unit = stated[:-1], stated[-1:]
    if len(stated) == _AGE_LENGTH and number.isdecimal() and unit in _AGE_UNITS_PER_YEAR:
        return int(number) // _AGE_UNITS_PER_YEAR[unit]
    born, seen = (
        day_from_da(_first(header, keyword)) for keyword in ("PatientBirthDate", "StudyDate")
    )
    if born is None or seen is None or born > seen:
        return None
    return seen.year - born.year - ((seen.month, seen.day) < (born.month, born.day))


def _first(header: ImageHeader, keyword: str) -> str:
    return next((str(value) for value in header.values(keyword)), "")
