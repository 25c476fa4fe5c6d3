"""The readers: who may read what, who is on, and what nobody's column covers."""

from fastapi import APIRouter

from api.assignment_schemas import (
    QualitySchema,
    ReaderListSchema,
    ReaderSchema,
    UnmappedListSchema,
    UnmappedStudySchema,
)
from routing.reading.assignment.desk import AssignmentDesk, KnownReader


def readers_router(desk: AssignmentDesk) -> APIRouter:
    """Return the routes about readers."""
    router = APIRouter(prefix="/readers", tags=["readers"])

    @router.get("", summary="List the readers with scores, shift, load and reviewed quality")
    def list_readers() -> ReaderListSchema:
        return ReaderListSchema(readers=tuple(_reader_schema(one) for one in desk.readers()))

    @router.get("/unmapped", summary="List the studies that belong to no column of their table")
    def list_unmapped() -> UnmappedListSchema:
        return UnmappedListSchema(
            studies=tuple(UnmappedStudySchema.model_validate(one) for one in desk.unmapped())
        )

    return router


def _reader_schema(one: KnownReader) -> ReaderSchema:
    reader, shift = one.reader, one.shift
    return ReaderSchema(
        reader=reader.reader_id,
        scores=dict(reader.scores),
        sites=None if reader.sites is None else tuple(sorted(reader.sites)),
        experience_years=reader.experience_years,
        on_shift_until=None if shift is None else shift.end,
        capacity_minutes=None if shift is None else shift.capacity_minutes,
        queued_minutes=one.taken_on.queued_minutes,
        shift_minutes=one.taken_on.shift_minutes,
        quality=None if one.quality is None else QualitySchema.model_validate(one.quality),
    )
