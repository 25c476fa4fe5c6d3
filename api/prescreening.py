"""What hospitals need not have read: decisions, the safety net, and what humans say."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Response
from pydantic import BaseModel, ConfigDict

from api.costs import MonthQuery, asked_month
from api.reading import NOTHING
from api.schemas import Actor, EstimateSchema, StudyUid
from routing.reading.prescreening import Prescreening
from routing.records.prescreening import tally
from wetread.domain.findings import Prescreen
from wetread.domain.prescreening import ReadDecision


class PrescreenDecisionSchema(BaseModel):
    """What became of the read of one study."""

    model_config = ConfigDict(from_attributes=True, use_attribute_docstrings=True)

    study_instance_uid: str
    revision: int
    site: str
    advice: Prescreen
    reasons: tuple[str, ...]
    decision: ReadDecision
    """`sampled`: advised against, and read all the same."""
    decided_at: datetime
    overridden_to: ReadDecision | None
    overridden_by: str | None
    missed: bool | None
    """Of a sampled study: whether its report found something."""


class PrescreenMonthSchema(BaseModel):
    """One hospital in one month."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    site: str
    month: str
    requested: int
    sampled: int
    withdrawn: int
    overridden: int
    sampled_read: int
    sampled_missed: int
    missed_share: EstimateSchema | None
    """Of studies advised against, the share in which something was missed; by the safety net."""
    missed_unread: EstimateSchema | None
    """How many findings may lie in the studies that nobody read."""
    saved_reads: int
    saved_jpy: Decimal
    decisions: tuple[PrescreenDecisionSchema, ...]


class OverrideSchema(BaseModel):
    """What a human says."""

    request: bool
    actor: Actor


def prescreening_router(prescreening: Prescreening) -> APIRouter:
    """Return the routes of pre-screening."""
    router = APIRouter(prefix="/prescreening", tags=["reading"])
    clock = prescreening.desk.clock

    @router.get(
        "",
        summary="Sum up a month of a hospital that screens before it requests a read",
        responses={**NOTHING},
    )
    def show_month(
        site: Annotated[str, Query(max_length=64)], month: MonthQuery = None
    ) -> PrescreenMonthSchema:
        rules = prescreening.rules.get(site)
        if rules is None:
            raise HTTPException(404, "this hospital has every study read")
        asked = asked_month(month, clock)
        since, until = asked.bounds(clock().tzinfo)
        decisions = prescreening.records.decisions(since=since, until=until, site=site)
        counted = tally(decisions)
        share, unread = counted.missed_share, counted.missed_unread
        return PrescreenMonthSchema(
            site=site,
            month=str(asked),
            requested=counted.requested,
            sampled=counted.sampled,
            withdrawn=counted.withdrawn,
            overridden=counted.overridden,
            sampled_read=counted.sampled_read,
            sampled_missed=counted.sampled_missed,
            missed_share=None if share is None else EstimateSchema.model_validate(share),
            missed_unread=None if unread is None else EstimateSchema.model_validate(unread),
            saved_reads=counted.withdrawn,
            saved_jpy=counted.saved_jpy(rules),
            decisions=tuple(PrescreenDecisionSchema.model_validate(one) for one in decisions),
        )

    @router.put(
        "/{study_uid}",
        summary="Have a study read, or not read, whatever was decided",
        status_code=204,
        responses={**NOTHING},
    )
    def override(study_uid: StudyUid, said: OverrideSchema) -> Response:
        if not prescreening.override(study_uid, request=said.request, actor=said.actor):
            raise HTTPException(404, "nothing was decided about this study")
        return Response(status_code=204)

    return router
