"""The ledger in the records: entries are added, never changed."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import Engine, select

from routing.records.tables import LedgerEntryRecord
from routing.records.transactions import writing


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEntry:
    """One cost; a study's revision has one of each kind."""

    study_instance_uid: str
    revision: int
    kind: str
    device: str
    gpu_seconds: Decimal
    cpu_seconds: Decimal
    price_table: str
    cost_jpy: Decimal
    how_measured: str
    booked_at: datetime


class LedgerRecords:
    """Books costs; `totals` sums them."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def book(self, entry: LedgerEntry) -> bool:
        """Add the entry; return False where one of its kind is already booked."""
        query = select(LedgerEntryRecord.entry_id).where(
            LedgerEntryRecord.study_instance_uid == entry.study_instance_uid,
            LedgerEntryRecord.revision == entry.revision,
            LedgerEntryRecord.kind == entry.kind,
        )
        with writing(self._engine) as session:
            if session.scalar(query) is not None:
                return False
            record = LedgerEntryRecord(
                study_instance_uid=entry.study_instance_uid,
                revision=entry.revision,
                kind=entry.kind,
                device=entry.device,
                gpu_seconds=entry.gpu_seconds,
                cpu_seconds=entry.cpu_seconds,
                price_table=entry.price_table,
                cost_jpy=entry.cost_jpy,
                how_measured=entry.how_measured,
                booked_at=entry.booked_at,
            )
            session.add(record)
        return True
