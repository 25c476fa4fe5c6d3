"""How fast the reading queue moves 10 000 items and gives them out, SQL beside Redis in one run.

Usage: python benchmarks/reading_queue.py [--items 10000] [--claims 2000]

Redis is left out where `redis-server` is not installed. Latencies are those of one client.
"""

import argparse
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

from redis import Redis
from sqlalchemy.orm import Session

from routing.reading.redis_queue import RedisReadingQueue
from routing.reading.sql_queue import SqlReadingQueue
from routing.records.database import open_database
from routing.records.tables import ReadingItemRecord, StudyRecord
from tests.support.redis_server import running_redis
from wetread.ports import QueueItem, ReadingQueue

_NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)


def main() -> None:
    """Print a table with a row for each adapter."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=10_000)
    parser.add_argument("--claims", type=int, default=2_000)
    options = parser.parse_args()
    items = [
        QueueItem(
            study_instance_uid=f"1.2.{number}",
            place_at=_NOW + timedelta(seconds=number * 7919 % options.items),
        )
        for number in range(options.items)
    ]
    print("| queue | all moved, s | claim p50, ms | p99, ms | claim and remove, 1/s |")
    print("|---|---|---|---|---|")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        for name, queue in _queues(folder, items, stack):
            print(f"| {name} | {_row(queue, items, options.claims)} |")


def _queues(
    folder: Path, items: list[QueueItem], stack: ExitStack
) -> Iterator[tuple[str, ReadingQueue]]:
    engine = open_database(f"sqlite:///{folder / 'records.sqlite'}")
    with Session(engine) as session, session.begin():
        session.add_all(_study(item.study_instance_uid) for item in items)
        session.flush()
        session.add_all(_reading_item(item.study_instance_uid) for item in items)
    yield "SQL (SQLite, synced)", SqlReadingQueue(engine, lambda: _NOW)
    program = shutil.which("redis-server")
    if program is None:
        print("| Redis | redis-server is not installed | | | |")
        return
    url = stack.enter_context(running_redis(program, folder))
    redis = stack.enter_context(Redis.from_url(url, decode_responses=True))
    yield "Redis (not on disk)", RedisReadingQueue(redis, lambda: _NOW, lambda: items)


def _study(uid: str) -> StudyRecord:
    return StudyRecord(
        study_instance_uid=uid,
        issuer="H",
        patient_id="1",
        patient_name="",
        study_date="",
        study_description="",
        accession_number="",
        sending_ae="",
        site="H",
        state="complete",
        revision=0,
        first_received_at=_NOW,
        last_received_at=_NOW,
    )


def _reading_item(uid: str) -> ReadingItemRecord:
    return ReadingItemRecord(
        study_instance_uid=uid,
        requested_at=_NOW,
        place_at=_NOW,
        ai_state="waiting",
        priority=0,
        reasons=[],
    )


def _row(queue: ReadingQueue, items: list[QueueItem], claims: int) -> str:
    queue.ordered(1)
    begin = time.perf_counter()
    queue.move(items)
    moved_s = time.perf_counter() - begin
    latencies_ms = []
    until = _NOW + timedelta(minutes=30)
    started = time.perf_counter()
    for _ in range(claims):
        begin = time.perf_counter()
        item = queue.claim_next("A", until=until)
        latencies_ms.append(1000 * (time.perf_counter() - begin))
        assert item is not None
        queue.remove(item.study_instance_uid)
    rate = claims / (time.perf_counter() - started)
    cuts = statistics.quantiles(latencies_ms, n=100)
    return f"{moved_s:.2f} | {cuts[49]:.2f} | {cuts[98]:.2f} | {rate:.0f}"


if __name__ == "__main__":
    main()
