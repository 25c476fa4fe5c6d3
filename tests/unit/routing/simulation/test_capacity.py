"""How many devices: few enough, and enough."""

from dataclasses import replace

import numpy as np
import pytest

from routing.simulation.capacity import Demand, plan_capacity, with_peak
from routing.simulation.reading.scenario import load_scenario
from wetread.domain.errors import SimulationError

DAYS = load_scenario()
HOSPITAL = Demand(yearly_studies=25_000, deadline_min=10, seconds_per_study=120, variation=0.3)


def test_the_fewest_that_are_enough() -> None:
    plan = plan_capacity(HOSPITAL, DAYS)
    (_, some), (_, most) = plan.fleets.items()
    assert some.devices <= most.devices
    assert some.share_in_time >= 0.95
    assert most.share_in_time >= 0.99
    assert most.p99_min <= 10
    assert plan.busy_devices < some.devices
    tighter = plan_capacity(replace(HOSPITAL, deadline_min=4), DAYS)
    assert tighter.fleets[0.99].devices > most.devices
    assert plan_capacity(HOSPITAL, with_peak(DAYS, 0.4)).fleets[0.95].devices > some.devices


def test_an_idle_device_needs_no_second() -> None:
    """A study a day and a minute each: nearly nobody ever waits."""
    plan = plan_capacity(replace(HOSPITAL, yearly_studies=245, seconds_per_study=60), DAYS)
    assert plan.fleets[0.95].devices == 1


def test_the_busiest_hour_has_the_share_asked_for() -> None:
    hourly = np.array(with_peak(DAYS, 0.3).hourly_volume)
    assert hourly.max() == pytest.approx(0.3)
    assert hourly.sum() == pytest.approx(1)
    with pytest.raises(SimulationError, match="busiest hour"):
        with_peak(DAYS, 0.01)


def test_a_study_that_takes_too_long_is_said() -> None:
    with pytest.raises(SimulationError, match="takes too long"):
        plan_capacity(replace(HOSPITAL, seconds_per_study=1200), DAYS)
