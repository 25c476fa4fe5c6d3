"""The reading queue kept in the records: the embedded adapter of `ports.ReadingQueue`."""

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from routing.records.tables import ReadingItemRecord
from routing.records.transactions import writing
from wetread.domain.reading import AiState, order_key
from wetread.ports import Clock, QueueItem


class SqlReadingQueue:
    """Orders the reading items that nobody has reported; an item needs its study's record."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    def put(self, item: QueueItem) -> None:
        """Add the item, or give it its new priority; never lowers it."""
        with writing(self._engine) as session:
            record = session.get(ReadingItemRecord, item.study_instance_uid, with_for_update=True)
            if record is None:
                record = ReadingItemRecord(
                    study_instance_uid=item.study_instance_uid,
                    requested_at=item.requested_at,
                    ai_state=AiState.WAITING.value,
                    priority=item.priority,
                    reasons=[],
                    reader=None,
                    reported_at=None,
                )
                session.add(record)
            elif record.reported_at is not None:  # to be read once more: a new request
                record.requested_at, record.priority = item.requested_at, item.priority
                record.reported_at = None
            else:
                record.priority = max(record.priority, item.priority)

    def remove(self, study_instance_uid: str) -> None:
        """Take the item out; absent items are fine."""
        with writing(self._engine) as session:
            record = session.get(ReadingItemRecord, study_instance_uid, with_for_update=True)
            if record is not None and record.reported_at is None:
                record.reported_at = self._clock()

    def ordered(self, limit: int | None = None) -> tuple[QueueItem, ...]:
        """Return items, next to read first."""
        query = select(
            ReadingItemRecord.study_instance_uid,
            ReadingItemRecord.priority,
            ReadingItemRecord.requested_at,
        ).where(ReadingItemRecord.reported_at.is_(None))
        with Session(self._engine) as session:
            items = [QueueItem(**row) for row in session.execute(query).mappings()]
        return tuple(sorted(items, key=_key)[:limit])


def _key(item: QueueItem) -> tuple[object, ...]:
    return order_key(
        priority=item.priority,
        requested_at=item.requested_at,
        study_instance_uid=item.study_instance_uid,
    )
