"""The web pages: reading list, study, patient links, quality; no script in the browser."""

from pathlib import Path
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from api.costs import MonthQuery, asked_month
from api.feedback import refusing, study_feedback
from api.feedback_form import FeedbackForm, read_feedback_form
from api.languages import Language, Texts, preferred_language
from api.link_form import LinkForm, read_link_form
from api.mark_preferences import (
    HolderName,
    MarkPreferenceForm,
    read_mark_preference_form,
)
from api.patient_links import pair_of, turn_link
from api.quality import USUAL_DAYS
from api.reading import read_list, waiting_seconds
from api.schemas import StudyUid
from api.services import ApiServices
from api.shown_marks import hidden_marks
from api.studies import find_study
from api.wording import Wording
from routing.ledger.report import report_month
from routing.results.schema import FindingsDocument
from wetread.domain.feedback import FeedbackSource
from wetread.domain.identity.links import LinkState
from wetread.domain.marks import PreferenceScope, ShowMarks

_TEMPLATES: Final = Path(__file__).parent / "templates"
_SHOWN: Final = 200
_REFRESH_SECONDS: Final = 15


def page_templates() -> Environment:
    """Return the templates; everything they are given is escaped, a missing name is an error."""
    return Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def pages_router(services: ApiServices) -> APIRouter:
    """Return the routes that people look at."""
    router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
    templates = page_templates()
    texts = Texts()

    def choose_wording(
        request: Request, lang: Annotated[Language | None, Query()] = None
    ) -> Wording:
        language = lang or preferred_language(request.headers.get("accept-language", ""))
        return Wording(language=language, texts=texts, zone=services.clock().tzinfo)

    wordings = Depends(choose_wording)

    @router.get("/")
    def show_reading_list(wording: Annotated[Wording, wordings]) -> str:
        shown = read_list(services.desk, services.overview, limit=_SHOWN)
        return templates.get_template("reading_list.html").render(
            wording=wording,
            here="/",
            refresh_seconds=_REFRESH_SECONDS,
            list=shown,
            discrepancies=services.desk.discrepancies.open(),
            assignments=services.assignments.current(
                [listed.item.study.study_instance_uid for listed in shown.items]
            ),
            waits={
                listed.item.study.study_instance_uid: waiting_seconds(listed.item, shown.at)
                for listed in shown.items
            },
        )

    @router.get("/patient-links")
    def show_patient_links(wording: Annotated[Wording, wordings]) -> str:
        links = services.links
        waiting = links.page([LinkState.REVIEW], limit=_SHOWN)
        linked = links.page([LinkState.AUTOMATIC], limit=_SHOWN)
        decided = links.page([LinkState.CONFIRMED, LinkState.REFUSED], limit=_SHOWN)
        parts = (
            (wording.text("links_waiting", count=waiting.total), waiting),
            (wording.text("links_automatic", count=linked.total), linked),
            (wording.text("links_decided", count=decided.total), decided),
        )
        return templates.get_template("patient_links.html").render(
            wording=wording,
            here="/patient-links",
            refresh_seconds=None,  # somebody may be typing their name
            parts=[
                (heading, [pair_of(link, services.patients) for link in page.links])
                for heading, page in parts
            ],
        )

    @router.get("/costs")
    def show_costs(wording: Annotated[Wording, wordings], month: MonthQuery = None) -> str:
        asked = asked_month(month, services.clock)
        return templates.get_template("costs.html").render(
            wording=wording,
            here="/costs",
            refresh_seconds=None,
            report=report_month(
                services.ledger, services.budgets, month=asked, now=services.clock()
            ),
            before=asked.before(),
            after=asked.after(),
        )

    @router.post("/patient-links/{link_id}")
    def decide_patient_link(
        link_id: int, form: Annotated[LinkForm, Depends(read_link_form)]
    ) -> RedirectResponse:
        links, at = services.links, services.clock()
        decision = form.decision
        turn_link(
            links,
            link_id,
            lambda: (
                links.undo(link_id, actor=form.actor, at=at)
                if decision is None
                else links.decide(link_id, decision, actor=form.actor, at=at)
            ),
        )
        return RedirectResponse(f"/patient-links?lang={form.lang}", status_code=303)

    @router.get("/mark-preferences")
    def show_mark_preferences(wording: Annotated[Wording, wordings]) -> str:
        return templates.get_template("mark_preferences.html").render(
            wording=wording,
            here="/mark-preferences",
            refresh_seconds=None,
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

    @router.get("/studies/{study_uid}")
    def show_study(
        study_uid: StudyUid,
        wording: Annotated[Wording, wordings],
        reader: Annotated[HolderName | None, Query()] = None,
        marks: Annotated[Literal["all"] | None, Query()] = None,
    ) -> str:
        study = find_study(services.overview, study_uid)
        view = services.overview.findings(study_uid)
        findings = None if view is None else FindingsDocument.model_validate(view.document)
        return templates.get_template("study.html").render(
            wording=wording,
            here=f"/studies/{study_uid}",
            refresh_seconds=None if view is not None else _REFRESH_SECONDS,
            study=study,
            findings=findings,
            hidden=hidden_marks(view, study, services, reader=reader, asked_for=marks is not None),
            pictured=_pictured(findings, services),
            images=services.overview.instance_counts(study_uid),
            deliveries=services.overview.deliveries(study_uid, study.revision),
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

    @router.get("/quality")
    def show_quality(wording: Annotated[Wording, wordings]) -> str:
        return templates.get_template("quality.html").render(
            wording=wording,
            here="/quality",
            refresh_seconds=None,
            days=USUAL_DAYS,
            report=services.quality.report(USUAL_DAYS),
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
