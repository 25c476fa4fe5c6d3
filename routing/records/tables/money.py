"""What analyses cost, and who pays."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import (
    ForeignKey,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from routing.records.tables.columns import Record


class LedgerEntryRecord(Record):
    """One booked cost; never changed, corrected only by further entries."""

    __tablename__ = "ledger_entries"

    entry_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    study_instance_uid: Mapped[str] = mapped_column(ForeignKey("studies.study_instance_uid"))
    revision: Mapped[int]
    kind: Mapped[str] = mapped_column(String(32))  # an EntryKind
    number: Mapped[int] = mapped_column(server_default="0")  # among those of its kind
    device: Mapped[str] = mapped_column(Text)
    gpu_seconds: Mapped[Decimal]
    cpu_seconds: Mapped[Decimal]
    energy_joule: Mapped[Decimal | None]  # None: not measured
    added_images: Mapped[int] = mapped_column(server_default="0")
    price_table: Mapped[str] = mapped_column(Text)  # which dated table gave the price
    mode: Mapped[str] = mapped_column(String(16), server_default="on_premises")  # a CostMode
    payer_table: Mapped[str] = mapped_column(Text, server_default="")
    cost_jpy: Mapped[Decimal]
    how_measured: Mapped[str] = mapped_column(Text)
    booked_at: Mapped[datetime] = mapped_column(index=True)
    reverses: Mapped[int | None] = mapped_column(
        ForeignKey("ledger_entries.entry_id"), unique=True
    )  # an entry is taken back once
    reason: Mapped[str] = mapped_column(Text, server_default="")

    __table_args__ = (UniqueConstraint("study_instance_uid", "revision", "kind", "number"),)


class LedgerShareRecord(Record):
    """What one payer pays of an entry; the shares of an entry sum up to its cost."""

    __tablename__ = "ledger_shares"

    entry_id: Mapped[int] = mapped_column(ForeignKey("ledger_entries.entry_id"), primary_key=True)
    payer: Mapped[str] = mapped_column(String(255), primary_key=True)
    amount_jpy: Mapped[Decimal]
