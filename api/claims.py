"""Who reads which study: taken, kept, given back."""

from collections.abc import Mapping
from typing import Annotated, Any, Final

from fastapi import APIRouter, HTTPException, Query, Response
from pydantic import BaseModel, Field

from api.problems import Problem
from api.reading import NOTHING, item_now
from api.schemas import Actor, ReadingItemSchema, StudyUid
from routing.reading.double_reading import DoubleReading
from routing.records.overview import RecordsOverview

TAKEN: Final[Mapping[int | str, dict[str, Any]]] = {
    409: {"model": Problem, "description": "Another reader has it, or nobody is to read it"}
}


class ReaderSchema(BaseModel):
    """Who reads, and where they work: a study is not read twice at one site."""

    reader: Actor
    site: Annotated[str, Field(max_length=64)] = ""


def claims_router(reading: DoubleReading, overview: RecordsOverview) -> APIRouter:
    """Return the routes by which readers take studies and give them back."""
    router = APIRouter(prefix="/reading-list", tags=["reading"])
    desk = reading.desk

    @router.post("/claims", summary="Give a reader what to read next", responses={**NOTHING})
    def claim_next(asking: ReaderSchema) -> ReadingItemSchema:
        item = reading.claim_next(asking.reader, site=asking.site)
        if item is None:
            raise HTTPException(404, "there is nothing to read for this reader")
        return item_now(desk, overview, item.study_instance_uid)

    @router.put(
        "/claims/{study_uid}",
        summary="Read one study, or go on reading it",
        description="A claim ends by itself; who reads for longer asks again in time.",
        responses={**TAKEN},
    )
    def claim(study_uid: StudyUid, asking: ReaderSchema) -> ReadingItemSchema:
        if not reading.claim(study_uid, asking.reader, site=asking.site):
            raise HTTPException(409, "another reader has the study, or nobody is to read it")
        return item_now(desk, overview, study_uid)

    @router.delete(
        "/claims/{study_uid}",
        summary="Give a study back unread",
        status_code=204,
        responses={**TAKEN},
    )
    def release(study_uid: StudyUid, reader: Annotated[Actor, Query()]) -> Response:
        if not desk.queue.release(study_uid, reader):
            raise HTTPException(409, "the reader does not have the study")
        return Response(status_code=204)

    return router
