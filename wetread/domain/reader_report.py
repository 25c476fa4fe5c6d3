"""What a report of a reader says of our marks: taken over where it is plain, else a doubt.

Values only; what is read from DICOM is in `routing/feedback`.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from wetread.domain.errors import FeedbackError
from wetread.domain.feedback import Act, CorrectedMark
from wetread.domain.findings import NoduleType
from wetread.domain.geometry import Point

# Viewers write numbers with fewer digits, and outlines through whole pixels.
_SAME_SIZE = {"rel_tol": 1e-3, "abs_tol": 0.011}
_SAME_PLACE_MM = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedMark:
    """One measurement group (PS3.16 TID 1410 and 1411); None is what it does not tell."""

    tracking_uid: str  # empty where there is none
    is_nodule: bool
    center_lps_mm: Point | None = None
    long_axis_mm: float | None = None
    short_axis_mm: float | None = None
    volume_mm3: float | None = None
    type: NoduleType | None = None
    assessments: frozenset[Act] = frozenset()  # ACCEPT and REJECT, as codes say it
    unread: tuple[str, ...] = ()  # what it tells and cannot be understood


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkReport:
    """A report with marks, ours or a reader's."""

    document_uid: str
    replaces: frozenset[str] = frozenset()  # its predecessor documents
    actor: str = ""  # the person who verified or made it; empty: none is named
    said_at: datetime | None = None
    verified: bool = False
    complete: bool = False
    marks: tuple[ReportedMark, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedAct:
    """What a report says of one nodule; ADD has no tracking UID yet."""

    act: Act
    tracking_uid: str | None = None
    corrected: CorrectedMark | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What of a report is taken over, and what is left to people."""

    acts: tuple[ReportedAct, ...] = ()
    doubts: tuple[str, ...] = ()


def speaks_of(report: MarkReport, own: MarkReport) -> bool:
    """Tell whether a report is about the marks of ours."""
    named = {mark.tracking_uid for mark in own.marks}
    return own.document_uid in report.replaces or any(
        mark.tracking_uid in named for mark in report.marks
    )


def read_report(report: MarkReport, own: MarkReport, names: Mapping[str, str]) -> Reading:
    """Return what a report says of the marks of our report; ``names`` are how people call them.

    A code counts, and so does a value that is another than ours, from any report that names a
    person. Only a verified report accepts what it leaves as it is; only one that is also complete
    and replaces ours rejects what it leaves out.
    """
    if not speaks_of(report, own):
        return Reading()
    if not report.actor:
        return Reading(doubts=("the report names no person: nothing of it is taken over",))
    acts: list[ReportedAct] = []
    doubts: list[str] = []
    for mark in own.marks:
        found = [one for one in report.marks if one.tracking_uid == mark.tracking_uid]
        try:
            said = _judge(mark, found, report, own)
        except FeedbackError as doubt:
            doubts.append(f"{names.get(mark.tracking_uid, mark.tracking_uid)}: {doubt}")
        else:
            acts += [] if said is None else [said]
    known = {mark.tracking_uid for mark in own.marks}
    for number, mark in enumerate(report.marks, 1):
        if mark.tracking_uid in known:
            continue
        try:
            acts.append(_add(mark, report))
        except FeedbackError as doubt:
            doubts.append(f"measurement group {number}, not a mark of ours: {doubt}")
    return Reading(acts=tuple(acts), doubts=tuple(doubts))


def _judge(
    mark: ReportedMark, found: Sequence[ReportedMark], report: MarkReport, own: MarkReport
) -> ReportedAct | None:
    if len(found) > 1:
        raise FeedbackError("in more than one measurement group")
    if not found:
        return _judge_absent(mark, report, own)
    (told,) = found
    if len(told.assessments) > 1:
        raise FeedbackError("assessed in two ways")
    if Act.REJECT in told.assessments:
        return ReportedAct(act=Act.REJECT, tracking_uid=mark.tracking_uid)
    _expect_understood(told)
    corrected = _changes(mark, told)
    if not corrected.says_nothing:
        return ReportedAct(act=Act.CHANGE, tracking_uid=mark.tracking_uid, corrected=corrected)
    if not (told.assessments or report.verified):
        raise FeedbackError("unchanged, in a report that is not verified")
    return ReportedAct(act=Act.ACCEPT, tracking_uid=mark.tracking_uid)


def _judge_absent(mark: ReportedMark, report: MarkReport, own: MarkReport) -> ReportedAct | None:
    if not report.verified:
        return None  # a draft, or measurements of single nodules
    if not report.complete:
        raise FeedbackError("left out, in a report that is not complete")
    if own.document_uid not in report.replaces:
        raise FeedbackError("left out, in a report that does not say that it replaces ours")
    return ReportedAct(act=Act.REJECT, tracking_uid=mark.tracking_uid)


def _add(mark: ReportedMark, report: MarkReport) -> ReportedAct:
    if Act.REJECT in mark.assessments:
        raise FeedbackError("rejected")
    if not mark.is_nodule:
        raise FeedbackError("its finding is not a nodule")
    _expect_understood(mark)
    if not report.verified:
        raise FeedbackError("in a report that is not verified")
    if mark.center_lps_mm is None or mark.long_axis_mm is None:
        raise FeedbackError("without a place or a long axis")
    return ReportedAct(act=Act.ADD, corrected=_corrected(mark, _VALUES))


def _expect_understood(mark: ReportedMark) -> None:
    if mark.unread:
        raise FeedbackError("; ".join(mark.unread))


_VALUES = tuple(one.name for one in fields(CorrectedMark))


def _changes(mark: ReportedMark, told: ReportedMark) -> CorrectedMark:
    return _corrected(told, [name for name in _VALUES if _differs(name, mark, told)])


def _differs(name: str, mark: ReportedMark, told: ReportedMark) -> bool:
    before, after = getattr(mark, name), getattr(told, name)
    if after is None:
        return False
    if before is None:
        return True
    if name == "center_lps_mm":
        return math.dist(before, after) > _SAME_PLACE_MM
    if name == "type":
        return bool(before is not after)
    return not math.isclose(before, after, **_SAME_SIZE)


def _corrected(mark: ReportedMark, names: Iterable[str]) -> CorrectedMark:
    return CorrectedMark(**{name: getattr(mark, name) for name in names})
