"""A queue played in replications, with what theory says beside it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial

import numpy as np
from numpy.random import SeedSequence
from numpy.typing import NDArray

from routing.simulation.estimates import estimate_mean
from routing.simulation.queue import draw_studies, play_queue
from routing.simulation.replications import replicate
from wetread.domain.estimates import Estimate
from wetread.domain.queueing import (
    AiQuality,
    Discipline,
    QueueLoad,
    class_waits,
    fifo_wait_min,
    truth_waits,
)
from wetread.ports import Progress

_STUDIES = 1_000_000
_USUAL_REST = 0.2  # what the readers' time has left where that many are enough
_MOST_TIMES = 2.0
_LEFT_OUT = 0.02  # of the studies at either end: the queue fills, and nobody comes after the last


class Group(StrEnum):
    """Whose wait it is."""

    HIGH = "high"
    LOW = "low"
    AI_POSITIVE = "ai_positive"  # the high class, where an AI makes it
    AI_NEGATIVE = "ai_negative"
    DISEASED = "diseased"
    MISSED = "missed"  # diseased, but called negative
    HEALTHY = "healthy"
    ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueTrial:
    """What is played."""

    queue: QueueLoad
    ai: AiQuality | None
    discipline: Discipline
    ageing_ratio: float
    replications: int
    studies: int  # a replication
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupWait:
    """The mean wait of a group, as played and by theory; None where no study belonged to it."""

    group: Group
    played_min: Estimate | None
    theory_min: float


def queue_of_calls(queue: QueueLoad, ai: AiQuality) -> QueueLoad:
    """Return the queue whose high studies are those that the AI calls positive."""
    return replace(queue, high_share=ai.flagged_share)


def enough_studies(load: float) -> int:
    """Return how many studies a replication needs: the fuller the readers, the rarer the news."""
    times = (_USUAL_REST / (1 - load)) ** 2
    return round(_STUDIES * min(max(times, 0.5), _MOST_TIMES))


def play_trial(trial: QueueTrial, *, processes: int, progress: Progress) -> tuple[GroupWait, ...]:
    """Return the waits of every group."""
    played = replicate(
        partial(_play_once, trial),
        replications=trial.replications,
        seed=trial.seed,
        processes=processes,
        progress=progress,
    )
    return tuple(
        GroupWait(
            group=group,
            played_min=estimate_mean([one[group] for one in played]),
            theory_min=theory_min,
        )
        for group, theory_min in _theory(trial).items()
    )


def _theory(trial: QueueTrial) -> Mapping[Group, float]:
    waits = class_waits(trial.queue, trial.discipline, ageing_ratio=trial.ageing_ratio)
    all_min = fifo_wait_min(trial.queue)
    if trial.ai is None:
        return {Group.HIGH: waits.high_min, Group.LOW: waits.low_min, Group.ALL: all_min}
    truth = truth_waits(waits, trial.ai)
    return {
        Group.AI_POSITIVE: waits.high_min,
        Group.AI_NEGATIVE: waits.low_min,
        Group.DISEASED: truth.diseased_min,
        Group.MISSED: truth.missed_min,
        Group.HEALTHY: truth.healthy_min,
        Group.ALL: all_min,
    }


def _play_once(trial: QueueTrial, seed: SeedSequence) -> Mapping[Group, float]:
    """Return the mean wait of each group in minutes; NaN where no study belongs to it."""
    left_out = round(trial.studies * _LEFT_OUT)
    studies = draw_studies(trial.queue, trial.ai, count=trial.studies + 2 * left_out, seed=seed)
    waits_min = play_queue(
        studies,
        servers=trial.queue.servers,
        discipline=trial.discipline,
        ageing_ratio=trial.ageing_ratio,
    )
    counted = slice(left_out, left_out + trial.studies)
    high, diseased = studies.high[counted], studies.diseased[counted]
    members: dict[Group, NDArray[np.bool_]] = {
        Group.HIGH: high,
        Group.LOW: ~high,
        Group.AI_POSITIVE: high,
        Group.AI_NEGATIVE: ~high,
        Group.DISEASED: diseased,
        Group.MISSED: diseased & ~high,
        Group.HEALTHY: ~diseased,
        Group.ALL: np.ones_like(high),
    }
    return {
        group: float(waits_min[counted][who].mean()) if who.any() else float("nan")
        for group, who in members.items()
    }
