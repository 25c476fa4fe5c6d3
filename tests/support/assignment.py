"""Invented readers and studies to assign."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from routing.reading.assignment.desk import AssignmentDesk, AssignmentRules
from routing.reading.assignment.policy import load_assignment_policy
from routing.reading.specialties.columns import load_column_rules
from routing.records.assignments import AssignmentRecords
from routing.records.catalog import StudyCatalog
from routing.records.readers import ReaderRecords
from routing.records.study_facts import StudyFactsRecords
from tests.support.reading import reading_desk
from wetread.domain.assignment.outcomes import ReaderOnShift
from wetread.domain.assignment.studies import StudyToAssign
from wetread.domain.readers.reader import Reader
from wetread.domain.studies import PatientKey
from wetread.ports import Clock

NOW = datetime(2026, 4, 1, 0, tzinfo=UTC)  # nine in the morning in Japan, a Wednesday
PATIENT = PatientKey(issuer="Invented Hospital", patient_id="T-0001")


def assignment_desk(engine: Engine, clock: Clock, *, spool_dir: Path) -> AssignmentDesk:
    """Return a desk with the shipped tables."""
    reading = reading_desk(engine, clock)
    return AssignmentDesk(
        readers=ReaderRecords(engine),
        assignments=AssignmentRecords(engine),
        facts=StudyFactsRecords(engine),
        catalog=StudyCatalog(engine, clock, spool_dir=spool_dir),
        rules=AssignmentRules(
            policy=replace(load_assignment_policy(), ahead_minutes=None),  # whole shifts
            columns=load_column_rules(),
            calendars=reading.calendars,
        ),
        clock=clock,
        on_change=reading.take_over_readers,
    )


def study(uid: str, column: str = "胸部CT", **changes: Any) -> StudyToAssign:
    """Return a routine study, due tomorrow."""
    given: dict[str, Any] = {
        "patient": PATIENT,
        "site": "Invented Hospital",
        "minutes": 10.0,
        "difficulty": 1.0,
        "urgency_weight": 1.0,
        "due_at": NOW + timedelta(days=1),
        "requested_at": NOW - timedelta(hours=1),
    }
    return StudyToAssign(study_instance_uid=uid, column=column, **{**given, **changes})


def on_shift(
    reader_id: str,
    scores: Mapping[str, int] | None = None,
    *,
    shift_minutes: float = 480,
    queued_minutes: float = 0,
    discrepancy_rate: float = 0,
    **terms: Any,
) -> ReaderOnShift:
    """Return a reader who has just begun, or has ``queued_minutes`` on the table."""
    return ReaderOnShift(
        reader=Reader(reader_id=reader_id, scores=scores or {"胸部CT": 80}, **terms),
        shift_minutes=shift_minutes,
        free_minutes=shift_minutes - queued_minutes,
        queued_minutes=queued_minutes,
        shift_taken_minutes=queued_minutes,
        shift_weighted_minutes=queued_minutes,
        discrepancy_rate=discrepancy_rate,
    )
