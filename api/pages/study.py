"""The page of one study: findings, pictures, feedback."""

from pathlib import Path
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, HTTPException, Query
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse

from api.feedback import refusing, study_feedback
from api.feedback_form import FeedbackForm, read_feedback_form
from api.mark_preferences import HolderName
from api.pages.frame import REFRESH_SECONDS, Frame
from api.redelivery_form import RedeliveryForm, read_redelivery_form
from api.schemas import StudyUid
from api.services import ApiServices
from api.shown_marks import hidden_marks
from api.studies import find_study
from api.study_acts import redeliver_or_404
from api.wording import Wording
from routing.results.schema import FindingsDocument
from wetread.domain.feedback import FeedbackSource


def study_page(services: ApiServices, frame: Frame) -> APIRouter:
    """Return its routes."""
    router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

    @router.get("/studies/{study_uid}")
    def show_study(
        study_uid: StudyUid,
        wording: Annotated[Wording, frame.wording],
        reader: Annotated[HolderName | None, Query()] = None,
        marks: Annotated[Literal["all"] | None, Query()] = None,
    ) -> str:
        study = find_study(services.overview, study_uid)
        view = services.overview.findings(study_uid)
        findings = None if view is None else FindingsDocument.model_validate(view.document)
        return frame.page(
            "study.html",
            wording=wording,
            here=f"/studies/{study_uid}",
            refresh_seconds=None if view is not None else REFRESH_SECONDS,
            study=study,
            findings=findings,
            hidden=hidden_marks(view, study, services, reader=reader, asked_for=marks is not None),
            pictured=_pictured(findings, services),
            images=services.overview.instance_counts(study_uid),
            deliveries=services.overview.deliveries(study_uid, study.revision),
            item=services.assignments.open_item(study_uid),
            use=services.totals.use_of_study(study_uid),
            feedback=study_feedback(study_uid, services.overview, services.feedback),
        )

    @router.post("/studies/{study_uid}/feedback")
    def take_feedback(
        study_uid: StudyUid, form: Annotated[FeedbackForm, Depends(read_feedback_form)]
    ) -> RedirectResponse:
        find_study(services.overview, study_uid)
        with refusing():
            services.feedback_desk.say(
                study_uid,
                form.revision,
                form.act,
                tracking_uid=form.tracking_uid,
                corrected=form.corrected,
                actor=form.actor,
                source=FeedbackSource.PAGE,
            )
        return RedirectResponse(f"/studies/{study_uid}?lang={form.lang}#findings", status_code=303)

    @router.post("/studies/{study_uid}/redelivery")
    def send_again(
        study_uid: StudyUid, form: Annotated[RedeliveryForm, Depends(read_redelivery_form)]
    ) -> RedirectResponse:
        redeliver_or_404(services.redeliver, study_uid, actor=form.actor)
        return RedirectResponse(
            f"/studies/{study_uid}?lang={form.lang}#deliveries", status_code=303
        )

    @router.get("/studies/{study_uid}/key-images/{revision}/{tracking_uid}.png")
    def show_key_image(study_uid: StudyUid, revision: int, tracking_uid: str) -> FileResponse:
        view = services.overview.findings(study_uid, revision)
        findings = None if view is None else FindingsDocument.model_validate(view.document)
        # No path is made of the request: only of what the findings name.
        path = _pictured(findings, services).get(tracking_uid)
        if path is None:
            raise HTTPException(404, "there is no such key image")
        return FileResponse(path, media_type="image/png")

    return router


def _pictured(findings: FindingsDocument | None, services: ApiServices) -> dict[str, Path]:
    """Return the key image of each nodule that has one, by tracking UID."""
    if findings is None:
        return {}
    uid, revision = findings.study_instance_uid, findings.revision
    paths = {
        nodule.tracking_uid: services.key_image_path(uid, revision, nodule.tracking_id)
        for nodule in findings.nodules
    }
    return {tracking_uid: path for tracking_uid, path in paths.items() if path.is_file()}
