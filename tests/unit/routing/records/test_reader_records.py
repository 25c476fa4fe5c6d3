"""Imports of readers: what replaces what, and what comes back."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from routing.records.database import open_database
from routing.records.readers import ReaderRecords, ReaderTables, Term, ToldTerms
from wetread.domain.readers.quality import ReviewedReads
from wetread.domain.readers.reader import Reader, Shift
from wetread.domain.studies import PatientKey

_NOW = datetime(2026, 4, 1, 9, tzinfo=UTC)


@pytest.fixture
def records(tmp_path: Path) -> ReaderRecords:
    return ReaderRecords(open_database(f"sqlite:///{tmp_path / 'records.sqlite'}"))


def _take(records: ReaderRecords, **tables: object) -> None:
    records.import_tables(ReaderTables(**tables), actor="test", at=_NOW)  # type: ignore[arg-type]


def _shift(reader_id: str, days: int, minutes: float = 300) -> Shift:
    start = _NOW + timedelta(days=days)
    end = start + timedelta(hours=8)
    return Shift(reader_id=reader_id, start=start, end=end, capacity_minutes=minutes)


def test_who_is_not_in_a_new_table_of_scores_may_read_nothing(records: ReaderRecords) -> None:
    _take(records, scores={"A": {"脳CT": 50}, "B": {"脳CT": 20, "脳MR": 0}})
    _take(records, scores={"B": {"脳CT": 30}})
    assert {one.reader_id: dict(one.scores) for one in records.readers()} == {
        "A": {},
        "B": {"脳CT": 30},
    }


def test_terms_come_back_and_outlive_a_table_of_scores(records: ReaderRecords) -> None:
    terms = Reader(
        reader_id="A",
        scores={},
        sites=frozenset({"A病院"}),
        conflict_sites=frozenset({"C病院"}),
        conflict_patients=frozenset({PatientKey(issuer="A病院", patient_id="7")}),
        experience_years=3.5,
        reviewed=ReviewedReads(reviewed=70, discrepancies=1, expected_discrepancies=0.5),
    )
    _take(records, terms=[ToldTerms(reader=terms, told=frozenset(Term))])
    _take(records, scores={"A": {}})
    fewer = ToldTerms(reader=Reader(reader_id="A", scores={}), told=frozenset({Term.SITES}))
    _take(records, terms=[fewer])
    assert records.readers() == (replace(terms, sites=None),)  # what is not told stays
    again = ToldTerms(reader=terms, told=frozenset({Term.SITES}))
    _take(records, terms=[again])
    assert records.readers() == (terms,)


def test_shifts_replace_those_of_the_same_readers_from_then_on(records: ReaderRecords) -> None:
    _take(records, shifts=[_shift("A", 0), _shift("A", 1), _shift("A", 2), _shift("B", 1)])
    _take(records, shifts=[_shift("A", 1, minutes=60)])
    minutes = [
        {reader: shift.capacity_minutes for reader, shift in found.items()}
        for day in range(3)
        if (found := records.shifts_at(_NOW + timedelta(days=day))) is not None
    ]
    assert minutes == [{"A": 300}, {"A": 60, "B": 300}, {}]


def test_a_shift_begins_with_its_start_and_is_over_at_its_end(records: ReaderRecords) -> None:
    _take(records, shifts=[_shift("A", 0)])
    end = _NOW + timedelta(hours=8)
    moments = (_NOW - timedelta(seconds=1), _NOW, end - timedelta(seconds=1), end)
    assert [bool(records.shifts_at(moment)) for moment in moments] == [False, True, True, False]
