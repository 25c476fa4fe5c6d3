"""Entries of the ledger, and prices of an institution's own."""

from datetime import datetime
from decimal import Decimal

from tests.support.record_rows import RECEIVED_AT
from wetread.domain.costs.entries import EntryKind, LedgerEntry
from wetread.domain.costs.modes import CostMode
from wetread.domain.costs.payers import Share

SITE = "Test Hospital"
OWN_PRICES = """
name = "our server"
effective_from = 2026-04-01
source = "an invoice"
verified = true
[gpu]
monthly_jpy = 36000.5
hours_per_month = 100
devices = 1
[cpu]
monthly_jpy = 0
hours_per_month = 100
devices = 4
"""


def ledger_entry(
    study_instance_uid: str,
    *,
    revision: int = 0,
    cost_jpy: str = "0.123456",
    at: datetime = RECEIVED_AT,
    shares: tuple[Share, ...] | None = None,
    device: str = "cpu",
) -> LedgerEntry:
    """Return what one analysis cost; the hospital that sent it pays."""
    cost = Decimal(cost_jpy)
    return LedgerEntry(
        study_instance_uid=study_instance_uid,
        revision=revision,
        kind=EntryKind.ANALYSIS,
        device=device,
        gpu_seconds=Decimal(0),
        cpu_seconds=Decimal("5.25"),
        energy_joule=None,
        added_images=0,
        price_table="test prices",
        mode=CostMode.ON_PREMISES,
        payer_table="test payers",
        cost_jpy=cost,
        shares=shares or (Share(payer=SITE, amount_jpy=cost),),
        how_measured="process CPU time",
        booked_at=at,
    )
