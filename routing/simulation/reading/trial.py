"""Policies played in replications, all on the same studies and readers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import partial
from typing import TypeAlias

from numpy.random import SeedSequence

from routing.reading.assignment.policy import load_assignment_policy
from routing.reading.order_rules import load_order_rules
from routing.simulation.estimates import estimate_mean
from routing.simulation.reading.floor import Floor, Policy
from routing.simulation.reading.measures import Figures, measure
from routing.simulation.reading.policies import (
    BestScore,
    CherryPicking,
    OldestFirst,
    RoundRobin,
    ShortestQueue,
)
from routing.simulation.reading.product import ProductBatches
from routing.simulation.reading.readers import ScoreTable, draw_readers
from routing.simulation.reading.rolling import RollingBatches, RollingWeights
from routing.simulation.reading.scenario import MINUTES_A_DAY, Scenario
from routing.simulation.reading.studies import draw_reading_studies
from routing.simulation.replications import replicate
from wetread.domain.assignment.policy import AssignmentPolicy
from wetread.domain.estimates import Estimate
from wetread.domain.queueing import AiQuality
from wetread.domain.reading_order import OrderRules
from wetread.ports import Progress

_DAYS_BEFORE = 1  # played, but not counted: the floor fills
_DAYS_AFTER = 1  # likewise: the last counted studies are overtaken as any other
_ROOM_MIN = 2.0  # to read: readers with less may be given more by the rule in use

Run: TypeAlias = Mapping["PolicyName", Figures]
"""What one replication gave."""


class PolicyName(StrEnum):
    """The policies that can be played."""

    FIFO = "fifo"
    CURRENT = "current"  # the rule in use: oldest first, to the best self-score
    ROUND_ROBIN = "round_robin"
    SHORTEST_QUEUE = "shortest_queue"
    CHERRY_PICKING = "cherry_picking"
    PRODUCT = "product"  # the assignment of the product
    OURS = "ours"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingTrial:
    """What is played."""

    scenario: Scenario
    policies: tuple[PolicyName, ...]
    providers: int
    days: int
    ai: AiQuality
    replications: int
    seed: int
    scores: ScoreTable | None = None
    weights: RollingWeights = field(default_factory=RollingWeights)
    rules: OrderRules = field(default_factory=load_order_rules)
    assignment: AssignmentPolicy = field(default_factory=load_assignment_policy)


def play_policies(trial: ReadingTrial, *, processes: int, progress: Progress) -> list[Run]:
    """Return every replication, each of them with all policies."""
    return replicate(
        partial(_play_once, trial),
        replications=trial.replications,
        seed=trial.seed,
        processes=processes,
        progress=progress,
    )


def vary_sensitivity(
    trial: ReadingTrial, sensitivities: Sequence[float], *, processes: int, progress: Progress
) -> Mapping[float, list[Run]]:
    """Return the runs of our policy with an AI of other sensitivities, on the same studies."""
    runs: dict[float, list[Run]] = {}
    for sensitivity in sensitivities:
        varied = replace(
            trial, policies=(PolicyName.OURS,), ai=replace(trial.ai, sensitivity=sensitivity)
        )
        runs[sensitivity] = play_policies(varied, processes=processes, progress=lambda _: None)
        progress(len(runs) / len(sensitivities))
    return runs


def estimate_figures(runs: Sequence[Run], policy: PolicyName) -> Mapping[str, Estimate | None]:
    """Return the mean of every figure over the replications."""
    return {name: estimate_mean([run[policy][name] for run in runs]) for name in runs[0][policy]}


def estimate_change(
    runs: Sequence[Run], name: str, policy: PolicyName, baseline: PolicyName
) -> Estimate | None:
    """Return by how many percent a figure differs from a baseline's in the same replication."""
    return estimate_mean(
        [100 * (run[policy][name] / run[baseline][name] - 1) for run in runs if run[baseline][name]]
    )


def _play_once(trial: ReadingTrial, seed: SeedSequence) -> Run:
    for_studies, for_readers = seed.spawn(2)
    studies = draw_reading_studies(
        trial.scenario,
        providers=trial.providers,
        days=_DAYS_BEFORE + trial.days + _DAYS_AFTER,
        ai=trial.ai,
        seed=for_studies,
    )
    readers = draw_readers(
        trial.scenario, providers=trial.providers, table=trial.scores, seed=for_readers
    )
    day = studies.arrival_min // MINUTES_A_DAY
    counted = (day >= _DAYS_BEFORE) & (day < _DAYS_BEFORE + trial.days)
    return {
        name: measure(
            trial.scenario,
            studies,
            readers,
            Floor(trial.scenario, studies, readers, _policy(name, trial)).play(),
            counted,
        )
        for name in trial.policies
    }


def _policy(name: PolicyName, trial: ReadingTrial) -> Policy:
    policies: Mapping[PolicyName, Callable[[], Policy]] = {
        PolicyName.FIFO: OldestFirst,
        PolicyName.CURRENT: partial(BestScore, _ROOM_MIN),
        PolicyName.ROUND_ROBIN: RoundRobin,
        PolicyName.SHORTEST_QUEUE: ShortestQueue,
        PolicyName.CHERRY_PICKING: CherryPicking,
        PolicyName.PRODUCT: partial(ProductBatches, trial.scenario, trial.assignment, trial.rules),
        PolicyName.OURS: partial(RollingBatches, trial.weights, trial.rules),
    }
    return policies[name]()
