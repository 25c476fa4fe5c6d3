"""A process killed hard at any moment: the next one finishes its work, and nothing twice."""

from itertools import product
from pathlib import Path

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from routing.pipeline.faults import Moment
from routing.pipeline.steps import Step
from routing.records.findings import FindingsRecords
from routing.records.tables import (
    DeliveryRecord,
    FindingsRecord,
    LedgerEntryRecord,
    ReadingItemRecord,
    ResultObjectRecord,
    StudyRecord,
)
from tests.support.ball_process import CURRENT, LATER, live, open_service, prepare
from wetread.domain.findings import ChangeState, GrowthVerdict, Outcome, Prescreen
from wetread.domain.reading import AiState
from wetread.domain.studies import StudyState
from wetread.domain.uids import derive_uid
from wetread.settings import PipelineSettings

_STUDY = derive_uid(CURRENT)
_KILLED = -9


def _count(engine: Engine, record: type) -> int:
    with Session(engine) as session:
        return session.scalar(select(func.count()).select_from(record)) or 0


def test_a_study_killed_at_every_step_in_turn_is_finished_once(tmp_path: Path) -> None:
    service = prepare(tmp_path)

    for step, moment in product(Step, Moment):
        fault = f"kill:{moment}:{step}"
        assert live(tmp_path, PipelineSettings(fault=fault)) == _KILLED, (
            f"{fault} was never reached"
        )
    assert live(tmp_path, PipelineSettings()) == 0

    for record, rows in ((FindingsRecord, 2), (LedgerEntryRecord, 1), (ResultObjectRecord, 2)):
        assert _count(service.engine, record) == rows
    findings = FindingsRecords(service.engine).find(_STUDY, 0)
    later = FindingsRecords(service.engine).find(derive_uid(LATER), 0)
    assert findings is not None
    assert later is not None
    assert findings.nodules[1].tracking_uid == later.nodules[0].tracking_uid
    assert findings.outcome is Outcome.ANALYSED
    assert [nodule.tracking_id for nodule in findings.nodules] == ["Nodule 1", "Nodule 2"]
    changes = [nodule.change for nodule in findings.nodules]
    assert [change.state for change in changes if change] == [ChangeState.MATCHED, ChangeState.NEW]
    assert changes[0] is not None
    assert changes[0].verdict is GrowthVerdict.GROWN
    with Session(service.engine) as session:
        deliveries = session.scalars(select(DeliveryRecord)).all()
        assert [(one.attempts, one.confirmed_at is None) for one in deliveries] == [(1, False)] * 2
        item = session.get_one(ReadingItemRecord, _STUDY)
        assert (item.ai_state, item.priority) == (AiState.DONE, findings.triage.priority)
        assert item.priority > 0
        assert session.get_one(StudyRecord, _STUDY).state == StudyState.DELIVERED
    names = sorted(path.name for path in service.results.folder(_STUDY, 0).glob("*.dcm"))
    archive = open_service(tmp_path, PipelineSettings()).destinations[0]
    assert sorted(archive.received) == names


def test_a_study_that_kills_every_process_fails_in_sight_of_all(tmp_path: Path) -> None:
    service = prepare(tmp_path)
    settings = PipelineSettings(step_attempts=2)

    lives = [live(tmp_path, settings, deadly=True) for _ in range(3)]

    assert lives == [_KILLED, _KILLED, 0]
    findings = FindingsRecords(service.engine).find(_STUDY, 0)
    assert findings is not None
    assert findings.outcome is Outcome.FAILED
    assert findings.reason == "detect was interrupted 2 times"
    assert findings.triage.prescreen is Prescreen.UNDETERMINED
    assert not findings.is_negative
    with Session(service.engine) as session:
        item = session.get_one(ReadingItemRecord, _STUDY)
        assert item.ai_state == AiState.FAILED
        assert item.priority > 0
        assert item.reported_at is None
