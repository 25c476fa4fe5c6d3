"""The forms by which a human gives a study to a reader, or takes it back."""

from fastapi import Request

from api.assignment_schemas import OverrideSchema, RefusalSchema
from api.forms import read_form
from api.languages import Language


class OverrideForm(OverrideSchema):
    """What was filled in to give a study to a reader."""

    lang: Language


class RefusalForm(RefusalSchema):
    """What was filled in to give a study back."""

    lang: Language


async def read_override_form(request: Request) -> OverrideForm:
    """Return the form; end the request with 422 otherwise."""
    return await read_form(request, OverrideForm)


async def read_refusal_form(request: Request) -> RefusalForm:
    """Return the form; end the request with 422 otherwise."""
    return await read_form(request, RefusalForm)
