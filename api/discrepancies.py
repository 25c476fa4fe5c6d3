"""What was found after a report, and has to be looked at again."""

from datetime import datetime

from fastapi import APIRouter, HTTPException, Response
from pydantic import BaseModel, ConfigDict

from api.reading import NOTHING
from api.schemas import Actor, StudyUid
from routing.reading.desk import ReadingDesk


class SettlingSchema(BaseModel):
    """Who has looked again."""

    actor: Actor


class DiscrepancySchema(BaseModel):
    """What was found after the report, and matters."""

    model_config = ConfigDict(from_attributes=True)

    study_instance_uid: str
    revision: int
    reasons: tuple[str, ...]
    raised_at: datetime


def discrepancies_router(desk: ReadingDesk) -> APIRouter:
    """Return the routes about discrepancies."""
    router = APIRouter(prefix="/reading-list", tags=["reading"])

    @router.get("/discrepancies", summary="List what was found after the report, and matters")
    def list_discrepancies() -> tuple[DiscrepancySchema, ...]:
        return tuple(DiscrepancySchema.model_validate(one) for one in desk.discrepancies.open())

    @router.post(
        "/discrepancies/{study_uid}/settlement",
        summary="Say that somebody has looked again",
        status_code=204,
        responses={**NOTHING},
    )
    def settle(study_uid: StudyUid, settling: SettlingSchema) -> Response:
        if not desk.discrepancies.settle(study_uid, actor=settling.actor, at=desk.clock()):
            raise HTTPException(404, "the study has no open discrepancy")
        return Response(status_code=204)

    return router
