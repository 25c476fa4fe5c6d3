"""What a played policy is judged by."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, TypeAlias

import numpy as np

from routing.simulation.reading.floor import Played
from routing.simulation.reading.readers import ReaderPool, miss_rates
from routing.simulation.reading.scenario import Scenario
from routing.simulation.reading.studies import BoolArray, ReadingStudies
from wetread.domain.geometry import FloatArray

Figures: TypeAlias = Mapping[str, float]
"""Figures by name; NaN where no study has any."""

CORRELATIONS: Final = (0.0, 0.25, 0.5, 0.75)
"""Of readers' scores with how well they read: nobody knows it, so every report tells several."""

_BEST_SHARE = 0.25


class StudyGroup(StrEnum):
    """Whose wait it is."""

    ALL = "all"
    URGENT = "urgent"  # asked for as such
    AI_POSITIVE = "ai_positive"
    DISEASED = "diseased"  # what the AI looks for is there, whether it sees it or not
    MISSED = "missed"  # likewise, but the AI is silent
    NEGATIVE = "negative"  # neither urgent nor AI-positive


class Statistic(StrEnum):
    """What is told of the waits of a group, in minutes."""

    MEAN = "mean"
    P95 = "p95"
    MAX = "max"


def wait_name(group: StudyGroup, statistic: Statistic) -> str:
    """Return the name of a wait among the figures."""
    return f"wait_{statistic}_min_{group}"


def misses_name(correlation: float) -> str:
    """Return the name of the expected misses where scores go so far with quality."""
    return f"weighted_misses_per_100000_at_{correlation:g}"


def measure(
    scenario: Scenario,
    studies: ReadingStudies,
    readers: ReaderPool,
    played: Played,
    counted: BoolArray,
) -> Figures:
    """Return the figures of the counted studies; what was never read waits until the end."""
    end_min = float(np.nanmax(played.end_min))
    unread = np.isnan(played.end_min)
    wait_min = np.where(unread, end_min, played.begun_min) - studies.arrival_min
    done = counted & ~unread
    reader, kind = played.reader[done], studies.kind[done]
    score, minutes = readers.scores[reader, kind], played.reading_min[done]
    hard = np.array([one.hard for one in scenario.kinds])[kind]
    by_reader = _shares(readers, reader, minutes)
    hard_by_reader = _shares(readers, reader, minutes * hard)
    best = readers.scores.mean(axis=1) >= np.quantile(readers.scores.mean(axis=1), 1 - _BEST_SHARE)
    hard_min = hard_by_reader * readers.shift_min
    severity = np.array([one.severity for one in scenario.kinds])[kind]
    return {
        **_waits(studies, wait_min, counted),
        "share_by_next_clinical_day": float(
            (played.end_min <= studies.deadline_min)[counted & ~studies.urgent].mean()
        ),
        "share_urgent_in_time": float(
            (played.end_min <= studies.deadline_min)[counted & studies.urgent].mean()
        ),
        "mean_score": float(score.mean()),
        "mean_score_hard": float(score[hard].mean()),
        "gini_minutes": gini(by_reader),
        "gini_hard_minutes": gini(hard_by_reader),
        # Even would be the share of the shifts' minutes.
        "hard_share_best_quarter": float(hard_min[best].sum() / hard_min.sum()),
        "churn": float(played.moves[counted].mean()),
        "unread": float(unread[counted].sum()),
        **{
            misses_name(correlation): 1e5
            * float(np.mean(severity * miss_rates(scenario, readers, correlation)[reader, kind]))
            for correlation in CORRELATIONS
        },
    }


def gini(values: FloatArray) -> float:
    """Return how unevenly something is shared: 0 evenly, towards 1 all to one."""
    ordered = np.sort(values)
    count = len(ordered)
    weights = 2 * np.arange(1, count + 1) - count - 1
    return float(weights @ ordered / (count * ordered.sum()))


def _waits(studies: ReadingStudies, wait_min: FloatArray, counted: BoolArray) -> Figures:
    members = {
        StudyGroup.ALL: counted,
        StudyGroup.URGENT: studies.urgent,
        StudyGroup.AI_POSITIVE: studies.ai_positive,
        StudyGroup.DISEASED: studies.diseased,
        StudyGroup.MISSED: studies.diseased & ~studies.ai_positive,
        StudyGroup.NEGATIVE: ~studies.urgent & ~studies.ai_positive,
    }
    figures: dict[str, float] = {}
    for group, who in members.items():
        waits = wait_min[who & counted]
        for statistic in Statistic:
            figures[wait_name(group, statistic)] = _tell(waits, statistic)
    return figures


def _tell(waits_min: FloatArray, statistic: Statistic) -> float:
    if not waits_min.size:
        return float("nan")
    match statistic:
        case Statistic.MEAN:
            return float(waits_min.mean())
        case Statistic.P95:
            return float(np.percentile(waits_min, 95))
        case Statistic.MAX:
            return float(waits_min.max())


def _shares(
    readers: ReaderPool, reader: np.ndarray[tuple[int], np.dtype[np.int64]], minutes: FloatArray
) -> FloatArray:
    """Return the minutes of each reader per minute of shift, (R,)."""
    shares: FloatArray = np.bincount(reader, minutes, len(readers.shift_min)) / readers.shift_min
    return shares
