"""Lays out the folder that the training reads, from public data and generated chests.

Usage: python -m inference.development.prepare REAL_CT OUT

``REAL_CT`` holds the unpacked DICOM folders ``LIDC-IDRI-0001``, ``CMB-CRC-MSB-01068`` and
``Lung_Dx-A0001``, ``backgrounds/totalsegmentator_chest_crop.nii.gz``, ``registration/*.mha``,
``nodule_crops/``, ``nodule_cubes/`` and ``tables/`` (`docs/development.md`). Nothing is copied:
``OUT`` links to it.
``own_findings.csv`` beside this file is what we ourselves saw in scans without reader marks.
"""

import argparse
import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from inference.phantom.studies import FULL, SMALL, TimePoint, make_patient, write_phantom_study

_LIDC: Final = "LIDC-IDRI-0001"
_SMALL_MARK_MM: Final = 6.0
_PHANTOMS: Final = {"ph2": (2, FULL), "ph3": (3, SMALL)}  # seed 1 is the demo's: kept unseen


class _Scan(NamedTuple):
    name: str
    path: str
    patient: str
    whole: str  # "yes" where both lungs are seen


class _Finding(NamedTuple):
    scan: str
    x_mm: float
    y_mm: float
    z_mm: float
    diameter_mm: float
    role: str  # "nodule" or "unclear"


def main() -> None:
    """Read the arguments and write links and tables."""
    parser = argparse.ArgumentParser(prog="python -m inference.development.prepare")
    parser.add_argument("real_ct", type=Path)
    parser.add_argument("out", type=Path)
    arguments = parser.parse_args()
    prepare(arguments.real_ct.absolute(), arguments.out.absolute())


def prepare(real_ct: Path, out: Path) -> None:
    """Write ``scans.csv``, ``findings.csv`` and links to everything they name into ``out``."""
    (out / "scans").mkdir(parents=True, exist_ok=True)
    for kept in ("nodule_crops", "nodule_cubes", "tables"):
        _link(real_ct / kept, out / kept)
    _link(real_ct / "tables" / "nodule_crops.csv", out / "nodule_crops.csv")
    scans = [_linked(out, *source) for source in _sources(real_ct)]
    own = Path(__file__).with_name("own_findings.csv")
    findings = [_Finding(**row) for row in _rows(own)]  # type: ignore[arg-type]  # written as read
    findings += _reader_marks(real_ct / "tables")
    for name, (seed, size) in _PHANTOMS.items():
        folder = out / "phantoms" / name
        study = write_phantom_study(make_patient(seed), folder, TimePoint.CURRENT, size=size)
        scans.append(_linked(out, name, study.folder, "PHANTOM", "no"))
        findings += [
            _Finding(name, *nodule.center_lps_mm, nodule.diameter_mm, "nodule")
            for nodule in study.nodules
        ]
    _write(out / "scans.csv", _Scan._fields, scans)
    _write(out / "findings.csv", _Finding._fields, findings)


def _sources(real_ct: Path) -> Iterator[tuple[str, Path, str, str]]:
    """Yield name, place, patient and wholeness of each real scan."""
    for name, patient in (("0001", _LIDC), ("cmb", "CMB-CRC-MSB-01068"), ("dx", "Lung_Dx-A0001")):
        series = sorted({path.parent for path in (real_ct / patient).rglob("*.dcm")})
        for number, folder in enumerate(series):
            yield name if len(series) == 1 else f"{name}{number}", folder, patient, "yes"
    crop = real_ct / "backgrounds" / "totalsegmentator_chest_crop.nii.gz"
    yield "ts", crop, "TotalSegmentator", "no"
    for kind in ("baseline", "followup"):
        image = real_ct / "registration" / f"3DCT_lung_{kind}.mha"
        yield f"reg_{kind}", image, "elastix", "no"


def _reader_marks(tables: Path) -> Iterator[_Finding]:
    """Yield the readers' marks in LIDC-IDRI-0001; what is no nodule to them is unclear."""
    for row in _rows(tables / "lidc_volumes_nodules.csv"):
        if row["patient_id"] == _LIDC:
            diameter_mm = float(row["diameter_eq_volume_mm"])
            yield _Finding("0001", *_point(row), diameter_mm, "nodule")
    for row in _rows(tables / "lidc_volumes_reader_marks.csv"):
        if row["patient_id"] == _LIDC and row["kind"] != "nodule>=3mm":
            yield _Finding("0001", *_point(row), _SMALL_MARK_MM, "unclear")


def _point(row: dict[str, str]) -> tuple[float, float, float]:
    return float(row["x_mm"]), float(row["y_mm"]), float(row["z_mm"])


def _linked(out: Path, name: str, target: Path, patient: str, whole: str) -> _Scan:
    path = f"scans/{name}{'' if target.is_dir() else ''.join(target.suffixes)}"
    _link(target, out / path)
    return _Scan(name, path, patient, whole)


def _link(target: Path, link: Path) -> None:
    if not target.exists():
        raise SystemExit(f"{target} is missing")
    link.unlink(missing_ok=True)
    link.symlink_to(target)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def _write(path: Path, header: tuple[str, ...], rows: list[_Scan] | list[_Finding]) -> None:
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)


if __name__ == "__main__":
    main()
