"""The page of what readers say of the marks."""

from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from api.pages.frame import Frame
from api.quality import USUAL_DAYS
from api.services import ApiServices
from api.wording import Wording


def quality_page(services: ApiServices, frame: Frame) -> APIRouter:
    """Return its routes."""
    router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

    @router.get("/quality")
    def show_quality(wording: Annotated[Wording, frame.wording]) -> str:
        return frame.page(
            "quality.html",
            wording=wording,
            here="/quality",
            days=USUAL_DAYS,
            report=services.quality.report(USUAL_DAYS),
        )

    return router
