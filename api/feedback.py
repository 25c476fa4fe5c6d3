"""What readers say of the marks of a study."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel, ConfigDict, Field

from api.examples import FEEDBACK, NEW_FEEDBACK, STUDY_FEEDBACK
from api.problems import Problem
from api.schemas import Actor, Coordinate, Size, StudyUid, Uid, example
from api.studies import find_study
from routing.feedback.desk import FeedbackDesk
from routing.records.feedback import FeedbackRecords, ReadReport
from routing.records.overview import RecordsOverview
from wetread.domain.errors import FeedbackError
from wetread.domain.feedback import (
    Act,
    CorrectedMark,
    Feedback,
    FeedbackSource,
    Standing,
    added_nodules,
    standing_of,
)
from wetread.domain.findings import NoduleType

_UNKNOWN: Final[Mapping[int | str, dict[str, Any]]] = {
    404: {"model": Problem, "description": "There is no such study"}
}
_IMPOSSIBLE: Final[Mapping[int | str, dict[str, Any]]] = {
    409: {"model": Problem, "description": "This cannot be said of the nodule"}
}


class CorrectedMarkSchema(BaseModel):
    """What the reader sees; null is as it was, or not told."""

    model_config = ConfigDict(
        extra="forbid", from_attributes=True, frozen=True, use_attribute_docstrings=True
    )

    center_lps_mm: tuple[Coordinate, Coordinate, Coordinate] | None = None
    """To the left, to the back, to the head, as DICOM has it."""
    long_axis_mm: Size | None = None
    short_axis_mm: Size | None = None
    volume_mm3: Size | None = None
    type: NoduleType | None = None


class NewFeedbackSchema(BaseModel):
    """One word of a reader."""

    model_config = ConfigDict(
        extra="forbid",
        use_attribute_docstrings=True,
        json_schema_extra={"examples": [NEW_FEEDBACK]},
    )

    revision: Annotated[int, Field(ge=0, le=2**31 - 1)]
    """Of the findings that the reader looked at."""
    act: Act
    """`accept`, `reject`, `change`; or `add` for a nodule that was missed."""
    tracking_uid: Uid | None = None
    """As the findings name the nodule; not with `add`."""
    corrected: CorrectedMarkSchema | None = None
    """With `change` at least one value, with `add` place and long axis; else not at all."""
    actor: Actor


class FeedbackSchema(BaseModel):
    """One word of a reader, as it is kept."""

    model_config = example(FEEDBACK)

    revision: int
    act: Act
    tracking_uid: str
    corrected: CorrectedMarkSchema | None = None
    actor: str
    said_at: datetime
    source: FeedbackSource
    document_uid: str | None = None
    """The report it was read from, where it was."""


class NoduleFeedbackSchema(BaseModel):
    """All that was said of one nodule, in the order it came in."""

    model_config = ConfigDict(from_attributes=True, frozen=True, use_attribute_docstrings=True)

    tracking_uid: str
    tracking_id: str | None = None
    """Null where the newest findings have no such nodule."""
    added: bool
    """A reader has added it: it was missed."""
    standing: Standing
    """By the last word of each reader; `disputed` where they differ."""
    words: tuple[FeedbackSchema, ...]


class ReadReportSchema(BaseModel):
    """A structured report from elsewhere that speaks of marks of ours."""

    model_config = ConfigDict(from_attributes=True, frozen=True, use_attribute_docstrings=True)

    document_uid: str
    words: int
    doubts: tuple[str, ...]
    """What was not taken over, and why: for people to look at."""
    read_at: datetime


class StudyFeedbackSchema(BaseModel):
    """All that was said of the nodules of a study."""

    model_config = example(STUDY_FEEDBACK)

    study_instance_uid: str
    nodules: tuple[NoduleFeedbackSchema, ...]
    reports: tuple[ReadReportSchema, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoduleFeedback:
    """What was said of one nodule; see `NoduleFeedbackSchema`."""

    tracking_uid: str
    tracking_id: str | None
    added: bool
    standing: Standing
    words: tuple[Feedback, ...]

    @property
    def corrected(self) -> CorrectedMark | None:
        """What the nodule was last changed to, or added as."""
        return next(
            (word.corrected for word in reversed(self.words) if word.corrected is not None), None
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyFeedback:
    """What was said of a study: the marks first, then nodules that readers added."""

    study_instance_uid: str
    nodules: tuple[NoduleFeedback, ...]
    reports: tuple[ReadReport, ...]

    def of(self, tracking_uid: str) -> NoduleFeedback:
        """Return what was said of a nodule of the newest findings."""
        return next(one for one in self.nodules if one.tracking_uid == tracking_uid)

    @property
    def added(self) -> tuple[NoduleFeedback, ...]:
        """The nodules that readers added."""
        return tuple(one for one in self.nodules if one.added)


def study_feedback(
    study_uid: str, overview: RecordsOverview, records: FeedbackRecords
) -> StudyFeedback:
    """Return what was said of a study."""
    view = overview.findings(study_uid)
    marked = {} if view is None else _tracking_ids(view.document)
    words = records.words_of(study_uid)
    added = added_nodules(words)
    spoken_of = dict.fromkeys([*marked, *(word.tracking_uid for word in words)])

    def nodule(tracking_uid: str) -> NoduleFeedback:
        said = tuple(word for word in words if word.tracking_uid == tracking_uid)
        return NoduleFeedback(
            tracking_uid=tracking_uid,
            tracking_id=marked.get(tracking_uid),
            added=tracking_uid in added,
            standing=standing_of(said),
            words=said,
        )

    return StudyFeedback(
        study_instance_uid=study_uid,
        nodules=tuple(map(nodule, spoken_of)),
        reports=records.reports_of(study_uid),
    )


@contextmanager
def refusing() -> Iterator[None]:
    """End the request with 409 where something cannot be said of a nodule."""
    try:
        yield
    except FeedbackError as error:
        raise HTTPException(409, str(error)) from None


def feedback_router(
    overview: RecordsOverview, records: FeedbackRecords, desk: FeedbackDesk
) -> APIRouter:
    """Return the routes about feedback."""
    router = APIRouter(prefix="/studies/{study_uid}/feedback", tags=["feedback"])

    def answer(study_uid: str) -> StudyFeedbackSchema:
        return StudyFeedbackSchema.model_validate(study_feedback(study_uid, overview, records))

    @router.get(
        "", summary="Tell what readers said of the marks of a study", responses={**_UNKNOWN}
    )
    def show_feedback(study_uid: StudyUid) -> StudyFeedbackSchema:
        find_study(overview, study_uid)
        return answer(study_uid)

    @router.post(
        "",
        summary="Accept, reject or change a mark, or add a nodule that was missed",
        description="Every word is kept, the last one of each reader counts. "
        "The findings stay as they are.",
        responses={**_UNKNOWN, **_IMPOSSIBLE},
    )
    def say(study_uid: StudyUid, said: NewFeedbackSchema) -> StudyFeedbackSchema:
        find_study(overview, study_uid)
        with refusing():
            desk.say(
                study_uid,
                said.revision,
                said.act,
                tracking_uid=said.tracking_uid,
                corrected=None if said.corrected is None else CorrectedMark(**dict(said.corrected)),
                actor=said.actor,
                source=FeedbackSource.API,
            )
        return answer(study_uid)

    return router


def _tracking_ids(document: Mapping[str, Any]) -> dict[str, str]:
    return {one["tracking_uid"]: one["tracking_id"] for one in document["nodules"]}
