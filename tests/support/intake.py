"""An intake on a temporary folder, with a clock that tests set."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pydicom import Dataset
from pydicom.uid import UID, ExplicitVRLittleEndian
from pynetdicom import AE, build_context, evt
from pynetdicom.association import Association
from sqlalchemy import select
from sqlalchemy.orm import Session

from routing.connections import note_connection
from routing.intake.indexer import Indexer, OnDocuments
from routing.intake.receiver import StorageReceiver
from routing.intake.spool import Spool
from routing.records.catalog import StudyCatalog
from routing.records.database import open_database
from routing.records.tables import AuditRecord, InstanceRecord
from tests.support.instances import encoded
from wetread.ports import ReceivedInstance
from wetread.settings import IntakeSettings, SenderSettings

SITE = "Invented Hospital"
SCANNER = "SCANNER"


class SetClock:
    """Tells the time it was set to."""

    def __init__(self) -> None:
        self.now = datetime(2025, 1, 2, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.now += timedelta(seconds=seconds)


class Intake:
    """Spool, records, catalog and indexer; the indexer does not run until told to."""

    def __init__(self, folder: Path, *, minimum_free_bytes: int = 0) -> None:
        self.clock = SetClock()
        self.spool = Spool(folder / "spool", minimum_free_bytes)
        self.engine = open_database(f"sqlite:///{folder / 'records.sqlite'}")
        self.catalog = StudyCatalog(self.engine, self.clock, spool_dir=self.spool.root)
        self.on_documents: OnDocuments | None = None
        self.indexer = self.new_indexer()

    def new_indexer(self) -> Indexer:
        """Return an indexer as a fresh start of the service has one."""
        return Indexer(
            self.spool,
            self.catalog,
            clock=self.clock,
            sites={SCANNER: SITE},
            on_documents=self.on_documents,
        )

    def receive(
        self,
        dataset: Dataset | bytes,
        syntax: UID = ExplicitVRLittleEndian,
        *,
        source_ae_title: str = SCANNER,
    ) -> str:
        """Put a dataset into the inbox and have it indexed once the indexer runs."""
        content = self.spool.receive(
            ReceivedInstance(
                sop_class_uid="1.2.840.10008.5.1.4.1.1.2",
                sop_instance_uid="1.2.3",
                transfer_syntax_uid=syntax,
                source_ae_title=source_ae_title,
                dataset=encoded(dataset, syntax) if isinstance(dataset, Dataset) else dataset,
            )
        )
        self.indexer.submit(content)
        return content

    def index(self) -> None:
        """Index what was received so far, and whatever lies in the inbox."""
        self.indexer.start()
        self.indexer.stop()
        self.indexer = self.new_indexer()

    def instance_record(self, content_sha256: str) -> InstanceRecord:
        """Return what is recorded of a content."""
        with Session(self.engine, expire_on_commit=False) as session:
            return session.get_one(InstanceRecord, content_sha256)

    def statuses(self) -> dict[str, str]:
        """Return the status of every recorded content."""
        with Session(self.engine) as session:
            records = session.scalars(select(InstanceRecord))
            return {record.content_sha256: record.status for record in records}

    def audited(self) -> list[str]:
        """Return the audited actions in order."""
        with Session(self.engine) as session:
            return list(session.scalars(select(AuditRecord.action).order_by(AuditRecord.audit_id)))

    def waiting(self) -> tuple[str, ...]:
        """Return what lies in the inbox."""
        return self.spool.waiting()


def intake_settings(**changes: Any) -> IntakeSettings:
    """Return settings for a free port that let the test's scanner in."""
    settings = IntakeSettings(senders=(SenderSettings(ae_title=SCANNER, site=SITE),))
    return settings.model_copy(update={"port": 0, **changes})


@contextmanager
def receiving(intake: Intake, **changes: Any) -> Iterator[StorageReceiver]:
    """Run receiver and indexer over an intake."""
    receiver = StorageReceiver(intake_settings(**changes), intake.spool, intake.indexer.submit)
    intake.indexer.start()
    receiver.start()
    try:
        yield receiver
    finally:
        receiver.stop()
        intake.indexer.stop()


@contextmanager
def associated(
    port: int,
    dataset: Dataset,
    *syntaxes: str,
    calling: str = SCANNER,
    called: str = "WETREAD",
) -> Iterator[Association]:
    """Open an association for storing datasets like this one; it may not be established."""
    ae = AE(calling)
    contexts = [build_context(dataset.SOPClassUID, list(syntaxes) or ExplicitVRLittleEndian)]
    opened: list[socket.socket] = []
    association = ae.associate(
        "127.0.0.1",
        port,
        contexts=contexts,
        ae_title=called,
        evt_handlers=[(evt.EVT_ACSE_SENT, note_connection, [opened])],
    )
    try:
        yield association
    finally:
        association.release()
        for connection in opened:
            connection.close()
