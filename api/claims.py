"""Who reads which study: taken, kept, given back, reported."""

from collections.abc import Mapping
from typing import Annotated, Any, Final

from fastapi import APIRouter, HTTPException, Query, Response
from pydantic import BaseModel

from api.problems import Problem
from api.reading import NOTHING, item_now
from api.schemas import Actor, ReadingItemSchema, StudyUid
from routing.reading.desk import ReadingDesk
from routing.records.overview import RecordsOverview
from routing.records.prescreening import PrescreenRecords

_TAKEN: Final[Mapping[int | str, dict[str, Any]]] = {
    409: {"model": Problem, "description": "Another reader has it, or nobody is to read it"}
}


class ReaderSchema(BaseModel):
    """Who reads."""

    reader: Actor


class ReportSchema(ReaderSchema):
    """What the report of a study says in short."""

    found_something: bool | None = None
    """Whether it has a finding that matters; asked of studies that were read as a safety net."""


def claims_router(
    desk: ReadingDesk, overview: RecordsOverview, prescreening: PrescreenRecords
) -> APIRouter:
    """Return the routes by which readers take studies and report them."""
    router = APIRouter(prefix="/reading-list", tags=["reading"])

    @router.post("/claims", summary="Give a reader what to read next", responses={**NOTHING})
    def claim_next(asking: ReaderSchema) -> ReadingItemSchema:
        item = desk.claim_next(asking.reader)
        if item is None:
            raise HTTPException(404, "there is nothing to read for this reader")
        return item_now(desk, overview, item.study_instance_uid)

    @router.put(
        "/claims/{study_uid}",
        summary="Read one study, or go on reading it",
        description="A claim ends by itself; who reads for longer asks again in time.",
        responses={**_TAKEN},
    )
    def claim(study_uid: StudyUid, asking: ReaderSchema) -> ReadingItemSchema:
        if not desk.claim(study_uid, asking.reader):
            raise HTTPException(409, "another reader has the study, or nobody is to read it")
        return item_now(desk, overview, study_uid)

    @router.delete(
        "/claims/{study_uid}",
        summary="Give a study back unread",
        status_code=204,
        responses={**_TAKEN},
    )
    def release(study_uid: StudyUid, reader: Annotated[Actor, Query()]) -> Response:
        if not desk.queue.release(study_uid, reader):
            raise HTTPException(409, "the reader does not have the study")
        return Response(status_code=204)

    @router.put(
        "/reports/{study_uid}",
        summary="Say that a study is reported; it leaves the list",
        status_code=204,
        responses={**_TAKEN},
    )
    def report(study_uid: StudyUid, told: ReportSchema) -> Response:
        if not desk.report(study_uid, told.reader):
            raise HTTPException(409, "another reader has the study, or nobody is to read it")
        if told.found_something is not None:
            prescreening.note_read(study_uid, found_something=told.found_something)
        return Response(status_code=204)

    return router
