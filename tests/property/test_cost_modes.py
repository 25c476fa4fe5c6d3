"""More work never costs less, in any way to hold a machine."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from routing.ledger.prices import load_priced_modes
from wetread.domain.costs.break_even import find_break_even
from wetread.domain.costs.modes import CostMode, ScaleToZero

MODES = load_priced_modes().modes
MILLIONTH = Decimal("0.000001")
counts = st.integers(0, 87_600).map(Decimal)
waits = st.integers(0, 7200).map(Decimal)


@given(counts, counts, st.sampled_from(CostMode))
def test_more_studies_never_cost_less(one: Decimal, other: Decimal, mode: CostMode) -> None:
    fewer, more = sorted((one, other))
    costs = [MODES.month_jpy(mode, MODES.load(n, Decimal(30))) for n in (fewer, more)]
    assert costs[0] <= costs[1] + MILLIONTH


@given(counts, waits, waits)
def test_paid_hours_lie_between_the_busy_ones_and_the_month(
    studies: Decimal, idle: Decimal, start: Decimal
) -> None:
    machine = ScaleToZero(hour_jpy=Decimal(1), idle_seconds=idle, cold_start_seconds=start)
    load = MODES.load(studies, Decimal(30))
    assert load.busy_hours - MILLIONTH <= machine.paid_hours(load) <= load.month_hours + MILLIONTH


@given(waits, waits, st.integers(1, 600).map(Decimal))
def test_at_the_break_even_both_cost_the_same(
    idle: Decimal, start: Decimal, seconds: Decimal
) -> None:
    hour_jpy = MODES.cloud.hour_jpy
    machine = ScaleToZero(hour_jpy=hour_jpy, idle_seconds=idle, cold_start_seconds=start)
    point = find_break_even(MODES, machine, seconds_per_study=seconds)
    assert point is not None
    own = MODES.on_premises.month_jpy(MODES.load(point.studies, seconds))
    assert abs(point.month_jpy - own) < MILLIONTH
