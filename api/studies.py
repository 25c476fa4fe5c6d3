"""Studies: where they stand, what was found, and declaring one complete."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query
from fastapi.responses import JSONResponse

from api.examples import FINDINGS_EXAMPLE
from api.problems import Problem
from api.schemas import (
    DeliverySchema,
    ExpectedInstancesSchema,
    InstanceCountsSchema,
    StudyPageSchema,
    StudySchema,
    StudySummarySchema,
    StudyUid,
)
from api.services import CompleteStudy, ExpectInstances
from routing.records.overview import ListedStudy, RecordsOverview
from routing.results.schema import FindingsDocument
from wetread.domain.studies import StudyState

UNKNOWN_STUDY: Mapping[int | str, dict[str, Any]] = {
    404: {"model": Problem, "description": "There is no such study"}
}


def studies_router(
    overview: RecordsOverview,
    complete_study: CompleteStudy,
    expect_instances: ExpectInstances,
) -> APIRouter:
    """Return the routes about studies."""
    router = APIRouter(prefix="/studies", tags=["studies"])

    @router.get("", summary="List studies, last received first")
    def list_studies(
        state: Annotated[StudyState | None, Query(description="only these")] = None,
        limit: Annotated[int, Query(ge=1, le=500, description="how many")] = 50,
        offset: Annotated[int, Query(ge=0, le=10**9, description="how many to skip")] = 0,
    ) -> StudyPageSchema:
        page = overview.studies(state=state, limit=limit, offset=offset)
        return StudyPageSchema(
            total=page.total,
            limit=limit,
            offset=offset,
            studies=tuple(StudySummarySchema.model_validate(study) for study in page.studies),
        )

    @router.get("/{study_uid}", summary="Tell where a study stands", responses={**UNKNOWN_STUDY})
    def show_study(study_uid: StudyUid) -> StudySchema:
        return study_schema(overview, find_study(overview, study_uid))

    @router.get(
        "/{study_uid}/findings",
        summary="Return the findings.json document",
        response_model=FindingsDocument,
        responses={
            200: {"content": {"application/json": {"example": FINDINGS_EXAMPLE}}},
            404: {"model": Problem, "description": "There are no such findings"},
        },
    )
    def show_findings(
        study_uid: StudyUid,
        revision: Annotated[
            int | None, Query(ge=0, le=2**31 - 1, description="the newest unless named")
        ] = None,
    ) -> JSONResponse:
        study = find_study(overview, study_uid)
        view = overview.findings(study.study_instance_uid, revision)
        if view is None:
            raise HTTPException(404, "there are no findings of this revision of the study yet")
        return JSONResponse(dict(view.document))

    @router.post(
        "/{study_uid}/complete",
        status_code=202,
        summary="Declare a receiving study complete: it is to be read and analysed now",
        description="A study that is complete already stays as it is.",
        responses={**UNKNOWN_STUDY},
    )
    def complete(study_uid: StudyUid) -> StudySchema:
        study = find_study(overview, study_uid)
        if study.state is StudyState.RECEIVING:
            complete_study(study.study_instance_uid)
        return study_schema(overview, find_study(overview, study_uid))

    @router.put(
        "/{study_uid}/expected-instances",
        summary="Tell how many instances a study will have: with the last it is complete",
        responses={**UNKNOWN_STUDY},
    )
    def expect(study_uid: StudyUid, expected: ExpectedInstancesSchema) -> StudySchema:
        study = find_study(overview, study_uid)
        expect_instances(study.study_instance_uid, expected.instances)
        return study_schema(overview, study)

    return router


def find_study(overview: RecordsOverview, study_uid: str) -> ListedStudy:
    """Return a study, or end the request with 404."""
    study = overview.study(study_uid)
    if study is None:
        raise HTTPException(404, "there is no study with this UID")
    return study


def study_schema(overview: RecordsOverview, study: ListedStudy) -> StudySchema:
    """Return where a study stands."""
    counts = overview.instance_counts(study.study_instance_uid)
    deliveries = overview.deliveries(study.study_instance_uid, study.revision)
    return StudySchema(
        **StudySummarySchema.model_validate(study).model_dump(),
        instances=InstanceCountsSchema.model_validate(counts),
        deliveries=tuple(DeliverySchema.model_validate(one) for one in deliveries),
    )
