"""Readers in the records: imported tables replace what they tell of, each import is audited."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from pydantic import TypeAdapter
from sqlalchemy import Engine, delete, select
from sqlalchemy.orm import Session

from routing.records.audit import write_audit
from routing.records.tables import ReaderRecord, ReaderScoreRecord, ReaderShiftRecord
from routing.records.transactions import writing
from wetread.domain.readers.quality import ReviewedReads
from wetread.domain.readers.reader import Reader, Shift
from wetread.domain.studies import PatientKey

_PATIENTS: Final = TypeAdapter(frozenset[PatientKey])


class Term(StrEnum):
    """What a table may tell of a reader beside scores and shifts."""

    SITES = "sites"
    CONFLICT_SITES = "conflict_sites"
    CONFLICT_PATIENTS = "conflict_patients"
    EXPERIENCE = "experience_years"
    REVIEWED = "reviewed"  # with the discrepancies


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldTerms:
    """A reader's terms as far as a table tells them; the scores are not looked at."""

    reader: Reader
    told: frozenset[Term]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderTables:
    """What one import holds; None where it says nothing of that."""

    scores: Mapping[str, Mapping[str, int]] | None = None  # by reader, by column
    terms: Sequence[ToldTerms] | None = None
    shifts: Sequence[Shift] | None = None


class ReaderRecords:
    """Keeps readers; each method is one transaction of its own."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def import_tables(self, tables: ReaderTables, *, actor: str, at: datetime) -> None:
        """Take over an import.

        A table of scores replaces all scores: who is not in it may read nothing any more. Terms
        that a table does not tell stay. Shifts replace those of the same readers from the earliest
        start on.
        """
        with writing(self._engine) as session:
            if tables.scores is not None:
                session.execute(delete(ReaderScoreRecord))
                _know(session, tables.scores, at)
                session.add_all(
                    ReaderScoreRecord(reader_id=reader_id, column_name=column, score=score)
                    for reader_id, row in tables.scores.items()
                    for column, score in row.items()
                )
            for terms in tables.terms or ():
                _know(session, [terms.reader.reader_id], at)
                _write_terms(session.get_one(ReaderRecord, terms.reader.reader_id), terms)
            if tables.shifts:
                _replace_shifts(session, tables.shifts, at)
            write_audit(
                session,
                at=at,
                actor=actor,
                action="readers.import",
                detail={
                    "scores": len(tables.scores or ()),
                    "terms": len(tables.terms or ()),
                    "shifts": len(tables.shifts or ()),
                },
            )

    def readers(self) -> tuple[Reader, ...]:
        """Return every reader, by ID."""
        with Session(self._engine) as session:
            scores: dict[str, dict[str, int]] = defaultdict(dict)
            for score in session.scalars(select(ReaderScoreRecord)):
                scores[score.reader_id][score.column_name] = score.score
            query = select(ReaderRecord).order_by(ReaderRecord.reader_id)
            return tuple(
                _reader(record, scores[record.reader_id]) for record in session.scalars(query)
            )

    def has_shifts(self) -> bool:
        """Tell whether any shift was imported, past ones too."""
        with Session(self._engine) as session:
            return session.scalar(select(ReaderShiftRecord.reader_id).limit(1)) is not None

    def shifts_at(self, moment: datetime) -> dict[str, Shift]:
        """Return the shift of each reader who is on at a moment; of two, the later."""
        query = (
            select(ReaderShiftRecord)
            .where(ReaderShiftRecord.starts_at <= moment, ReaderShiftRecord.ends_at > moment)
            .order_by(ReaderShiftRecord.starts_at)
        )
        with Session(self._engine) as session:
            return {record.reader_id: _shift(record) for record in session.scalars(query)}


def _know(session: Session, reader_ids: Collection[str], at: datetime) -> None:
    for reader_id in reader_ids:
        record = session.get(ReaderRecord, reader_id, with_for_update=True)
        if record is None:
            record = ReaderRecord(
                reader_id=reader_id,
                sites=None,
                conflict_sites=[],
                conflict_patients=[],
                experience_years=None,
                reviewed=0,
                discrepancies=0,
                expected_discrepancies=None,
            )
            session.add(record)
        record.imported_at = at
    session.flush()  # scores and shifts refer to them


def _write_terms(record: ReaderRecord, terms: ToldTerms) -> None:
    reader, told = terms.reader, terms.told
    if Term.SITES in told:
        record.sites = None if reader.sites is None else sorted(reader.sites)
    if Term.CONFLICT_SITES in told:
        record.conflict_sites = sorted(reader.conflict_sites)
    if Term.CONFLICT_PATIENTS in told:
        record.conflict_patients = _PATIENTS.dump_python(reader.conflict_patients, mode="json")
    if Term.EXPERIENCE in told:
        record.experience_years = reader.experience_years
    if Term.REVIEWED in told:
        record.reviewed = reader.reviewed.reviewed
        record.discrepancies = reader.reviewed.discrepancies
        record.expected_discrepancies = reader.reviewed.expected_discrepancies


def _replace_shifts(session: Session, shifts: Sequence[Shift], at: datetime) -> None:
    readers = {one.reader_id for one in shifts}
    _know(session, readers, at)
    session.execute(
        delete(ReaderShiftRecord).where(
            ReaderShiftRecord.reader_id.in_(readers),
            ReaderShiftRecord.starts_at >= min(one.start for one in shifts),
        )
    )
    for one in shifts:
        session.merge(
            ReaderShiftRecord(
                reader_id=one.reader_id,
                starts_at=one.start,
                ends_at=one.end,
                capacity_minutes=one.capacity_minutes,
            )
        )


def _reader(record: ReaderRecord, scores: Mapping[str, int]) -> Reader:
    return Reader(
        reader_id=record.reader_id,
        scores=scores,
        sites=None if record.sites is None else frozenset(record.sites),
        conflict_sites=frozenset(record.conflict_sites),
        conflict_patients=_PATIENTS.validate_python(record.conflict_patients),
        experience_years=record.experience_years,
        reviewed=ReviewedReads(
            reviewed=record.reviewed,
            discrepancies=record.discrepancies,
            expected_discrepancies=record.expected_discrepancies,
        ),
    )


def _shift(record: ReaderShiftRecord) -> Shift:
    return Shift(
        reader_id=record.reader_id,
        start=record.starts_at,
        end=record.ends_at,
        capacity_minutes=record.capacity_minutes,
    )
