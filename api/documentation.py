"""The API described for people, made here from its OpenAPI document: no script, no CDN."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from fastapi import APIRouter, FastAPI
from fastapi.responses import HTMLResponse

from api.pages.frame import page_templates

_SCHEMAS: Final = "#/components/schemas/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """Something a request may say."""

    name: str
    place: str  # path or query
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a request may be answered."""

    status: str
    description: str
    example: str  # JSON text, empty where there is none


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One route."""

    method: str
    path: str
    summary: str
    description: str
    parameters: tuple[Parameter, ...]
    answers: tuple[Answer, ...]


def documentation_router(app: FastAPI) -> APIRouter:
    """Return the page about all routes of the application."""
    router = APIRouter(include_in_schema=False)
    template = page_templates().get_template("documentation.html")

    @router.get("/docs", response_class=HTMLResponse)
    def show_documentation() -> str:
        return template.render(
            title=app.title,
            summary=app.summary,
            version=app.version,
            operations=tuple(operations_from_openapi(app.openapi())),
        )

    return router


def operations_from_openapi(document: Mapping[str, Any]) -> Iterator[Operation]:
    """Yield each operation of an OpenAPI 3.1 document, with the examples of its schemas."""
    schemas = document.get("components", {}).get("schemas", {})
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield Operation(
                method=method.upper(),
                path=path,
                summary=operation.get("summary", ""),
                description=operation.get("description", ""),
                parameters=_parameters(operation.get("parameters", ())),
                answers=tuple(
                    Answer(
                        status=status,
                        description=answer.get("description", ""),
                        example=_example(answer, schemas) if status.startswith("2") else "",
                    )
                    for status, answer in operation["responses"].items()
                ),
            )


def _parameters(parameters: Sequence[Mapping[str, Any]]) -> tuple[Parameter, ...]:
    return tuple(
        Parameter(
            name=parameter["name"],
            place=parameter["in"],
            description=parameter.get("description", ""),
        )
        for parameter in parameters
    )


def _example(answer: Mapping[str, Any], schemas: Mapping[str, Any]) -> str:
    for medium in answer.get("content", {}).values():
        if "example" in medium:
            return json.dumps(medium["example"], indent=2, ensure_ascii=False)
        name = medium.get("schema", {}).get("$ref", "").removeprefix(_SCHEMAS)
        examples = schemas.get(name, {}).get("examples")
        if examples:
            return json.dumps(examples[0], indent=2, ensure_ascii=False)
    return ""
