"""How a budget stands, what the month will come to, and what may wait."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from scipy import stats

from tests.support.api import JAPAN, NOW
from tests.support.ledger import SITE
from wetread.domain.costs.budgets import (
    Budget,
    BudgetStanding,
    BudgetState,
    Charge,
    Urgency,
    defer_routine,
    forecast_month,
    stand,
    warning,
)
from wetread.domain.errors import ConfigurationError
from wetread.domain.months import Month

APRIL = Month(year=2026, number=4)  # 22 workdays
BUDGET = Budget(payer=SITE, month_jpy=Decimal(100))


def booked(cost_jpy: str, *, device: str = "cpu", payer: str = SITE) -> Charge:
    return Charge(payer=payer, device=device, booked_at=NOW, amount_jpy=Decimal(cost_jpy))


@pytest.mark.parametrize(
    ("spent", "state"),
    [
        ("79.999999", BudgetState.WITHIN),
        ("80", BudgetState.WARNED),
        ("99.999999", BudgetState.WARNED),
        ("100", BudgetState.SPENT),
    ],
)
def test_routine_work_waits_for_a_spent_budget_and_urgent_work_never(
    spent: str, state: BudgetState
) -> None:
    standing = stand(BUDGET, [booked(spent)], month=APRIL, today=NOW.date(), zone=JAPAN)
    assert standing.state is state
    reason = defer_routine(Urgency.ROUTINE, [standing])
    assert (reason is not None) == (state is BudgetState.SPENT)
    assert defer_routine(Urgency.URGENT, [standing]) is None


def test_the_reason_names_budget_and_month() -> None:
    standing = stand(BUDGET, [booked("123.4")], month=APRIL, today=NOW.date(), zone=JAPAN)
    assert defer_routine(Urgency.ROUTINE, [standing]) == (
        "The analysis waits: the budget of Test Hospital for 2026-04 is spent."
    )


def test_a_budget_counts_its_own_payer_or_device_only() -> None:
    entries = [booked("1", payer="Other"), booked("2"), booked("4", device="cuda:0; cpu: X")]
    device = Budget(device="cuda:0", month_jpy=Decimal(100))
    spent = [
        stand(budget, entries, month=APRIL, today=NOW.date(), zone=JAPAN).spent_jpy
        for budget in (BUDGET, device)
    ]
    assert spent == [6, 4]


@pytest.mark.parametrize(
    ("name", "device", "same"),
    [
        ("cuda:0", "cuda:0 (NVIDIA H100); cpu: X", True),
        ("cuda:0", "cuda:0", True),
        ("cuda:1", "cuda:10 (NVIDIA H100); cpu: X", False),
        ("cuda", "cuda:1 (NVIDIA H100); cpu: X", True),
        ("cpu", "cpu: AMD EPYC", True),
        ("cpu", "cuda:0; cpu: AMD EPYC", False),
    ],
)
def test_a_device_is_called_by_its_first_name(name: str, device: str, *, same: bool) -> None:
    assert Budget(device=name, month_jpy=Decimal(1)).is_of_device(device) is same


def test_the_forecast_extends_the_mean_workday() -> None:
    """Wed 1, Thu 2, Fri 3 April 2026 and a Saturday, seen on Monday: 3 workdays over, 19 left."""
    daily = {date(2026, 4, day): Decimal(cost) for day, cost in ((1, 10), (2, 14), (3, 8), (4, 4))}
    forecast = forecast_month(daily, month=APRIL, today=date(2026, 4, 6))
    assert forecast is not None
    assert forecast.month_jpy == 22 * 12
    margin = stats.t.ppf(0.975, 2) * stats.tstd([10, 14, 12]) * (19 + 19**2 / 3) ** 0.5
    assert float(forecast.highest_jpy) == pytest.approx(22 * 12 + margin, rel=1e-4)
    assert forecast.lowest_jpy == max(36, forecast.lowest_jpy)
    standing = BudgetStanding(
        budget=Budget(payer=SITE, month_jpy=Decimal(263)),
        month=APRIL,
        spent_jpy=Decimal(36),
        state=BudgetState.WITHIN,
        forecast=forecast,
    )
    assert warning(standing) == "a budget will not do for the month, by the forecast"


def test_the_forecast_of_a_month_that_is_over_is_what_it_cost() -> None:
    daily = {day: Decimal(day.day) for day in APRIL.workdays()}
    forecast = forecast_month(daily, month=APRIL, today=date(2026, 5, 1))
    assert forecast is not None
    assert forecast.lowest_jpy == forecast.highest_jpy == forecast.month_jpy == sum(daily.values())


def test_it_is_too_early_before_two_workdays_are_over() -> None:
    assert forecast_month({}, month=APRIL, today=date(2026, 4, 2)) is None
    assert forecast_month({}, month=APRIL, today=date(2026, 4, 2) + timedelta(days=1)) is not None


def test_a_budget_is_of_a_payer_or_of_a_device() -> None:
    with pytest.raises(ConfigurationError):
        Budget(month_jpy=Decimal(1))
    with pytest.raises(ConfigurationError):
        replace(BUDGET, device="cuda:0")
