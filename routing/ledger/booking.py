"""Book what the analysis of a study cost."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from pydicom.uid import UID

from routing.records.ledger import LedgerRecords
from routing.results.objects import EncodedObject
from wetread.domain.costs.entries import EntryKind, LedgerEntry
from wetread.domain.costs.payers import PayerTable
from wetread.domain.costs.prices import PriceTable, booked_amount
from wetread.domain.findings import Findings


def book_analysis(
    findings: Findings,
    objects: Sequence[EncodedObject],
    *,
    prices: PriceTable,
    payers: PayerTable,
    ledger: LedgerRecords,
    at: datetime,
) -> bool:
    """Book the analysis of one revision once; return False where it is already booked."""
    used = findings.cost
    gpu_seconds, cpu_seconds = booked_amount(used.gpu_seconds), booked_amount(used.cpu_seconds)
    energy: Decimal | None = None
    if used.energy_joule is not None:
        energy = booked_amount(used.energy_joule)
    cost_jpy = prices.cost_jpy(gpu_seconds=gpu_seconds, cpu_seconds=cpu_seconds)
    site = ledger.site_of(findings.study_instance_uid)
    return ledger.book(
        LedgerEntry(
            study_instance_uid=findings.study_instance_uid,
            revision=findings.revision,
            kind=EntryKind.ANALYSIS,
            device=used.device,
            gpu_seconds=gpu_seconds,
            cpu_seconds=cpu_seconds,
            energy_joule=energy,
            added_images=sum(_is_image(one) for one in objects),
            price_table=prices.name,
            mode=prices.mode,
            payer_table=payers.dated_name,
            cost_jpy=cost_jpy,
            shares=payers.rule_for(site).shares(site, cost_jpy),
            how_measured=used.how_measured,
            booked_at=at,
        )
    )


def _is_image(encoded: EncodedObject) -> bool:
    """Tell whether a result counts where images are billed: reports and marks do not."""
    return "Image Storage" in UID(encoded.sop_class_uid).name
