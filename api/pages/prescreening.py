"""The page on which a hospital sees what pre-screening decided, and overrides it."""

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException
from fastapi.responses import HTMLResponse, RedirectResponse

from api.costs import MonthQuery, asked_month
from api.pages.frame import Frame
from api.prescreening_form import OverrideForm, read_override_form
from api.schemas import StudyUid
from api.services import ApiServices
from api.wording import Wording
from routing.records.prescreening import tally


def prescreening_page(services: ApiServices, frame: Frame) -> APIRouter:
    """Return its routes."""
    router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
    screening = services.prescreening

    @router.get("/prescreening")
    def show_prescreening(
        wording: Annotated[Wording, frame.wording], month: MonthQuery = None
    ) -> str:
        asked = asked_month(month, services.clock)
        since, until = asked.bounds(services.clock().tzinfo)
        sites = []
        for site, rules in sorted(screening.rules.items()):
            decisions = screening.records.decisions(since=since, until=until, site=site)
            counted = tally(decisions)
            sites.append((site, counted, counted.saved_jpy(rules), decisions))
        return frame.page(
            "prescreening.html",
            wording=wording,
            here="/prescreening",
            month=asked,
            sites=sites,
            before=asked.before(),
            after=asked.after(),
        )

    @router.post("/prescreening/{study_uid}")
    def override(
        study_uid: StudyUid, form: Annotated[OverrideForm, Depends(read_override_form)]
    ) -> RedirectResponse:
        if not screening.override(study_uid, request=form.read == "yes", actor=form.actor):
            raise HTTPException(404, "nothing was decided about this study")
        return RedirectResponse(f"/prescreening?lang={form.lang}", status_code=303)

    return router
