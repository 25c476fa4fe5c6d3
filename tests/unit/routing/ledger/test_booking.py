"""A cost is booked once and exactly."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from routing.ledger.booking import book_analysis
from routing.ledger.prices import load_price_table
from routing.records.database import open_database
from routing.records.ledger import LedgerRecords
from routing.records.totals import RecordsTotals
from tests.support.findings import findings
from tests.support.record_rows import RECEIVED_AT, add_study

_UID = "1.2.3"
_SECOND_JPY = Decimal(25_000) / (730 * 3600 * 8)


def test_each_revision_is_booked_once(tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path / 'records.sqlite'}")
    add_study(engine, _UID)
    ledger, prices = LedgerRecords(engine), load_price_table()
    base = findings(study_instance_uid=_UID)  # 5.25 CPU seconds

    def book(revision: int) -> bool:
        revised = replace(base, revision=revision)
        return book_analysis(revised, prices=prices, ledger=ledger, at=RECEIVED_AT)

    assert [book(0), book(0), book(1)] == [True, False, True]
    month = RecordsTotals(engine).use_between(RECEIVED_AT, RECEIVED_AT + timedelta(days=31))
    assert month.total.cpu_seconds == Decimal("10.5")
    assert month.total.cost_jpy == 2 * (_SECOND_JPY * Decimal("5.25")).quantize(Decimal("0.000001"))
    assert month.price_tables == (prices.name,)
