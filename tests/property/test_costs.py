"""Money neither appears nor vanishes."""

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from wetread.domain.costs.modes import CostMode
from wetread.domain.costs.prices import PriceTable, booked_amount, price_per_second

MILLIONTH = Decimal("0.000001")
prices = st.decimals(0, 1000, places=9)
seconds = st.decimals(0, 10**6, places=6)


def table(gpu_second_jpy: Decimal, cpu_second_jpy: Decimal) -> PriceTable:
    return PriceTable(
        name="any",
        effective_from=date(2026, 1, 1),
        source="any",
        verified=False,
        mode=CostMode.ON_PREMISES,
        gpu_second_jpy=gpu_second_jpy,
        cpu_second_jpy=cpu_second_jpy,
    )


@given(prices, prices, st.lists(st.tuples(seconds, seconds), min_size=1, max_size=20))
def test_the_parts_cost_what_the_whole_costs(
    gpu_price: Decimal, cpu_price: Decimal, uses: list[tuple[Decimal, Decimal]]
) -> None:
    """Each booking is rounded once, so that a sum is off by half a millionth a booking at most."""
    priced = table(gpu_price, cpu_price)
    parts = [priced.cost_jpy(gpu_seconds=gpu, cpu_seconds=cpu) for gpu, cpu in uses]
    whole = priced.cost_jpy(
        gpu_seconds=sum((gpu for gpu, _ in uses), Decimal(0)),
        cpu_seconds=sum((cpu for _, cpu in uses), Decimal(0)),
    )
    assert all(part >= 0 and part == part.quantize(MILLIONTH) for part in parts)
    assert abs(sum(parts, Decimal(0)) - whole) <= MILLIONTH / 2 * (len(parts) + 1)


@given(prices, seconds, seconds)
def test_more_seconds_never_cost_less(price: Decimal, one: Decimal, more: Decimal) -> None:
    priced = table(price, price)
    less = priced.cost_jpy(gpu_seconds=one, cpu_seconds=Decimal(0))
    assert priced.cost_jpy(gpu_seconds=one + more, cpu_seconds=Decimal(0)) >= less


@given(st.decimals(0, 10**7, places=0), st.integers(1, 744), st.integers(1, 64))
def test_a_month_of_seconds_costs_the_month(monthly: Decimal, hours: int, devices: int) -> None:
    second = price_per_second(monthly_jpy=monthly, hours_per_month=Decimal(hours), devices=devices)
    assert abs(second * hours * 3600 * devices - monthly) < MILLIONTH


@given(st.floats(0, 1e6))
def test_booked_amount_are_those_measured(measured: float) -> None:
    assert abs(float(booked_amount(measured)) - measured) <= 1e-6
