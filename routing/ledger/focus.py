"""Ledger entries as rows of FOCUS 1.2, the FinOps cost and usage specification: CSV or Parquet.

One row for each share that a payer has of an entry. Columns of our own begin with ``x_``.
"""

import csv
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from decimal import Decimal
from pathlib import Path
from typing import Final, TypeAlias

import pyarrow as pa
from pyarrow import parquet

from wetread.domain.costs.entries import BookedEntry, EntryKind
from wetread.domain.costs.exact import allocate
from wetread.domain.errors import ConfigurationError
from wetread.domain.months import Month

Cell: TypeAlias = str | int | Decimal | datetime | None

_MONEY: Final = pa.decimal128(24, 6)
_MOMENT: Final = pa.timestamp("us", tz="UTC")
_TEXT: Final = pa.string()
COLUMNS: Final[Mapping[str, pa.DataType]] = {
    "BilledCost": _MONEY,
    "EffectiveCost": _MONEY,
    "ListCost": _MONEY,
    "ContractedCost": _MONEY,
    "BillingCurrency": _TEXT,
    "BillingAccountId": _TEXT,
    "BillingAccountName": _TEXT,
    "BillingPeriodStart": _MOMENT,
    "BillingPeriodEnd": _MOMENT,
    "ChargePeriodStart": _MOMENT,
    "ChargePeriodEnd": _MOMENT,
    "ChargeCategory": _TEXT,
    "ChargeClass": _TEXT,
    "ChargeDescription": _TEXT,
    "PricingQuantity": _MONEY,
    "PricingUnit": _TEXT,
    "ProviderName": _TEXT,
    "PublisherName": _TEXT,
    "InvoiceIssuerName": _TEXT,
    "ServiceCategory": _TEXT,
    "ServiceName": _TEXT,
    "x_EntryId": pa.int64(),
    "x_EntryKind": _TEXT,
    "x_ReversesEntryId": pa.int64(),
    "x_StudyInstanceUid": _TEXT,
    "x_Revision": pa.int64(),
    "x_Site": _TEXT,
    "x_Device": _TEXT,
    "x_CostMode": _TEXT,
    "x_EnergyJoule": _MONEY,
    "x_AddedImages": pa.int64(),
    "x_HowMeasured": _TEXT,
    "x_PriceTable": _TEXT,
    "x_PayerTable": _TEXT,
}
_PUBLISHER: Final = "Wetread"
_SERVICE: Final = "Chest CT analysis"
_DESCRIPTIONS: Final = {
    EntryKind.ANALYSIS: "Analysis of a chest CT study",
    EntryKind.REVERSAL: "Reversal of an earlier charge",
    EntryKind.CORRECTION: "Corrected charge",
}


def write_focus(
    booked: Sequence[BookedEntry], path: Path, *, zone: tzinfo | None, issuer: str
) -> None:
    """Write ``path`` as its name ends: .csv or .parquet; raise `ConfigurationError`."""
    rows = [row for one in booked for row in _rows(one, zone=zone, issuer=issuer)]
    try:
        match path.suffix.lower():
            case ".csv":
                _write_csv(rows, path)
            case ".parquet":
                table = pa.Table.from_pylist(rows, schema=pa.schema(list(COLUMNS.items())))
                parquet.write_table(table, path)
            case _:
                raise ConfigurationError(f"{path}: the name has to end in .csv or .parquet")
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be written: {error.strerror}") from error


def _rows(booked: BookedEntry, *, zone: tzinfo | None, issuer: str) -> Iterator[dict[str, Cell]]:
    entry = booked.entry
    at = entry.booked_at.astimezone(zone)
    month_start, month_end = Month.of(at).bounds(zone)
    hour = at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    # What was used is divided as the cost is, so that a sum over all payers counts it once.
    weights = [abs(share.amount_jpy) for share in entry.shares]
    on_gpu = entry.gpu_seconds != 0
    seconds = allocate(entry.gpu_seconds if on_gpu else entry.cpu_seconds, weights)
    joules: Sequence[Decimal | None] = [None] * len(weights)
    if entry.energy_joule is not None:
        joules = allocate(entry.energy_joule, weights)
    for index, share in enumerate(entry.shares):
        yield {
            "BilledCost": share.amount_jpy,
            "EffectiveCost": share.amount_jpy,
            "ListCost": share.amount_jpy,
            "ContractedCost": share.amount_jpy,
            "BillingCurrency": "JPY",
            "BillingAccountId": share.payer,
            "BillingAccountName": share.payer,
            "BillingPeriodStart": month_start.astimezone(UTC),
            "BillingPeriodEnd": month_end.astimezone(UTC),
            "ChargePeriodStart": hour,
            "ChargePeriodEnd": hour + timedelta(hours=1),
            "ChargeCategory": "Usage",
            "ChargeClass": None if entry.kind is EntryKind.ANALYSIS else "Correction",
            "ChargeDescription": _DESCRIPTIONS[entry.kind],
            "PricingQuantity": seconds[index],
            "PricingUnit": "GPU Seconds" if on_gpu else "CPU Seconds",
            "ProviderName": issuer,
            "PublisherName": _PUBLISHER,
            "InvoiceIssuerName": issuer,
            "ServiceCategory": "AI and Machine Learning",
            "ServiceName": _SERVICE,
            "x_EntryId": booked.entry_id,
            "x_EntryKind": entry.kind.value,
            "x_ReversesEntryId": entry.reverses,
            "x_StudyInstanceUid": entry.study_instance_uid,
            "x_Revision": entry.revision,
            "x_Site": booked.site,
            "x_Device": entry.device,
            "x_CostMode": entry.mode.value,
            "x_EnergyJoule": joules[index],
            "x_AddedImages": entry.added_images if index == 0 else 0,
            "x_HowMeasured": entry.how_measured,
            "x_PriceTable": entry.price_table,
            "x_PayerTable": entry.payer_table,
        }


def _write_csv(rows: Sequence[Mapping[str, Cell]], path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(COLUMNS))
        writer.writeheader()
        writer.writerows({name: _csv(cell) for name, cell in row.items()} for row in rows)


def _csv(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case datetime():
            return f"{cell:%Y-%m-%dT%H:%M:%SZ}"
        case Decimal():
            return f"{cell:f}"
        case _:
            return str(cell)
