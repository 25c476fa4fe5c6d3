from dataclasses import replace

import pytest

from routing.simulation.reading.claims import list_claims
from routing.simulation.reading.scenario import load_scenario
from routing.simulation.reading.trial import (
    PolicyName,
    ReadingTrial,
    Run,
    estimate_change,
    play_policies,
    vary_sensitivity,
)
from wetread.domain.queueing import AiQuality


def ignore(_share: float) -> None:
    pass


@pytest.fixture(scope="module")
def trial() -> ReadingTrial:
    return ReadingTrial(
        scenario=load_scenario(),
        policies=(PolicyName.FIFO, PolicyName.CURRENT, PolicyName.OURS),
        providers=1,
        days=1,
        ai=AiQuality(sensitivity=0.9, specificity=0.9, prevalence=0.06),
        replications=4,
        seed=3,
    )


@pytest.fixture(scope="module")
def runs(trial: ReadingTrial) -> list[Run]:
    return play_policies(trial, processes=1, progress=ignore)


def test_ours_is_quicker_where_it_matters_and_better_matched(runs: list[Run]) -> None:
    for run in runs:
        fifo, current, ours = run[PolicyName.FIFO], run[PolicyName.CURRENT], run[PolicyName.OURS]
        assert ours["wait_mean_min_ai_positive"] < fifo["wait_mean_min_ai_positive"]
        assert ours["wait_mean_min_urgent"] < fifo["wait_mean_min_urgent"]
        assert ours["mean_score"] > current["mean_score"]
        assert fifo["unread"] == current["unread"] == ours["unread"] == 0
        assert fifo["churn"] == 0


def test_policies_that_ignore_the_ai_meet_the_same_studies(
    trial: ReadingTrial, runs: list[Run]
) -> None:
    blind = replace(
        trial,
        policies=(PolicyName.FIFO,),
        ai=replace(trial.ai, sensitivity=0.1),
        replications=1,
    )
    other = play_policies(blind, processes=1, progress=ignore)[0][PolicyName.FIFO]
    for name in ("wait_mean_min_all", "wait_mean_min_diseased", "gini_minutes"):
        assert other[name] == runs[0][PolicyName.FIFO][name]


def test_a_claim_compares_with_its_baseline(runs: list[Run]) -> None:
    claims = {claim.name: claim for claim in list_claims(runs)}
    claim = claims["better_matched"]
    change = estimate_change(runs, "mean_score", PolicyName.OURS, PolicyName.CURRENT)
    assert claim.change_percent == change
    assert claim.met
    without = [{PolicyName.FIFO: run[PolicyName.FIFO]} for run in runs]
    assert list_claims(without) == ()


def test_an_ai_that_sees_more_lets_fewer_wait(trial: ReadingTrial) -> None:
    few = replace(trial, replications=2)
    varied = vary_sensitivity(few, (0.0, 1.0), processes=1, progress=ignore)
    name = "wait_mean_min_diseased"
    blind, seeing = (sum(run[PolicyName.OURS][name] for run in varied[at]) for at in (0.0, 1.0))
    assert seeing < blind
