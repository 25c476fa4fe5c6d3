"""The page of a month's costs."""

from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from api.costs import MonthQuery, asked_month
from api.pages.frame import Frame
from api.services import ApiServices
from api.wording import Wording
from routing.ledger.report import report_month


def costs_page(services: ApiServices, frame: Frame) -> APIRouter:
    """Return its routes."""
    router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

    @router.get("/costs")
    def show_costs(wording: Annotated[Wording, frame.wording], month: MonthQuery = None) -> str:
        asked = asked_month(month, services.clock)
        return frame.page(
            "costs.html",
            wording=wording,
            here="/costs",
            report=report_month(
                services.ledger, services.budgets, month=asked, now=services.clock()
            ),
            before=asked.before(),
            after=asked.after(),
        )

    return router
