"""Book what the analysis of a study cost."""

from datetime import datetime
from typing import Final

from routing.records.ledger import LedgerEntry, LedgerRecords
from wetread.domain.costs.prices import PriceTable, booked_seconds
from wetread.domain.findings import Findings

ANALYSIS: Final = "analysis"


def book_analysis(
    findings: Findings, *, prices: PriceTable, ledger: LedgerRecords, at: datetime
) -> bool:
    """Book the analysis of one revision once; return False where it is already booked."""
    used = findings.cost
    gpu_seconds, cpu_seconds = booked_seconds(used.gpu_seconds), booked_seconds(used.cpu_seconds)
    return ledger.book(
        LedgerEntry(
            study_instance_uid=findings.study_instance_uid,
            revision=findings.revision,
            kind=ANALYSIS,
            device=used.device,
            gpu_seconds=gpu_seconds,
            cpu_seconds=cpu_seconds,
            price_table=prices.name,
            cost_jpy=prices.cost_jpy(gpu_seconds=gpu_seconds, cpu_seconds=cpu_seconds),
            how_measured=used.how_measured,
            booked_at=at,
        )
    )
