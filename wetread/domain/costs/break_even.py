"""From how much work on a machine of one's own is cheaper than a rented one."""

from dataclasses import dataclass, replace
from decimal import Decimal

from wetread.domain.costs.modes import FourModes, MonthLoad, ScaleToZero, Spot

_HALVINGS = 80  # of the studies of a full month: far below one study


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakEven:
    """The month in which both cost the same; more work favours the machine of one's own."""

    paid_hours: Decimal  # of the rented machine
    paid_share: Decimal  # of the hours of the month
    studies: Decimal
    month_jpy: Decimal


def busy_hours_only(rented: ScaleToZero) -> ScaleToZero:
    """Return the machine that is paid for nothing but analysing: the bound of all others."""
    return replace(rented, idle_seconds=Decimal(0), cold_start_seconds=Decimal(0))


def find_break_even(
    modes: FourModes, rented: ScaleToZero | Spot, *, seconds_per_study: Decimal
) -> BreakEven | None:
    """Return where ``rented`` begins to cost more; None where it never does in a month."""

    def surplus_jpy(load: MonthLoad) -> Decimal:
        return rented.month_jpy(load) - modes.on_premises.month_jpy(load)

    few = Decimal(0)
    many = modes.month_hours * 3600 / seconds_per_study
    many = many.next_minus()  # a full month, whichever way the division was rounded
    if surplus_jpy(modes.load(many, seconds_per_study)) < 0:
        return None
    for _ in range(_HALVINGS):
        middle = (few + many) / 2
        if surplus_jpy(modes.load(middle, seconds_per_study)) < 0:
            few = middle
        else:
            many = middle
    load = modes.load(many, seconds_per_study)
    paid_hours = rented.paid_hours(load)
    return BreakEven(
        paid_hours=paid_hours,
        paid_share=paid_hours / modes.month_hours,
        studies=many,
        month_jpy=rented.month_jpy(load),
    )
