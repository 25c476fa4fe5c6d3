"""Identities of nodules through the durable workflow: out of order, restarted, corrected."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

from routing.pipeline.study import StudyInput
from routing.pipeline.workflow import StudyWorkflows
from routing.records.findings import FindingsRecords
from routing.records.tables import StudyRecord
from routing.records.tracks import NoduleReference
from routing.records.transactions import writing
from tests.support.ball_ct import BIG, SMALL, Ball, write_ball_study
from tests.support.ball_service import BallService, wait_until
from wetread.domain.findings import ChangeState, Findings
from wetread.domain.studies import StudyState

_GROWN = replace(BIG, diameter_mm=18.0)


@contextmanager
def _running(service: BallService) -> Iterator[StudyWorkflows]:
    workflows = service.workflows()
    workflows.start()
    try:
        yield workflows
    finally:
        workflows.stop()


def _receive(service: BallService, taken: date, *balls: Ball) -> StudyInput:
    name = f"study {taken}"
    study = write_ball_study(service.data_dir / "spool" / name, balls, study=name, taken=taken)
    service.receive(study)
    return study


def _analyse(service: BallService, study: StudyInput, revision: int = 0) -> Findings:
    """Analyse in a service that is started for this study only."""
    records, uid = FindingsRecords(service.engine), study.study_instance_uid
    with _running(service) as workflows:
        workflows.submit(uid, revision)
        wait_until(lambda: records.find(uid, revision) is not None)
    found = records.find(uid, revision)
    assert found is not None
    return found


def test_an_older_study_that_comes_late_takes_over_the_identities(tmp_path: Path) -> None:
    service = BallService(data_dir=tmp_path)
    newest = _analyse(service, _receive(service, date(2026, 3, 1), _GROWN, SMALL))
    oldest = _analyse(service, _receive(service, date(2024, 3, 1), BIG))
    middle = _analyse(service, _receive(service, date(2025, 3, 1), BIG, SMALL))
    big, small = newest.nodules
    assert [one.tracking_uid for one in oldest.nodules] == [big.tracking_uid]
    assert oldest.nodules[0].change is None
    assert [one.tracking_uid for one in middle.nodules] == [big.tracking_uid, small.tracking_uid]
    assert [one.change and one.change.state for one in middle.nodules] == [
        ChangeState.MATCHED,
        ChangeState.NEW,
    ]


def test_a_trend_runs_over_all_priors(tmp_path: Path) -> None:
    service = BallService(data_dir=tmp_path)
    for year in (2021, 2022, 2023, 2024, 2025):
        _analyse(service, _receive(service, date(year, 3, 1), BIG))
    (nodule,) = _analyse(service, _receive(service, date(2026, 3, 1), _GROWN)).nodules
    assert nodule.trend is not None
    years = [point.study_date.year for point in nodule.trend.points]
    assert years == [2021, 2022, 2023, 2024, 2025, 2026]


def test_nodules_told_apart_are_not_matched_again(tmp_path: Path) -> None:
    service = BallService(data_dir=tmp_path)
    prior = _analyse(service, _receive(service, date(2025, 3, 1), BIG))
    study = _receive(service, date(2026, 3, 1), _GROWN)
    first = _analyse(service, study)
    (known,), (matched,) = prior.nodules, first.nodules
    assert matched.tracking_uid == known.tracking_uid
    service.tracks.say_different(
        _reference(first, matched.tracking_uid),
        _reference(prior, known.tracking_uid),
        actor="reader",
    )
    with writing(service.engine) as session:
        record = session.get_one(StudyRecord, study.study_instance_uid)
        record.revision, record.state = 1, StudyState.COMPLETE
    (again,) = _analyse(service, study, revision=1).nodules
    (next_year,) = _analyse(service, _receive(service, date(2027, 3, 1), _GROWN)).nodules
    assert again.tracking_uid != known.tracking_uid
    assert again.change is not None
    assert again.change.state is ChangeState.NEW
    assert next_year.tracking_uid == again.tracking_uid


def _reference(findings: Findings, tracking_uid: str) -> NoduleReference:
    return NoduleReference(
        study_instance_uid=findings.study_instance_uid, tracking_uid=tracking_uid
    )
