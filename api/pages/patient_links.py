"""The page on which a human decides about links between patients."""

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse, RedirectResponse

from api.link_form import LinkForm, read_link_form
from api.pages.frame import SHOWN, Frame
from api.patient_links import pair_of, turn_link
from api.services import ApiServices
from api.wording import Wording
from wetread.domain.identity.links import LinkState


def patient_links_page(services: ApiServices, frame: Frame) -> APIRouter:
    """Return its routes."""
    router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

    @router.get("/patient-links")
    def show_patient_links(wording: Annotated[Wording, frame.wording]) -> str:
        links = services.links
        waiting = links.page([LinkState.REVIEW], limit=SHOWN)
        linked = links.page([LinkState.AUTOMATIC], limit=SHOWN)
        decided = links.page([LinkState.CONFIRMED, LinkState.REFUSED], limit=SHOWN)
        parts = (
            (wording.text("links_waiting", count=waiting.total), waiting),
            (wording.text("links_automatic", count=linked.total), linked),
            (wording.text("links_decided", count=decided.total), decided),
        )
        return frame.page(
            "patient_links.html",
            wording=wording,
            here="/patient-links",
            parts=[
                (heading, [pair_of(link, services.patients) for link in page.links])
                for heading, page in parts
            ],
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

    return router
