"""What the analyses of a month cost."""

from typing import Annotated, TypeAlias

from fastapi import APIRouter, Query

from api.schemas import CostsSchema, DeviceUseSchema, StudyUseSchema
from routing.records.totals import RecordsTotals
from wetread.domain.months import Month
from wetread.ports import Clock

MonthQuery: TypeAlias = Annotated[
    str | None,
    Query(
        pattern=r"^(19|20)[0-9]{2}-(0[1-9]|1[0-2])$",
        description="YYYY-MM in the time zone of the service; this month unless named",
        examples=["2026-04"],
    ),
]


def costs_router(totals: RecordsTotals, clock: Clock) -> APIRouter:
    """Return the route of the costs."""
    router = APIRouter(prefix="/costs", tags=["costs"])

    @router.get("", summary="Sum up a month, and each study of it")
    def show_costs(
        month: MonthQuery = None,
    ) -> CostsSchema:
        now = clock()
        asked = asked_month(month, clock)
        start, end = asked.bounds(now.tzinfo)
        use = totals.use_between(start, end)
        return CostsSchema(
            month=str(asked),
            start=start,
            end=end,
            total=DeviceUseSchema.model_validate(use.total),
            price_tables=use.price_tables,
            studies=tuple(StudyUseSchema.model_validate(study) for study in use.studies),
        )

    return router


def asked_month(month: str | None, clock: Clock) -> Month:
    """Return the month that was asked for, this one by default."""
    return Month.of(clock()) if month is None else Month.parse(month)
