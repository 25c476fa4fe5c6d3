"""Studies through the durable workflow in this process: order, delivery, failure, restart."""

import logging
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from routing.pipeline.stops import AnalysisTools
from routing.pipeline.study import StudyInput
from routing.pipeline.workflow import StudyWorkflows
from routing.reading.sql_queue import SqlReadingQueue
from routing.records.details import document_from_details
from routing.records.findings import FindingsRecords
from routing.records.tables import (
    DeliveryRecord,
    FindingsRecord,
    LedgerEntryRecord,
    ReadingItemRecord,
    StudyRecord,
)
from tests.support.ball_analysis import NOW
from tests.support.ball_ct import BIG, SMALL, Ball, write_ball_study
from tests.support.ball_service import BallService, FolderDestination, wait_until
from tests.support.ball_tools import BallDetector, FailingDetector, ball_tools
from tests.support.reading import reading_desk
from wetread.domain.findings import Candidate, ChangeState, Findings, Outcome, Prescreen
from wetread.domain.identity.person import PatientDetails
from wetread.domain.reading import AiState
from wetread.domain.reading_order import Urgency
from wetread.domain.studies import PatientKey, StudyState
from wetread.domain.uids import derive_uid
from wetread.domain.volumes import CtVolume
from wetread.ports import Progress
from wetread.settings import PipelineSettings

_QUICK = PipelineSettings(delivery_attempts=3, delivery_first_wait_seconds=0.1)


