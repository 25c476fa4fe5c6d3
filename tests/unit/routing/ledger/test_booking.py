"""A cost is booked once and exactly."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from routing.ledger.booking import book_analysis
from routing.ledger.payers import load_payer_tables
from routing.ledger.prices import load_price_table
from routing.records.database import open_database
from routing.records.ledger import LedgerRecords
from routing.records.totals import RecordsTotals
from routing.results.objects import EncodedObject, ObjectKind
from tests.support.findings import findings
from tests.support.record_rows import PATIENT, RECEIVED_AT, add_study
from wetread.domain.costs.payers import Share

_UID = "1.2.3"
_SECOND_JPY = Decimal(25_000) / (730 * 3600 * 8)
_REPORT = "1.2.840.10008.5.1.4.1.1.88.33"
_MARKS = "1.2.840.10008.5.1.4.1.1.11.1"
_PICTURE = "1.2.840.10008.5.1.4.1.1.7"


def encoded(sop_class_uid: str) -> EncodedObject:
    return EncodedObject(
        kind=ObjectKind.MEASUREMENT_REPORT,
        sop_class_uid=sop_class_uid,
        sop_instance_uid="1.2.3.4",
        path=Path("report.dcm"),
    )


def test_each_revision_is_booked_once(tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path / 'records.sqlite'}")
    add_study(engine, _UID)
    ledger, prices = LedgerRecords(engine), load_price_table()
    base = findings(study_instance_uid=_UID)  # 5.25 CPU seconds

    def book(revision: int) -> bool:
        return book_analysis(
            replace(base, revision=revision),
            [encoded(_REPORT), encoded(_MARKS), encoded(_PICTURE)],
            prices=prices,
            payers=load_payer_tables().on(RECEIVED_AT.date()),
            ledger=ledger,
            at=RECEIVED_AT,
        )

    assert [book(0), book(0), book(1)] == [True, False, True]
    end = RECEIVED_AT + timedelta(days=31)
    month = RecordsTotals(engine).use_between(RECEIVED_AT, end)
    cost_jpy = (_SECOND_JPY * Decimal("5.25")).quantize(Decimal("0.000001"))
    assert month.total.cpu_seconds == Decimal("10.5")
    assert month.total.cost_jpy == 2 * cost_jpy
    assert month.price_tables == (prices.name,)
    first, _ = ledger.entries_between(RECEIVED_AT, end)
    assert first.entry.shares == (Share(payer=PATIENT.issuer, amount_jpy=cost_jpy),)
    assert first.entry.added_images == 1  # neither the report nor the marks are an image
