"""A changed preference gives new objects from the findings that are: no image is analysed again."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from routing.pipeline.workflow import StudyWorkflows
from tests.support.ball_ct import BIG, SMALL, write_ball_study
from tests.support.ball_service import BallService, FolderDestination, wait_until
from tests.support.ball_tools import BallDetector, ball_tools
from wetread.domain.marks import MarkPreference, PreferenceHolder, PreferenceScope, ShowMarks

REPORT, STATE = "measurement_report-0-0.dcm", "presentation_state-0-0.dcm"


@pytest.fixture
def archive(tmp_path: Path) -> FolderDestination:
    return FolderDestination(tmp_path / "archive")


@pytest.fixture
def service(tmp_path: Path, archive: FolderDestination) -> BallService:
    return BallService(data_dir=tmp_path, destinations=(archive,))


@pytest.fixture
def workflows(service: BallService, detector: BallDetector) -> Iterator[StudyWorkflows]:
    running = service.workflows(ball_tools(detector=detector))
    running.start()
    yield running
    running.stop()


@pytest.fixture
def detector() -> BallDetector:
    return BallDetector()


def test_only_what_is_new_is_encoded_and_sent(
    service: BallService,
    workflows: StudyWorkflows,
    archive: FolderDestination,
    detector: BallDetector,
    tmp_path: Path,
) -> None:
    study = write_ball_study(
        tmp_path / "spool" / "current",
        (BIG, SMALL),
        study="current",
        patient_id="INVENTED-77",
        taken=date(2026, 3, 1),
    )
    site = PreferenceHolder(scope=PreferenceScope.SITE, name=study.patient_key.issuer)
    uid, redelivery = study.study_instance_uid, service.redelivery(ball_tools(detector=detector))

    assert not redelivery.readdress(uid, actor="A"), "there are no findings yet"

    service.receive(study)
    workflows.submit(uid, 0)
    wait_until(lambda: sorted(archive.received) == [REPORT, STATE])
    calls = detector.calls

    def redeliver(*awaited: str) -> None:
        assert redelivery.readdress(uid, actor="A")
        wait_until(lambda: not workflows.pending().deliveries)
        workflows.retry_deliveries()
        wait_until(lambda: not workflows.pending().deliveries)
        assert sorted(archive.received) == sorted(awaited)

    redeliver(REPORT, STATE)

    large = MarkPreference(minimum_mean_diameter_mm=100)
    service.preferences.put(site, large, actor="A", at=service.clock())
    varied = f"presentation_state-0-0-{large.variant}.dcm"
    redeliver(REPORT, STATE, varied)
    redeliver(REPORT, STATE, varied)

    nothing = MarkPreference(show=ShowMarks.NONE)
    service.preferences.put(site, nothing, actor="A", at=service.clock())
    redeliver(REPORT, STATE, varied)
    assert detector.calls == calls
