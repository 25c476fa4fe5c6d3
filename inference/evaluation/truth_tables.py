"""The truth from CSV tables: those of LUNA16, and those of LIDC-IDRI with readers and texture."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from math import floor
from pathlib import Path
from typing import Final

from inference.evaluation.tables import PLACE, SCAN, Row, read_table
from inference.evaluation.values import ExcludedFinding, Origin, ScanTruth, TrueNodule
from wetread.domain.errors import EvaluationError
from wetread.domain.findings import NoduleType
from wetread.domain.geometry import Point

LEAST_READERS: Final = 3  # of the four of LIDC-IDRI, as in LUNA16
_DIAMETER = ("diameter_mm", "diameter_eq_volume_mm")
_READERS = ("n_readers",)
_TYPE = ("type",)
_TEXTURE = ("texture",)
_ORIGIN = ("origin",)
_KIND = ("kind",)
_MARKED_NODULE = "nodule>=3mm"  # one reader's mark of a finding that the nodules' table holds
_UNKNOWN_DIAMETER_MM = 10.0  # what LUNA16 takes for a negative one
_SOLID_TEXTURE, _GROUND_GLASS_TEXTURE = 4, 1


def read_truth(
    nodules: Path,
    *,
    excluded: Path | None = None,
    scans: Path | None = None,
    least_readers: int = LEAST_READERS,
) -> tuple[ScanTruth, ...]:
    """Read what is known of every scan, in the order the scans are named.

    ``nodules`` and ``excluded`` are tables; nodules that fewer than ``least_readers`` readers
    marked are excluded findings. ``scans`` lists all scans to evaluate, one a line: others are
    left out, and those without nodules counted; without it the scans are those of ``nodules``.
    Raises `EvaluationError` saying what is wrong in which line.
    """
    found: dict[str, list[TrueNodule]] = defaultdict(list)
    neither: dict[str, list[ExcludedFinding]] = defaultdict(list)
    names: dict[str, None] = {}
    places: set[tuple[str, Point]] = set()
    for row in read_table(nodules, SCAN, *PLACE, _DIAMETER):
        scan, nodule = row.scan(), _nodule(row)
        names[scan] = None
        if (scan, nodule.center_lps_mm) in places:
            raise row.error("the same place was named before")
        places.add((scan, nodule.center_lps_mm))
        if row.text(_READERS) and row.number(_READERS) < least_readers:
            neither[scan].append(_excluded(nodule.center_lps_mm, nodule.diameter_mm))
        else:
            found[scan].append(nodule)
    if excluded is not None:
        for row in read_table(excluded, SCAN, *PLACE):
            if row.text(_KIND) != _MARKED_NODULE:
                diameter_mm = _diameter_mm(row) if row.text(_DIAMETER) else _UNKNOWN_DIAMETER_MM
                neither[row.scan()].append(_excluded(row.place_lps_mm(), diameter_mm))
    listed = _read_scans(scans) if scans is not None else tuple(names)
    truths = tuple(
        ScanTruth(scan=scan, nodules=tuple(found[scan]), excluded=tuple(neither[scan]))
        for scan in listed
    )
    if not any(truth.nodules for truth in truths):
        raise EvaluationError(f"{nodules} names no nodule to be found in the scans to evaluate")
    return truths


def _read_scans(path: Path) -> Sequence[str]:
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise EvaluationError(f"{path} cannot be read: {error}") from error
    names = [name for line in lines if (name := line.strip()) and name not in SCAN]
    if repeated := _first_repeated(names):
        raise EvaluationError(f"{path} names scan {repeated} twice")
    return names


def _first_repeated(names: Iterable[str]) -> str | None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            return name
        seen.add(name)
    return None


def _nodule(row: Row) -> TrueNodule:
    return TrueNodule(
        center_lps_mm=row.place_lps_mm(),
        diameter_mm=_diameter_mm(row),
        type=_type(row),
        origin=_origin(row),
    )


def _excluded(center_lps_mm: Point, diameter_mm: float) -> ExcludedFinding:
    return ExcludedFinding(center_lps_mm=center_lps_mm, diameter_mm=diameter_mm)


def _diameter_mm(row: Row) -> float:
    diameter_mm = row.number(_DIAMETER)
    return diameter_mm if diameter_mm >= 0 else _UNKNOWN_DIAMETER_MM


def _type(row: Row) -> NoduleType | None:
    """Return what ``type`` says, else what LIDC's mean texture score (1 to 5) rounds to."""
    if text := row.text(_TYPE):
        try:
            return NoduleType(text.replace("-", "_"))
        except ValueError:
            known = ", ".join(NoduleType)
            raise row.error(f"type is {text!r}, not one of {known}") from None
    if not row.text(_TEXTURE):
        return None
    texture = floor(row.number(_TEXTURE) + 0.5)
    if texture >= _SOLID_TEXTURE:
        return NoduleType.SOLID
    return NoduleType.PART_SOLID if texture > _GROUND_GLASS_TEXTURE else NoduleType.GROUND_GLASS


def _origin(row: Row) -> Origin | None:
    text = row.text(_ORIGIN)
    try:
        return Origin(text) if text else None
    except ValueError:
        raise row.error(f"origin is {text!r}, not one of {', '.join(Origin)}") from None
