"""Four ways to hold the machine that analyses, and what a month of each costs."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cached_property

from wetread.domain.errors import ConfigurationError

_SECONDS_PER_HOUR = 3600
_WATTS_PER_KILOWATT = 1000


class CostMode(StrEnum):
    """How a machine is held."""

    ON_PREMISES = "on_premises"  # bought, running all month
    CLOUD = "cloud"  # rented, running all month
    SCALE_TO_ZERO = "scale_to_zero"  # rented by the second, put down when idle for a while
    SPOT = "spot"  # likewise, from spare capacity that may be taken away


@dataclass(frozen=True, kw_only=True)
class MonthLoad:
    """The studies of a month, coming at any time of it, on one machine that does one at a time."""

    studies: Decimal
    seconds_per_study: Decimal
    month_hours: Decimal

    def __post_init__(self) -> None:
        if self.studies < 0 or self.seconds_per_study <= 0 or self.month_hours <= 0:
            raise ConfigurationError("a month's load needs studies, seconds a study, and hours")
        if self.busy_hours > self.month_hours:
            raise ConfigurationError("one machine cannot do so many studies in a month")

    @cached_property
    def busy_hours(self) -> Decimal:
        """Return the hours in which the machine analyses."""
        return self.studies * self.seconds_per_study / _SECONDS_PER_HOUR

    @property
    def busy_share(self) -> Decimal:
        """Return the part of the month in which the machine analyses."""
        return self.busy_hours / self.month_hours

    @property
    def studies_per_second(self) -> Decimal:
        """Return how fast studies come."""
        return self.studies / (self.month_hours * _SECONDS_PER_HOUR)


@dataclass(frozen=True, slots=True, kw_only=True)
class OnPremises:
    """A machine of one's own: (capex / life + maintenance + power · PUE · tariff)."""

    capex_jpy: Decimal
    life_months: Decimal
    maintenance_monthly_jpy: Decimal
    idle_watts: Decimal
    busy_watts: Decimal
    pue: Decimal  # power of the room over power of the machine
    jpy_per_kwh: Decimal

    def __post_init__(self) -> None:
        amounts = (self.capex_jpy, self.maintenance_monthly_jpy, self.jpy_per_kwh)
        if min(*amounts, self.idle_watts, self.busy_watts) < 0:
            raise ConfigurationError("the prices and watts of a machine are not negative")
        if self.life_months <= 0 or self.pue < 1:
            raise ConfigurationError("a machine lives for some months, with a PUE of 1 or more")

    def energy_jpy(self, load: MonthLoad) -> Decimal:
        """Return what its power costs in a month."""
        busy_watt_hours = self.busy_watts * load.busy_hours
        idle_watt_hours = self.idle_watts * (load.month_hours - load.busy_hours)
        kilowatt_hours = (busy_watt_hours + idle_watt_hours) / _WATTS_PER_KILOWATT
        return kilowatt_hours * self.pue * self.jpy_per_kwh

    def month_jpy(self, load: MonthLoad) -> Decimal:
        """Return what a month costs."""
        held = self.capex_jpy / self.life_months + self.maintenance_monthly_jpy
        return held + self.energy_jpy(load)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cloud:
    """A rented machine that runs all month; the provider's price includes the power."""

    hour_jpy: Decimal

    def __post_init__(self) -> None:
        if self.hour_jpy <= 0:
            raise ConfigurationError("an hour of a rented machine costs something")

    def paid_hours(self, load: MonthLoad) -> Decimal:
        """Return all hours of the month."""
        return load.month_hours

    def month_jpy(self, load: MonthLoad) -> Decimal:
        """Return what a month costs."""
        return self.hour_jpy * self.paid_hours(load)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleToZero:
    """A rented machine that is paid from its cold start until it has been idle for a while."""

    hour_jpy: Decimal
    idle_seconds: Decimal  # kept so long after the last study
    cold_start_seconds: Decimal  # until the first study can begin

    def __post_init__(self) -> None:
        if self.hour_jpy <= 0 or min(self.idle_seconds, self.cold_start_seconds) < 0:
            raise ConfigurationError("an hour costs something, and no wait is negative")

    def paid_hours(self, load: MonthLoad) -> Decimal:
        """Return busy, idle and starting hours: the mean of the M/G/1 queue with set-up.

        A cycle is one gap without studies, perhaps a cold start, and the studies until the next
        gap. A gap is exponential and outlasts the wait with probability ``cold``; what comes in
        during the start is of the same cycle.
        """
        if load.studies == 0:
            return Decimal(0)
        rate = load.studies_per_second
        cold = (-rate * self.idle_seconds).exp()
        start_seconds = cold * self.cold_start_seconds
        cycles = load.studies * (1 - load.busy_share) / (1 + rate * start_seconds)
        waiting_seconds = cycles * (start_seconds + (1 - cold) / rate)
        return load.busy_hours + waiting_seconds / _SECONDS_PER_HOUR

    def month_jpy(self, load: MonthLoad) -> Decimal:
        """Return what a month costs."""
        return self.hour_jpy * self.paid_hours(load)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """The same from spare capacity; each interruption loses time that is paid again."""

    undisturbed: ScaleToZero  # at the price of spare capacity
    interruptions_per_hour: Decimal
    lost_seconds_per_interruption: Decimal  # another start, and the study begun again

    def __post_init__(self) -> None:
        if min(self.interruptions_per_hour, self.lost_seconds_per_interruption) < 0:
            raise ConfigurationError("interruptions and what they lose are not negative")
        if self.lost_share >= 1:
            raise ConfigurationError("so many interruptions leave no time to analyse")

    @property
    def hour_jpy(self) -> Decimal:
        """Return the price of an hour."""
        return self.undisturbed.hour_jpy

    @property
    def lost_share(self) -> Decimal:
        """Return the part of the paid time that is lost."""
        lost_seconds = self.interruptions_per_hour * self.lost_seconds_per_interruption
        return lost_seconds / _SECONDS_PER_HOUR

    def paid_hours(self, load: MonthLoad) -> Decimal:
        """Return the hours of the undisturbed machine and the lost ones."""
        return self.undisturbed.paid_hours(load) / (1 - self.lost_share)

    def month_jpy(self, load: MonthLoad) -> Decimal:
        """Return what a month costs."""
        return self.hour_jpy * self.paid_hours(load)


@dataclass(frozen=True, slots=True, kw_only=True)
class FourModes:
    """The same machine in all four modes."""

    month_hours: Decimal
    on_premises: OnPremises
    cloud: Cloud
    scale_to_zero: ScaleToZero
    spot: Spot

    def load(self, studies: Decimal, seconds_per_study: Decimal) -> MonthLoad:
        """Return the load of a month."""
        return MonthLoad(
            studies=studies, seconds_per_study=seconds_per_study, month_hours=self.month_hours
        )

    def month_jpy(self, mode: CostMode, load: MonthLoad) -> Decimal:
        """Return what a month costs in one of the modes."""
        return self._of(mode).month_jpy(load)

    def _of(self, mode: CostMode) -> OnPremises | Cloud | ScaleToZero | Spot:
        match mode:
            case CostMode.ON_PREMISES:
                return self.on_premises
            case CostMode.CLOUD:
                return self.cloud
            case CostMode.SCALE_TO_ZERO:
                return self.scale_to_zero
            case CostMode.SPOT:
                return self.spot
