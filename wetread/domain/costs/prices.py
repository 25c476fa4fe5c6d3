"""What the use of a device costs: Decimal yen, never a float."""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal

from wetread.domain.costs.exact import MILLIONTH
from wetread.domain.costs.modes import CostMode
from wetread.domain.errors import ConfigurationError


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceTable:
    """What one second of each kind of device costs from a date on."""

    name: str  # booked with every entry
    effective_from: date
    source: str
    verified: bool  # False: an example or an estimate, not this institution's own price
    mode: CostMode  # how the machine is held
    gpu_second_jpy: Decimal
    cpu_second_jpy: Decimal  # one core for one second

    def __post_init__(self) -> None:
        if min(self.gpu_second_jpy, self.cpu_second_jpy) < 0:
            raise ConfigurationError(f"the price table {self.name!r} has a negative price")

    def cost_jpy(self, *, gpu_seconds: Decimal, cpu_seconds: Decimal) -> Decimal:
        """Return the cost of device seconds, to a millionth of a yen."""
        cost = gpu_seconds * self.gpu_second_jpy + cpu_seconds * self.cpu_second_jpy
        return cost.quantize(MILLIONTH, rounding=ROUND_HALF_EVEN)


def booked_amount(measured: float) -> Decimal:
    """Return measured seconds or joules as they are booked, to a millionth."""
    return Decimal(repr(measured)).quantize(MILLIONTH, rounding=ROUND_HALF_EVEN)


def price_per_second(*, monthly_jpy: Decimal, hours_per_month: Decimal, devices: int) -> Decimal:
    """Return what one second of one device costs when the machine works these hours a month."""
    if monthly_jpy < 0 or hours_per_month <= 0 or devices < 1:
        raise ConfigurationError("a price needs a monthly cost, hours of work and a device")
    return monthly_jpy / (hours_per_month * 3600 * devices)