class _HeldDetector(BallDetector):
    """Waits in every study until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.begun = threading.Event()
        self.urgencies: list[int] = []  # of the studies begun
        self.let_go = threading.Event()

    def detect(
        self, volume: CtVolume, progress: Progress | None = None, *, urgency: int = 0
    ) -> tuple[Candidate, ...]:
        self.urgencies.append(urgency)
        self.begun.set()
        assert self.let_go.wait(30)
        return super().detect(volume, progress)


@contextmanager
def _running(service: BallService, tools: AnalysisTools | None = None) -> Iterator[StudyWorkflows]:
    workflows = service.workflows(tools)
    workflows.start()
    try:
        yield workflows
    finally:
        workflows.stop()


def _service(data_dir: Path, *names: str, settings: PipelineSettings = _QUICK) -> BallService:
    destinations = tuple(FolderDestination(data_dir / name, name) for name in names)
    return BallService(data_dir=data_dir, destinations=destinations, settings=settings)


def _receive(
    service: BallService, name: str = "current", *balls: Ball, taken: date = date(2026, 3, 1)
) -> StudyInput:
    folder = service.data_dir / "spool" / name
    study = write_ball_study(folder, balls, study=name, patient_id="INVENTED-77", taken=taken)
    service.receive(study)
    return study


def _findings(service: BallService, study: StudyInput, revision: int = 0) -> Findings | None:
    return FindingsRecords(service.engine).find(study.study_instance_uid, revision)


def _wait_for_findings(service: BallService, study: StudyInput, revision: int = 0) -> Findings:
    wait_until(lambda: _findings(service, study, revision) is not None)
    findings = _findings(service, study, revision)
    assert findings is not None
    return findings


def _wait_for_quiet(workflows: StudyWorkflows) -> None:
    wait_until(lambda: not (workflows.pending().analyses or workflows.pending().deliveries))


def _item(service: BallService, study: StudyInput) -> ReadingItemRecord:
    with Session(service.engine) as session:
        return session.get_one(ReadingItemRecord, study.study_instance_uid)


def _state(service: BallService, study: StudyInput) -> str:
    with Session(service.engine) as session:
        return session.get_one(StudyRecord, study.study_instance_uid).state


def test_a_study_submitted_twice_is_analysed_once_and_delivered(tmp_path: Path) -> None:
    service = _service(tmp_path, "archive")
    with _running(service) as workflows:
        study = _receive(service, "current", BIG)
        for _ in range(2):
            workflows.submit(study.study_instance_uid, 0)
        _wait_for_quiet(workflows)
        workflows.submit(study.study_instance_uid, 0)
        _wait_for_quiet(workflows)

    findings = _wait_for_findings(service, study)
    assert findings.outcome is Outcome.ANALYSED
    assert _state(service, study) == StudyState.DELIVERED
    item = _item(service, study)
    assert (item.ai_state, item.priority) == (AiState.DONE, findings.triage.priority)
    assert tuple(item.reasons) == findings.triage.reasons
    with Session(service.engine) as session:
        assert session.scalar(select(func.count()).select_from(LedgerEntryRecord)) == 1
    assert len(service.destinations[0].received) == 2


def test_the_analysis_raises_a_study_over_an_earlier_request(tmp_path: Path) -> None:
    service = _service(tmp_path)
    empty = _receive(service, "a empty")
    suspicious = _receive(service, "b suspicious", BIG)
    queue = SqlReadingQueue(service.engine, lambda: NOW)
    with _running(service) as workflows:
        _wait_for_quiet(workflows)
    order = [item.study_instance_uid for item in queue.ordered()]
    assert order == [suspicious.study_instance_uid, empty.study_instance_uid]
    assert _state(service, empty) == StudyState.CONCLUDED, "there is nowhere to deliver to"


def _call(service: BallService, study: StudyInput, urgency: Urgency) -> None:
    """Say how urgent a study is, as a hospital does."""
    reading_desk(service.engine, service.clock).change_request(
        study.study_instance_uid, urgency=urgency, due_at=None, actor="Ward 3"
    )


def test_urgent_studies_are_analysed_first(tmp_path: Path) -> None:
    service = _service(tmp_path, settings=_QUICK.model_copy(update={"urgent_studies": 0}))
    detector = _HeldDetector()
    with _running(service, ball_tools(detector=detector)) as workflows:
        first = _receive(service, "first")
        workflows.submit(first.study_instance_uid, 0)
        assert detector.begun.wait(20)
        for name, urgency in (
            ("routine", Urgency.ROUTINE),
            ("stat", Urgency.EMERGENCY),
            ("urgent", Urgency.URGENT),
        ):
            study = _receive(service, name)
            _call(service, study, urgency)
            workflows.submit(study.study_instance_uid, 0)
        detector.let_go.set()
        _wait_for_quiet(workflows)
    query = select(FindingsRecord.study_instance_uid).order_by(FindingsRecord.concluded_at)
    with Session(service.engine) as session:
        order = list(session.scalars(query))
    assert order == [derive_uid(name) for name in ("first", "stat", "urgent", "routine")]


def test_an_urgent_study_waits_for_no_routine_one(tmp_path: Path) -> None:
    service = _service(tmp_path)
    detector = _HeldDetector()
    with _running(service, ball_tools(detector=detector)) as workflows:
        for name, urgency in (
            ("first", Urgency.ROUTINE),
            ("second", Urgency.ROUTINE),
            ("urgent", Urgency.URGENT),
            ("another", Urgency.EMERGENCY),
        ):
            study = _receive(service, name)
            _call(service, study, urgency)
            workflows.submit(study.study_instance_uid, 0)
            if name == "first":
                assert detector.begun.wait(20)
        wait_until(lambda: len(detector.urgencies) == 2)
        assert detector.urgencies == [0, 60]
        detector.let_go.set()
        _wait_for_quiet(workflows)
    assert detector.urgencies == [0, 60, 100, 0]


def test_what_is_called_urgent_while_it_waits_is_begun_once(tmp_path: Path) -> None:
    service = _service(tmp_path)
    detector = _HeldDetector()
    with _running(service, ball_tools(detector=detector)) as workflows:
        first, second = (_receive(service, name) for name in ("first", "second"))
        workflows.submit(first.study_instance_uid, 0)
        assert detector.begun.wait(20)
        workflows.submit(second.study_instance_uid, 0)
        _call(service, second, Urgency.EMERGENCY)
        assert not workflows.hasten(first.study_instance_uid), "it has begun"
        assert workflows.hasten(second.study_instance_uid)
        assert not workflows.hasten(second.study_instance_uid)
        wait_until(lambda: detector.urgencies == [0, 100])
        detector.let_go.set()
        _wait_for_quiet(workflows)
    assert len(detector.urgencies) == 2
    with Session(service.engine) as session:
        assert session.scalar(select(func.count()).select_from(LedgerEntryRecord)) == 2


def test_an_unreachable_destination_holds_up_no_other(tmp_path: Path) -> None:
    settings = PipelineSettings(delivery_attempts=50, delivery_first_wait_seconds=0.05)
    service = _service(tmp_path, "near", "far", settings=settings)
    near, far = service.destinations
    down = tmp_path / "far" / "down"
    down.touch()
    studies = [_receive(service, name, BIG) for name in ("one", "two")]
    with _running(service) as workflows:
        wait_until(lambda: len(near.received) == 4)
        wait_until(lambda: bool(workflows.pending().deliveries))
        assert [_state(service, study) for study in studies] == [StudyState.CONCLUDED] * 2
        assert far.received == []
        down.unlink()
        _wait_for_quiet(workflows)
    assert [_state(service, study) for study in studies] == [StudyState.DELIVERED] * 2
    assert (len(near.received), len(far.received)) == (4, 4)


def test_results_that_never_arrived_wait_for_the_next_start_or_for_being_asked(
    tmp_path: Path,
) -> None:
    service = _service(tmp_path, "archive")
    down = tmp_path / "archive" / "down"
    down.touch()
    study = _receive(service, "current", BIG)
    with _running(service) as workflows:
        _wait_for_quiet(workflows)
        with Session(service.engine) as session:
            deliveries = session.scalars(select(DeliveryRecord)).all()
        assert [(one.attempts, one.confirmed_at) for one in deliveries] == [(3, None)] * 2
        assert deliveries[0].detail == "the archive does not answer"
        assert workflows.retry_deliveries() == 1
        assert workflows.retry_deliveries() == 0, "it is under way already"
        _wait_for_quiet(workflows)
    assert _state(service, study) == StudyState.CONCLUDED
    down.unlink()
    with _running(service) as workflows:
        _wait_for_quiet(workflows)
    assert _state(service, study) == StudyState.DELIVERED


def test_a_failed_analysis_leaves_the_study_to_be_read_and_is_reported(tmp_path: Path) -> None:
    service = _service(tmp_path, "archive")
    study = _receive(service, "current", BIG)
    with _running(service, ball_tools(detector=FailingDetector())) as workflows:
        _wait_for_quiet(workflows)
    findings = _wait_for_findings(service, study)
    assert (findings.outcome, findings.reason) == (Outcome.FAILED, "the detector is broken")
    assert findings.triage.prescreen is Prescreen.UNDETERMINED
    assert not findings.is_negative
    item = _item(service, study)
    assert item.ai_state == AiState.FAILED
    assert item.reported_at is None
    assert item.priority > 0
    assert _state(service, study) == StudyState.DELIVERED
    assert "measurement_report-0-0.dcm" in service.destinations[0].received


def test_what_a_stop_interrupts_goes_on_at_the_next_start(tmp_path: Path) -> None:
    service = _service(tmp_path, "archive")
    study = _receive(service, "current", BIG)
    detector = _HeldDetector()
    tools = ball_tools(detector=detector)
    workflows = service.workflows(tools)
    workflows.start()
    assert detector.begun.wait(20)
    threading.Timer(0.5, detector.let_go.set).start()
    workflows.stop()
    assert _findings(service, study) is None
    assert _item(service, study).ai_state == AiState.WAITING
    with _running(service, tools) as workflows:
        _wait_for_quiet(workflows)
    assert _wait_for_findings(service, study).outcome is Outcome.ANALYSED
    assert detector.calls == 1, "the detection was checkpointed before the stop"


def test_a_study_that_cannot_be_booked_is_given_up_in_sight(tmp_path: Path) -> None:
    service = _service(tmp_path, settings=PipelineSettings(step_attempts=1))
    study = _receive(service, "current", BIG)
    with service.engine.begin() as connection:
        connection.execute(text("DROP TABLE ledger_entries"))
    with _running(service) as workflows:
        _wait_for_quiet(workflows)
    findings = _wait_for_findings(service, study)
    assert findings.outcome is Outcome.FAILED
    assert findings.reason == "book did not succeed"
    item = _item(service, study)
    assert item.ai_state == AiState.FAILED
    assert item.priority >= 35, "the nodule was seen before"


def test_a_later_revision_keeps_tracking_and_prior(tmp_path: Path) -> None:
    service = _service(tmp_path)
    prior = _receive(service, "prior", BIG, taken=date(2025, 12, 1))
    with _running(service) as workflows:
        _wait_for_quiet(workflows)
        current = _receive(service, "current", BIG, SMALL)
        workflows.submit(current.study_instance_uid, 0)
        first = _wait_for_findings(service, current)
        _wait_for_quiet(workflows)
        with Session(service.engine) as session, session.begin():
            record = session.get_one(StudyRecord, current.study_instance_uid)
            record.revision, record.state = 1, StudyState.COMPLETE.value
        workflows.submit(current.study_instance_uid, 1)
        second = _wait_for_findings(service, current, 1)
        _wait_for_quiet(workflows)
    assert second == replace(first, revision=1, timing_s=second.timing_s, cost=second.cost)
    known = _wait_for_findings(service, prior)
    matched = second.nodules[0]
    assert matched.change is not None
    assert matched.change.state is ChangeState.MATCHED
    assert matched.tracking_uid == known.nodules[0].tracking_uid


@pytest.mark.parametrize(("telephone", "compared"), [("03-1234-5670", True), ("", False)])
def test_a_prior_of_another_hospital_is_compared_where_the_patient_is_surely_the_same(
    tmp_path: Path, telephone: str, *, compared: bool
) -> None:
    service = _service(tmp_path)
    details = PatientDetails(birth_date="19500203", sex="M", telephone=telephone)
    studies = []
    with _running(service) as workflows:
        for name, issuer, taken in (
            ("prior", "Invented Clinic", date(2025, 12, 1)),
            ("current", "Invented Hospital", date(2026, 3, 1)),
        ):
            study = write_ball_study(tmp_path / "spool" / name, [BIG], study=name, taken=taken)
            study = replace(study, patient_key=PatientKey(issuer=issuer, patient_id=f"{name}-1"))
            service.receive(study)
            with Session(service.engine) as session, session.begin():
                record = session.get_one(StudyRecord, study.study_instance_uid)
                record.patient_name = "ﾀｶﾊｼ^ｼﾞﾛｳ=高橋^次郎"
                record.patient_details = document_from_details(details)
            workflows.submit(study.study_instance_uid, 0)
            _wait_for_findings(service, study)
            studies.append(study)

    prior, current = studies
    (nodule,) = _wait_for_findings(service, current).nodules
    if compared:
        assert nodule.change is not None
        assert nodule.change.prior_study_instance_uid == prior.study_instance_uid
    else:
        assert nodule.change is None, "a human has yet to say that it is one patient"


def test_checkpoints_are_forgotten_and_the_study_is_not_analysed_again(tmp_path: Path) -> None:
    now = [datetime.now(UTC)]
    service = BallService(data_dir=tmp_path, clock=lambda: now[0])
    detector = BallDetector()
    with _running(service, ball_tools(detector=detector)) as workflows:
        old = _receive(service, "old", BIG)
        workflows.submit(old.study_instance_uid, 0)
        _wait_for_quiet(workflows)
        now[0] += timedelta(days=8)
        for _ in range(2):  # the first forgets the study, the second submits it as if new
            workflows.submit(old.study_instance_uid, 0)
            _wait_for_quiet(workflows)
    assert detector.calls == 1
    with Session(service.engine) as session:
        assert session.scalar(select(func.count()).select_from(LedgerEntryRecord)) == 1
    with closing(sqlite3.connect(tmp_path / "workflow.sqlite")) as checkpoints:
        steps = checkpoints.execute("SELECT function_name FROM operation_outputs").fetchall()
    assert steps == [("open",)]


def test_the_log_names_no_patient(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    service = _service(tmp_path, "archive")
    (tmp_path / "archive" / "down").touch()
    with caplog.at_level(logging.DEBUG):
        _receive(service, "current", BIG)
        with _running(service, ball_tools(detector=FailingDetector())) as workflows:
            _wait_for_quiet(workflows)
    out, err = capfd.readouterr()
    said = caplog.text + out + err
    assert "a step of the analysis failed" in said
    assert "did not confirm" in said
    assert "INVENTED" not in said
