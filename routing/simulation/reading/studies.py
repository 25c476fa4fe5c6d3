"""The studies of some weekdays, drawn at random from a scenario.

Only weekdays are played, one after another: Monday follows Friday. Times are minutes from the
midnight before the first.
"""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator, SeedSequence, default_rng
from numpy.typing import NDArray

from routing.simulation.reading.scenario import MINUTES_A_DAY, WEEKDAYS, Scenario
from wetread.domain.geometry import FloatArray
from wetread.domain.queueing import AiQuality

BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ReadingStudies:
    """Studies in order of request, all (N,)."""

    arrival_min: FloatArray
    deadline_min: FloatArray
    kind: NDArray[np.int64]
    urgent: BoolArray  # asked for as urgent
    looked_at: BoolArray  # by the AI
    diseased: BoolArray  # has what the AI looks for
    ai_positive: BoolArray
    reading_min: FloatArray  # for a reader of mean speed


def draw_reading_studies(
    scenario: Scenario, *, providers: int, days: int, ai: AiQuality, seed: SeedSequence
) -> ReadingStudies:
    """Return the studies; ``ai`` tells sensitivity and specificity, the scenario the prevalence."""
    times, kinds, hospitals, truths, readings = (default_rng(one) for one in seed.spawn(5))
    arrival_min = draw_arrivals(scenario, providers, days, times)
    count = len(arrival_min)
    kind = kinds.choice(len(scenario.kinds), size=count, p=scenario.mix)
    urgent = kinds.random(count) < scenario.urgent_share
    prevalence = np.array([one.prevalence for one in scenario.kinds])[kind]
    diseased = truths.random(count) < prevalence
    called = truths.random(count)
    looked_at = prevalence > 0
    return ReadingStudies(
        arrival_min=arrival_min,
        deadline_min=np.where(
            urgent,
            arrival_min + scenario.urgent_within_min,
            _draw_deadlines(arrival_min, providers * scenario.hospitals_a_provider, hospitals),
        ),
        kind=kind,
        urgent=urgent,
        looked_at=looked_at,
        diseased=diseased,
        ai_positive=looked_at & (called < np.where(diseased, ai.sensitivity, 1 - ai.specificity)),
        reading_min=scenario.reading_min[kind]
        * varying(readings, scenario.reading_variation, count),
    )


def varying(random: Generator, variation: float, count: int) -> FloatArray:
    """Return (count,) log-normal factors with mean 1 and this coefficient of variation."""
    sigma = np.sqrt(np.log1p(variation**2))
    return random.lognormal(-(sigma**2) / 2, sigma, count)


def draw_arrivals(scenario: Scenario, providers: int, days: int, random: Generator) -> FloatArray:
    """Return when the studies of some weekdays come, in order, (N,) minutes."""
    weekdays = np.resize(np.array(scenario.weekday_volume), days)
    weekdays = weekdays / np.mean(scenario.weekday_volume)
    volumes = providers * scenario.daily_studies * weekdays
    counts = random.poisson(volumes * varying(random, scenario.day_variation, days))
    hourly = np.array(scenario.hourly_volume)
    hours = random.choice(len(hourly), size=counts.sum(), p=hourly / hourly.sum())
    within_day_min = 60 * (hours + random.random(len(hours)))
    return np.sort(np.repeat(np.arange(days), counts) * MINUTES_A_DAY + within_day_min)


def _draw_deadlines(arrival_min: FloatArray, hospitals: int, random: Generator) -> FloatArray:
    """Return the end of the next day on which the hospital of each study is open.

    Half of the hospitals are closed on one weekday.
    """
    closed = np.where(random.random(hospitals) < 0.5, random.integers(WEEKDAYS, size=hospitals), -1)  # noqa: PLR2004
    hospital = random.integers(hospitals, size=len(arrival_min))
    following = arrival_min // MINUTES_A_DAY + 1
    following += following % WEEKDAYS == closed[hospital]
    deadlines: FloatArray = (following + 1) * MINUTES_A_DAY
    return deadlines
