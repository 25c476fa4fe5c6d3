"""Forms as a browser sends them (application/x-www-form-urlencoded)."""

from typing import Final, TypeVar
from urllib.parse import parse_qsl

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError

_MOST_FIELDS: Final = 10
T = TypeVar("T", bound=BaseModel)


async def read_form(request: Request, kind: type[T]) -> T:
    """Return what was filled in, empty fields left out; end the request with 422 otherwise."""
    body = await request.body()
    try:
        return kind.model_validate(
            dict(parse_qsl(body.decode("ascii"), max_num_fields=_MOST_FIELDS))
        )
    except ValidationError as error:
        raise RequestValidationError(error.errors(include_input=False)) from error
    except ValueError as error:
        raise RequestValidationError([{"loc": ("body",), "msg": "this is no form"}]) from error
