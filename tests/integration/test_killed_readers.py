"""Readers' programs that die: what they had comes back, and nothing is given out twice."""

import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from redis import Redis

from routing.reading.redis_queue import RedisReadingQueue
from routing.reading.sql_queue import SqlReadingQueue
from routing.records.database import open_database
from tests.support.record_rows import add_study
from tests.support.redis_server import running_redis
from wetread.ports import QueueItem, ReadingQueue

_ITEMS, _READERS = 60, 4
_PROGRAM = """
import sys, time
from datetime import UTC, datetime, timedelta
from tests.integration.test_killed_readers import open_queue
queue, reader = open_queue(sys.argv[1]), sys.argv[2]
quiet_until = time.monotonic() + 3
while time.monotonic() < quiet_until:
    item = queue.claim_next(reader, until=datetime.now(UTC) + timedelta(seconds=1))
    if item is None:
        time.sleep(0.05)
        continue
    quiet_until = time.monotonic() + 3
    time.sleep(0.02)
    if queue.claim(item.study_instance_uid, reader, until=datetime.now(UTC) + timedelta(seconds=1)):
        print("read", item.study_instance_uid, flush=True)
        queue.remove(item.study_instance_uid)
"""


def open_queue(url: str) -> ReadingQueue:
    """Return the queue at a URL, as a process of its own opens it."""

    def now() -> datetime:
        return datetime.now(UTC)

    if url.startswith("redis"):
        return RedisReadingQueue(Redis.from_url(url, decode_responses=True), now, tuple)
    return SqlReadingQueue(open_database(url), now)


@pytest.mark.parametrize("kind", ["sql", "redis"])
def test_what_a_killed_reader_had_is_read_by_another(
    kind: str, tmp_path: Path, require_program: Callable[[str], str]
) -> None:
    if kind == "redis":
        with running_redis(require_program("redis-server"), tmp_path) as url:
            _kill_half_of_the_readers(url)
        return
    url = f"sqlite:///{tmp_path / 'records.sqlite'}"
    engine = open_database(url)
    for number in range(_ITEMS):
        add_study(engine, f"1.2.{number}")
    _kill_half_of_the_readers(url)


def _kill_half_of_the_readers(url: str) -> None:
    queue = open_queue(url)
    for number in range(_ITEMS):
        queue.put(QueueItem(study_instance_uid=f"1.2.{number}", place_at=datetime.now(UTC)))
    readers = [
        subprocess.Popen(
            [sys.executable, "-c", _PROGRAM, url, f"R{number}"],
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )
        for number in range(_READERS)
    ]
    while len(queue.ordered()) > _ITEMS - 10:
        time.sleep(0.01)
    for reader in readers[: _READERS // 2]:
        reader.kill()
    read = Counter(
        line.split()[1]
        for reader in readers
        for line in reader.communicate(timeout=120)[0].split("\n")
        if line
    )
    assert queue.ordered() == ()
    assert max(read.values()) <= 2, "again only where the reader died before it said so"
    assert sum(count - 1 for count in read.values()) <= _READERS // 2
    assert set(read) == {f"1.2.{number}" for number in range(_ITEMS)}
