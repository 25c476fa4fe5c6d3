"""Puts the HTTP side together."""

from pathlib import Path
from typing import Final

from fastapi import APIRouter, FastAPI, Security
from fastapi.security import HTTPBearer
from fastapi.staticfiles import StaticFiles

from api.assignments import assignments_router
from api.claims import claims_router
from api.cost_report import cost_report_router
from api.costs import costs_router
from api.discrepancies import discrepancies_router
from api.documentation import documentation_router
from api.feedback import feedback_router
from api.guard import Guard
from api.health import health_router
from api.mark_preferences import mark_preferences_router
from api.metrics import metrics_router
from api.pages import pages_router
from api.patient_links import patient_links_router
from api.prescreening import prescreening_router
from api.problems import Problem, install_problems
from api.quality import quality_router
from api.readers import readers_router
from api.reading import reading_router
from api.reports import reports_router
from api.services import ApiServices
from api.studies import studies_router
from api.study_acts import study_acts_router
from api.tracks import tracks_router
from wetread import __version__

_STATIC: Final = Path(__file__).parent / "static"


def create_app(services: ApiServices) -> FastAPI:
    """Return the application: JSON API, pages, health and metrics behind one guard."""
    app = FastAPI(
        title="Wetread",
        summary="Chest CT between the hospital and the radiologist. Research use only.",
        version=__version__,
        docs_url=None,  # FastAPI's own pages load their scripts from a CDN
        redoc_url=None,
        responses={422: {"model": Problem, "description": "The request is not valid"}},
    )
    install_problems(app)
    # The guard checks the token; this only writes it into the OpenAPI document.
    api = APIRouter(prefix="/api", dependencies=[Security(HTTPBearer(auto_error=False))])
    api.include_router(
        studies_router(services.overview, services.complete_study, services.expect_instances)
    )
    api.include_router(
        study_acts_router(services.overview, services.analyse_now, services.redeliver)
    )
    api.include_router(reading_router(services.desk, services.overview, services.analyse_now))
    api.include_router(claims_router(services.double_reading, services.overview))
    api.include_router(reports_router(services.double_reading, services.prescreening.records))
    api.include_router(discrepancies_router(services.desk))
    api.include_router(prescreening_router(services.prescreening))
    api.include_router(readers_router(services.assignment_desk))
    api.include_router(assignments_router(services.assignment_desk, services.assignments))
    api.include_router(patient_links_router(services.patients, services.links, services.clock))
    api.include_router(costs_router(services.totals, services.clock))
    api.include_router(
        cost_report_router(services.ledger, services.budgets, services.payers, services.clock)
    )
    api.include_router(tracks_router(services.tracks))
    api.include_router(
        feedback_router(services.overview, services.feedback, services.feedback_desk)
    )
    api.include_router(quality_router(services.quality))
    api.include_router(mark_preferences_router(services.mark_preferences, services.clock))
    app.include_router(api)
    app.include_router(health_router(services.readiness))
    app.include_router(metrics_router(services.metrics))
    app.include_router(pages_router(services))
    app.include_router(documentation_router(app))
    app.mount("/static", StaticFiles(directory=_STATIC), name="static")
    app.add_middleware(Guard, token=services.token)
    return app
