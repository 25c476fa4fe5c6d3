"""Landmark files as elastix reads and writes them: ``point``, their number, then x y z in mm."""

from pathlib import Path

import numpy as np

from wetread.domain.errors import RegistrationError
from wetread.domain.geometry import FloatArray

_KIND = "point"  # elastix also knows "index", which counts voxels
_COORDINATES = 3


def read_landmarks(path: Path) -> FloatArray:
    """Return (N, 3) LPS mm; raise `RegistrationError` for anything else than whole points."""
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError):
        raise RegistrationError(f"{path} is not a text file that can be read") from None
    rows = [line.split() for line in lines if line.strip()]
    if len(rows) < 2 or rows[0] != [_KIND] or not _is_count(rows[1]):  # noqa: PLR2004 - the head
        raise RegistrationError(
            f"{path} does not begin with a line `point` and a line with the number of points"
        )
    told, points = int(rows[1][0]), rows[2:]
    if told != len(points):
        raise RegistrationError(f"{path} tells of {told} points and holds {len(points)}")
    return np.asarray(
        [_point(row, path, number) for number, row in enumerate(points, start=1)], dtype=float
    ).reshape(-1, _COORDINATES)


def write_landmarks(path: Path, points_lps_mm: FloatArray) -> None:
    """Write (N, 3) LPS mm; raise `RegistrationError` where the place cannot be written to."""
    lines = [_KIND, str(len(points_lps_mm))]
    lines += [" ".join(f"{value:.6f}" for value in point) for point in points_lps_mm]
    try:
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    except OSError as error:
        raise RegistrationError(f"{path} cannot be written: {error.strerror}") from None


def _is_count(row: list[str]) -> bool:
    return len(row) == 1 and row[0].isascii() and row[0].isdigit()


def _point(row: list[str], path: Path, number: int) -> list[float]:
    try:
        point = [float(value) for value in row]
    except ValueError:
        point = []
    if len(point) != _COORDINATES or not np.isfinite(point).all():
        raise RegistrationError(f"{path}: point {number} is not three numbers")
    return point
