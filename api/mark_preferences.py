"""Who wants to see which marks: told, set, and taken back."""

from datetime import datetime
from typing import Annotated, TypeAlias

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from pydantic.config import JsonDict

from api.forms import read_form
from api.languages import Language
from api.schemas import Actor
from routing.records.mark_preferences import KnownPreference, MarkPreferenceRecords
from wetread.domain.marks import MarkPreference, PreferenceHolder, PreferenceScope, ShowMarks
from wetread.ports import Clock

HolderName: TypeAlias = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64)
]
_EXAMPLE: JsonDict = {
    "show": "on_request",
    "minimum_score": 0.6,
    "minimum_mean_diameter_mm": 6.0,
    "new_and_grown_only": False,
}


class MarkPreferenceSchema(BaseModel):
    """Which marks are shown."""

    model_config = ConfigDict(
        extra="forbid",
        from_attributes=True,
        use_attribute_docstrings=True,
        json_schema_extra={"examples": [_EXAMPLE]},
    )

    show: ShowMarks = ShowMarks.ALWAYS
    minimum_score: Annotated[float, Field(ge=0, le=1)] = 0.0
    minimum_mean_diameter_mm: Annotated[float, Field(ge=0, le=1000)] = 0.0
    new_and_grown_only: bool = False
    """Hides only what a comparison has found before, and no growth."""


class PreferenceChangeSchema(BaseModel):
    """What somebody says of a preference."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"actor": "A", "preference": _EXAMPLE}}
    )

    actor: Actor
    preference: MarkPreferenceSchema | None
    """Null takes it back."""


class KnownPreferenceSchema(BaseModel):
    """What a reader, viewer or site prefers, and who said so."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "scope": "reader",
                    "name": "Reader A",
                    "preference": _EXAMPLE,
                    "set_by": "Reader A",
                    "set_at": "2026-04-01T09:03:00+09:00",
                }
            ]
        }
    )

    scope: PreferenceScope
    name: str
    preference: MarkPreferenceSchema
    set_by: str
    set_at: datetime


class MarkPreferenceForm(MarkPreferenceSchema):
    """What was filled in on the page; ``remove`` takes the preference back."""

    scope: PreferenceScope
    name: HolderName
    actor: Actor
    lang: Language
    remove: bool = False

    def apply(self, preferences: MarkPreferenceRecords, at: datetime) -> None:
        """Do what the form says."""
        preferences.put(
            PreferenceHolder(scope=self.scope, name=self.name),
            None if self.remove else _preference(self),
            actor=self.actor,
            at=at,
        )


async def read_mark_preference_form(request: Request) -> MarkPreferenceForm:
    """Return the form; end the request with 422 where it is none."""
    return await read_form(request, MarkPreferenceForm)


def mark_preferences_router(preferences: MarkPreferenceRecords, clock: Clock) -> APIRouter:
    """Return the routes about preferences of marks."""
    router = APIRouter(prefix="/mark-preferences", tags=["marks"])

    @router.get("", summary="List who prefers which marks, in the order in which they count")
    def list_preferences() -> tuple[KnownPreferenceSchema, ...]:
        return tuple(_schema(one) for one in preferences.all())

    @router.put(
        "/{scope}/{name:path}",
        summary="Set a preference of a reader, viewer or site, or take it back",
        description=(
            "The page of a study follows at once. What is sent follows with the next study; for "
            "one that was sent, ask for `redeliver`. No image is analysed again."
        ),
    )
    def put_preference(
        scope: PreferenceScope,
        name: Annotated[HolderName, Path(description="of the reader, profile or site")],
        change: PreferenceChangeSchema,
    ) -> tuple[KnownPreferenceSchema, ...]:
        given = change.preference
        preferences.put(
            PreferenceHolder(scope=scope, name=name),
            None if given is None else _preference(given),
            actor=change.actor,
            at=clock(),
        )
        return list_preferences()

    return router


def _preference(given: MarkPreferenceSchema) -> MarkPreference:
    return MarkPreference(
        show=given.show,
        minimum_score=given.minimum_score,
        minimum_mean_diameter_mm=given.minimum_mean_diameter_mm,
        new_and_grown_only=given.new_and_grown_only,
    )


def _schema(known: KnownPreference) -> KnownPreferenceSchema:
    return KnownPreferenceSchema(
        scope=known.holder.scope,
        name=known.holder.name,
        preference=MarkPreferenceSchema.model_validate(known.preference),
        set_by=known.set_by,
        set_at=known.set_at,
    )
