"""One study through all stops: what is found, and what is said where something fails."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from pydicom import dcmread

from routing.pipeline.steps import Step
from routing.pipeline.study import Background, StudyInput
from routing.priors.given import given_prior
from tests.support.ball_analysis import ball_analysis, shipped_rules
from tests.support.ball_ct import BIG, SMALL, Ball, write_ball_study
from tests.support.ball_tools import (
    BALL_MODEL,
    BallComparer,
    BallDetector,
    BallMeasurer,
    BrokenComparer,
    FailingDetector,
    ball_tools,
)
from wetread.domain.errors import AnalysisError, StorageFull
from wetread.domain.findings import (
    Candidate,
    ChangeState,
    Findings,
    GrowthVerdict,
    Measurement,
    Outcome,
    Prescreen,
)
from wetread.domain.volumes import CtVolume
from wetread.ports import Progress

_SHRUNKEN_BIG = Ball(x=BIG.x, y=BIG.y, z=BIG.z, diameter_mm=12.0)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("studies")


@pytest.fixture(scope="module")
def study(folder: Path) -> StudyInput:
    return write_ball_study(folder / "current", [BIG, SMALL])


@pytest.fixture(scope="module")
def prior(folder: Path) -> StudyInput:
    return write_ball_study(
        folder / "prior", [_SHRUNKEN_BIG], study="prior", taken=date(2025, 12, 1)
    )


@pytest.fixture(scope="module")
def empty(folder: Path) -> StudyInput:
    return write_ball_study(folder / "empty", [], study="empty", taken=date(2026, 2, 1))


def _never_negative(findings: Findings) -> bool:
    return not findings.is_negative and findings.triage.prescreen is not Prescreen.NO_REQUEST


def test_nodules_are_compared_with_the_prior(
    study: StudyInput, prior: StudyInput, tmp_path: Path
) -> None:
    shares: list[float] = []
    analysed = ball_analysis().analyze_study(study, prior, tmp_path, shares.append)
    findings = analysed.findings

    assert (findings.outcome, findings.reason) == (Outcome.ANALYSED, None)
    grown, new = findings.nodules
    assert grown.change is not None
    assert grown.change.verdict is GrowthVerdict.GROWN
    assert grown.change.prior_tracking_uid == grown.tracking_uid
    assert grown.change.prior_study_instance_uid == prior.study_instance_uid
    assert grown.change.doubling_time_days == pytest.approx(85, abs=1)
    assert new.change is not None
    assert new.change.state is ChangeState.NEW
    assert new.tracking_uid != grown.tracking_uid
    assert len(findings.candidates) == 3, "those below the operating score are kept"
    assert [round(share, 6) for share in shares] == sorted(round(share, 6) for share in shares)
    assert shares[-1] == 1.0


def test_the_operating_point_is_told_where_nodules_were_looked_for(
    study: StudyInput, tmp_path: Path
) -> None:
    findings = ball_analysis().analyze_study(study, None, tmp_path).findings

    assert findings.operating_point == BallDetector.operating_point


def test_what_was_spent_adds_up(study: StudyInput, prior: StudyInput, tmp_path: Path) -> None:
    findings = ball_analysis().analyze_study(study, prior, tmp_path).findings
    timing, cost = findings.timing_s, findings.cost
    stages = timing.read + timing.select + timing.detect + timing.measure
    stages += timing.compare + timing.encode
    assert 0 < stages <= timing.total + 1e-9
    assert timing.total - stages < 0.2  # triage alone
    assert timing.read > 0
    assert (cost.gpu_seconds, cost.how_measured) == (0.0, "process_cpu_time")
    assert cost.cpu_seconds > 0
    assert cost.device.startswith("cpu: ")
    assert cost.cost_jpy == pytest.approx(cost.cpu_seconds * 25_000 / (730 * 3600 * 8), abs=1e-6)


def test_the_objects_and_key_images_are_written(study: StudyInput, tmp_path: Path) -> None:
    analysed = ball_analysis().analyze_study(study, None, tmp_path)
    for one in analysed.objects:
        assert dcmread(one.path).SOPInstanceUID == one.sop_instance_uid
    assert [image.path.name for image in analysed.key_images] == ["nodule-1.png", "nodule-2.png"]
    assert all(image.path.exists() for image in analysed.key_images)


def test_the_same_study_gives_the_same_tracking(study: StudyInput, tmp_path: Path) -> None:
    first, second = (
        ball_analysis().analyze_study(study, None, tmp_path).findings for _ in range(2)
    )
    assert [n.tracking_uid for n in first.nodules] == [n.tracking_uid for n in second.nodules]
    assert len({nodule.tracking_uid for nodule in first.nodules}) == 2


def test_a_whole_analysis_without_nodules_is_negative(empty: StudyInput, tmp_path: Path) -> None:
    findings = ball_analysis().analyze_study(empty, None, tmp_path).findings
    assert findings.is_negative
    assert findings.triage.prescreen is Prescreen.NO_REQUEST


def test_a_nodule_of_the_prior_that_is_gone_is_resolved(
    empty: StudyInput, prior: StudyInput, tmp_path: Path
) -> None:
    findings = ball_analysis().analyze_study(empty, prior, tmp_path).findings
    assert findings.nodules == ()
    assert len(findings.resolved) == 1


def test_a_broken_detector_fails_the_study_but_not_the_service(
    study: StudyInput, prior: StudyInput, tmp_path: Path
) -> None:
    tools = ball_tools(detector=FailingDetector())
    analysed = ball_analysis(tools).analyze_study(study, prior, tmp_path)
    assert analysed.findings.outcome is Outcome.FAILED
    assert analysed.findings.reason == "the detector is broken"
    assert _never_negative(analysed.findings)
    assert analysed.objects, "the failure is reported too"


class _BreakingMeasurer(BallMeasurer):
    def measure(self, volume: CtVolume, candidate: Candidate) -> Measurement | None:
        if candidate.diameter_mm > 12:
            raise AnalysisError("too large for me")
        return super().measure(volume, candidate)


def test_a_place_that_cannot_be_measured_makes_the_study_partial(
    study: StudyInput, tmp_path: Path
) -> None:
    tools = replace(ball_tools(), measurer=_BreakingMeasurer())
    findings = ball_analysis(tools).analyze_study(study, None, tmp_path).findings
    assert findings.outcome is Outcome.PARTIAL
    assert len(findings.nodules) == 1
    assert findings.reason == "suspicious places that could not be measured: 1"


def test_a_failed_comparison_keeps_the_nodules_and_names_nobody(
    study: StudyInput, prior: StudyInput, tmp_path: Path
) -> None:
    tools = ball_tools(comparer=BrokenComparer())
    findings = ball_analysis(tools).analyze_study(study, prior, tmp_path).findings
    assert findings.outcome is Outcome.PARTIAL
    assert findings.reason == "comparison with prior failed: compare stopped: RuntimeError"
    assert len(findings.nodules) == 2
    assert all(nodule.change is None for nodule in findings.nodules)


def test_a_failed_comparison_without_nodules_is_not_negative(
    empty: StudyInput, prior: StudyInput, tmp_path: Path
) -> None:
    tools = ball_tools(comparer=BrokenComparer())
    findings = ball_analysis(tools).analyze_study(empty, prior, tmp_path).findings
    assert _never_negative(findings)


def test_an_unaligned_prior_leaves_every_change_to_the_reader(
    study: StudyInput, prior: StudyInput, tmp_path: Path
) -> None:
    tools = ball_tools(comparer=BallComparer(trusted=False))
    findings = ball_analysis(tools).analyze_study(study, prior, tmp_path).findings
    states = {nodule.change.state for nodule in findings.nodules if nodule.change}
    assert states == {ChangeState.AMBIGUOUS}
    assert findings.outcome is Outcome.ANALYSED
    assert findings.reason is not None
    assert findings.reason.startswith("limited: ")
    assert _never_negative(findings)


def test_a_study_without_a_usable_series_says_why(tmp_path: Path) -> None:
    study = write_ball_study(tmp_path / "few", [])
    few = replace(study, instances=study.instances[:5])
    analysed = ball_analysis().analyze_study(few, None, tmp_path / "out")
    findings = analysed.findings
    assert findings.outcome is Outcome.NOT_ANALYSED
    assert findings.series_instance_uid is None
    assert findings.reason is not None
    assert findings.reason.startswith("no series can be analysed: ")
    assert findings.reason.endswith(")"), "with the code of the reason"
    assert _never_negative(findings)


def test_a_slice_that_breaks_after_the_selection_is_the_images_fault(
    tmp_path: Path,
) -> None:
    broken = write_ball_study(tmp_path / "broken", [BIG], study="broken")
    run = ball_analysis().start(broken)

    def truncate_then_find(*_: object) -> Background:
        path = broken.instances[7].path
        path.write_bytes(path.read_bytes()[:-1000])
        return Background()

    findings = run.analyse(truncate_then_find)
    assert findings.outcome is Outcome.NOT_ANALYSED
    assert _never_negative(findings)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"patient_id": "T-0002"}, "not surely of the same patient"),
        ({"patient_id": ""}, "not surely of the same patient"),
        ({"taken": date(2026, 3, 2)}, "the later of the two"),
    ],
)
def test_a_prior_that_must_not_be_compared_is_refused(
    study: StudyInput, tmp_path: Path, change: dict[str, object], words: str
) -> None:
    other = write_ball_study(tmp_path / "other", [BIG], study="other", **change)
    findings = ball_analysis().analyze_study(study, other, tmp_path / "out").findings
    assert findings.outcome is Outcome.PARTIAL
    assert findings.reason is not None
    assert words in findings.reason
    assert all(nodule.change is None for nodule in findings.nodules)


def _with_recorded(study: StudyInput, prior: StudyInput, recorded: Findings | None) -> Background:
    known = given_prior(study, prior, shipped_rules().selection)
    return Background(priors=(replace(known, findings=recorded),))


def test_recorded_findings_of_the_same_model_are_used_again(
    study: StudyInput, prior: StudyInput, tmp_path: Path
) -> None:
    recorded = ball_analysis().analyze_study(prior, None, tmp_path).findings
    detector = BallDetector()
    run = ball_analysis(ball_tools(detector=detector)).start(study)
    findings = run.analyse(lambda *_: _with_recorded(study, prior, recorded))
    assert detector.calls == 1, "the prior was not looked at again"
    assert findings.nodules[0].tracking_uid == recorded.nodules[0].tracking_uid


@pytest.mark.parametrize("change", [{"sha256": "cd" * 32}, {"version": "2"}])
def test_another_models_findings_lend_their_tracking_only(
    study: StudyInput, prior: StudyInput, tmp_path: Path, change: dict[str, str]
) -> None:
    older = ball_analysis().analyze_study(prior, None, tmp_path).findings
    renamed = [replace(nodule, tracking_id="Nodule 7") for nodule in older.nodules]
    recorded = replace(older, nodules=tuple(renamed), model=replace(BALL_MODEL, **change))
    detector = BallDetector()
    run = ball_analysis(ball_tools(detector=detector)).start(study)
    findings = run.analyse(lambda *_: _with_recorded(study, prior, recorded))
    assert detector.calls == 2
    assert findings.nodules[0].tracking_uid == older.nodules[0].tracking_uid
    assert [nodule.tracking_id for nodule in findings.nodules] == ["Nodule 7", "Nodule 2"]


def test_partial_findings_of_the_prior_are_not_trusted(
    study: StudyInput, prior: StudyInput, tmp_path: Path
) -> None:
    whole = ball_analysis().analyze_study(prior, None, tmp_path).findings
    recorded = replace(whole, outcome=Outcome.PARTIAL, nodules=())
    run = ball_analysis().start(study)
    findings = run.analyse(lambda *_: _with_recorded(study, prior, recorded))
    assert findings.nodules[0].change is not None
    assert findings.nodules[0].change.state is ChangeState.MATCHED


def test_a_later_revision_keeps_the_names_of_the_earlier(study: StudyInput, tmp_path: Path) -> None:
    first = ball_analysis().analyze_study(study, None, tmp_path).findings
    named = [
        replace(nodule, tracking_id=f"Nodule {number}", tracking_uid=f"2.25.{number}")
        for nodule, number in zip(first.nodules, (5, 3), strict=True)
    ]
    earlier = replace(first, nodules=tuple(named))
    run = ball_analysis().start(replace(study, revision=1))
    findings = run.analyse(lambda *_: Background(earlier=earlier))
    assert [n.tracking_id for n in findings.nodules] == ["Nodule 5", "Nodule 3"]
    assert [n.tracking_uid for n in findings.nodules] == ["2.25.5", "2.25.3"]
    assert findings.revision == 1


def test_the_detector_is_told_how_urgent_the_study_is(study: StudyInput) -> None:
    detector = BallDetector()
    run = ball_analysis(ball_tools(detector=detector)).start(replace(study, urgency=40))
    run.analyse(lambda *_: Background())
    assert detector.urgency == 40


def test_an_error_that_may_pass_is_tried_again(study: StudyInput) -> None:
    waits: list[float] = []

    class FullOnce(BallDetector):
        def detect(
            self, volume: CtVolume, progress: Progress | None = None, *, urgency: int = 0
        ) -> tuple[Candidate, ...]:
            if not waits:
                raise StorageFull
            return super().detect(volume, progress, urgency=urgency)

    analysis = ball_analysis(ball_tools(detector=FullOnce()), sleep=waits.append)
    findings = analysis.start(study).analyse(lambda *_: Background())
    assert findings.outcome is Outcome.ANALYSED
    assert waits == [0.5]


def test_a_disk_that_stays_full_makes_the_findings_partial(
    study: StudyInput, empty: StudyInput, tmp_path: Path
) -> None:
    blocked = tmp_path / "out"
    blocked.write_text("a file where the folder should be")
    for one, nodules in ((study, 2), (empty, 0)):
        analysed = ball_analysis().analyze_study(one, None, blocked)
        assert analysed.objects == ()
        assert analysed.findings.outcome is Outcome.PARTIAL
        assert len(analysed.findings.nodules) == nodules
        assert _never_negative(analysed.findings)


def test_steps_run_in_their_order(study: StudyInput, prior: StudyInput, tmp_path: Path) -> None:
    taken: list[Step] = []

    def note(step, kind, action):  # noqa: ANN001, ANN202 - as `StepRunner`
        del kind
        taken.append(step)
        return action()

    run = ball_analysis().start(study, run_step=note)
    findings = run.analyse(lambda *_: _with_recorded(study, prior, None))
    run.publish(findings, tmp_path)
    assert taken == [step for step in Step if step in taken]
    assert set(taken) == {
        *(Step.SELECT, Step.LINK, Step.FETCH_PRIORS, Step.FIND_PRIOR, Step.DETECT),
        *(Step.MEASURE, Step.MARK_PRIOR, Step.COMPARE, Step.TRIAGE, Step.ENCODE),
        Step.RENDER,
    }
