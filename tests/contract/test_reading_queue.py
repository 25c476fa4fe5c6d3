"""What every adapter of `ports.ReadingQueue` does."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from redis import Redis

from routing.reading.redis_queue import RedisReadingQueue
from routing.reading.sql_queue import SqlReadingQueue
from routing.records.database import open_database
from tests.support.intake import SetClock
from tests.support.record_rows import add_study
from tests.support.redis_server import running_redis
from wetread.ports import Claim, QueueEventKind, QueueItem, ReadingQueue

_NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
_UIDS = tuple(f"1.2.{number}" for number in range(1, 41))
_LEASE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A queue, its clock, and a way to reach it as another process does."""

    queue: ReadingQueue
    clock: SetClock
    again: Callable[[], ReadingQueue]

    @property
    def until(self) -> datetime:
        return self.clock() + _LEASE

    def order(self, limit: int | None = None) -> list[str]:
        return [item.study_instance_uid for item in self.queue.ordered(limit)]

    def events(self) -> list[tuple[QueueEventKind, str, str | None]]:
        return [
            (event.kind, event.study_instance_uid, event.reader)
            for event in self.queue.events_after(None)
        ]


@pytest.fixture(scope="session")
def redis_url(
    require_program: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    with running_redis(require_program("redis-server"), tmp_path_factory.mktemp("redis")) as url:
        yield url


@pytest.fixture(params=["sql", "redis"])
def trial(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Trial]:
    clock = SetClock()
    clock.now = _NOW
    with ExitStack() as stack:
        if request.param == "sql":
            url = f"sqlite:///{tmp_path / 'records.sqlite'}"
            engine = open_database(url)
            for uid in _UIDS:
                add_study(engine, uid)

            def build() -> ReadingQueue:
                return SqlReadingQueue(open_database(url), clock)
        else:
            redis_url = request.getfixturevalue("redis_url")

            def build() -> ReadingQueue:
                redis = stack.enter_context(Redis.from_url(redis_url, decode_responses=True))
                return RedisReadingQueue(redis, clock, recorded=tuple)

            stack.enter_context(Redis.from_url(redis_url)).flushall()
        yield Trial(queue=build(), clock=clock, again=build)


def _item(number: int, *, minutes: float = 0, reader: str | None = None) -> QueueItem:
    return QueueItem(
        study_instance_uid=_UIDS[number],
        place_at=_NOW + timedelta(minutes=minutes, microseconds=1),
        reader=reader,
    )


def test_an_empty_queue_has_nothing(trial: Trial) -> None:
    assert trial.queue.ordered() == ()
    assert trial.queue.claim_next("A", until=trial.until) is None
    assert trial.queue.claims() == ()
    assert trial.queue.events_after(None) == ()


def test_items_come_back_as_they_were_put(trial: Trial) -> None:
    item = _item(0, minutes=7, reader="A")
    trial.queue.put(item)
    assert trial.queue.ordered() == (item,)


def test_the_sooner_place_is_read_first_then_the_smaller_uid(trial: Trial) -> None:
    for number, minutes in ((0, 1), (1, 0), (2, -50), (3, 1)):
        trial.queue.put(_item(number, minutes=minutes))
    assert trial.order() == [_UIDS[2], _UIDS[1], _UIDS[0], _UIDS[3]]
    assert trial.order(2) == [_UIDS[2], _UIDS[1]]
    assert trial.order(0) == []


def test_an_item_may_rise_and_never_falls_back(trial: Trial) -> None:
    trial.queue.put(_item(0))
    trial.queue.put(_item(1, minutes=1))
    trial.queue.put(_item(1, minutes=-1))
    trial.queue.put(_item(1, minutes=60))
    assert trial.queue.ordered() == (_item(1, minutes=-1), _item(0))


def test_an_item_may_be_moved_anywhere(trial: Trial) -> None:
    for number in range(3):
        trial.queue.put(_item(number, minutes=number))
    trial.queue.move([_item(0, minutes=9), _item(2, minutes=-9, reader="A")])
    assert trial.queue.ordered() == (
        _item(2, minutes=-9, reader="A"),
        _item(1, minutes=1),
        _item(0, minutes=9),
    )
    trial.queue.move([])
    assert len(trial.queue.ordered()) == 3


def test_a_removed_item_is_gone(trial: Trial) -> None:
    trial.queue.put(_item(0))
    trial.queue.put(_item(1))
    trial.queue.claim(_UIDS[0], "A", until=trial.until)
    trial.queue.remove(_UIDS[0])
    trial.queue.remove(_UIDS[0])
    trial.queue.remove("1.2.99")
    assert trial.order() == [_UIDS[1]]
    assert trial.queue.claims() == ()
    assert not trial.queue.claim(_UIDS[0], "A", until=trial.until)


def test_a_removed_item_may_be_put_again_as_a_new_request(trial: Trial) -> None:
    trial.queue.put(_item(0, minutes=-90, reader="A"))
    trial.queue.remove(_UIDS[0])
    again = _item(0, minutes=60)
    trial.queue.put(again)
    assert trial.queue.ordered() == (again,)


def test_the_first_free_item_is_claimed_and_stays_in_the_list(trial: Trial) -> None:
    for number in range(3):
        trial.queue.put(_item(number, minutes=number))
    assert trial.queue.claim_next("A", until=trial.until) == _item(0, minutes=0)
    assert trial.queue.claim_next("B", until=trial.until) == _item(1, minutes=1)
    assert trial.order() == list(_UIDS[:3])
    assert trial.queue.claims() == (
        Claim(study_instance_uid=_UIDS[0], reader="A", until=trial.until),
        Claim(study_instance_uid=_UIDS[1], reader="B", until=trial.until),
    )


def test_what_is_assigned_to_another_is_not_given(trial: Trial) -> None:
    trial.queue.put(_item(0, reader="A"))
    trial.queue.put(_item(1, minutes=1, reader="B"))
    trial.queue.put(_item(2, minutes=2))
    assert trial.queue.claim_next("B", until=trial.until) == _item(1, minutes=1, reader="B")
    assert trial.queue.claim_next("B", until=trial.until) == _item(2, minutes=2)
    assert trial.queue.claim_next("B", until=trial.until) is None
    trial.queue.put(_item(0, reader="B"))
    assert trial.queue.claim_next("A", until=trial.until) is None
    assert trial.queue.claim_next("B", until=trial.until) == _item(0, reader="B")


def test_what_a_reader_is_to_skip_is_not_given(trial: Trial) -> None:
    for number in range(4):
        trial.queue.put(_item(number, minutes=number, reader="A" if number == 1 else None))
    skip = {_UIDS[0], _UIDS[1], _UIDS[2]}
    assert trial.queue.claim_next("A", until=trial.until, skip=skip) == _item(3, minutes=3)
    assert trial.queue.claim_next("A", until=trial.until, skip=skip) is None
    assert trial.queue.claim_next("B", until=trial.until) == _item(0)


def test_a_claimed_item_is_nobody_elses_until_it_is_given_back(trial: Trial) -> None:
    trial.queue.put(_item(0))
    assert trial.queue.claim(_UIDS[0], "A", until=trial.until)
    assert not trial.queue.claim(_UIDS[0], "B", until=trial.until)
    assert not trial.queue.release(_UIDS[0], "B")
    assert trial.queue.release(_UIDS[0], "A")
    assert not trial.queue.release(_UIDS[0], "A")
    assert trial.queue.claim(_UIDS[0], "B", until=trial.until)


def test_a_claim_ends_by_itself_unless_it_is_renewed(trial: Trial) -> None:
    trial.queue.put(_item(0))
    trial.queue.claim_next("A", until=trial.until)
    trial.clock.advance(200)
    assert trial.queue.claim(_UIDS[0], "A", until=trial.until)
    trial.clock.advance(_LEASE.total_seconds() - 1)
    assert trial.queue.claim_next("B", until=trial.until) is None
    trial.clock.advance(1)
    assert trial.queue.claims() == ()
    assert not trial.queue.release(_UIDS[0], "A")
    assert trial.queue.claim_next("B", until=trial.until) == _item(0)
    assert not trial.queue.claim(_UIDS[0], "A", until=trial.until)


def test_a_claim_outlives_a_move_and_the_place_counts_once_it_ends(trial: Trial) -> None:
    trial.queue.put(_item(0))
    trial.queue.put(_item(1, minutes=5))
    trial.queue.claim_next("A", until=trial.until)
    trial.queue.put(_item(0, minutes=-1))
    trial.queue.move([_item(0, minutes=9, reader="B")])
    assert [claim.reader for claim in trial.queue.claims()] == ["A"]
    assert trial.queue.release(_UIDS[0], "A")
    assert trial.queue.claim_next("A", until=trial.until) == _item(1, minutes=5)
    assert trial.queue.claim_next("B", until=trial.until) == _item(0, minutes=9, reader="B")


def test_events_are_told_in_order_to_whoever_asks(trial: Trial) -> None:
    trial.queue.put(_item(0))
    (placed,) = trial.queue.events_after(None)
    trial.queue.claim_next("A", until=trial.until)
    trial.queue.announce_result(_UIDS[0])
    trial.queue.release(_UIDS[0], "A")
    trial.queue.remove(_UIDS[0])
    uid, kind = _UIDS[0], QueueEventKind
    told = [
        (kind.PLACED, uid, None),
        (kind.CLAIMED, uid, "A"),
        (kind.RESULT, uid, "A"),
        (kind.RELEASED, uid, "A"),
        (kind.REMOVED, uid, None),
    ]
    assert trial.events() == told
    later = trial.again().events_after(placed.position, limit=2)
    assert [(one.kind, one.study_instance_uid, one.reader) for one in later] == told[1:3]
    newest = trial.queue.events_after(None, limit=1)
    assert [one.kind for one in newest] == [kind.REMOVED]
    assert trial.queue.events_after(newest[0].position) == ()


def test_32_clients_at_once_read_everything_once(trial: Trial) -> None:
    clients = 32
    for number in range(len(_UIDS)):
        trial.queue.put(_item(number, minutes=number))
    given: list[tuple[str, str]] = []
    begin = threading.Barrier(clients)

    def read(reader: str) -> None:
        begin.wait()
        queue = trial.queue
        while (item := queue.claim_next(reader, until=trial.until)) is not None:
            given.append((item.study_instance_uid, reader))
            queue.remove(item.study_instance_uid)

    with ThreadPoolExecutor(clients) as pool:
        list(pool.map(read, (f"R{number}" for number in range(clients))))
    assert Counter(uid for uid, _ in given) == Counter(_UIDS)
    assert trial.queue.ordered() == ()
    events = trial.queue.events_after("0", limit=500)
    assert sum(one.kind is QueueEventKind.CLAIMED for one in events) == len(_UIDS)
