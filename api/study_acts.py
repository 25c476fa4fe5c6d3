"""What somebody may have done with a study once more, or sooner."""

from fastapi import APIRouter, HTTPException

from api.problems import Problem
from api.schemas import RedeliverySchema, StudySchema, StudyUid
from api.services import AnalyseNow, Redeliver
from api.studies import UNKNOWN_STUDY, find_study, study_schema
from routing.records.overview import RecordsOverview


def study_acts_router(
    overview: RecordsOverview, analyse_now: AnalyseNow, redeliver: Redeliver
) -> APIRouter:
    """Return the routes."""
    router = APIRouter(prefix="/studies", tags=["studies"])

    @router.post(
        "/{study_uid}/analyse-now",
        status_code=202,
        summary="Analyse a study that waits for money or others: somebody knows it is urgent",
        responses={
            **UNKNOWN_STUDY,
            409: {
                "model": Problem,
                "description": "The study does not wait, or only for urgent ones",
            },
        },
    )
    def analyse(study_uid: StudyUid) -> StudySchema:
        study = find_study(overview, study_uid)
        if not analyse_now(study.study_instance_uid):
            raise HTTPException(409, "the study does not wait, or only for urgent ones")
        return study_schema(overview, study)

    @router.post(
        "/{study_uid}/redeliver",
        status_code=202,
        summary="Encode and send anew what each destination is to have now",
        description=(
            "By the profiles and preferences of now; no image is analysed again. What a destination"
            " has already stays there and is not sent again."
        ),
        responses={404: {"model": Problem, "description": "There are no findings of such a study"}},
    )
    def send_again(study_uid: StudyUid, asked: RedeliverySchema) -> StudySchema:
        redeliver_or_404(redeliver, study_uid, actor=asked.actor)
        return study_schema(overview, find_study(overview, study_uid))

    return router


def redeliver_or_404(redeliver: Redeliver, study_uid: str, *, actor: str) -> None:
    """Send anew what is there; end the request with 404 where there are no findings."""
    if not redeliver(study_uid, actor):
        raise HTTPException(404, "there are no findings of the study yet")
