"""The adapter of `ports.ReadingQueue` over Redis: one script, whose operations are atomic."""

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, cast

from redis import Redis
from redis.exceptions import ResponseError

from wetread.ports import Claim, Clock, QueueEvent, QueueEventKind, QueueItem

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_PREFIX: Final = "{wetread:reading}:"  # the braces keep all keys on one node of a cluster
_INCOMPLETE: Final = "INCOMPLETE"

RecordedItems = Callable[[], Sequence[QueueItem]]


class RedisReadingQueue:
    """Keeps the list in Redis; where Redis has lost it, it is read from the records again."""

    def __init__(self, redis: Redis, clock: Clock, recorded: RecordedItems) -> None:
        self._redis = redis
        self._clock = clock
        self._recorded = recorded
        script = Path(__file__).with_name("queue.lua").read_text(encoding="utf-8")
        self._script = redis.register_script(script)

    def restore(self) -> None:
        """Hold exactly what the records say is to be read; claims of it remain."""
        self._run("restore", *_arguments(self._recorded()))

    def put(self, item: QueueItem) -> None:
        """Add the item, or give it a sooner place or its reader; never moves it back."""
        self._call("put", *_arguments([item]))

    def move(self, items: Sequence[QueueItem]) -> None:
        """Give items exactly these places and readers, all at once; claims stay."""
        self._call("move", *_arguments(items))

    def remove(self, study_instance_uid: str) -> None:
        """Take the item out, claimed or not; absent items are fine."""
        self._call("remove", study_instance_uid)

    def ordered(self, limit: int | None = None) -> tuple[QueueItem, ...]:
        """Return items, next to read first, with those that are claimed."""
        if limit == 0:
            return ()
        found = self._call("ordered", -1 if limit is None else limit - 1)
        return tuple(_item(*one) for one in _threes(found))

    def claim_next(
        self, reader: str, *, until: datetime, skip: Collection[str] = ()
    ) -> QueueItem | None:
        """Give a reader the first item that is free, and not assigned to another, nor skipped."""
        found = self._call("claim_next", self._now(), reader, _number(until), *skip)
        return None if found is None else _item(*found)

    def claim(self, study_instance_uid: str, reader: str, *, until: datetime) -> bool:
        """Give a reader one item, or renew the claim they have; False where another has it."""
        return bool(self._call("claim", self._now(), study_instance_uid, reader, _number(until)))

    def release(self, study_instance_uid: str, reader: str) -> bool:
        """Give an item back; False where the reader does not have it (any more)."""
        return bool(self._call("release", self._now(), study_instance_uid, reader))

    def claims(self) -> tuple[Claim, ...]:
        """Return the claims that hold now, by UID."""
        claims = (
            Claim(study_instance_uid=uid, reader=reader, until=_moment(until))
            for uid, reader, until in _threes(self._call("claims", self._now()))
        )
        return tuple(sorted(claims, key=lambda claim: claim.study_instance_uid))

    def announce_result(self, study_instance_uid: str) -> None:
        """Tell whoever reads the study that its analysis has something new to say."""
        self._call("announce_result", self._now(), study_instance_uid)

    def events_after(self, position: str | None, *, limit: int = 100) -> tuple[QueueEvent, ...]:
        """Return what happened after a position, oldest first; None: the newest events."""
        stream = f"{_PREFIX}events"
        told: Any
        if position is None:
            told = reversed(cast("list[Any]", self._redis.xrevrange(stream, count=limit)))
        else:
            told = self._redis.xrange(stream, min=f"({position}", count=limit)
        return tuple(
            QueueEvent(
                position=place,
                kind=QueueEventKind(said["kind"]),
                study_instance_uid=said["uid"],
                reader=said["reader"] or None,
            )
            for place, said in told
        )

    def _now(self) -> int:
        return _number(self._clock())

    def _call(self, operation: str, *arguments: str | int) -> Any:  # noqa: ANN401 - by operation
        try:
            return self._run(operation, *arguments)
        except ResponseError as error:
            if not str(error).startswith(_INCOMPLETE):
                raise
        self.restore()
        return self._run(operation, *arguments)

    def _run(self, operation: str, *arguments: str | int) -> Any:  # noqa: ANN401 - by operation
        return self._script(keys=[_PREFIX], args=[operation, *arguments])


def _arguments(items: Sequence[QueueItem]) -> Iterator[str | int]:
    for item in items:
        yield item.study_instance_uid
        yield _number(item.place_at)
        yield item.reader or ""


def _threes(flat: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    return zip(flat[::3], flat[1::3], flat[2::3], strict=True)


def _item(uid: str, place: str, reader: str) -> QueueItem:
    return QueueItem(study_instance_uid=uid, place_at=_moment(place), reader=reader or None)


def _number(moment: datetime) -> int:
    return (moment - _EPOCH) // _MICROSECOND


def _moment(number: str) -> datetime:
    return _EPOCH + int(number) * _MICROSECOND
