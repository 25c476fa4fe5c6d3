"""Real and generated lungs at 1 mm, kept on disk for the making of patches."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from inference.detection.lung_grid import resample_lung_box
from inference.detection.network.encoding import MARGIN_MM, SPACING_MM
from inference.development.sources import KnownFinding, load_scans
from inference.lungs import segment_lungs
from inference.volumes.resample import resample_box
from wetread.domain.geometry import FloatArray, VolumeGeometry, as_point
from wetread.domain.volumes import CtVolume

_DEEPEST_MM = 60
_CUBE_LUNG_HU = -500.0
_CUBE_CLOSING_MM = 6
_SURE_READERS = 2


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TrainingLung:
    """A lung at 1 mm. ``depth_mm`` is the distance to its wall, 0 outside.

    ``findings`` (N, 5): centre z, y, x in voxels, diameter in mm, 1 nodule or 0 unclear.
    """

    name: str
    patient: str
    hu: NDArray[np.int16]
    depth_mm: NDArray[np.uint8]
    findings: FloatArray
    slice_mm: float  # distance of the slices it was made from


def prepare_lungs(data: Path, out: Path) -> tuple[Path, ...]:
    """Bring every scan and cube of the development data to 1 mm; what is there already stays."""
    out.mkdir(parents=True, exist_ok=True)
    for scan in load_scans(data):
        path = out / f"{scan.name}.npz"
        if not path.exists():
            volume = scan.read()
            _write(path, scan.patient, *_at_one_mm(volume, scan.findings))
    for name, patient, volume, findings in read_cubes(data / "nodule_cubes"):
        path = out / f"cube-{name}.npz"
        if not path.exists():
            _write(path, patient, *_cube_at_one_mm(volume, findings))
    return tuple(sorted(out.glob("*.npz")))


def load_lung(path: Path) -> TrainingLung:
    """Read what `prepare_lungs` wrote."""
    with np.load(path) as arrays:
        return TrainingLung(
            name=path.stem,
            patient=str(arrays["patient"]),
            hu=arrays["hu"],
            depth_mm=arrays["depth_mm"],
            findings=arrays["findings"],
            slice_mm=float(arrays["slice_mm"]),
        )


def read_cubes(
    folder: Path,
) -> Iterator[tuple[str, str, CtVolume, tuple[KnownFinding, ...]]]:
    """Yield name, patient, volume and findings of every LIDC cube of ``folder``.

    Nodules fewer than two readers marked are unclear. Points are in a frame of the cube's own.
    """
    tables = folder.parent / "tables"
    nodules = list(csv.DictReader((tables / "nodule_cubes_nodules.csv").open(newline="")))
    for row in csv.DictReader((tables / "nodule_cubes_geometry.csv").open(newline="")):
        name = Path(row["file"]).stem
        hu = np.load(folder / f"{name}.npz")["hu"].transpose(2, 0, 1)
        pixel_mm, slice_mm = float(row["pixel_mm"]), float(row["dz_mm"])
        geometry = VolumeGeometry(
            shape_zyx=hu.shape,
            spacing_zyx_mm=(slice_mm, pixel_mm, pixel_mm),
            origin_lps_mm=(0.0, 0.0, 0.0),
            direction_zyx=((0.0, 0.0, 1.0), (0.0, 1.0, 0.0), (1.0, 0.0, 0.0)),
        )
        findings = tuple(
            KnownFinding(
                center_lps_mm=as_point(
                    geometry.lps_from_voxel(
                        np.asarray([float(n["slice"]), float(n["row"]), float(n["col"])])
                    )
                ),
                diameter_mm=float(n["diameter_eq_volume_mm"]),
                is_nodule=int(n["n_readers"]) >= _SURE_READERS,
            )
            for n in nodules
            if n["file"] == row["file"]
        )
        volume = CtVolume(
            series_instance_uid="",
            frame_of_reference_uid="",
            hu=np.ascontiguousarray(np.clip(hu, -2048, 3071)),
            geometry=geometry,
            sop_instance_uids=("",) * len(hu),
        )
        yield name, row["patient_id"], volume, findings


_Prepared = tuple[NDArray[np.int16], NDArray[np.uint8], FloatArray, float]


def _at_one_mm(volume: CtVolume, findings: tuple[KnownFinding, ...]) -> _Prepared:
    lungs = segment_lungs(volume)
    hu, grid = resample_lung_box(
        volume, lungs, margin_mm=MARGIN_MM, spacing_zyx_mm=(SPACING_MM,) * 3
    )
    return _prepared(hu, lungs.mask_on(grid), grid, findings, volume)


def _cube_at_one_mm(volume: CtVolume, findings: tuple[KnownFinding, ...]) -> _Prepared:
    hu, grid = resample_box(volume, None, (SPACING_MM,) * 3)
    air = ndimage.gaussian_filter(hu, 1.0) < _CUBE_LUNG_HU
    inside = ndimage.distance_transform_edt(~air) <= _CUBE_CLOSING_MM
    inside = (
        ndimage.distance_transform_edt(np.pad(inside, 1, mode="edge"))[1:-1, 1:-1, 1:-1]
        > _CUBE_CLOSING_MM
    )
    return _prepared(hu, inside | air, grid, findings, volume)


def _prepared(
    hu: NDArray[np.float32],
    inside: NDArray[np.bool_],
    grid: VolumeGeometry,
    findings: tuple[KnownFinding, ...],
    volume: CtVolume,
) -> _Prepared:
    depth = ndimage.distance_transform_edt(inside)
    rows = [
        [*grid.voxel_from_lps(np.asarray(f.center_lps_mm)), f.diameter_mm, f.is_nodule]
        for f in findings
    ]
    return (
        np.rint(hu).astype(np.int16),
        np.minimum(depth, _DEEPEST_MM).astype(np.uint8),
        np.asarray(rows, dtype=float).reshape(-1, 5),
        volume.geometry.spacing_zyx_mm[0],
    )


def _write(
    path: Path,
    patient: str,
    hu: NDArray[np.int16],
    depth_mm: NDArray[np.uint8],
    findings: FloatArray,
    slice_mm: float,
) -> None:
    partial = path.with_suffix(".part.npz")
    np.savez(
        partial, patient=patient, hu=hu, depth_mm=depth_mm, findings=findings, slice_mm=slice_mm
    )
    partial.rename(path)
