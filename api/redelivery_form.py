"""The form by which somebody has the results of a study sent again."""

from fastapi import Request

from api.forms import read_form
from api.languages import Language
from api.schemas import RedeliverySchema


class RedeliveryForm(RedeliverySchema):
    """What was filled in."""

    lang: Language


async def read_redelivery_form(request: Request) -> RedeliveryForm:
    """Return the form; end the request with 422 otherwise."""
    return await read_form(request, RedeliveryForm)
