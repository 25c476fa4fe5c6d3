"""Batches over the records: who keeps what, and what humans say to it."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from routing.reading.assignment.desk import AssignmentDesk
from routing.reading.assignment.timer import AssignmentTimer
from routing.records.assignments import AssignmentRecords
from routing.records.database import open_database
from routing.records.readers import ReaderRecords, ReaderTables, Term, ToldTerms
from routing.records.study_facts import StudyFactsRecords
from routing.records.tables import AssignmentRecord, AuditRecord, ReadingItemRecord
from tests.support.assignment import NOW, assignment_desk
from tests.support.record_rows import add_reading_item, add_study
from wetread.domain.errors import AssignmentError
from wetread.domain.readers.reader import Reader, Shift
from wetread.domain.reading_order import Urgency
from wetread.domain.specialties import StudyFacts

_CHEST = StudyFacts(modalities=("CT",), body_parts=("CHEST",))


@dataclass(slots=True, kw_only=True)
class _Room:
    """A reading room whose clock stands until it is moved."""

    engine: Engine
    folder: Path
    now: datetime = NOW

    @property
    def desk(self) -> AssignmentDesk:
        return assignment_desk(self.engine, lambda: self.now, spool_dir=self.folder)

    def add_study(self, uid: str, facts: StudyFacts = _CHEST) -> None:
        add_study(self.engine, uid)
        add_reading_item(self.engine, uid)
        StudyFactsRecords(self.engine).note(uid, 0, facts)

    def add_readers(self, hours: int = 8, minutes: float = 360, **scores: int) -> None:
        """Make these all the readers, and let their shifts begin now."""
        shifts = [
            Shift(
                reader_id=name,
                start=self.now,
                end=self.now + timedelta(hours=hours),
                capacity_minutes=minutes,
            )
            for name in scores
        ]
        tables = ReaderTables(
            scores={name: {"胸部CT": score} for name, score in scores.items()}, shifts=shifts
        )
        ReaderRecords(self.engine).import_tables(tables, actor="test", at=self.now)

    def readers_of(self, *uids: str) -> list[str | None]:
        with Session(self.engine) as session:
            return [session.get_one(ReadingItemRecord, uid).reader for uid in uids]

    def report(self, uid: str) -> None:
        with Session(self.engine) as session, session.begin():
            session.get_one(ReadingItemRecord, uid).reported_at = self.now

    def actions(self) -> list[tuple[str, str]]:
        with Session(self.engine) as session:
            audit = session.query(AuditRecord).order_by(AuditRecord.audit_id)
            return [(one.actor, one.action) for one in audit]


@pytest.fixture
def room(tmp_path: Path) -> _Room:
    engine = open_database(f"sqlite:///{tmp_path / 'records.sqlite'}")
    return _Room(engine=engine, folder=tmp_path)


def test_a_batch_is_written_down_with_reasons_and_audited(room: _Room) -> None:
    room.add_study("1.1")
    room.add_readers(good=90, other=50)
    made = room.desk.assign_waiting()
    assert [one.reader_id for one in made.assignments] == ["good"]
    assert made.unassigned == ()
    assert room.readers_of("1.1") == ["good"]
    current = AssignmentRecords(room.engine).current(["1.1"])["1.1"]
    assert current.reasons == made.assignments[0].reasons
    assert current.reasons[-1].english == "胸部CT by BodyPartExamined CHEST."
    assert room.actions() == [("test", "readers.import"), ("assignment", "assignment.batch")]


@pytest.mark.parametrize(
    ("priority", "urgency", "spare"),
    [
        (0, Urgency.ROUTINE, "32 h before it is due"),
        (70, Urgency.ROUTINE, "46 min before it is due"),
        (0, Urgency.EMERGENCY, "46 min before it is due"),
    ],
)
def test_a_study_is_due_by_the_calendar_of_its_hospital_or_sooner_where_it_is_urgent(
    room: _Room, priority: int, urgency: Urgency, spare: str
) -> None:
    room.add_study("1.1")
    with Session(room.engine) as session, session.begin():
        item = session.get_one(ReadingItemRecord, "1.1")
        item.requested_at = NOW  # Wednesday, 9:00: due on Thursday, 17:00
        item.priority, item.urgency = priority, urgency.value
    room.add_readers(good=90)
    (given,) = room.desk.assign_waiting().assignments
    assert spare in given.reasons[1].english


def test_the_next_batch_leaves_it_where_it_is(room: _Room) -> None:
    room.add_study("1.1")
    room.add_readers(other=50)
    room.desk.assign_waiting()
    room.add_readers(good=90, other=50)
    made = room.desk.assign_waiting()
    assert (made.assignments, room.readers_of("1.1")) == ((), ["other"])


def test_what_a_reader_refuses_goes_to_another_and_never_back(room: _Room) -> None:
    room.add_study("1.1")
    room.add_readers(good=90, other=50)
    room.desk.assign_waiting()
    assert room.desk.refuse("1.1", reason="not my field", actor="good") == "good"
    assert room.readers_of("1.1") == [None]
    room.desk.assign_waiting()
    assert room.readers_of("1.1") == ["other"]
    room.desk.refuse("1.1", reason="nor mine", actor="other")
    made = room.desk.assign_waiting()
    assert "refused it: 2" in made.unassigned[0].reason.english
    with pytest.raises(AssignmentError, match="nobody has"):
        room.desk.refuse("1.1", reason="again", actor="other")


def test_what_a_human_gave_stays_even_when_the_shift_ends(room: _Room) -> None:
    room.add_study("1.1")
    room.add_readers(good=90, other=50)
    room.desk.assign_waiting()
    room.desk.override("1.1", "other", reason="knows the patient", actor="Desk A")
    room.desk.assign_waiting()
    room.now += timedelta(hours=9)
    room.add_readers(good=90)
    assert room.desk.assign_waiting().assignments == ()
    assert room.readers_of("1.1") == ["other"]
    with Session(room.engine) as session:
        ended = session.query(AssignmentRecord.ended_why).order_by(AssignmentRecord.assignment_id)
        assert [why for (why,) in ended] == ["replaced", None]
    assert ("Desk A", "assignment.override") in room.actions()


def test_after_a_shift_its_studies_go_to_who_is_on_or_stay(room: _Room) -> None:
    room.add_study("1.1")
    room.add_readers(day=90)
    room.desk.assign_waiting()
    room.now += timedelta(hours=9)
    assert room.desk.assign_waiting().unassigned == ()  # nobody is on: it stays
    assert room.readers_of("1.1") == ["day"]
    room.add_readers(day=90, night=50)
    ReaderRecords(room.engine).import_tables(
        ReaderTables(scores={"night": {"胸部CT": 50}}), actor="test", at=room.now
    )
    room.now += timedelta(hours=7)
    assert room.desk.assign_waiting().assignments == ()  # day is on again and keeps it
    room.now += timedelta(hours=9)
    room.add_readers(night=50)
    room.desk.assign_waiting()
    assert room.readers_of("1.1") == ["night"]


def test_capacity_counts_over_batches_and_reported_studies_too(room: _Room) -> None:
    room.add_readers(one=90, minutes=30)  # two chest CTs of 14 minutes
    for number in range(2):
        room.add_study(f"1.{number}")
        room.desk.assign_waiting()
    room.report("1.0")
    room.add_study("1.2")
    made = room.desk.assign_waiting()
    assert "nothing to spare now: 1" in made.unassigned[0].reason.english
    (known,) = room.desk.readers()
    assert (known.taken_on.queued_minutes, known.taken_on.shift_minutes) == (14, 28)


def test_without_any_shift_everybody_is_on(room: _Room) -> None:
    room.add_study("1.1")
    tables = ReaderTables(scores={"one": {"胸部CT": 50}})
    ReaderRecords(room.engine).import_tables(tables, actor="test", at=room.now)
    room.now += timedelta(hours=14, minutes=55)  # five minutes before midnight
    room.desk.assign_waiting()
    assert room.readers_of("1.1") == ["one"]
    room.add_readers(hours=1, one=50)
    room.now += timedelta(hours=2)
    assert room.desk.readers()[0].shift is None


def test_nobody_is_given_more_than_the_rest_of_the_shift(room: _Room) -> None:
    room.add_readers(one=90)
    room.add_study("1.1")
    room.now += timedelta(hours=7, minutes=50)
    assert "nothing to spare now" in room.desk.assign_waiting().unassigned[0].reason.english


def test_a_study_without_a_column_waits_for_a_human(room: _Room) -> None:
    room.add_study("1.1", StudyFacts(modalities=("US",)))
    room.add_readers(one=90)
    made = room.desk.assign_waiting()
    assert made.unassigned == room.desk.unmapped()
    assert "modality US" in made.unassigned[0].reason.english
    room.desk.override("1.1", "one", reason="by hand", actor="Desk A")
    assert room.readers_of("1.1") == ["one"]


def test_an_override_cannot_give_what_nobody_may(room: _Room) -> None:
    room.add_study("1.1")
    room.add_study("1.2", StudyFacts())
    room.add_readers(none=0, bound=90)
    bound = Reader(reader_id="bound", scores={}, sites=frozenset({"Other"}))
    terms = ToldTerms(reader=bound, told=frozenset({Term.SITES}))
    records = ReaderRecords(room.engine)
    records.import_tables(ReaderTables(terms=[terms]), actor="test", at=room.now)
    for uid, reader, said in (
        ("1.1", "none", "no score"),
        ("1.2", "none", "no score"),
        ("1.1", "bound", "no contract"),
        ("1.2", "bound", "no contract"),
        ("1.1", "stranger", "no reader"),
        ("1.3", "bound", "does not wait"),
    ):
        with pytest.raises(AssignmentError, match=said):
            room.desk.override(uid, reader, reason="x", actor="Desk A")
    assert room.readers_of("1.1", "1.2") == [None, None]


def test_a_batch_leaves_alone_what_changed_meanwhile(room: _Room) -> None:
    for uid in ("1.1", "1.2", "1.3"):
        room.add_study(uid)
    room.add_readers(one=90, other=80)
    records = AssignmentRecords(room.engine)
    made = room.desk.assign_waiting().assignments
    stale = dict.fromkeys(("1.1", "1.2", "1.3"))
    room.report("1.1")
    assert records.give(made, instead_of=stale, at=room.now) == ()
    current = records.current(["1.2"])["1.2"]
    moved = [replace(one, reader_id="other") for one in made if one.study_instance_uid == "1.2"]
    room.desk.refuse("1.2", reason="x", actor="y")
    assert records.give(moved, instead_of={"1.2": current}, at=room.now) == ()


def test_the_timer_does_nothing_without_readers_and_else_at_once(room: _Room) -> None:
    room.add_study("1.1")
    timer = AssignmentTimer(room.desk, interval_seconds=3600)
    assert timer.assign() is None
    room.add_readers(one=90)
    timer.start()
    timer.stop()
    assert room.readers_of("1.1") == ["one"]
