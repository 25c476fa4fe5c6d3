"""Findings are kept once for each revision, and conclude their study."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from routing.records.database import open_database
from routing.records.findings import FindingsRecords
from routing.records.tables import StudyRecord
from routing.results.document import document_from_findings, findings_from_document
from tests.support.findings import findings, nodule
from tests.support.record_rows import RECEIVED_AT, add_study
from wetread.domain.studies import StudyState

_UID = "1.2.3"


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return open_database(f"sqlite:///{tmp_path / 'records.sqlite'}")


def _state(engine: Engine) -> str:
    with Session(engine) as session:
        return session.get_one(StudyRecord, _UID).state


def test_findings_come_back_as_their_document_states_them(engine: Engine) -> None:
    add_study(engine, _UID)
    records = FindingsRecords(engine)
    kept = findings(nodule("1.2.3.4.5"), study_instance_uid=_UID)
    records.conclude(kept, at=RECEIVED_AT)
    assert records.find(_UID, 0) == findings_from_document(document_from_findings(kept))
    assert records.find(_UID, 1) is None
    assert _state(engine) == StudyState.CONCLUDED


def test_findings_once_kept_are_never_changed(engine: Engine) -> None:
    add_study(engine, _UID)
    records = FindingsRecords(engine)
    first = findings(study_instance_uid=_UID)
    records.conclude(first, at=RECEIVED_AT)
    records.conclude(findings(nodule("1.2"), study_instance_uid=_UID), at=RECEIVED_AT)
    assert records.find(_UID, 0) == first


def test_the_newest_revision_counts(engine: Engine) -> None:
    add_study(engine, _UID, revision=2)
    records = FindingsRecords(engine)
    base = findings(study_instance_uid=_UID)
    for revision in (0, 1, 2):
        at = RECEIVED_AT - timedelta(hours=revision)  # whatever was concluded last
        records.conclude(replace(base, revision=revision), at=at)
    newest, below = records.newest(_UID), records.newest(_UID, below=2)
    assert newest is not None
    assert below is not None
    assert (newest.revision, below.revision) == (2, 1)
    assert records.newest(_UID, below=0) is None


@pytest.mark.parametrize(
    ("state", "revision"), [(StudyState.RECEIVING, 0), (StudyState.COMPLETE, 1)]
)
def test_a_study_with_late_images_is_not_concluded(
    engine: Engine, state: StudyState, revision: int
) -> None:
    add_study(engine, _UID, state=state, revision=revision)
    FindingsRecords(engine).conclude(findings(study_instance_uid=_UID), at=RECEIVED_AT)
    assert _state(engine) == state


def test_missing_are_those_whose_analysis_has_not_ended(engine: Engine) -> None:
    for number, state in enumerate(StudyState):
        add_study(engine, f"1.2.{number}", state=state, revision=number)
    missing = FindingsRecords(engine).missing()
    states = list(StudyState)
    assert [states[revision] for _, revision in missing] == [
        StudyState.COMPLETE,
        StudyState.ANALYSING,
    ]
