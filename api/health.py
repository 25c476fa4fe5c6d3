"""Whether the service lives, and whether it can do its work."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

from api.problems import Problem, problem_response
from api.schemas import CheckSchema, LiveSchema, ReadySchema


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadinessCheck:
    """One thing the service cannot work without; ``find_problem`` returns None where all is well.

    The problem is a phrase for the operator without patient data.
    """

    name: str
    find_problem: Callable[[], str | None]


def database_check(engine: Engine) -> ReadinessCheck:
    """Ask the database for anything at all."""

    def find_problem() -> str | None:
        try:
            with engine.connect() as connection:
                connection.execute(text("SELECT 1"))
        except SQLAlchemyError as error:
            return f"the records cannot be reached ({type(error).__name__})"
        return None

    return ReadinessCheck(name="database", find_problem=find_problem)


def disk_check(folder: Path, *, minimum_free_bytes: int) -> ReadinessCheck:
    """Ask whether the receiver would still take an image."""

    def find_problem() -> str | None:
        try:
            free = shutil.disk_usage(folder).free
        except OSError as error:
            return f"the data folder cannot be used ({type(error).__name__})"
        if free < minimum_free_bytes:
            return f"only {free / 1e9:.1f} GB are free, {minimum_free_bytes / 1e9:.1f} are needed"
        return None

    return ReadinessCheck(name="disk", find_problem=find_problem)


def health_router(readiness: tuple[ReadinessCheck, ...]) -> APIRouter:
    """Return the routes that a supervisor asks."""
    router = APIRouter(prefix="/health", tags=["health"])

    @router.get("/live", summary="Tell that the process answers")
    def live() -> LiveSchema:
        return LiveSchema(status="alive")

    @router.get(
        "/ready",
        summary="Tell whether database, disk, receiver and workflow work",
        response_model=ReadySchema,
        responses={503: {"model": Problem, "description": "Something does not work"}},
    )
    def ready() -> ReadySchema | JSONResponse:
        checks = tuple(_checked(check) for check in readiness)
        failing = [check for check in checks if not check.ok]
        if not failing:
            return ReadySchema(ready=True, checks=checks)
        detail = "; ".join(f"{check.name}: {check.detail}" for check in failing)
        return problem_response(503, detail)

    return router


def _checked(check: ReadinessCheck) -> CheckSchema:
    try:
        problem = check.find_problem()
    except Exception as error:  # noqa: BLE001 - a check that breaks is a check that fails
        problem = f"the check itself failed ({type(error).__name__})"
    return CheckSchema(name=check.name, ok=problem is None, detail=problem or "")
