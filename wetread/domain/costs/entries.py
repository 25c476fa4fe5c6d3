"""What is booked: entries are only added, and corrected by their reversal."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from wetread.domain.costs.modes import CostMode
from wetread.domain.costs.payers import Share
from wetread.domain.errors import LedgerError


class EntryKind(StrEnum):
    """Why something was booked."""

    ANALYSIS = "analysis"
    REVERSAL = "reversal"  # takes another entry back: all its amounts with the other sign
    CORRECTION = "correction"  # stands in the place of an entry that was reversed


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEntry:
    """One cost of one revision of a study."""

    study_instance_uid: str
    revision: int
    kind: EntryKind
    device: str
    gpu_seconds: Decimal
    cpu_seconds: Decimal
    energy_joule: Decimal | None  # None: not measured
    added_images: int  # by the results, so that billing by image can leave them out
    price_table: str
    mode: CostMode
    payer_table: str
    cost_jpy: Decimal
    shares: tuple[Share, ...]
    how_measured: str
    booked_at: datetime
    reverses: int | None = None  # the number of the entry that a reversal takes back
    reason: str = ""  # of a reversal or correction

    def __post_init__(self) -> None:
        if sum((share.amount_jpy for share in self.shares), Decimal(0)) != self.cost_jpy:
            raise LedgerError("the shares of an entry sum up to its cost")
        if len({share.payer for share in self.shares}) < len(self.shares):
            raise LedgerError("each payer has one share of an entry")
        if (self.reverses is None) == (self.kind is EntryKind.REVERSAL):
            raise LedgerError("a reversal, and nothing else, names the entry that it takes back")


@dataclass(frozen=True, slots=True, kw_only=True)
class BookedEntry:
    """An entry as it stands in the ledger."""

    entry_id: int
    site: str  # that sent the study; empty where it is unknown
    entry: LedgerEntry


def reversal_of(
    entry: LedgerEntry, *, entry_id: int, reason: str, booked_at: datetime
) -> LedgerEntry:
    """Return the entry that takes another back."""
    if entry.kind is EntryKind.REVERSAL:
        raise LedgerError("a reversal is not reversed: correct the study by a further entry")
    return replace(
        entry,
        kind=EntryKind.REVERSAL,
        gpu_seconds=-entry.gpu_seconds,
        cpu_seconds=-entry.cpu_seconds,
        energy_joule=None if entry.energy_joule is None else -entry.energy_joule,
        added_images=-entry.added_images,
        cost_jpy=-entry.cost_jpy,
        shares=tuple(replace(share, amount_jpy=-share.amount_jpy) for share in entry.shares),
        booked_at=booked_at,
        reverses=entry_id,
        reason=reason,
    )


def correction_of(
    entry: LedgerEntry,
    *,
    cost_jpy: Decimal,
    shares: Sequence[Share],
    payer_table: str,
    reason: str,
    booked_at: datetime,
) -> LedgerEntry:
    """Return the entry that stands in another's place: the same use, another cost or payer."""
    if cost_jpy < 0:
        raise LedgerError("a corrected cost is not negative")
    return replace(
        entry,
        kind=EntryKind.CORRECTION,
        cost_jpy=cost_jpy,
        shares=tuple(shares),
        payer_table=payer_table,
        booked_at=booked_at,
        reason=reason,
    )
