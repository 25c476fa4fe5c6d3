"""The reading list: which study to read next, and why."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query

from api.schemas import ReadingItemSchema, ReadingListSchema, StudySummarySchema
from routing.records.overview import ReadingItem, RecordsOverview
from wetread.ports import Clock, ReadingQueue

LONGEST_LIST = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingList:
    """The first of the queue at one moment."""

    at: datetime
    total: int  # of the whole queue
    items: tuple[ReadingItem, ...]


def read_list(
    queue: ReadingQueue, overview: RecordsOverview, clock: Clock, *, limit: int
) -> ReadingList:
    """Return the first ``limit`` items in the order of the queue."""
    ordered = queue.ordered()
    items = overview.reading_items([item.study_instance_uid for item in ordered[:limit]])
    return ReadingList(at=clock(), total=len(ordered), items=items)


def waiting_seconds(item: ReadingItem, at: datetime) -> int:
    """Return how long the item has waited; clocks of two machines may differ a little."""
    return max(0, int((at - item.requested_at).total_seconds()))


def reading_router(queue: ReadingQueue, overview: RecordsOverview, clock: Clock) -> APIRouter:
    """Return the route of the reading list."""
    router = APIRouter(prefix="/reading-list", tags=["reading"])

    @router.get("", summary="List the studies to read, next first")
    def show_list(
        limit: Annotated[int, Query(ge=1, le=LONGEST_LIST, description="how many")] = 100,
    ) -> ReadingListSchema:
        shown = read_list(queue, overview, clock, limit=limit)
        return ReadingListSchema(
            at=shown.at,
            total=shown.total,
            items=tuple(_item_schema(item, shown.at) for item in shown.items),
        )

    return router


def _item_schema(item: ReadingItem, at: datetime) -> ReadingItemSchema:
    return ReadingItemSchema(
        study=StudySummarySchema.model_validate(item.study),
        requested_at=item.requested_at,
        waiting_seconds=waiting_seconds(item, at),
        ai_state=item.ai_state,
        priority=item.priority,
        reasons=item.reasons,
        reader=item.reader,
    )
