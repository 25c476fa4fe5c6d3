"""The reading queue kept in the records: the embedded adapter of `ports.ReadingQueue`."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Engine, bindparam, delete, func, insert, or_, select, update
from sqlalchemy.orm import Session

from routing.records.tables import ReadingEventRecord, ReadingItemRecord
from routing.records.transactions import writing
from wetread.domain.reading import AiState
from wetread.ports import Claim, Clock, QueueEvent, QueueEventKind, QueueItem

_EVENTS_KEPT: Final = 10_000

_item = ReadingItemRecord
_waits: Final = _item.reported_at.is_(None)


class SqlReadingQueue:
    """Orders the reading items that nobody has reported; an item needs its study's record."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    def put(self, item: QueueItem) -> None:
        """Add the item, or give it a sooner place or its reader; never moves it back."""
        with writing(self._engine) as session:
            record = session.get(_item, item.study_instance_uid, with_for_update=True)
            if record is None:
                record = _item(
                    study_instance_uid=item.study_instance_uid,
                    requested_at=item.place_at,
                    place_at=item.place_at,
                    ai_state=AiState.WAITING.value,
                    priority=0,
                    reasons=[],
                    reader=item.reader,
                )
                session.add(record)
            elif record.reported_at is not None:  # to be read once more: a new request
                record.requested_at = record.place_at = item.place_at
                record.reader = item.reader
                record.reported_at = record.reported_by = None
            else:
                record.place_at = min(record.place_at, item.place_at)
                record.reader = item.reader or record.reader
            _tell(session, QueueEventKind.PLACED, item.study_instance_uid)

    def move(self, items: Sequence[QueueItem]) -> None:
        """Give items exactly these places and readers, all at once; claims stay."""
        if not items:
            return
        change = (
            update(_item.__table__)  # type: ignore[arg-type]  # a mapped class has a table
            .where(_item.study_instance_uid == bindparam("uid"))
            .values(place_at=bindparam("place"), reader=bindparam("assigned"))
        )
        rows = [
            {"uid": one.study_instance_uid, "place": one.place_at, "assigned": one.reader}
            for one in items
        ]
        with writing(self._engine) as session:
            session.connection().execute(change, rows)
            _tell(session, QueueEventKind.PLACED, *(one.study_instance_uid for one in items))

    def remove(self, study_instance_uid: str) -> None:
        """Take the item out, claimed or not; absent items are fine."""
        with writing(self._engine) as session:
            record = session.get(_item, study_instance_uid, with_for_update=True)
            if record is None:
                return
            held = record.claimed_by
            record.claimed_by = record.claimed_until = None
            if record.reported_at is None:
                record.reported_at = self._clock()
            _tell(session, QueueEventKind.REMOVED, study_instance_uid, reader=held)

    def ordered(self, limit: int | None = None) -> tuple[QueueItem, ...]:
        """Return items, next to read first, with those that are claimed."""
        query = (
            select(_item.study_instance_uid, _item.place_at, _item.reader)
            .where(_waits)
            .order_by(_item.place_at, _item.study_instance_uid)
            .limit(limit)
        )
        with Session(self._engine) as session:
            return tuple(QueueItem(**row) for row in session.execute(query).mappings())

    def claim_next(
        self, reader: str, *, until: datetime, skip: Collection[str] = ()
    ) -> QueueItem | None:
        """Give a reader the first item that is free, and not assigned to another, nor skipped."""
        query = (
            select(_item)
            .where(
                _waits,
                _is_free(self._clock()),
                or_(_item.reader.is_(None), _item.reader == reader),
                _item.study_instance_uid.not_in(skip),
            )
            .order_by(_item.place_at, _item.study_instance_uid)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        with writing(self._engine) as session:
            record = session.scalar(query)
            if record is None:
                return None
            record.claimed_by, record.claimed_until = reader, until
            _tell(session, QueueEventKind.CLAIMED, record.study_instance_uid, reader=reader)
            return QueueItem(
                study_instance_uid=record.study_instance_uid,
                place_at=record.place_at,
                reader=record.reader,
            )

    def claim(self, study_instance_uid: str, reader: str, *, until: datetime) -> bool:
        """Give a reader one item, or renew the claim they have; False where another has it."""
        with writing(self._engine) as session:
            record = session.get(_item, study_instance_uid, with_for_update=True)
            if record is None or record.reported_at is not None:
                return False
            held = record.claimed_until is not None and record.claimed_until > self._clock()
            if held and record.claimed_by != reader:
                return False
            if not held:
                _tell(session, QueueEventKind.CLAIMED, study_instance_uid, reader=reader)
            record.claimed_by, record.claimed_until = reader, until
            return True

    def release(self, study_instance_uid: str, reader: str) -> bool:
        """Give an item back; False where the reader does not have it (any more)."""
        with writing(self._engine) as session:
            record = session.get(_item, study_instance_uid, with_for_update=True)
            if record is None or record.claimed_by != reader or record.claimed_until is None:
                return False
            holds = record.claimed_until > self._clock()
            record.claimed_by = record.claimed_until = None
            if holds:
                _tell(session, QueueEventKind.RELEASED, study_instance_uid, reader=reader)
            return holds

    def claims(self) -> tuple[Claim, ...]:
        """Return the claims that hold now, by UID."""
        query = (
            select(_item.study_instance_uid, _item.claimed_by, _item.claimed_until)
            .where(_waits, _item.claimed_until > self._clock())
            .order_by(_item.study_instance_uid)
        )
        with Session(self._engine) as session:
            return tuple(
                Claim(study_instance_uid=uid, reader=reader, until=until)
                for uid, reader, until in session.execute(query)
                if reader is not None and until is not None
            )

    def announce_result(self, study_instance_uid: str) -> None:
        """Tell whoever reads the study that its analysis has something new to say."""
        with writing(self._engine) as session:
            record = session.get(_item, study_instance_uid)
            reader = None if record is None else record.claimed_by
            _tell(session, QueueEventKind.RESULT, study_instance_uid, reader=reader)

    def events_after(self, position: str | None, *, limit: int = 100) -> tuple[QueueEvent, ...]:
        """Return what happened after a position, oldest first; None: the newest events."""
        event = ReadingEventRecord
        query = select(event).limit(limit)
        if position is None:
            query = query.order_by(event.event_id.desc())
        else:
            query = query.where(event.event_id > int(position)).order_by(event.event_id)
        with Session(self._engine) as session:
            found = [_event(record) for record in session.scalars(query)]
        return tuple(reversed(found) if position is None else found)


def _is_free(now: datetime) -> ColumnElement[bool]:
    return or_(_item.claimed_until.is_(None), _item.claimed_until <= now)


def _tell(
    session: Session, kind: QueueEventKind, *study_instance_uids: str, reader: str | None = None
) -> None:
    """Add events in the caller's transaction, so that each stands exactly when its change does."""
    rows = [
        {"kind": kind.value, "study_instance_uid": uid, "reader": reader}
        for uid in study_instance_uids
    ]
    session.execute(insert(ReadingEventRecord), rows)
    newest = session.scalar(select(func.max(ReadingEventRecord.event_id))) or 0
    forgotten = ReadingEventRecord.event_id <= newest - _EVENTS_KEPT
    session.execute(delete(ReadingEventRecord).where(forgotten))


def _event(record: ReadingEventRecord) -> QueueEvent:
    return QueueEvent(
        position=str(record.event_id),
        kind=QueueEventKind(record.kind),
        study_instance_uid=record.study_instance_uid,
        reader=record.reader,
    )
