"""The web pages, a file each; rendered here, no script in the browser."""

from fastapi import APIRouter

from api.pages.assignment import assignment_page
from api.pages.costs import costs_page
from api.pages.frame import Frame
from api.pages.marks import marks_page
from api.pages.patient_links import patient_links_page
from api.pages.prescreening import prescreening_page
from api.pages.quality import quality_page
from api.pages.reading_list import reading_list_page
from api.pages.study import study_page
from api.services import ApiServices

_PAGES = (
    reading_list_page,
    study_page,
    assignment_page,
    patient_links_page,
    prescreening_page,
    costs_page,
    marks_page,
    quality_page,
)


def pages_router(services: ApiServices) -> APIRouter:
    """Return the routes that people look at."""
    router = APIRouter()
    frame = Frame(services.clock)
    for page in _PAGES:
        router.include_router(page(services, frame))
    return router
