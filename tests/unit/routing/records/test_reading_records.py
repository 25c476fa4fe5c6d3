"""What the analysis does to the reading item."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from routing.records.database import open_database
from routing.records.reading import ReadingRecords, ReadingTask
from routing.records.tables import ReadingItemRecord
from tests.support.record_rows import RECEIVED_AT, add_reading_item, add_study
from wetread.domain.reading import AiState

_UID = "1.2.3"


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    engine = open_database(f"sqlite:///{tmp_path / 'records.sqlite'}")
    add_study(engine, _UID, revision=1)
    add_reading_item(engine, _UID)
    return engine


def _note(engine: Engine, revision: int, state: AiState, priority: int) -> ReadingTask | None:
    return ReadingRecords(engine).note_analysis(
        _UID, revision, ai_state=state, priority=priority, reasons=(f"priority {priority}",)
    )


def _item(engine: Engine) -> ReadingItemRecord:
    with Session(engine) as session:
        return session.get_one(ReadingItemRecord, _UID)


def test_the_item_says_how_the_analysis_stands(engine: Engine) -> None:
    task = _note(engine, 1, AiState.DONE, 40)
    assert task is not None
    assert (task.request.requested_at, task.request.ai_points) == (RECEIVED_AT, 40)
    item = _item(engine)
    assert (item.ai_state, item.priority, item.reasons) == (AiState.DONE, 40, ["priority 40"])


def test_the_item_is_never_lowered(engine: Engine) -> None:
    _note(engine, 1, AiState.DONE, 40)
    _note(engine, 1, AiState.FAILED, 10)
    item = _item(engine)
    assert (item.ai_state, item.priority) == (AiState.FAILED, 40)


def test_an_older_revision_raises_but_the_reader_waits_for_the_newer(engine: Engine) -> None:
    _note(engine, 0, AiState.DONE, 40)
    item = _item(engine)
    assert (item.ai_state, item.priority) == (AiState.WAITING, 40)


def test_a_reported_item_is_left_alone(engine: Engine) -> None:
    with Session(engine) as session, session.begin():
        session.get_one(ReadingItemRecord, _UID).reported_at = datetime(2026, 3, 2, tzinfo=UTC)
    task = _note(engine, 1, AiState.DONE, 40)
    assert task is not None
    assert task.is_reported
    assert _item(engine).priority == 0


def test_a_study_that_nobody_reads_has_no_item(engine: Engine) -> None:
    add_study(engine, "1.2.4")
    noted = ReadingRecords(engine).note_analysis(
        "1.2.4", 0, ai_state=AiState.DONE, priority=9, reasons=()
    )
    assert noted is None
