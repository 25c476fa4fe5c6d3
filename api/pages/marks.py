"""The page on which marks are switched."""

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse, RedirectResponse

from api.mark_preferences import MarkPreferenceForm, read_mark_preference_form
from api.pages.frame import Frame
from api.services import ApiServices
from api.wording import Wording
from wetread.domain.marks import PreferenceScope, ShowMarks


def marks_page(services: ApiServices, frame: Frame) -> APIRouter:
    """Return its routes."""
    router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

    @router.get("/mark-preferences")
    def show_mark_preferences(wording: Annotated[Wording, frame.wording]) -> str:
        return frame.page(
            "mark_preferences.html",
            wording=wording,
            here="/mark-preferences",
            known=services.mark_preferences.all(),
            scopes=tuple(PreferenceScope),
            shows=tuple(ShowMarks),
        )

    @router.post("/mark-preferences")
    def set_mark_preference(
        form: Annotated[MarkPreferenceForm, Depends(read_mark_preference_form)],
    ) -> RedirectResponse:
        form.apply(services.mark_preferences, services.clock())
        return RedirectResponse(f"/mark-preferences?lang={form.lang}", status_code=303)

    return router
