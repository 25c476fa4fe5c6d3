"""What readers conclude, in codes; blind until all of a study have spoken."""

from datetime import datetime
from typing import Annotated, Final, Literal

from fastapi import APIRouter, HTTPException, Query
from pydantic import BaseModel, ConfigDict, Field

from api.claims import TAKEN, ReaderSchema
from api.reading import NOTHING
from api.schemas import Actor, StudyUid
from routing.reading.double_reading import DoubleReading
from routing.records.double_reads import visible_to
from routing.records.prescreening import PrescreenRecords
from wetread.domain.double_reading import (
    Conclusion,
    ReadStage,
    ReportedFinding,
    StructuredReport,
    disagreements,
)

_MOST_FINDINGS: Final = 50


class ReportedFindingSchema(BaseModel):
    """A nodule as the report tells it; empty where a place is not told."""

    model_config = ConfigDict(from_attributes=True)

    side: Literal["right", "left", ""] = ""
    zone: Literal["upper", "middle", "lower", ""] = ""
    mean_diameter_mm: Annotated[float, Field(gt=0, le=200)]


class ReportSchema(ReaderSchema):
    """What the report of a study says in codes; the report itself goes elsewhere."""

    conclusion: Conclusion
    findings: Annotated[tuple[ReportedFindingSchema, ...], Field(max_length=_MOST_FINDINGS)] = ()


class TakenReportSchema(BaseModel):
    """What becomes of the study."""

    stage: ReadStage


class KnownReportSchema(BaseModel):
    """What one reader has said."""

    model_config = ConfigDict(from_attributes=True)

    reader: str
    site: str
    conclusion: Conclusion
    findings: tuple[ReportedFindingSchema, ...]
    reported_at: datetime


class StudyReportsSchema(BaseModel):
    """The reading of one study, as far as who asks may know of it."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    stage: ReadStage
    wanted: int
    reasons: tuple[str, ...]
    """Why it is read more than once."""
    reports: tuple[KnownReportSchema, ...]
    """Only that of who asks, until all are there."""
    disagreements: tuple[str, ...]
    arbiter: KnownReportSchema | None


def reports_router(reading: DoubleReading, screened: PrescreenRecords) -> APIRouter:
    """Return the routes by which readers report."""
    router = APIRouter(prefix="/reading-list", tags=["reading"])

    @router.put(
        "/reports/{study_uid}",
        summary="Say what the report of a study concludes",
        description="The study leaves the list once as many readers as it needs have spoken.",
        responses={**TAKEN},
    )
    def report(study_uid: StudyUid, told: ReportSchema) -> TakenReportSchema:
        stage = reading.report(study_uid, _report(told, reading.desk.clock()))
        if stage is None:
            raise HTTPException(409, "another reader has the study, or nobody is to read it")
        screened.note_read(study_uid, found_something=told.conclusion.asks_for_action)
        return TakenReportSchema(stage=stage)

    @router.get(
        "/reports/{study_uid}",
        summary="Show what was reported; until all have spoken, only to each their own",
        responses={**NOTHING},
    )
    def show_reports(study_uid: StudyUid, reader: Annotated[Actor, Query()]) -> StudyReportsSchema:
        found = reading.records.find(study_uid)
        if found is None:
            raise HTTPException(404, "nobody has reported this study yet")
        seen = visible_to(reader, found)
        compared = () if seen.stage is ReadStage.OPEN else reading.reports_of(seen)
        return StudyReportsSchema(
            stage=seen.stage,
            wanted=seen.wanted.count,
            reasons=tuple(words.english for words in seen.wanted.reasons),
            reports=tuple(KnownReportSchema.model_validate(one) for one in seen.reports),
            disagreements=tuple(words.english for words in disagreements(compared, reading.rules)),
            arbiter=(
                None if seen.arbiter is None else KnownReportSchema.model_validate(seen.arbiter)
            ),
        )

    return router


def _report(told: ReportSchema, at: datetime) -> StructuredReport:
    return StructuredReport(
        reader=told.reader,
        site=told.site,
        conclusion=told.conclusion,
        findings=tuple(ReportedFinding(**one.model_dump()) for one in told.findings),
        reported_at=at,
    )
