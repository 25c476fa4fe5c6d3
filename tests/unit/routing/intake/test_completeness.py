import time
from datetime import timedelta
from pathlib import Path

import pytest

from routing.intake.completeness import CompletenessWatcher, OnComplete
from tests.support.instances import instance
from tests.support.intake import Intake
from wetread.domain.studies import CompletenessPolicy, StudyState

STUDY = instance().StudyInstanceUID
POLICY = CompletenessPolicy(quiet=timedelta(seconds=60), forced_after=timedelta(hours=1))


class Pipeline:
    """Notes what it is told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, int]] = []
        self.failures = 0

    def __call__(self, study_instance_uid: str, revision: int) -> None:
        if self.failures:
            self.failures -= 1
            raise RuntimeError("not now")
        self.told.append((study_instance_uid, revision))


@pytest.fixture
def intake(tmp_path: Path) -> Intake:
    intake = Intake(tmp_path)
    intake.receive(instance())
    intake.index()
    return intake


@pytest.fixture
def pipeline() -> Pipeline:
    return Pipeline()


def _watcher(intake: Intake, on_complete: OnComplete) -> CompletenessWatcher:
    return CompletenessWatcher(
        intake.catalog, POLICY, intake.clock, on_complete, indexed_until=intake.clock
    )


def test_a_quiet_study_is_complete_and_announced_once(intake: Intake, pipeline: Pipeline) -> None:
    watcher = _watcher(intake, pipeline)
    intake.clock.advance(59)
    watcher.poll()
    assert pipeline.told == []

    intake.clock.advance(1)
    watcher.poll()
    watcher.poll()

    assert pipeline.told == [(STUDY, 0)]
    study = intake.catalog.study(STUDY)
    assert study is not None
    assert study.state is StudyState.COMPLETE
    assert study.completed_at == intake.clock.now


def test_a_late_image_makes_a_further_revision(intake: Intake, pipeline: Pipeline) -> None:
    watcher = _watcher(intake, pipeline)
    intake.clock.advance(60)
    watcher.poll()

    intake.receive(instance(1))
    intake.index()
    watcher.poll()
    assert pipeline.told == [(STUDY, 0)], "it has not been quiet yet"
    intake.clock.advance(60)
    watcher.poll()

    assert pipeline.told == [(STUDY, 0), (STUDY, 1)]


def test_the_expected_number_of_images_completes_a_study(
    intake: Intake, pipeline: Pipeline
) -> None:
    watcher = _watcher(intake, pipeline)
    assert intake.catalog.set_expected(STUDY, 2)
    watcher.poll()
    assert pipeline.told == []

    intake.receive(instance(1))
    intake.index()
    watcher.poll()

    assert pipeline.told == [(STUDY, 0)]


def test_silence_counts_only_as_far_as_everything_is_indexed(
    intake: Intake, pipeline: Pipeline
) -> None:
    indexed_until = intake.clock.now
    watcher = CompletenessWatcher(
        intake.catalog, POLICY, intake.clock, pipeline, indexed_until=lambda: indexed_until
    )
    intake.clock.advance(600)

    watcher.poll()
    assert pipeline.told == []

    indexed_until = intake.clock.now
    watcher.poll()
    assert pipeline.told == [(STUDY, 0)]


def test_the_time_when_nobody_listened_is_no_silence(intake: Intake, pipeline: Pipeline) -> None:
    intake.clock.advance(600)  # the service was down
    watcher = _watcher(intake, pipeline)

    watcher.poll()
    assert pipeline.told == []

    intake.clock.advance(60)
    watcher.poll()
    assert pipeline.told == [(STUDY, 0)]


def test_a_completion_nobody_heard_is_announced_after_a_restart(
    intake: Intake, pipeline: Pipeline
) -> None:
    intake.catalog.complete_study(STUDY)

    _watcher(intake, pipeline).poll()
    _watcher(intake, pipeline).poll()

    assert pipeline.told == [(STUDY, 0), (STUDY, 0)]


def test_an_analysis_under_way_is_not_announced_again(intake: Intake, pipeline: Pipeline) -> None:
    intake.catalog.complete_study(STUDY)
    assert intake.catalog.advance(STUDY, revision=0, state=StudyState.ANALYSING)

    _watcher(intake, pipeline).poll()

    assert pipeline.told == []


def test_an_announcement_that_fails_is_repeated(intake: Intake, pipeline: Pipeline) -> None:
    pipeline.failures = 2
    intake.catalog.complete_study(STUDY)
    watcher = _watcher(intake, pipeline)

    for _ in range(4):
        watcher.poll()

    assert pipeline.told == [(STUDY, 0)]


def test_somebody_may_say_that_a_study_is_complete(intake: Intake, pipeline: Pipeline) -> None:
    watcher = _watcher(intake, pipeline)

    completed = watcher.complete_now(STUDY)
    watcher.poll()

    assert completed is not None
    assert (completed.study_instance_uid, completed.revision) == (STUDY, 0)
    assert pipeline.told == [(STUDY, 0)]
    assert watcher.complete_now(STUDY) is None, "it is complete already"
    assert watcher.complete_now("1.2.3.unknown") is None


def test_saying_so_waits_for_what_was_received_before(intake: Intake, pipeline: Pipeline) -> None:
    watcher = CompletenessWatcher(
        intake.catalog,
        POLICY,
        intake.clock,
        pipeline,
        indexed_until=intake.indexer.indexed_until,
    )
    intake.receive(instance(1))
    intake.clock.advance(1)
    intake.indexer.start()

    watcher.complete_now(STUDY)

    study = intake.catalog.study(STUDY)
    assert study is not None
    assert study.stored_instances == 2
    assert study.state is StudyState.COMPLETE
    intake.indexer.stop()


def test_the_thread_polls_until_it_is_stopped(intake: Intake, pipeline: Pipeline) -> None:
    watcher = _watcher(intake, pipeline)
    watcher.start()
    intake.clock.advance(60)

    until = time.monotonic() + 10
    while not pipeline.told:
        assert time.monotonic() < until
        time.sleep(0.01)
    watcher.stop()

    assert pipeline.told == [(STUDY, 0)]
