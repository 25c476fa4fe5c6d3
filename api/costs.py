"""What the analyses of a month cost."""

from fastapi import APIRouter

from api.months import Month, month_of
from api.schemas import CostsSchema, DeviceUseSchema, StudyUseSchema
from routing.records.totals import RecordsTotals
from wetread.ports import Clock


def costs_router(totals: RecordsTotals, clock: Clock) -> APIRouter:
    """Return the route of the costs."""
    router = APIRouter(prefix="/costs", tags=["costs"])

    @router.get("", summary="Sum up a month, and each study of it")
    def show_costs(month: Month = None) -> CostsSchema:
        name, start, end = month_of(month, clock())
        use = totals.use_between(start, end)
        return CostsSchema(
            month=name,
            start=start,
            end=end,
            total=DeviceUseSchema.model_validate(use.total),
            price_tables=use.price_tables,
            studies=tuple(StudyUseSchema.model_validate(study) for study in use.studies),
        )

    return router
