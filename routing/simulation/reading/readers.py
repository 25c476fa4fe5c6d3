"""The readers of a pool: what they say they read well, how well they do, when and how fast."""

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.random import Generator, SeedSequence, default_rng

from routing.simulation.reading.scenario import Scenario
from routing.simulation.reading.studies import varying
from wetread.domain.errors import SimulationError
from wetread.domain.geometry import FloatArray

_STEPS = np.array([0.0, 10, 20, 50, 80, 100])  # what readers write into such tables
_BEST = 100.0
_MISS_SPREAD = 0.5  # how a reader one deviation better than the mean misses: by exp(-0.5)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ReaderPool:
    """R readers and K kinds of studies."""

    scores: FloatArray  # (R, K), 0 to 100 as they say themselves; 0: does not read it
    skill: FloatArray  # (R, K), normal; what no score tells of how well they read
    minutes_factor: FloatArray  # (R,), on the minutes of a study
    start_min: FloatArray  # (R,), of the shift, from midnight
    shift_min: FloatArray  # (R,)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ScoreTable:
    """Scores that real readers gave themselves."""

    columns: tuple[str, ...]
    scores: FloatArray  # (rows, columns)


def read_score_table(path: Path) -> ScoreTable:
    """Read a CSV: a line of columns, then one line a reader with the name first.

    Readers who read nothing of it are left out; raise `SimulationError` where it is no such table.
    """
    try:
        rows = list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines()))
        header, lines = rows[0], [row for row in rows[1:] if any(row)]
        scores = np.array([[float(cell) for cell in row[1:]] for row in lines])
    except (OSError, ValueError, IndexError) as error:
        raise SimulationError(f"{path} is no table of readers' scores: {error}") from error
    if scores.ndim != 2 or scores.shape[1] != len(header) - 1 or not scores.any():  # noqa: PLR2004
        raise SimulationError(f"{path}: every reader needs a score in each column")
    if not ((scores >= 0) & (scores <= _BEST)).all():
        raise SimulationError(f"{path}: a score is from 0 to 100")
    return ScoreTable(columns=tuple(header[1:]), scores=scores[scores.any(axis=1)])


def draw_readers(
    scenario: Scenario,
    *,
    providers: int,
    table: ScoreTable | None,
    seed: SeedSequence,
) -> ReaderPool:
    """Return a pool with rows of a table of scores, else with invented ones."""
    scoring, speeds, qualities = (default_rng(one) for one in seed.spawn(3))
    shifts = [
        shift
        for shift, count in zip(scenario.shifts, scenario.readers_of_shifts(providers), strict=True)
        for _ in range(count)
    ]
    scores = (
        _invented_scores(scenario, len(shifts), scoring)
        if table is None
        else _scores_from_table(scenario, len(shifts), table, scoring)
    )
    return ReaderPool(
        scores=scores,
        skill=qualities.normal(size=scores.shape),
        minutes_factor=varying(speeds, scenario.reader_variation, len(shifts)),
        start_min=np.array([60 * shift.start_h for shift in shifts]),
        shift_min=np.array([60 * shift.hours for shift in shifts]),
    )


def miss_rates(scenario: Scenario, readers: ReaderPool, correlation: float) -> FloatArray:
    """Return the share of studies with a major miss, (R, K).

    ``correlation`` is that of what readers say of themselves with how well they read: a score is
    no accuracy, and how far it goes with it is not known.
    """
    said = (readers.scores - readers.scores.mean()) / (readers.scores.std() or 1)
    quality = correlation * said + np.sqrt(1 - correlation**2) * readers.skill
    # The mean of the log-normal factor is 1: the mean reader misses what the scenario says.
    rates: FloatArray = scenario.major_misses * np.exp(
        -_MISS_SPREAD * quality - _MISS_SPREAD**2 / 2
    )
    return rates


def _invented_scores(scenario: Scenario, readers: int, random: Generator) -> FloatArray:
    """Return scores as in such tables: good readers are good at much, and have their gaps."""
    level = random.normal(0.6, 0.2, (readers, 1))
    own = random.normal(0, 0.3, (readers, len(scenario.kinds)))
    places = np.clip((level + own) * len(_STEPS), 0, len(_STEPS) - 1).astype(int)
    return _with_a_reader_for_all(_STEPS[places])


def _scores_from_table(
    scenario: Scenario, readers: int, table: ScoreTable, random: Generator
) -> FloatArray:
    """Return rows of the table, drawn at random.

    A kind without a column of its own takes one of its modality, else any.
    """
    rows = random.integers(len(table.scores), size=readers)
    columns = []
    for kind in scenario.kinds:
        same = [i for i, name in enumerate(table.columns) if name == kind.column]
        alike = [i for i, name in enumerate(table.columns) if name.endswith(kind.modality)]
        columns.append(random.choice(same or alike or list(range(len(table.columns)))))
    return _with_a_reader_for_all(table.scores[rows][:, columns])


def _with_a_reader_for_all(scores: FloatArray) -> FloatArray:
    """Return the scores, with the first reader reading what nobody would."""
    scores = scores.copy()
    scores[0, (scores == 0).all(axis=0)] = _STEPS[1]
    return scores
