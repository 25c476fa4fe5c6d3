"""Our whole intake: receiver, spool, indexer, catalog and completeness watcher.

Usage: full_receiver.py FOLDER; prints its port and serves until standard input ends.
"""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from routing.intake.completeness import CompletenessWatcher
from routing.intake.indexer import Indexer
from routing.intake.receiver import StorageReceiver
from routing.intake.spool import Spool
from routing.records.catalog import StudyCatalog
from routing.records.database import open_database
from wetread.domain.studies import CompletenessPolicy
from wetread.logs import configure_logs
from wetread.settings import IntakeSettings, SenderSettings


def now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


def main() -> None:
    """Serve."""
    configure_logs("console")
    folder = Path(sys.argv[1])
    settings = IntakeSettings(senders=(SenderSettings(ae_title="STORESCU", site="Benchmark"),))
    spool = Spool(folder / "spool", 0)
    engine = open_database(f"sqlite:///{folder / 'records.sqlite'}")
    catalog = StudyCatalog(engine, now, spool_dir=spool.root)
    indexer = Indexer(spool, catalog, clock=now, sites={})
    policy = CompletenessPolicy(quiet=timedelta(minutes=1), forced_after=timedelta(hours=1))
    watcher = CompletenessWatcher(
        catalog, policy, now, lambda _study, _revision: None, indexed_until=indexer.indexed_until
    )
    receiver = StorageReceiver(settings.model_copy(update={"port": 0}), spool, indexer.submit)
    for part in (watcher, indexer, receiver):
        part.start()
    print(receiver.port, flush=True)
    sys.stdin.read()
    for part in (receiver, indexer, watcher):
        part.stop()


if __name__ == "__main__":
    main()
