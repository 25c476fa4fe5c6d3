"""The surroundings of a candidate on a fine grid that still holds the original slices."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference.volumes.resample import resample_box
from wetread.domain.geometry import FloatArray, Point, VolumeGeometry
from wetread.domain.volumes import CtVolume

_FINE_MM = 0.75
_LEAST_REACH_MM = 14.0
_FLOOR_HU, _CEILING_HU = -1000.0, 300.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Region:
    """HU around a candidate.

    Every ``steps_zyx``-th voxel of ``hu`` is a voxel of the volume; the first is
    ``corner_zyx`` of the volume.
    """

    hu: NDArray[np.float32]
    geometry: VolumeGeometry
    corner_zyx: tuple[int, int, int]
    steps_zyx: tuple[int, int, int]

    @property
    def spacing_mm(self) -> FloatArray:
        """Voxel size along z, y, x in mm."""
        return np.asarray(self.geometry.spacing_zyx_mm)


def cut_region(volume: CtVolume, center_lps_mm: Point, radius_mm: float) -> Region | None:
    """Return the surroundings of a point, or None where it lies outside the volume."""
    geometry = volume.geometry
    if not geometry.contains(center_lps_mm):
        return None
    spacing = np.asarray(geometry.spacing_zyx_mm)
    reach_mm = max(_LEAST_REACH_MM, 1.8 * radius_mm + 8)
    middle = np.rint(geometry.voxel_from_lps(np.asarray(center_lps_mm))).astype(int)
    reach = np.ceil(reach_mm / spacing).astype(int)
    lower = np.maximum(middle - reach, 0)
    upper = np.minimum(middle + reach + 1, geometry.shape_zyx)
    steps = np.maximum(1, np.rint(spacing / _FINE_MM).astype(int))
    z, y, x = (slice(int(start), int(stop)) for start, stop in zip(lower, upper, strict=True))
    fine = spacing / steps
    hu, fine_geometry = resample_box(
        volume, (z, y, x), (float(fine[0]), float(fine[1]), float(fine[2]))
    )
    return Region(
        hu=np.clip(hu, _FLOOR_HU, _CEILING_HU),
        geometry=fine_geometry,
        corner_zyx=(z.start, y.start, x.start),
        steps_zyx=(int(steps[0]), int(steps[1]), int(steps[2])),
    )
