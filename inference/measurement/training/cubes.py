"""LIDC cubes of lung around nodules, some of which a crop's mask belongs to.

The data folder holds::

    nodule_cubes/<patient>_<number>.npz   "hu" (row, column, slice), slices ascending
    tables/nodule_cubes_geometry.csv      file,patient_id,pixel_mm,dz_mm
    tables/nodule_cubes_nodules.csv       file,row,col,slice,n_readers,diameter_eq_volume_mm,
                                          diameter_max_axial_mm,texture
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inference.development.sources import NoduleCrop


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadNodule:
    """What the readers said of one nodule of a cube; diameters are means over them."""

    voxel_zyx: tuple[float, float, float]
    readers: int
    diameter_eq_volume_mm: float
    diameter_max_axial_mm: float
    texture: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NoduleCube:
    """One cube (z, y, x) and the nodules in it."""

    name: str
    patient: str
    hu: NDArray[np.int16]
    spacing_zyx_mm: tuple[float, float, float]
    nodules: tuple[ReadNodule, ...]


def load_cubes(folder: Path) -> Iterator[NoduleCube]:
    """Yield the cubes of the folder."""
    nodules: dict[str, list[ReadNodule]] = {}
    for row in _rows(folder / "tables" / "nodule_cubes_nodules.csv"):
        nodules.setdefault(row["file"], []).append(
            ReadNodule(
                voxel_zyx=(float(row["slice"]), float(row["row"]), float(row["col"])),
                readers=int(row["n_readers"]),
                diameter_eq_volume_mm=float(row["diameter_eq_volume_mm"]),
                diameter_max_axial_mm=float(row["diameter_max_axial_mm"]),
                texture=float(row["texture"]),
            )
        )
    for row in _rows(folder / "tables" / "nodule_cubes_geometry.csv"):
        name = Path(row["file"]).stem
        with np.load(folder / "nodule_cubes" / f"{name}.npz") as arrays:
            hu = np.ascontiguousarray(np.moveaxis(arrays["hu"], 2, 0))
        pixel_mm = float(row["pixel_mm"])
        yield NoduleCube(
            name=name,
            patient=row["patient_id"],
            hu=hu,
            spacing_zyx_mm=(float(row["dz_mm"]), pixel_mm, pixel_mm),
            nodules=tuple(nodules.get(row["file"], ())),
        )


def crops_in_cubes(
    crops: Sequence[NoduleCrop], cubes: Sequence[NoduleCube]
) -> Iterator[NoduleCrop]:
    """Yield every crop that was cut from a cube, with the whole cube around it."""
    for cube in cubes:
        for crop in crops:
            if crop.patient != cube.patient:
                continue
            corner = _corner_in(crop.hu, cube.hu)
            if corner is not None:
                mask = np.zeros(cube.hu.shape, dtype=bool)
                box = tuple(
                    slice(start, start + size)
                    for start, size in zip(corner, crop.hu.shape, strict=True)
                )
                mask[box] = crop.mask
                yield replace(crop, name=cube.name, hu=cube.hu, mask=mask)


def _corner_in(part: NDArray[np.int16], whole: NDArray[np.int16]) -> NDArray[np.intp] | None:
    """Return where a part was cut from, told by every voxel being the same."""
    room = [size - length + 1 for size, length in zip(whole.shape, part.shape, strict=True)]
    if min(room) < 1:
        return None
    corners = np.argwhere(whole[: room[0], : room[1], : room[2]] == part[0, 0, 0])
    for z, y, x in corners:
        if np.array_equal(
            whole[z : z + part.shape[0], y : y + part.shape[1], x : x + part.shape[2]], part
        ):
            return np.asarray([z, y, x])
    return None


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))
