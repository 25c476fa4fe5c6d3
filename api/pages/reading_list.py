"""The page of the reading list."""

from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from api.pages.frame import REFRESH_SECONDS, SHOWN, Frame
from api.reading import read_list, waiting_seconds
from api.services import ApiServices
from api.wording import Wording


def reading_list_page(services: ApiServices, frame: Frame) -> APIRouter:
    """Return its routes."""
    router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

    @router.get("/")
    def show_reading_list(wording: Annotated[Wording, frame.wording]) -> str:
        shown = read_list(services.desk, services.overview, limit=SHOWN)
        return frame.page(
            "reading_list.html",
            wording=wording,
            here="/",
            refresh_seconds=REFRESH_SECONDS,
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

    return router
