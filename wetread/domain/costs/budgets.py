"""What a month may cost: how far a budget is spent, what the month will come to, what may wait."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from decimal import Decimal
from enum import StrEnum
from typing import Final

from wetread.domain.errors import ConfigurationError
from wetread.domain.months import Month

_ENDS: Final = frozenset({"", " ", ";", ":"})  # of the name of a device
_LEAST_DAYS: Final = 2  # workdays that are over, to tell how much they differ
# Student's t, 97.5 %, by degrees of freedom from 1: a month has at most 23 workdays.
# fmt: off
_STUDENT_T: Final = (
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201,
    2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074,
)
# fmt: on


class Urgency(StrEnum):
    """Whether the analysis of a study may wait for money."""

    ROUTINE = "routine"
    URGENT = "urgent"


class BudgetState(StrEnum):
    """How far a budget is spent."""

    WITHIN = "within"
    WARNED = "warned"  # beyond the share of which somebody wants to be told
    SPENT = "spent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """The share of one payer of one ledger entry."""

    payer: str
    device: str
    booked_at: datetime
    amount_jpy: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What one payer may pay, or one device may cost, in a month."""

    payer: str | None = None
    device: str | None = None  # such as cuda:0; cuda: all GPUs
    month_jpy: Decimal
    warn_share: Decimal = Decimal("0.8")

    def __post_init__(self) -> None:
        if (self.payer is None) == (self.device is None):
            raise ConfigurationError("a budget is that of a payer or of a device")
        if self.month_jpy < 0 or not 0 < self.warn_share <= 1:
            raise ConfigurationError("a budget is not negative; warn_share lies above 0, up to 1")

    @property
    def name(self) -> str:
        """Return whose budget it is."""
        return self.payer or self.device or ""

    def pays(self, charge: Charge) -> bool:
        """Tell whether a charge is taken from this budget."""
        if self.device is not None:
            return self.is_of_device(charge.device)
        return charge.payer == self.payer

    def is_of_device(self, device: str) -> bool:
        """Tell whether ``device`` begins with the whole name: cuda:0 (its type); the processor."""
        name = self.device
        return name is not None and device.startswith(name) and device[len(name) :][:1] in _ENDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What the whole month will come to, with its 95 % prediction interval."""

    month_jpy: Decimal
    lowest_jpy: Decimal
    highest_jpy: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetStanding:
    """A budget in the course of its month."""

    budget: Budget
    month: Month
    spent_jpy: Decimal
    state: BudgetState
    forecast: Forecast | None  # None: too early to tell


def stand(
    budget: Budget, charges: Sequence[Charge], *, month: Month, today: date, zone: tzinfo | None
) -> BudgetStanding:
    """Return how far a budget is spent by the charges of its month."""
    daily: dict[date, Decimal] = {}
    for charge in filter(budget.pays, charges):
        day = charge.booked_at.astimezone(zone).date()
        daily[day] = daily.get(day, Decimal(0)) + charge.amount_jpy
    spent = sum(daily.values(), Decimal(0))
    return BudgetStanding(
        budget=budget,
        month=month,
        spent_jpy=spent,
        state=_state(budget, spent),
        forecast=forecast_month(daily, month=month, today=today),
    )


def forecast_month(daily: Mapping[date, Decimal], *, month: Month, today: date) -> Forecast | None:
    """Extend the mean workday before today to all workdays left, today's included.

    What came on other days counts for the workday before it. The interval is that of the sum of
    so many further days of the same normal distribution.
    """
    spent = sum(daily.values(), Decimal(0))
    workdays = month.workdays()
    over = [day for day in workdays if day < today]
    left = len(workdays) - len(over)
    if len(over) < _LEAST_DAYS:
        return None
    costs = dict.fromkeys(over, Decimal(0))
    for day, cost in daily.items():
        if day < today:
            costs[max((one for one in over if one <= day), default=over[0])] += cost
    known = sum(costs.values(), Decimal(0))
    mean = known / len(over)
    variance = sum(((cost - mean) ** 2 for cost in costs.values()), Decimal(0)) / (len(over) - 1)
    spread = (variance * left * (1 + Decimal(left) / len(over))).sqrt()
    margin = Decimal(str(_STUDENT_T[len(over) - 2])) * spread
    expected = known + mean * left
    return Forecast(
        month_jpy=max(expected, spent),
        lowest_jpy=max(expected - margin, spent),
        highest_jpy=max(expected + margin, spent),
    )


def warning(standing: BudgetStanding) -> str | None:
    """Return what the operator should be told of a budget; None: nothing."""
    match standing.state:
        case BudgetState.SPENT:
            return "a budget is spent"
        case BudgetState.WARNED:
            return "a budget is nearly spent"
        case BudgetState.WITHIN:
            ahead = standing.forecast
            if ahead is not None and ahead.month_jpy > standing.budget.month_jpy:
                return "a budget will not do for the month, by the forecast"
            return None


def defer_routine(urgency: Urgency, standings: Sequence[BudgetStanding]) -> str | None:
    """Return why an analysis waits, told to the reader; None: it does not. Urgent ones never do."""
    if urgency is Urgency.URGENT:
        return None
    spent = next((one for one in standings if one.state is BudgetState.SPENT), None)
    if spent is None:
        return None
    return f"The analysis waits: the budget of {spent.budget.name} for {spent.month} is spent."


def _state(budget: Budget, spent_jpy: Decimal) -> BudgetState:
    if spent_jpy >= budget.month_jpy:
        return BudgetState.SPENT
    if spent_jpy >= budget.month_jpy * budget.warn_share:
        return BudgetState.WARNED
    return BudgetState.WITHIN
