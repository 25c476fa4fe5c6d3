"""The form by which a hospital has a study read, or not, whatever was decided."""

from typing import Literal

from fastapi import Request
from pydantic import BaseModel, ConfigDict

from api.forms import read_form
from api.languages import Language
from api.schemas import Actor


class OverrideForm(BaseModel):
    """What was filled in."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    actor: Actor
    read: Literal["yes", "no"]
    lang: Language


async def read_override_form(request: Request) -> OverrideForm:
    """Return the form; end the request with 422 otherwise."""
    return await read_form(request, OverrideForm)
