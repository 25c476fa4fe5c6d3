"""Who has which study to read, and what a human says to it."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from fastapi import APIRouter, HTTPException

from api.assignment_schemas import (
    AssignmentListSchema,
    AssignmentSchema,
    OverrideSchema,
    RefusalSchema,
    WordsSchema,
)
from api.problems import Problem
from api.schemas import StudyUid
from routing.reading.assignment.desk import AssignmentDesk
from routing.records.assigned import CurrentAssignment
from routing.records.assignments import AssignmentRecords
from wetread.domain.errors import AssignmentError

_CONFLICT: Final[Mapping[int | str, dict[str, Any]]] = {
    409: {"model": Problem, "description": "The study or the reader does not allow it"}
}


def assignments_router(desk: AssignmentDesk, assignments: AssignmentRecords) -> APIRouter:
    """Return the routes about assignments."""
    router = APIRouter(prefix="/assignments", tags=["readers"])

    @router.get("", summary="List who has which study, with the reasons")
    def list_assignments(reader: str | None = None) -> AssignmentListSchema:
        held = (one.current for one in assignments.open_items() if one.current is not None)
        return AssignmentListSchema(
            assignments=tuple(
                _assignment_schema(one) for one in held if reader in {None, one.reader_id}
            )
        )

    @router.post(
        "/{study_uid}/override",
        summary="Give a study to a reader; no batch changes it",
        responses={**_CONFLICT},
    )
    def override(study_uid: StudyUid, wanted: OverrideSchema) -> AssignmentSchema:
        or_conflict(
            lambda: desk.override(
                study_uid, wanted.reader, reason=wanted.reason, actor=wanted.actor
            )
        )
        return _assignment_schema(assignments.current([study_uid])[study_uid])

    @router.post(
        "/{study_uid}/refusal",
        summary="Give a study back: another reader gets it with the next batch",
        responses={**_CONFLICT},
        status_code=204,
    )
    def refuse(study_uid: StudyUid, refusal: RefusalSchema) -> None:
        or_conflict(lambda: desk.refuse(study_uid, reason=refusal.reason, actor=refusal.actor))

    return router


def or_conflict(act: Callable[[], object]) -> None:
    """Do what a human says; end the request with 409 where study or reader do not allow it."""
    try:
        act()
    except AssignmentError as error:
        raise HTTPException(409, str(error)) from error


def _assignment_schema(one: CurrentAssignment) -> AssignmentSchema:
    return AssignmentSchema(
        study_instance_uid=one.study_instance_uid,
        reader=one.reader_id,
        origin=one.origin,
        column=one.column,
        minutes=one.minutes,
        difficulty=one.difficulty,
        reasons=tuple(WordsSchema.model_validate(words) for words in one.reasons),
        assigned_by=one.assigned_by,
        assigned_at=one.assigned_at,
    )
