"""The export sums up to the ledger, in both formats."""

import csv
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from pyarrow import parquet

from routing.ledger.focus import COLUMNS, write_focus
from tests.support.api import JAPAN
from tests.support.ledger import ledger_entry
from wetread.domain.costs.entries import BookedEntry, reversal_of
from wetread.domain.costs.payers import Share
from wetread.domain.errors import ConfigurationError

MIDNIGHT = datetime(2026, 4, 1, 0, 30, tzinfo=JAPAN)


def entries() -> list[BookedEntry]:
    """Return an analysis that two pay, and its reversal."""
    shares = (
        Share(payer="Reading Centre", amount_jpy=Decimal("0.033333")),
        Share(payer="病院", amount_jpy=Decimal("0.066667")),
    )
    entry = replace(
        ledger_entry("1.2.3", cost_jpy="0.1", shares=shares, at=MIDNIGHT), added_images=2
    )
    back = reversal_of(entry, entry_id=1, reason="wrong", booked_at=MIDNIGHT)
    return [
        BookedEntry(entry_id=number, site="病院", entry=one)
        for number, one in enumerate((entry, back), start=1)
    ]


def test_csv_rows_are_the_shares_in_the_month_of_the_service(tmp_path: Path) -> None:
    path = tmp_path / "april.csv"
    write_focus(entries()[:1], path, zone=JAPAN, issuer="Our Group")
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == list(COLUMNS)
    assert [row["BillingAccountId"] for row in rows] == ["Reading Centre", "病院"]
    assert sum(Decimal(row["BilledCost"]) for row in rows) == Decimal("0.1")
    assert sum(Decimal(row["PricingQuantity"]) for row in rows) == Decimal("5.25")
    assert sum(int(row["x_AddedImages"]) for row in rows) == 2
    first = rows[0]
    assert first["BillingPeriodStart"] == "2026-03-31T15:00:00Z"
    assert first["ChargePeriodStart"] == "2026-03-31T15:00:00Z"
    assert first["BillingCurrency"] == "JPY"
    assert first["ServiceCategory"] == "AI and Machine Learning"
    assert first["InvoiceIssuerName"] == "Our Group"
    assert first["ChargeClass"] == ""


def test_parquet_has_exact_decimals_and_moments(tmp_path: Path) -> None:
    path = tmp_path / "april.parquet"
    write_focus(entries(), path, zone=JAPAN, issuer="Our Group")
    table = parquet.read_table(path)
    assert table.schema.names == list(COLUMNS)
    costs = table["BilledCost"].to_pylist()
    assert costs[0] == Decimal("0.033333")
    assert sum(costs) == 0
    assert table["ChargeClass"].to_pylist() == [None, None, "Correction", "Correction"]
    assert table["BillingPeriodStart"][0].as_py() == datetime(2026, 3, 31, 15, tzinfo=UTC)
    assert table["x_EnergyJoule"].to_pylist() == [None] * 4


@pytest.mark.parametrize(
    ("name", "said"), [("april.xlsx", ".csv or .parquet"), ("none/a.csv", "cannot be written")]
)
def test_what_cannot_be_written_is_said(tmp_path: Path, name: str, said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        write_focus(entries(), tmp_path / name, zone=JAPAN, issuer="x")
