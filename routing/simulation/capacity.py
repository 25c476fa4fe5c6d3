"""How many devices a year of studies needs, so that results are there in time.

Weekdays are played one after another with the arrivals of the reading simulation; every device
does one study at a time, the oldest first.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import ceil
from typing import Final

import numpy as np
from numpy.random import SeedSequence, default_rng

from routing.simulation.queue import QueuedStudies, play_queue
from routing.simulation.reading.scenario import MINUTES_A_DAY, WEEKDAYS, Scenario
from routing.simulation.reading.studies import draw_arrivals, varying
from wetread.domain.errors import SimulationError
from wetread.domain.geometry import FloatArray
from wetread.domain.queueing import Discipline

SHARES_IN_TIME: Final = (0.95, 0.99)
_STUDIES: Final = 30_000  # played at least, unless that is more than a year
_MOST_DEVICES: Final = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """What is asked of the devices."""

    yearly_studies: int
    deadline_min: float  # from the study's being complete to its result
    seconds_per_study: float  # on one device, in the mean
    variation: float  # coefficient of variation of these seconds
    seed: int = 0

    def __post_init__(self) -> None:
        if self.yearly_studies < 1 or self.seconds_per_study <= 0 or self.variation < 0:
            raise SimulationError("a demand needs studies, and seconds for each")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fleet:
    """So many devices, and within which times results are there."""

    devices: int
    share_in_time: float
    p50_min: float
    p95_min: float
    p99_min: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CapacityPlan:
    """The fewest devices for each share of results in time."""

    studies_played: int
    busiest_hour_studies: float  # in the mean of the days
    busy_devices: float  # that would be enough if studies came evenly, day and night, all weekdays
    fleets: Mapping[float, Fleet]


def with_peak(scenario: Scenario, peak_share: float) -> Scenario:
    """Return the scenario with this share of a day's studies in its busiest hour."""
    hourly = np.array(scenario.hourly_volume)
    busiest = hourly == hourly.max()
    busiest[np.flatnonzero(busiest)[1:]] = False
    if not 1 / len(hourly) <= peak_share < 1:
        raise SimulationError("the busiest hour has between a 24th and all of a day's studies")
    rest = hourly / hourly[~busiest].sum() * (1 - peak_share)
    return replace(scenario, hourly_volume=tuple(np.where(busiest, peak_share, rest).tolist()))


def plan_capacity(demand: Demand, scenario: Scenario) -> CapacityPlan:
    """Return the fewest devices; raise `SimulationError` where none are enough."""
    scenario = replace(scenario, yearly_studies=demand.yearly_studies)
    daily = demand.yearly_studies / scenario.weekdays_a_year
    weeks = min(ceil(_STUDIES / daily / WEEKDAYS), scenario.weekdays_a_year // WEEKDAYS)
    studies = _draw(demand, scenario, weeks * WEEKDAYS)
    hourly = np.array(scenario.hourly_volume)
    return CapacityPlan(
        studies_played=len(studies.arrival_min),
        busiest_hour_studies=float(daily * hourly.max() / hourly.sum()),
        busy_devices=daily * demand.seconds_per_study / 60 / MINUTES_A_DAY,
        fleets={share: _fewest(studies, demand, share) for share in SHARES_IN_TIME},
    )


def _draw(demand: Demand, scenario: Scenario, days: int) -> QueuedStudies:
    arrivals, seconds = (default_rng(one) for one in SeedSequence(demand.seed).spawn(2))
    arrival_min = draw_arrivals(scenario, scenario.providers, days, arrivals)
    count = len(arrival_min)
    if count == 0:
        raise SimulationError("so few studies a year that none came: there is nothing to plan")
    nobody = np.zeros(count, dtype=np.bool_)
    return QueuedStudies(
        arrival_min=arrival_min,
        reading_min=demand.seconds_per_study / 60 * varying(seconds, demand.variation, count),
        high=nobody,
        diseased=nobody,
    )


def _fewest(studies: QueuedStudies, demand: Demand, share: float) -> Fleet:
    """Double until there are enough, then halve the rest: more devices are never later."""
    devices = 1
    while (enough := _fleet(studies, devices, demand)).share_in_time < share:
        alone = float(np.mean(studies.reading_min <= demand.deadline_min))
        if alone < share or devices > _MOST_DEVICES:
            raise SimulationError(
                f"no number of devices gives {share:.0%} of results within "
                f"{demand.deadline_min:g} min: one study takes too long"
            )
        devices *= 2
    too_few = devices // 2
    while enough.devices - too_few > 1:
        tried = _fleet(studies, (enough.devices + too_few) // 2, demand)
        if tried.share_in_time >= share:
            enough = tried
        else:
            too_few = tried.devices
    return enough


def _fleet(studies: QueuedStudies, devices: int, demand: Demand) -> Fleet:
    until_result_min = studies.reading_min + _waits_min(studies, devices)
    p50, p95, p99 = np.percentile(until_result_min, (50, 95, 99))
    return Fleet(
        devices=devices,
        share_in_time=float(np.mean(until_result_min <= demand.deadline_min)),
        p50_min=float(p50),
        p95_min=float(p95),
        p99_min=float(p99),
    )


def _waits_min(studies: QueuedStudies, devices: int) -> FloatArray:
    return play_queue(studies, servers=devices, discipline=Discipline.FIFO, ageing_ratio=1)
