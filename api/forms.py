"""Forms as a browser sends them, without a script."""

from typing import TypeVar
from urllib.parse import parse_qsl

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError

Form = TypeVar("Form", bound=BaseModel)


async def read_form(request: Request, schema: type[Form]) -> Form:
    """Return the form (application/x-www-form-urlencoded); end the request with 422 otherwise.

    Fields left empty are not among those sent.
    """
    body = await request.body()
    try:
        return schema.model_validate(
            dict(parse_qsl(body.decode("ascii"), max_num_fields=len(schema.model_fields)))
        )
    except ValidationError as error:
        raise RequestValidationError(error.errors(include_input=False)) from error
    except ValueError as error:
        raise RequestValidationError([{"loc": ("body",), "msg": "this is no form"}]) from error
