"""The reading list: which study to read next, and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, HTTPException, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict

from api.problems import Problem
from api.schemas import (
    Actor,
    ReadingItemSchema,
    ReadingListSchema,
    StudySummarySchema,
    StudyUid,
)
from api.services import AnalyseNow
from routing.reading.desk import ReadingDesk
from routing.records.overview import ReadingItem, RecordsOverview
from wetread.domain.reading import AiState, told_ai_state
from wetread.domain.reading_order import Place, Urgency, place_of
from wetread.ports import Claim, QueueEventKind

LONGEST_LIST = 500
NOTHING: Final[Mapping[int | str, dict[str, Any]]] = {
    404: {"model": Problem, "description": "There is nothing to read"}
}


class RequestSchema(BaseModel):
    """What is asked of the read; what is left out stays as it is."""

    urgency: Urgency | None = None
    due_at: AwareDatetime | None = None
    actor: Actor


class QueueEventSchema(BaseModel):
    """Something that has happened in the list."""

    model_config = ConfigDict(from_attributes=True, use_attribute_docstrings=True)

    position: str
    """Ask after it for the next ones."""
    kind: QueueEventKind
    """`result`: the analysis of a study has ended; whoever reads it should look."""
    study_instance_uid: str
    reader: str | None
    """Who reads it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedItem:
    """One study of the list as it stands at a moment."""

    item: ReadingItem
    ai_state: AiState
    place: Place
    claim: Claim | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingList:
    """The first of the queue at one moment."""

    at: datetime
    total: int  # of the whole queue
    items: tuple[ListedItem, ...]


def read_list(desk: ReadingDesk, overview: RecordsOverview, *, limit: int) -> ReadingList:
    """Return the first ``limit`` items in the order of the queue."""
    at, ordered = desk.clock(), desk.queue.ordered()
    places = {item.study_instance_uid: item.place_at for item in ordered[:limit]}
    claims = _claims(desk)
    return ReadingList(
        at=at,
        total=len(ordered),
        items=tuple(
            _listed(item, desk, at, claims.get(item.study.study_instance_uid))
            for item in overview.reading_items(list(places))
        ),
    )


def _claims(desk: ReadingDesk) -> dict[str, Claim]:
    return {claim.study_instance_uid: claim for claim in desk.queue.claims()}


def _listed(item: ReadingItem, desk: ReadingDesk, at: datetime, claim: Claim | None) -> ListedItem:
    return ListedItem(
        item=item,
        ai_state=told_ai_state(
            item.ai_state,
            requested_at=item.requested_at,
            at=at,
            patience=desk.rules.ai_patience,
        ),
        place=place_of(item.request, desk.rules),
        claim=claim,
    )


def waiting_seconds(item: ReadingItem, at: datetime) -> int:
    """Return how long the item has waited; clocks of two machines may differ a little."""
    return max(0, int((at - item.requested_at).total_seconds()))


def item_now(desk: ReadingDesk, overview: RecordsOverview, study_uid: str) -> ReadingItemSchema:
    """Return one item as it stands now; end the request with 404 where nobody is to read it."""
    at = desk.clock()
    claims = _claims(desk)
    found = overview.reading_items([study_uid])
    if not found:
        raise HTTPException(404, "nobody is to read this study")
    return _item_schema(_listed(found[0], desk, at, claims.get(study_uid)), at)


def reading_router(
    desk: ReadingDesk, overview: RecordsOverview, analyse_now: AnalyseNow
) -> APIRouter:
    """Return the routes of the reading list."""
    router = APIRouter(prefix="/reading-list", tags=["reading"])

    @router.get("", summary="List the studies to read, next first")
    def show_list(
        limit: Annotated[int, Query(ge=1, le=LONGEST_LIST, description="how many")] = 100,
    ) -> ReadingListSchema:
        shown = read_list(desk, overview, limit=limit)
        return ReadingListSchema(
            at=shown.at,
            total=shown.total,
            items=tuple(_item_schema(item, shown.at) for item in shown.items),
        )

    @router.put(
        "/requests/{study_uid}",
        summary="Say how urgent a study is, and when its report is due",
        responses={**NOTHING},
    )
    def change_request(study_uid: StudyUid, asked: RequestSchema) -> ReadingItemSchema:
        desk.change_request(
            study_uid, urgency=asked.urgency, due_at=asked.due_at, actor=asked.actor
        )
        if asked.urgency not in {None, Urgency.ROUTINE}:
            analyse_now(study_uid)  # where it waits for a spent budget or for routine studies
        return item_now(desk, overview, study_uid)

    @router.get("/events", summary="List what has happened in the list, oldest first")
    def list_events(
        after: Annotated[str | None, Query(pattern=r"^[0-9]{1,18}(-[0-9]{1,18})?$")] = None,
        limit: Annotated[int, Query(ge=1, le=LONGEST_LIST, description="how many")] = 100,
    ) -> tuple[QueueEventSchema, ...]:
        events = desk.queue.events_after(after, limit=limit)
        return tuple(QueueEventSchema.model_validate(event) for event in events)

    return router


def _item_schema(listed: ListedItem, at: datetime) -> ReadingItemSchema:
    item, claim = listed.item, listed.claim
    return ReadingItemSchema(
        study=StudySummarySchema.model_validate(item.study),
        requested_at=item.requested_at,
        waiting_seconds=waiting_seconds(item, at),
        ai_state=listed.ai_state,
        urgency=item.urgency,
        due_at=item.due_at,
        priority=item.priority,
        reasons=item.reasons,
        place_at=listed.place.place_at,
        place_reasons=tuple(words.english for words in listed.place.reasons),
        reader=item.reader,
        claimed_by=None if claim is None else claim.reader,
        claimed_until=None if claim is None else claim.until,
    )
