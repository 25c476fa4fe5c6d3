"""Money is exact."""

from dataclasses import replace
from decimal import Decimal

import pytest

from routing.ledger.prices import load_price_table
from wetread.domain.costs.prices import booked_amount, price_per_second
from wetread.domain.errors import ConfigurationError


def test_the_shipped_server_costs_25_000_yen_a_month() -> None:
    month = Decimal(730 * 3600)
    table = load_price_table()
    assert table.cost_jpy(gpu_seconds=month, cpu_seconds=Decimal(0)) == 25_000
    assert table.cost_jpy(gpu_seconds=Decimal(0), cpu_seconds=8 * month) == 25_000
    assert table.cost_jpy(gpu_seconds=Decimal(30), cpu_seconds=Decimal(0)) == Decimal("0.285388")


def test_the_cloud_at_115_000_yen_a_month_costs_157_and_a_half_an_hour() -> None:
    second = price_per_second(monthly_jpy=Decimal(115_000), hours_per_month=Decimal(730), devices=1)
    assert (second * 3600).quantize(Decimal("0.1")) == Decimal("157.5")


def test_seconds_are_booked_to_a_millionth() -> None:
    assert booked_amount(0.1 + 0.2) == Decimal("0.300000")


def test_prices_below_nothing_are_refused() -> None:
    with pytest.raises(ConfigurationError):
        replace(load_price_table(), cpu_second_jpy=Decimal("-0.1"))
    with pytest.raises(ConfigurationError):
        price_per_second(monthly_jpy=Decimal(1), hours_per_month=Decimal(0), devices=1)
