"""The form by which a human decides on a link, as a browser sends it."""

from typing import Final
from urllib.parse import parse_qsl

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, ValidationError

from api.languages import Language
from api.schemas import Actor
from wetread.domain.identity.links import Decision

_MOST_FIELDS: Final = 10


class LinkForm(BaseModel):
    """What was filled in; no decision takes an earlier one back."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    actor: Actor
    decision: Decision | None = None
    lang: Language


async def read_link_form(request: Request) -> LinkForm:
    """Return the form (application/x-www-form-urlencoded); end the request with 422 otherwise."""
    body = await request.body()
    try:
        return LinkForm.model_validate(
            dict(parse_qsl(body.decode("ascii"), max_num_fields=_MOST_FIELDS))
        )
    except ValidationError as error:
        raise RequestValidationError(error.errors(include_input=False)) from error
    except ValueError as error:
        raise RequestValidationError([{"loc": ("body",), "msg": "this is no form"}]) from error
