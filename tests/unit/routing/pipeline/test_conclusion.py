"""Outcome, reason and cost of a study, from what its steps gave."""

from dataclasses import replace

import pytest

from routing.ledger.prices import load_price_table
from routing.pipeline.conclusion import Draft, with_spent, without_results
from routing.pipeline.metering import Spent
from routing.pipeline.steps import Failure, Step
from routing.reading.priority import load_priority_table
from tests.support.findings import findings
from wetread.domain.findings import Outcome, Prescreen

_FULL = Failure(outcome=Outcome.FAILED, reason="the disk is full")


def test_a_limitation_alone_leaves_the_analysis_whole_but_said() -> None:
    draft = Draft(limitations=("thick slices (5.0 mm)", "lossy"))
    assert (draft.outcome, draft.reason) == (
        Outcome.ANALYSED,
        "limited: thick slices (5.0 mm); lossy",
    )
    assert Draft().reason is None


def test_what_failed_is_said_before_what_limits() -> None:
    draft = Draft(limitations=("lossy",)).partial("no comparison").stopped(_FULL)
    assert draft.outcome is Outcome.FAILED
    assert draft.reason == "no comparison; the disk is full; lossy"


@pytest.mark.parametrize("outcome", Outcome)
def test_findings_that_were_not_written_never_look_whole(outcome: Outcome) -> None:
    before = findings(outcome=outcome, reason=None)
    after = without_results(before, _FULL, load_priority_table())
    expected = Outcome.PARTIAL if outcome is Outcome.ANALYSED else outcome
    assert (after.outcome, after.reason) == (expected, "the disk is full")
    assert after.triage.prescreen is Prescreen.UNDETERMINED
    assert after.triage.priority > 0


def test_reading_images_is_counted_once_and_waiting_is_no_work() -> None:
    spent = {
        Step.DETECT: Spent(
            wall_seconds=15.0, cpu_seconds=6.0, read_seconds=2.0, waited_seconds=10.0
        ),
        Step.MARK_PRIOR: Spent(wall_seconds=3.0, cpu_seconds=2.0, read_seconds=1.0),
        Step.COMPARE: Spent(wall_seconds=1.5, cpu_seconds=1.0),
        Step.TRIAGE: Spent(wall_seconds=0.25),
    }
    concluded = with_spent(findings(), spent, device="cpu: test", prices=load_price_table())
    timing, cost = concluded.timing_s, concluded.cost
    assert (timing.read, timing.detect, timing.compare) == (3.0, 3.0, 3.5)
    assert timing.total == 19.75
    assert (cost.cpu_seconds, cost.gpu_seconds, cost.device) == (9.0, 0.0, "cpu: test")


@pytest.mark.parametrize(
    "device", ["cuda:0", "triton 10.0.0.9:8001, cuda:0", "cuda:0, in place of triton there:8001"]
)
def test_detection_on_a_gpu_is_priced_as_such(device: str) -> None:
    base = findings()
    on_gpu = replace(base, model=replace(base.model, device=device))
    spent = {Step.DETECT: Spent(wall_seconds=9.0, read_seconds=2.0, waited_seconds=4.0)}
    cost = with_spent(on_gpu, spent, device="cpu: test", prices=load_price_table()).cost
    assert cost.gpu_seconds == 3.0
    assert cost.cost_jpy == pytest.approx(3 * 25_000 / (730 * 3600), abs=1e-6)
    assert cost.device == f"{device}; cpu: test"


def test_energy_is_told_with_how_it_was_measured() -> None:
    spent = {
        Step.DETECT: Spent(wall_seconds=5.0, energy_joule=900.5, energy_by="nvml_energy_counter"),
        Step.MEASURE: Spent(wall_seconds=1.0),
    }
    cost = with_spent(findings(), spent, device="cpu: test", prices=load_price_table()).cost
    assert cost.energy_joule == 900.5
    assert cost.how_measured == "process_cpu_time; energy by nvml_energy_counter"
