"""The shipped price table, or an institution's own."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Final

from routing.dated_tables import read_table
from routing.ledger.dated import read_dated
from wetread.domain.costs.dated import DatedTables
from wetread.domain.costs.modes import Cloud, CostMode, FourModes, OnPremises, ScaleToZero, Spot
from wetread.domain.costs.prices import PriceTable, price_per_second
from wetread.domain.errors import ConfigurationError

_SHIPPED: Final = Path(__file__).with_name("prices.toml")


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
class _RentedMachine:
    monthly_jpy: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class _Waits:
    idle_seconds: Decimal
    cold_start_seconds: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class _SpareCapacity:
    price_share: Decimal
    interruptions_per_hour: Decimal
    lost_seconds_per_interruption: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class _Modes:
    month_hours: Decimal
    on_premises: OnPremises
    cloud: _RentedMachine
    scale_to_zero: _Waits
    spot: _SpareCapacity


@dataclass(frozen=True, slots=True, kw_only=True)
class _PriceFile:
    name: str
    effective_from: date
    source: str
    verified: bool
    mode: CostMode = CostMode.ON_PREMISES
    gpu: _HeldMachine
    cpu: _HeldMachine
    modes: _Modes | None = None  # only the comparison of the modes needs it

    @property
    def dated_name(self) -> str:
        return f"{self.name} from {self.effective_from}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PricedModes:
    """The four modes, and which table says what they cost."""

    price_table: str
    source: str
    verified: bool
    modes: FourModes


def load_price_table(path: Path | None = None) -> PriceTable:
    """Read the table, the shipped one by default; raise `ConfigurationError` if it is unusable."""
    file = read_table(path or _SHIPPED, _PriceFile)
    return PriceTable(
        name=file.dated_name,
        effective_from=file.effective_from,
        source=file.source,
        verified=file.verified,
        mode=file.mode,
        gpu_second_jpy=file.gpu.second_jpy,
        cpu_second_jpy=file.cpu.second_jpy,
    )


def load_price_tables(path: Path | None = None) -> DatedTables[PriceTable]:
    """Read the tables of a file or folder, the shipped one by default."""
    return read_dated(path, _SHIPPED, load_price_table)


def load_priced_modes(path: Path | None = None) -> PricedModes:
    """Read what the four modes cost from a price table; raise `ConfigurationError`."""
    path = path or _SHIPPED
    file = read_table(path, _PriceFile)
    given = file.modes
    if given is None:
        raise ConfigurationError(f"{path}: the section [modes] is missing")
    if given.month_hours <= 0:
        raise ConfigurationError(f"{path}: modes.month_hours: a month has hours")
    hour_jpy = given.cloud.monthly_jpy / given.month_hours
    rented = ScaleToZero(
        hour_jpy=hour_jpy,
        idle_seconds=given.scale_to_zero.idle_seconds,
        cold_start_seconds=given.scale_to_zero.cold_start_seconds,
    )
    modes = FourModes(
        month_hours=given.month_hours,
        on_premises=given.on_premises,
        cloud=Cloud(hour_jpy=hour_jpy),
        scale_to_zero=rented,
        spot=Spot(
            undisturbed=ScaleToZero(
                hour_jpy=hour_jpy * given.spot.price_share,
                idle_seconds=rented.idle_seconds,
                cold_start_seconds=rented.cold_start_seconds,
            ),
            interruptions_per_hour=given.spot.interruptions_per_hour,
            lost_seconds_per_interruption=given.spot.lost_seconds_per_interruption,
        ),
    )
    return PricedModes(
        price_table=file.dated_name, source=file.source, verified=file.verified, modes=modes
    )
