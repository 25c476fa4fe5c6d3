"""The published example, and the waiting machine against a simulated month."""

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from routing.ledger.prices import load_priced_modes
from wetread.domain.costs.break_even import busy_hours_only, find_break_even
from wetread.domain.costs.modes import CostMode, FourModes, OnPremises, ScaleToZero
from wetread.domain.errors import ConfigurationError

MONTH_SECONDS = 730 * 3600


def example() -> FourModes:
    return load_priced_modes().modes


@pytest.mark.parametrize(
    ("watts", "seconds", "hours", "share", "studies"),
    [(0, 30, 158.7, 21.7, 19_043), (0, 60, 158.7, 21.7, 9_522), (500, 30, 230.5, 31.6, 27_663)],
)
def test_the_published_break_even(
    watts: int, seconds: int, hours: float, share: float, studies: int
) -> None:
    modes = example()
    powered = replace(modes.on_premises, idle_watts=Decimal(watts), busy_watts=Decimal(watts))
    point = find_break_even(
        replace(modes, on_premises=powered),
        busy_hours_only(modes.scale_to_zero),
        seconds_per_study=Decimal(seconds),
    )
    assert point is not None
    assert round(float(point.paid_hours), 1) == hours
    assert round(100 * float(point.paid_share), 1) == share
    assert round(point.studies) == studies


def test_a_rented_machine_that_is_always_cheaper_breaks_even_nowhere() -> None:
    modes = example()
    cheap = replace(modes.scale_to_zero, hour_jpy=Decimal(1))
    assert find_break_even(modes, cheap, seconds_per_study=Decimal(30)) is None


def test_power_costs_watts_by_hours_by_pue_by_tariff() -> None:
    own = OnPremises(
        capex_jpy=Decimal(0),
        life_months=Decimal(60),
        maintenance_monthly_jpy=Decimal(0),
        idle_watts=Decimal(100),
        busy_watts=Decimal(500),
        pue=Decimal("1.5"),
        jpy_per_kwh=Decimal(31),
    )
    load = example().load(Decimal(12_000), Decimal(30))  # 100 busy hours
    assert own.month_jpy(load) == (Decimal(50) + Decimal(63)) * Decimal("1.5") * 31


@pytest.mark.parametrize("studies", [300, 6_000, 60_000])
def test_paid_hours_are_those_of_a_simulated_month(studies: int) -> None:
    """Poisson arrivals, one study at a time, kept warm for 300 s, started in 120 s."""
    service, wait, start = 30.0, 300.0, 120.0
    random = np.random.default_rng(1)
    arrivals = np.cumsum(random.exponential(MONTH_SECONDS / studies, size=60_000))
    paid, free_at = 0.0, -np.inf
    for arrival in arrivals:
        if arrival > free_at + wait:
            paid += start + service + (wait if np.isfinite(free_at) else 0.0)
            free_at = arrival + start + service
        else:
            paid += max(arrival - free_at, 0.0) + service
            free_at = max(arrival, free_at) + service
    simulated_hours = paid / arrivals[-1] * 730
    machine = ScaleToZero(
        hour_jpy=Decimal(1), idle_seconds=Decimal(300), cold_start_seconds=Decimal(120)
    )
    hours = machine.paid_hours(example().load(Decimal(studies), Decimal(30)))
    assert float(hours) == pytest.approx(simulated_hours, rel=0.02)


def test_lost_spot_time_is_paid_again() -> None:
    spot = replace(
        example().spot,
        interruptions_per_hour=Decimal(2),
        lost_seconds_per_interruption=Decimal(180),
    )
    load = example().load(Decimal(1000), Decimal(30))
    assert spot.paid_hours(load) == spot.undisturbed.paid_hours(load) / Decimal("0.9")


@pytest.mark.parametrize(
    "wrong",
    [
        lambda modes: replace(modes.on_premises, pue=Decimal("0.9")),
        lambda modes: replace(modes.on_premises, busy_watts=Decimal(-1)),
        lambda modes: replace(modes.cloud, hour_jpy=Decimal(0)),
        lambda modes: replace(modes.scale_to_zero, idle_seconds=Decimal(-1)),
        lambda modes: replace(modes.spot, interruptions_per_hour=Decimal(30)),
        lambda modes: modes.load(Decimal(87_601), Decimal(30)),
    ],
)
def test_what_cannot_be_is_refused(wrong: object) -> None:
    assert callable(wrong)
    with pytest.raises(ConfigurationError):
        wrong(example())


def test_the_always_running_machine_is_the_dearest_cloud() -> None:
    modes = example()
    full = modes.load(Decimal(87_000), Decimal(30))
    assert modes.month_jpy(CostMode.SCALE_TO_ZERO, full) <= modes.month_jpy(CostMode.CLOUD, full)
