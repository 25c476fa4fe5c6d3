"""Nodules over the years: which are one and the same, and correcting that."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel, ConfigDict

from api.problems import Problem
from api.schemas import Actor, StudyUid, Uid
from routing.records.tracks import NoduleReference, TrackRecords
from wetread.domain.errors import CorrectionError

_UNKNOWN: Mapping[int | str, dict[str, Any]] = {
    404: {"model": Problem, "description": "There is no such nodule"}
}
_IMPOSSIBLE: Mapping[int | str, dict[str, Any]] = {
    409: {"model": Problem, "description": "The nodules cannot be joined or parted"}
}


class NoduleReferenceSchema(BaseModel):
    """A nodule as the findings of a study name it."""

    study_instance_uid: Uid
    tracking_uid: Uid


class CorrectionSchema(BaseModel):
    """What a person says of two nodules of two studies."""

    one: NoduleReferenceSchema
    other: NoduleReferenceSchema
    same: bool
    actor: Actor


class SightingSchema(BaseModel):
    """One nodule in one study."""

    model_config = ConfigDict(from_attributes=True)

    study_instance_uid: str
    study_date: str
    """DICOM DA, empty when unknown."""
    recorded_uid: str
    """The tracking UID in the findings of the study; they are never changed."""
    track_uid: str
    """Whose nodule it is now, after all corrections."""
    tracking_id: str


def tracks_router(tracks: TrackRecords) -> APIRouter:
    """Return the routes about nodules over several studies."""
    router = APIRouter(prefix="/nodules", tags=["nodules"])

    @router.get(
        "/{study_uid}/{tracking_uid}",
        summary="List every study that shows a nodule, oldest first",
        responses={**_UNKNOWN},
    )
    def show_track(study_uid: StudyUid, tracking_uid: Uid) -> tuple[SightingSchema, ...]:
        return _track(
            tracks, NoduleReference(study_instance_uid=study_uid, tracking_uid=tracking_uid)
        )

    @router.post(
        "/corrections",
        summary="Say that two nodules of two studies are the same, or are not",
        description="It holds for every later comparison. What was sent stays as it is.",
        responses={**_IMPOSSIBLE},
    )
    def correct(correction: CorrectionSchema) -> tuple[SightingSchema, ...]:
        one = NoduleReference(**correction.one.model_dump())
        other = NoduleReference(**correction.other.model_dump())
        say = tracks.say_same if correction.same else tracks.say_different
        try:
            say(one, other, actor=correction.actor)
        except CorrectionError as error:
            raise HTTPException(409, str(error)) from None
        return _track(tracks, one)

    return router


def _track(tracks: TrackRecords, nodule: NoduleReference) -> tuple[SightingSchema, ...]:
    seen = tracks.track_of(nodule)
    if not seen:
        raise HTTPException(404, "no study with such a nodule was analysed here")
    return tuple(SightingSchema.model_validate(one) for one in seen)
