"""Reads the cells of a CSV file or an Excel workbook."""

import csv
import io
import unicodedata
import zipfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, TypeAlias

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from wetread.domain.errors import ReaderError

Cell: TypeAlias = str | datetime
"""A number is kept as it is written; an empty cell is an empty text."""

_ENCODINGS: Final = ("utf-8-sig", "cp932")  # what Excel writes as CSV in Japan


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One table: a row of headers, and rows of as many cells."""

    name: str  # for people: the file, and the sheet of a workbook
    headers: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def read_sheets(path: Path) -> tuple[Sheet, ...]:
    """Return the tables in a file, empty ones left out; raise `ReaderError`."""
    try:
        if path.suffix.lower() in {".xlsx", ".xlsm"}:
            tables = _read_workbook(path)
        else:
            tables = {path.name: _read_csv(path)}
    except OSError as error:
        raise ReaderError(f"{path} cannot be read: {error.strerror}") from error
    sheets = [_sheet(name, rows) for name, rows in tables.items() if rows]
    if not sheets:
        raise ReaderError(f"{path} is empty")
    return tuple(sheets)


def _read_csv(path: Path) -> list[tuple[Cell, ...]]:
    content = path.read_bytes()
    for encoding in _ENCODINGS:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        rows = csv.reader(io.StringIO(text, newline=""), strict=True)
        try:
            return _clean([tuple(row) for row in rows])
        except csv.Error as error:
            raise ReaderError(f"{path} is no CSV file: {error}") from error
    raise ReaderError(f"{path} is neither UTF-8 nor Shift_JIS; save it again as CSV UTF-8")


def _read_workbook(path: Path) -> dict[str, list[tuple[Cell, ...]]]:
    try:
        workbook = load_workbook(path, read_only=True, data_only=True)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError) as error:
        raise ReaderError(f"{path} is no Excel workbook") from error
    try:
        return {
            f"{path.name}, {sheet.title}": _clean(list(sheet.iter_rows(values_only=True)))
            for sheet in workbook.worksheets
        }
    finally:
        workbook.close()


def _clean(rows: list[tuple[object, ...]]) -> list[tuple[Cell, ...]]:
    cleaned = [tuple(_cell(value) for value in row) for row in rows]
    return [row for row in cleaned if any(row)]


def _cell(value: object) -> Cell:
    if isinstance(value, datetime):
        return value
    if isinstance(value, float) and value.is_integer():
        return str(int(value))  # Excel keeps 80 as 80.0
    return "" if value is None else unicodedata.normalize("NFKC", str(value)).strip()


def _sheet(name: str, rows: list[tuple[Cell, ...]]) -> Sheet:
    headers = [str(cell) for cell in rows[0]]
    while headers and not headers[-1]:
        headers.pop()
    width = len(headers)
    if "" in headers or len(set(headers)) < width:
        raise ReaderError(f"{name}: each column needs a header of its own")
    for number, row in enumerate(rows[1:], start=2):
        if any(row[width:]):
            raise ReaderError(f"{name}, row {number}: there are more cells than headers")
    padded = (row[:width] + ("",) * (width - len(row)) for row in rows[1:])
    return Sheet(name=name, headers=tuple(headers), rows=tuple(padded))
