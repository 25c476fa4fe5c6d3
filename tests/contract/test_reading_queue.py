"""What every adapter of `ports.ReadingQueue` does."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from routing.reading.queue import SqlReadingQueue
from routing.records.database import open_database
from tests.support.record_rows import add_study
from wetread.ports import QueueItem, ReadingQueue

_NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
_UIDS = ("1.2.1", "1.2.2", "1.2.3", "1.2.4")


def _sql(folder: Path) -> ReadingQueue:
    engine = open_database(f"sqlite:///{folder / 'records.sqlite'}")
    for uid in _UIDS:
        add_study(engine, uid)
    return SqlReadingQueue(engine, lambda: _NOW)


@pytest.fixture(params=[_sql], ids=["sql"])
def queue(request: pytest.FixtureRequest, tmp_path: Path) -> ReadingQueue:
    build: Callable[[Path], ReadingQueue] = request.param
    return build(tmp_path)


def _item(number: int, *, priority: int = 0, minutes: float = 0) -> QueueItem:
    return QueueItem(
        study_instance_uid=_UIDS[number],
        priority=priority,
        requested_at=_NOW + timedelta(minutes=minutes),
    )


def _order(queue: ReadingQueue, limit: int | None = None) -> list[str]:
    return [item.study_instance_uid for item in queue.ordered(limit)]


def test_an_empty_queue_has_nothing(queue: ReadingQueue) -> None:
    assert queue.ordered() == ()


def test_items_come_back_as_they_were_put(queue: ReadingQueue) -> None:
    item = _item(0, priority=7)
    queue.put(item)
    assert queue.ordered() == (item,)


def test_higher_priority_then_earlier_request_is_read_first(queue: ReadingQueue) -> None:
    queue.put(_item(0, minutes=1))
    queue.put(_item(1, minutes=0))
    queue.put(_item(2, priority=50, minutes=9))
    queue.put(_item(3, minutes=1))
    assert _order(queue) == [_UIDS[2], _UIDS[1], _UIDS[0], _UIDS[3]]
    assert _order(queue, 2) == [_UIDS[2], _UIDS[1]]
    assert _order(queue, 0) == []


def test_an_item_may_rise(queue: ReadingQueue) -> None:
    queue.put(_item(0))
    queue.put(_item(1, minutes=1))
    queue.put(_item(1, priority=20, minutes=1))
    assert _order(queue) == [_UIDS[1], _UIDS[0]]


def test_an_item_is_never_lowered_nor_requested_later(queue: ReadingQueue) -> None:
    item = _item(0, priority=30)
    queue.put(item)
    queue.put(replace(item, priority=10, requested_at=_NOW + timedelta(hours=1)))
    assert queue.ordered() == (item,)


def test_putting_twice_leaves_one(queue: ReadingQueue) -> None:
    queue.put(_item(0))
    queue.put(_item(0))
    assert _order(queue) == [_UIDS[0]]


def test_a_removed_item_is_gone(queue: ReadingQueue) -> None:
    queue.put(_item(0))
    queue.put(_item(1))
    queue.remove(_UIDS[0])
    queue.remove(_UIDS[0])
    queue.remove("1.2.99")
    assert _order(queue) == [_UIDS[1]]


def test_a_removed_item_may_be_put_again_as_a_new_request(queue: ReadingQueue) -> None:
    queue.put(_item(0, priority=90))
    queue.remove(_UIDS[0])
    again = _item(0, priority=3, minutes=60)
    queue.put(again)
    assert queue.ordered() == (again,)
