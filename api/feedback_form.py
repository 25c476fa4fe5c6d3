"""The form by which a reader judges a mark or adds a nodule, as a browser sends it."""

from typing import Annotated

from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field, model_validator

from api.forms import read_form
from api.languages import Language
from api.schemas import Actor, Coordinate, Size, Uid
from wetread.domain.feedback import Act, CorrectedMark
from wetread.domain.findings import NoduleType


class FeedbackForm(BaseModel):
    """What was filled in; a place is told with all its three coordinates (LPS) or not at all."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    actor: Actor
    act: Act
    revision: Annotated[int, Field(ge=0, le=2**31 - 1)]
    tracking_uid: Uid | None = None
    long_axis_mm: Size | None = None
    short_axis_mm: Size | None = None
    volume_mm3: Size | None = None
    type: NoduleType | None = None
    left_mm: Coordinate | None = None
    posterior_mm: Coordinate | None = None
    superior_mm: Coordinate | None = None
    lang: Language

    @model_validator(mode="after")
    def _has_a_whole_place_or_none(self) -> "FeedbackForm":
        told = (self.left_mm, self.posterior_mm, self.superior_mm)
        if any(one is None for one in told) and any(one is not None for one in told):
            raise ValueError("a place has three coordinates")
        return self

    @property
    def corrected(self) -> CorrectedMark | None:
        """What the mark is to be; None where nothing of it is told."""
        left, posterior, superior = self.left_mm, self.posterior_mm, self.superior_mm
        center = None
        if left is not None and posterior is not None and superior is not None:
            center = left, posterior, superior
        corrected = CorrectedMark(
            center_lps_mm=center,
            long_axis_mm=self.long_axis_mm,
            short_axis_mm=self.short_axis_mm,
            volume_mm3=self.volume_mm3,
            type=self.type,
        )
        return None if corrected.says_nothing else corrected


async def read_feedback_form(request: Request) -> FeedbackForm:
    """Return the form; end the request with 422 otherwise."""
    return await read_form(request, FeedbackForm)
