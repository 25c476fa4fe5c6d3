"""The page of who reads a study: given to another, or given back.

Apart from the page of the study, which renews itself and would lose what is being filled in.
"""

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse, RedirectResponse

from api.assignment_forms import OverrideForm, RefusalForm, read_override_form, read_refusal_form
from api.assignments import or_conflict
from api.languages import Language
from api.pages.frame import Frame
from api.schemas import StudyUid
from api.services import ApiServices
from api.studies import find_study
from api.wording import Wording


def assignment_page(services: ApiServices, frame: Frame) -> APIRouter:
    """Return its routes."""
    router = APIRouter(
        prefix="/studies/{study_uid}/assignment",
        include_in_schema=False,
        default_response_class=HTMLResponse,
    )
    desk = services.assignment_desk

    def back(study_uid: str, lang: Language) -> RedirectResponse:
        return RedirectResponse(f"/studies/{study_uid}/assignment?lang={lang}", status_code=303)

    @router.get("")
    def show_assignment(study_uid: StudyUid, wording: Annotated[Wording, frame.wording]) -> str:
        return frame.page(
            "assignment.html",
            wording=wording,
            here=f"/studies/{study_uid}/assignment",
            study=find_study(services.overview, study_uid),
            item=services.assignments.open_item(study_uid),
            candidates=desk.who_may_read(study_uid),
        )

    @router.post("/override")
    def override(
        study_uid: StudyUid, form: Annotated[OverrideForm, Depends(read_override_form)]
    ) -> RedirectResponse:
        or_conflict(
            lambda: desk.override(study_uid, form.reader, reason=form.reason, actor=form.actor)
        )
        return back(study_uid, form.lang)

    @router.post("/refusal")
    def refuse(
        study_uid: StudyUid, form: Annotated[RefusalForm, Depends(read_refusal_form)]
    ) -> RedirectResponse:
        or_conflict(lambda: desk.refuse(study_uid, reason=form.reason, actor=form.actor))
        return back(study_uid, form.lang)

    return router
