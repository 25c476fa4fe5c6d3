"""What a guideline says of a study; imports nothing, so that findings can hold it."""

from dataclasses import dataclass
from enum import StrEnum


class Indication(StrEnum):
    """Why the study was made; never guessed from the images."""

    SCREENING = "screening"
    INCIDENTAL = "incidental"  # for another reason than to look for nodules
    FOLLOW_UP = "follow_up"  # of a nodule that is known
    UNKNOWN = "unknown"


class GuidanceStatus(StrEnum):
    """How far the guideline led."""

    APPLIED = "applied"  # one category
    UNDETERMINED = "undetermined"  # several categories are possible, or none fits
    NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Guidance:
    """The category of a study by a guideline, the rule that decided, and what follows.

    The sentences say the same in both languages. ``lowest`` and ``highest`` differ where something
    that the category depends on was not measured; both are None where there is no category.
    """

    indication: Indication
    guideline: str | None  # its name and edition; None where none was chosen
    status: GuidanceStatus
    lowest: str | None = None
    highest: str | None = None
    tracking_id: str | None = None  # of the nodule that decided; None where none was marked
    rule: str | None = None  # the row of the table that decided the highest category
    source: str | None = None
    verified: bool | None = None  # False: the row that decided was not checked with its source
    english: tuple[str, ...]
    japanese: tuple[str, ...]

    @property
    def category(self) -> str | None:
        """The category, or a range such as `3–4B`."""
        if self.lowest is None or self.highest is None:
            return None
        return category_range(self.lowest, self.highest)


def category_range(lowest: str, highest: str) -> str:
    """Return a category, or the range of those that are possible."""
    return lowest if lowest == highest else f"{lowest}–{highest}"
