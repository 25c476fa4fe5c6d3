"""Recognises tables of scores, terms and shifts by their headers."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Final, TypeVar

from routing.reading.readers.sheets import Cell, Sheet, read_sheets
from routing.records.readers import ReaderTables, Term, ToldTerms
from wetread.domain.errors import ReaderError
from wetread.domain.readers.quality import ReviewedReads
from wetread.domain.readers.reader import HIGHEST_SCORE, Reader, Shift
from wetread.domain.studies import PatientKey

T = TypeVar("T")

# What a header may be called; the first is the name in this program.
_NAMES: Final[Mapping[str, Collection[str]]] = {
    "reader": ("読影医", "医師", "reader"),
    "start": ("開始", "開始日時", "start"),
    "end": ("終了", "終了日時", "end"),
    "minutes": ("読影可能分数", "読影可能時間(分)", "minutes"),
    "sites": ("契約施設", "sites"),
    "conflict_sites": ("除外施設", "conflict_sites"),
    "conflict_patients": ("除外患者", "conflict_patients"),
    "experience_years": ("経験年数", "experience_years"),
    "reviewed": ("評価件数", "reviewed"),
    "discrepancies": ("不一致件数", "discrepancies"),
    "expected_discrepancies": ("期待不一致件数", "expected_discrepancies"),
}
_SHIFT: Final = ("start", "end", "minutes")
_SEPARATORS: Final = re.compile(r"[;、\n]")
_EVERY_SITE: Final = {"*", "全施設"}
_MOMENTS: Final = ("%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S")


def read_reader_tables(path: Path, zone: tzinfo | None) -> ReaderTables:
    """Return what a file holds; times without a zone are of ``zone``. Raise `ReaderError`."""
    scores: dict[str, dict[str, int]] | None = None
    terms: list[ToldTerms] = []
    shifts: list[Shift] = []
    for sheet in read_sheets(path):
        table = _Table(sheet)
        if table.has(_SHIFT):
            shifts += [_shift(row, zone) for row in table.rows()]
        elif told := table.told_terms():
            terms += [ToldTerms(reader=_terms(row), told=told) for row in table.rows(once=True)]
        elif scores is None:
            scores = {row.reader_id: _scores(row) for row in table.rows(once=True)}
        else:
            raise ReaderError(f"{sheet.name} is a second table of scores; keep one")
    return ReaderTables(scores=scores, terms=terms or None, shifts=shifts or None)


class _Table:
    def __init__(self, sheet: Sheet) -> None:
        called = {name: known for known, names in _NAMES.items() for name in names}
        self._sheet = sheet
        self._headers = [called.get(one.casefold(), one) for one in sheet.headers]
        if "reader" not in self._headers:
            raise ReaderError(f"{sheet.name} has no column 読影医 (reader)")

    def has(self, names: Collection[str]) -> bool:
        return set(names).issubset(self._headers)

    def told_terms(self) -> frozenset[Term]:
        return frozenset(term for term in Term if term in self._headers)

    def rows(self, *, once: bool = False) -> "Iterator[_Row]":
        seen: set[str] = set()
        for number, cells in enumerate(self._sheet.rows, start=2):
            row = _Row(
                where=f"{self._sheet.name}, row {number}",
                cells=dict(zip(self._headers, cells, strict=True)),
            )
            if once and row.reader_id in seen:
                raise ReaderError(f"{row.where}: {row.reader_id} is there twice")
            seen.add(row.reader_id)
            yield row


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    where: str
    cells: Mapping[str, Cell]
    reader_id: str = field(init=False)

    def __post_init__(self) -> None:
        reader_id = str(self.cells["reader"])
        if not reader_id or len(reader_id) > 64:  # noqa: PLR2004 - as long as the records keep
            raise ReaderError(f"{self.where}: a reader has a name of up to 64 characters")
        object.__setattr__(self, "reader_id", reader_id)

    def read(self, name: str, convert: Callable[[str], T], meant: str) -> T | None:
        """Return a cell's value, None where it is empty."""
        text = str(self.cells.get(name, ""))
        if not text:
            return None
        try:
            return convert(text)
        except (ValueError, ReaderError) as error:
            raise ReaderError(f"{self.where}, {name}: {text!r} is no {meant}") from error


def _scores(row: _Row) -> dict[str, int]:
    return {
        column: row.read(column, _score, "score from 0 to 100") or 0
        for column in row.cells
        if column != "reader"
    }


def _score(text: str) -> int:
    score = int(text)
    if not 0 <= score <= HIGHEST_SCORE:
        raise ValueError(text)
    return score


def _terms(row: _Row) -> Reader:
    sites = row.read("sites", _names, "list")
    try:
        return Reader(
            reader_id=row.reader_id,
            scores={},
            sites=None if sites is None or sites & _EVERY_SITE else sites,
            conflict_sites=row.read("conflict_sites", _names, "list") or frozenset(),
            conflict_patients=row.read("conflict_patients", _patients, "list of ISSUER|ID")
            or frozenset(),
            experience_years=row.read("experience_years", float, "number"),
            reviewed=ReviewedReads(
                reviewed=row.read("reviewed", int, "number of reads") or 0,
                discrepancies=row.read("discrepancies", int, "number of reads") or 0,
                expected_discrepancies=row.read("expected_discrepancies", float, "number"),
            ),
        )
    except ReaderError as error:
        raise ReaderError(f"{row.where}: {error}") from error


def _shift(row: _Row, zone: tzinfo | None) -> Shift:
    def moment(name: str) -> datetime:
        cell = row.cells[name]
        found = (
            cell
            if isinstance(cell, datetime)
            else row.read(name, _moment, "time such as 2026-04-01 09:00")
        )
        if found is None:
            raise ReaderError(f"{row.where}, {name}: a shift has start, end and minutes")
        return found.replace(tzinfo=zone) if found.tzinfo is None else found

    try:
        return Shift(
            reader_id=row.reader_id,
            start=moment("start"),
            end=moment("end"),
            capacity_minutes=row.read("minutes", float, "number") or 0,
        )
    except ReaderError as error:
        raise ReaderError(f"{row.where}: {error}") from error


def _moment(text: str) -> datetime:
    plain = text.replace("/", "-")
    for form in _MOMENTS:
        try:
            return datetime.strptime(plain, form)  # noqa: DTZ007 - the zone is the institution's
        except ValueError:
            continue
    return datetime.fromisoformat(plain)


def _names(text: str) -> frozenset[str]:
    return frozenset(name for one in _SEPARATORS.split(text) if (name := one.strip()))


def _patients(text: str) -> frozenset[PatientKey]:
    keys = [one.partition("|") for one in _names(text)]
    if any(not issuer or not patient_id for issuer, _, patient_id in keys):
        raise ValueError(text)
    return frozenset(
        PatientKey(issuer=issuer.strip(), patient_id=patient_id.strip())
        for issuer, _, patient_id in keys
    )
