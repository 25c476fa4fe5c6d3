"""What readers say of the marks; the findings themselves are never changed by it.

The acts are those of IHE's AI Result Assessment (accept, reject, change), and adding a nodule that
was missed.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum

from wetread.domain.errors import FeedbackError
from wetread.domain.findings import Nodule, NoduleType
from wetread.domain.geometry import Point
from wetread.domain.uids import derive_uid


class Act(StrEnum):
    """What a reader does with a mark."""

    ACCEPT = "accept"
    REJECT = "reject"  # no nodule; said of an added one, it takes that back
    CHANGE = "change"  # a nodule, of another size, type or place
    ADD = "add"  # a nodule that was not marked


class FeedbackSource(StrEnum):
    """The way a word of a reader came in."""

    API = "api"
    PAGE = "page"
    REPORT = "report"  # a structured report received from elsewhere


class Standing(StrEnum):
    """How a mark stands after the last word of every reader."""

    OPEN = "open"  # nobody has said anything
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    DISPUTED = "disputed"  # readers differ: for people to settle


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectedMark:
    """Size, type and place as a reader sees them; None is as it was, or not told."""

    center_lps_mm: Point | None = None
    long_axis_mm: float | None = None
    short_axis_mm: float | None = None
    volume_mm3: float | None = None
    type: NoduleType | None = None

    def __post_init__(self) -> None:
        sizes = (self.long_axis_mm, self.short_axis_mm, self.volume_mm3)
        if not all(math.isfinite(size) and size > 0 for size in sizes if size is not None):
            raise FeedbackError("a size is to be larger than zero")
        if not all(map(math.isfinite, self.center_lps_mm or ())):
            raise FeedbackError("a place is three numbers")
        axes = self.long_axis_mm, self.short_axis_mm
        if axes[0] is not None and axes[1] is not None and axes[0] < axes[1]:
            raise FeedbackError("the long axis is not to be shorter than the short one")

    @property
    def says_nothing(self) -> bool:
        """True where no value is told."""
        return all(getattr(self, one.name) is None for one in fields(self))


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """One word of one reader on one nodule; kept for good, the last one of a reader counts."""

    study_instance_uid: str
    revision: int  # of the findings that the reader looked at
    tracking_uid: str  # as these findings name the nodule; of its own for an added one
    act: Act
    corrected: CorrectedMark | None = None  # exactly with CHANGE and ADD
    actor: str
    said_at: datetime
    source: FeedbackSource
    document_uid: str | None = None  # SOP Instance UID, exactly of a report

    def __post_init__(self) -> None:
        told = self.corrected is not None and not self.corrected.says_nothing
        if self.act in {Act.ACCEPT, Act.REJECT} and self.corrected is not None:
            raise FeedbackError("whoever accepts or rejects a mark changes no value of it")
        if self.act is Act.CHANGE and not told:
            raise FeedbackError("say which value of the mark is to be another")
        if self.act is Act.ADD and (
            self.corrected is None
            or self.corrected.center_lps_mm is None
            or self.corrected.long_axis_mm is None
        ):
            raise FeedbackError("an added nodule needs a place and a long axis")


def last_words(words: Iterable[Feedback]) -> tuple[Feedback, ...]:
    """Return what each reader said last of each nodule, in the order it was said.

    Words said at the same moment count in the order they are given.
    """
    last: dict[tuple[str, str], Feedback] = {}
    for word in sorted(words, key=lambda one: one.said_at):
        of_whom = word.tracking_uid, _same_name(word.actor)
        last.pop(of_whom, None)  # so that its place is the last too
        last[of_whom] = word
    return tuple(last.values())


def standing_of(words: Iterable[Feedback]) -> Standing:
    """Return how one nodule stands, of whose words these are all."""
    refused = {word.act is Act.REJECT for word in last_words(words)}
    if not refused:
        return Standing.OPEN
    if len(refused) > 1:
        return Standing.DISPUTED
    return Standing.REJECTED if refused.pop() else Standing.ACCEPTED


def added_nodules(words: Sequence[Feedback]) -> tuple[str, ...]:
    """Return the tracking UIDs of nodules that readers have added, in the order they were."""
    return tuple(dict.fromkeys(word.tracking_uid for word in words if word.act is Act.ADD))


def name_missed(
    study_instance_uid: str,
    corrected: CorrectedMark | None,
    nodules: Iterable[Nodule],
    words: Iterable[Feedback],
) -> str:
    """Return the tracking UID of a nodule that was not marked, the same whoever adds it.

    ``nodules`` are those of the findings, ``words`` what was said of the study before. Raise
    `FeedbackError` where the place is within a mark, or not told.
    """
    if corrected is None or corrected.center_lps_mm is None:
        raise FeedbackError("an added nodule needs a place")
    center, own_mm = corrected.center_lps_mm, corrected.long_axis_mm or 0.0
    for nodule in nodules:
        marked = nodule.measurement
        if math.dist(center, marked.center_lps_mm) <= marked.long_axis_mm / 2:
            raise FeedbackError(
                f"{nodule.tracking_id} is marked at this place: accept or change it"
            )
    for word in words:
        added = word.corrected if word.act is Act.ADD else None
        if added is None or added.center_lps_mm is None or added.long_axis_mm is None:
            continue
        if math.dist(center, added.center_lps_mm) <= max(own_mm, added.long_axis_mm) / 2:
            return word.tracking_uid
    return derive_uid("missed nodule", study_instance_uid, *(f"{one:.2f}" for one in center))


def _same_name(actor: str) -> str:
    """Return a name as it is compared: a report writes FAMILY^GIVEN, a page what one types."""
    return " ".join(actor.replace("^", " ").split()).casefold()
