"""Errors as problem documents (RFC 9457); none repeats what the caller sent."""

import traceback
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

PROBLEM_TYPE = "application/problem+json"
_log = structlog.get_logger(__name__)


class FieldError(BaseModel):
    """One part of a request that is not as it should be."""

    where: Annotated[str, Field(description="e.g. query.month")]
    message: str


class Problem(BaseModel):
    """What went wrong (RFC 9457)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"type": "about:blank", "title": "Not Found", "status": 404, "detail": "no study"}
            ]
        }
    )

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    errors: tuple[FieldError, ...] = ()


def problem_response(
    status: int,
    detail: str,
    *,
    errors: tuple[FieldError, ...] = (),
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """Return a problem document; ``detail`` is for the caller and names no patient."""
    problem = Problem(title=HTTPStatus(status).phrase, status=status, detail=detail, errors=errors)
    return JSONResponse(
        problem.model_dump(mode="json", exclude=set() if errors else {"errors"}),
        status_code=status,
        media_type=PROBLEM_TYPE,
        headers=headers,
    )


def unexpected_problem(error: Exception, *, route: str) -> JSONResponse:
    """Log an error that nobody foresaw and tell the caller no more than that.

    The log says where it happened; the message of the error stays out, it may name a patient.
    """
    frames = traceback.extract_tb(error.__traceback__)
    places = [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]
    _log.error("a request failed", route=route, error=type(error).__name__, places=places)
    return problem_response(500, "something went wrong here; the log of the service says what")


def install_problems(app: FastAPI) -> None:
    """Make every error that a route or the router raises a problem document."""

    def refused(request: Request, error: Exception) -> JSONResponse:
        del request
        assert isinstance(error, HTTPException)
        return problem_response(error.status_code, str(error.detail), headers=error.headers)

    def invalid(request: Request, error: Exception) -> JSONResponse:
        del request
        assert isinstance(error, RequestValidationError)
        return problem_response(
            422, "the request is not valid", errors=tuple(_field_error(e) for e in error.errors())
        )

    app.add_exception_handler(HTTPException, refused)
    app.add_exception_handler(RequestValidationError, invalid)


def _field_error(error: Mapping[str, Any]) -> FieldError:
    return FieldError(where=".".join(str(part) for part in error["loc"]), message=error["msg"])
