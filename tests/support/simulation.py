"""Small reading floors with known studies and readers."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from routing.simulation.reading.readers import ReaderPool
from routing.simulation.reading.scenario import Kind, Scenario, load_scenario
from routing.simulation.reading.studies import ReadingStudies

FILM_MIN, CT_MIN = 2.0, 10.0


def small_scenario() -> Scenario:
    """Return the shipped scenario with films and CTs only."""
    kinds = tuple(
        Kind(
            name=name,
            column=name,
            modality=name,
            yearly_studies=1000,
            reading_min=minutes,
            hard=name == "ct",
            severity=1.0,
        )
        for name, minutes in (("film", FILM_MIN), ("ct", CT_MIN))
    )
    return replace(load_scenario(), kinds=kinds)


def studies_at(
    arrival_min: Sequence[float],
    *,
    kind: Sequence[int],
    urgent: Sequence[int] = (),
    ai_positive: Sequence[int] = (),
) -> ReadingStudies:
    """Return studies that take as long as their kind; ``urgent`` and ``ai_positive`` name some."""
    count = len(arrival_min)
    marked = np.zeros((2, count), dtype=bool)
    marked[0, list(urgent)] = True
    marked[1, list(ai_positive)] = True
    kinds = np.array(kind, dtype=np.int64)
    arrivals = np.array(arrival_min, dtype=float)
    return ReadingStudies(
        arrival_min=arrivals,
        deadline_min=arrivals + 60,
        kind=kinds,
        urgent=marked[0],
        looked_at=np.ones(count, dtype=bool),
        diseased=marked[1],
        ai_positive=marked[1],
        reading_min=np.array([FILM_MIN, CT_MIN])[kinds],
    )


def readers_with(
    scores: Sequence[Sequence[float]], *, start_min: float = 0.0, shift_min: float = 480.0
) -> ReaderPool:
    """Return readers of mean speed and skill with one shift."""
    pool = np.array(scores, dtype=float)
    return ReaderPool(
        scores=pool,
        skill=np.zeros_like(pool),
        minutes_factor=np.ones(len(pool)),
        start_min=np.full(len(pool), start_min),
        shift_min=np.full(len(pool), shift_min),
    )
