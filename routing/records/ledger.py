"""The ledger in the records: entries are added, never changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Engine, Row, func, select
from sqlalchemy.orm import Session

from routing.records.audit import write_audit
from routing.records.tables import LedgerEntryRecord, LedgerShareRecord, StudyRecord
from routing.records.transactions import writing
from wetread.domain.costs.budgets import Charge
from wetread.domain.costs.entries import (
    BookedEntry,
    EntryKind,
    LedgerEntry,
    correction_of,
    reversal_of,
)
from wetread.domain.costs.modes import CostMode
from wetread.domain.costs.payers import PayerTable, Share
from wetread.domain.errors import LedgerError


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What a person puts in the place of an entry; without cost and payer it is taken back."""

    cost_jpy: Decimal | None  # None: as it was
    payer: str | None  # pays all; None: as the payer table says
    actor: str
    reason: str

    @property
    def takes_back(self) -> bool:
        """Tell whether nothing comes in the place of the entry."""
        return self.cost_jpy is None and self.payer is None


class LedgerRecords:
    """Books costs and corrects them; `totals` sums them."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def site_of(self, study_instance_uid: str) -> str:
        """Return the hospital that sent a study; empty where it is unknown."""
        with Session(self._engine) as session:
            return _site_of(session, study_instance_uid)

    def book(self, entry: LedgerEntry) -> bool:
        """Add what an analysis cost; return False where its revision is already booked."""
        with writing(self._engine) as session:
            if _count(session, entry) > 0:
                return False
            _add(session, entry)
        return True

    def correct(
        self, entry_id: int, correction: Correction, *, payers: PayerTable, at: datetime
    ) -> tuple[BookedEntry, ...]:
        """Reverse an entry and book what comes in its place; return what was added.

        Raise `LedgerError` where there is no such entry, or it was taken back before.
        """
        with writing(self._engine) as session:
            record = session.get(LedgerEntryRecord, entry_id, with_for_update=True)
            if record is None:
                raise LedgerError(f"the ledger has no entry {entry_id}")
            taken_back = select(LedgerEntryRecord.entry_id).where(
                LedgerEntryRecord.reverses == entry_id
            )
            if session.scalar(taken_back) is not None:
                raise LedgerError(f"entry {entry_id} was taken back before")
            entry = _entry(record, _shares(session, [entry_id])[entry_id])
            site = _site_of(session, entry.study_instance_uid)
            added = [reversal_of(entry, entry_id=entry_id, reason=correction.reason, booked_at=at)]
            if not correction.takes_back:
                added.append(_corrected(entry, correction, site=site, payers=payers, at=at))
            booked = tuple(
                BookedEntry(entry_id=_add(session, one), site=site, entry=one) for one in added
            )
            write_audit(
                session,
                at=at,
                actor=correction.actor,
                action="costs.correct",
                study_instance_uid=entry.study_instance_uid,
                detail={
                    "entry": entry_id,
                    "added": [one.entry_id for one in booked],
                    "cost_jpy": [str(entry.cost_jpy), *(str(one.cost_jpy) for one in added[1:])],
                    "reason": correction.reason,
                },
            )
        return booked

    def entries_between(self, start: datetime, end: datetime) -> tuple[BookedEntry, ...]:
        """Return what was booked from ``start`` up to but not including ``end``, in order."""
        query = (
            select(*LedgerEntryRecord.__table__.columns, StudyRecord.site)
            .join(
                StudyRecord,
                StudyRecord.study_instance_uid == LedgerEntryRecord.study_instance_uid,
            )
            .where(LedgerEntryRecord.booked_at >= start, LedgerEntryRecord.booked_at < end)
            .order_by(LedgerEntryRecord.entry_id)
        )
        with Session(self._engine) as session:
            rows = session.execute(query).all()
            shares = _shares(session, [row.entry_id for row in rows])
        return tuple(
            BookedEntry(
                entry_id=row.entry_id, site=row.site, entry=_entry(row, shares[row.entry_id])
            )
            for row in rows
        )

    def charges_between(self, start: datetime, end: datetime) -> tuple[Charge, ...]:
        """Return the shares of what was booked in a period, and no more: budgets ask often."""
        query = (
            select(
                LedgerShareRecord.payer,
                LedgerEntryRecord.device,
                LedgerEntryRecord.booked_at,
                LedgerShareRecord.amount_jpy,
            )
            .join(LedgerEntryRecord, LedgerEntryRecord.entry_id == LedgerShareRecord.entry_id)
            .where(LedgerEntryRecord.booked_at >= start, LedgerEntryRecord.booked_at < end)
        )
        with self._engine.connect() as connection:
            return tuple(
                Charge(payer=payer, device=device, booked_at=booked_at, amount_jpy=amount_jpy)
                for payer, device, booked_at, amount_jpy in connection.execute(query)
            )


def _corrected(
    entry: LedgerEntry, correction: Correction, *, site: str, payers: PayerTable, at: datetime
) -> LedgerEntry:
    cost_jpy = entry.cost_jpy if correction.cost_jpy is None else correction.cost_jpy
    if correction.payer is None:
        shares = payers.rule_for(site).shares(site, cost_jpy)
    else:
        shares = (Share(payer=correction.payer, amount_jpy=cost_jpy),)
    return correction_of(
        entry,
        cost_jpy=cost_jpy,
        shares=shares,
        payer_table=payers.dated_name if correction.payer is None else "",
        reason=correction.reason,
        booked_at=at,
    )


def _site_of(session: Session, study_instance_uid: str) -> str:
    query = select(StudyRecord.site).where(StudyRecord.study_instance_uid == study_instance_uid)
    return session.scalar(query) or ""


def _count(session: Session, entry: LedgerEntry) -> int:
    query = select(func.count()).where(
        LedgerEntryRecord.study_instance_uid == entry.study_instance_uid,
        LedgerEntryRecord.revision == entry.revision,
        LedgerEntryRecord.kind == entry.kind,
    )
    return session.scalar(query) or 0


def _add(session: Session, entry: LedgerEntry) -> int:
    record = LedgerEntryRecord(
        study_instance_uid=entry.study_instance_uid,
        revision=entry.revision,
        kind=entry.kind.value,
        number=_count(session, entry),
        device=entry.device,
        gpu_seconds=entry.gpu_seconds,
        cpu_seconds=entry.cpu_seconds,
        energy_joule=entry.energy_joule,
        added_images=entry.added_images,
        price_table=entry.price_table,
        mode=entry.mode.value,
        payer_table=entry.payer_table,
        cost_jpy=entry.cost_jpy,
        how_measured=entry.how_measured,
        booked_at=entry.booked_at,
        reverses=entry.reverses,
        reason=entry.reason,
    )
    session.add(record)
    session.flush()
    session.add_all(
        LedgerShareRecord(entry_id=record.entry_id, payer=share.payer, amount_jpy=share.amount_jpy)
        for share in entry.shares
    )
    return record.entry_id


def _shares(session: Session, entry_ids: Sequence[int]) -> dict[int, tuple[Share, ...]]:
    found: dict[int, tuple[Share, ...]] = dict.fromkeys(entry_ids, ())
    if not entry_ids:
        return found
    query = (
        select(LedgerShareRecord.entry_id, LedgerShareRecord.payer, LedgerShareRecord.amount_jpy)
        .where(LedgerShareRecord.entry_id.between(min(entry_ids), max(entry_ids)))
        .order_by(LedgerShareRecord.payer)
    )
    for entry_id, payer, amount_jpy in session.execute(query):
        if entry_id in found:
            found[entry_id] = (*found[entry_id], Share(payer=payer, amount_jpy=amount_jpy))
    return found


def _entry(
    record: LedgerEntryRecord | Row[*tuple[Any, ...]], shares: tuple[Share, ...]
) -> LedgerEntry:
    return LedgerEntry(
        study_instance_uid=record.study_instance_uid,
        revision=record.revision,
        kind=EntryKind(record.kind),
        device=record.device,
        gpu_seconds=record.gpu_seconds,
        cpu_seconds=record.cpu_seconds,
        energy_joule=record.energy_joule,
        added_images=record.added_images,
        price_table=record.price_table,
        mode=CostMode(record.mode),
        payer_table=record.payer_table,
        cost_jpy=record.cost_jpy,
        shares=shares,
        how_measured=record.how_measured,
        booked_at=record.booked_at,
        reverses=record.reverses,
        reason=record.reason,
    )
