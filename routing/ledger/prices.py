"""The shipped price table, or an institution's own."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from routing.dated_tables import read_table
from wetread.domain.costs import PriceTable, price_per_second


@dataclass(frozen=True, slots=True, kw_only=True)
class _HeldMachine:
    monthly_jpy: Decimal
    hours_per_month: Decimal
    devices: int  # GPUs, or processor cores, among which the cost is shared

    @property
    def second_jpy(self) -> Decimal:
        return price_per_second(
            monthly_jpy=self.monthly_jpy,
            hours_per_month=self.hours_per_month,
            devices=self.devices,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _PriceFile:
    name: str
    effective_from: date
    source: str
    verified: bool
    gpu: _HeldMachine
    cpu: _HeldMachine


def load_price_table(path: Path | None = None) -> PriceTable:
    """Read the table, the shipped one by default; raise `ConfigurationError` if it is unusable."""
    file = read_table(path or Path(__file__).with_name("prices.toml"), _PriceFile)
    return PriceTable(
        name=f"{file.name} from {file.effective_from}",
        effective_from=file.effective_from,
        source=file.source,
        verified=file.verified,
        gpu_second_jpy=file.gpu.second_jpy,
        cpu_second_jpy=file.cpu.second_jpy,
    )
