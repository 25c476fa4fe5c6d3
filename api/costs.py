"""What the analyses of a month cost."""

from datetime import datetime, tzinfo
from typing import Annotated

from fastapi import APIRouter, Query

from api.schemas import CostsSchema, DeviceUseSchema, StudyUseSchema
from routing.records.totals import RecordsTotals
from wetread.ports import Clock

_MONTHS = 12


def costs_router(totals: RecordsTotals, clock: Clock) -> APIRouter:
    """Return the route of the costs."""
    router = APIRouter(prefix="/costs", tags=["costs"])

    @router.get("", summary="Sum up a month, and each study of it")
    def show_costs(
        month: Annotated[
            str | None,
            Query(
                pattern=r"^(19|20)[0-9]{2}-(0[1-9]|1[0-2])$",
                description="YYYY-MM in the time zone of the service; this month unless named",
                examples=["2026-04"],
            ),
        ] = None,
    ) -> CostsSchema:
        now = clock()
        year, number = (now.year, now.month) if month is None else map(int, month.split("-"))
        start, end = month_bounds(year, number, now.tzinfo)
        use = totals.use_between(start, end)
        return CostsSchema(
            month=f"{year:04}-{number:02}",
            start=start,
            end=end,
            total=DeviceUseSchema.model_validate(use.total),
            price_tables=use.price_tables,
            studies=tuple(StudyUseSchema.model_validate(study) for study in use.studies),
        )

    return router


def month_bounds(year: int, month: int, zone: tzinfo | None) -> tuple[datetime, datetime]:
    """Return the first moment of a month and of the next, in ``zone``."""
    after = (year + 1, 1) if month == _MONTHS else (year, month + 1)
    return datetime(year, month, 1, tzinfo=zone), datetime(*after, 1, tzinfo=zone)
