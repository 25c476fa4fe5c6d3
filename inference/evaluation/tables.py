"""CSV tables, read with the line number of whatever is wrong with them."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Final

from wetread.domain.errors import EvaluationError
from wetread.domain.geometry import Point

SCAN: Final = ("seriesuid", "series_uid")
PLACE: Final = (("coordX", "x_mm"), ("coordY", "y_mm"), ("coordZ", "z_mm"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of a table."""

    path: Path
    line: int
    cells: Mapping[str, str]

    def text(self, names: Sequence[str]) -> str:
        """Return the cell under the first of these names that the table has; may be empty."""
        return next((self.cells[name].strip() for name in names if name in self.cells), "")

    def number(self, names: Sequence[str]) -> float:
        """Return a finite number; raise `EvaluationError`."""
        text = self.text(names)
        try:
            value = float(text)
        except ValueError:
            value = float("nan")
        if not isfinite(value):
            column = next(name for name in names if name in self.cells)
            raise self.error(f"{column} is {text!r}, not a number")
        return value

    def scan(self) -> str:
        """Return the scan the line is about; raise `EvaluationError`."""
        name = self.text(SCAN)
        if not name:
            raise self.error("the series UID is empty")
        return name

    def place_lps_mm(self) -> Point:
        """Return the centre; raise `EvaluationError`."""
        x, y, z = (self.number(names) for names in PLACE)
        return x, y, z

    def error(self, problem: str) -> EvaluationError:
        """Return the error that names the file, the line and the problem."""
        return EvaluationError(f"{self.path}, line {self.line}: {problem}")


def read_table(path: Path, *required: Sequence[str]) -> Iterator[Row]:
    """Yield the rows of a CSV file with a header line.

    Each of ``required`` lists the names one column may have. Raises `EvaluationError` for a file
    that cannot be read, a missing column, or a line with too few or too many cells.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.reader(file)
            header = [name.strip() for name in next(reader, [])]
            for names in required:
                if not set(names) & set(header):
                    raise EvaluationError(
                        f"{path} has no column {' or '.join(names)}; it has {', '.join(header)}"
                    )
            for cells in reader:
                if not any(cells):
                    continue
                if len(cells) != len(header):
                    raise EvaluationError(
                        f"{path}, line {reader.line_num}: {len(cells)} cells under"
                        f" {len(header)} columns"
                    )
                yield Row(
                    path=path,
                    line=reader.line_num,
                    cells=dict(zip(header, cells, strict=True)),
                )
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise EvaluationError(f"{path} cannot be read: {error}") from error
