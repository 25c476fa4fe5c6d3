"""Where voxels lie in the patient: DICOM LPS millimetres (PS3.3 C.7.6.2.1.1)."""

import math
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from wetread.domain.errors import VolumeError

FloatArray: TypeAlias = NDArray[np.float64]
Point: TypeAlias = tuple[float, float, float]

_ORTHONORMAL_TOLERANCE = 1e-3


@dataclass(frozen=True, slots=True, kw_only=True)
class VolumeGeometry:
    """The frame of a volume: voxel indices run (slice, row, column), points are LPS mm.

    ``direction_zyx`` holds, for each voxel axis in the same order, its unit vector in LPS.
    """

    shape_zyx: tuple[int, int, int]
    spacing_zyx_mm: tuple[float, float, float]
    origin_lps_mm: Point  # centre of voxel (0, 0, 0)
    direction_zyx: tuple[Point, Point, Point]

    def __post_init__(self) -> None:
        if min(self.shape_zyx) < 1:
            raise VolumeError(f"a volume of shape {self.shape_zyx} has no voxels")
        if not all(spacing > 0 for spacing in self.spacing_zyx_mm):
            raise VolumeError(f"spacing must be positive, not {self.spacing_zyx_mm}")
        axes = np.asarray(self.direction_zyx)
        if not np.allclose(axes @ axes.T, np.eye(3), atol=_ORTHONORMAL_TOLERANCE):
            raise VolumeError("the image orientation is not three perpendicular unit vectors")

    @property
    def affine(self) -> FloatArray:
        """(3, 3) matrix whose columns move one voxel along z, y, x in LPS mm."""
        steps: FloatArray = np.diag(self.spacing_zyx_mm) @ np.asarray(self.direction_zyx)
        return steps.T

    @property
    def voxel_volume_mm3(self) -> float:
        """Volume of one voxel in mm³."""
        return float(np.prod(self.spacing_zyx_mm))

    @property
    def extent_zyx_mm(self) -> Point:
        """Size of the volume along its own axes in mm, voxel edges included."""
        z, y, x = (n * s for n, s in zip(self.shape_zyx, self.spacing_zyx_mm, strict=True))
        return z, y, x

    def lps_from_voxel(self, voxel_zyx: FloatArray) -> FloatArray:
        """Map (..., 3) voxel indices (z, y, x; may be fractional) to (..., 3) LPS mm."""
        point: FloatArray = np.asarray(voxel_zyx) @ self.affine.T + np.asarray(self.origin_lps_mm)
        return point

    def voxel_from_lps(self, point_lps_mm: FloatArray) -> FloatArray:
        """Map (..., 3) LPS mm to (..., 3) fractional voxel indices (z, y, x)."""
        offset: FloatArray = np.asarray(point_lps_mm) - np.asarray(self.origin_lps_mm)
        voxel: FloatArray = offset @ np.linalg.inv(self.affine).T
        return voxel

    def contains(self, point_lps_mm: Point, *, margin_mm: float = 0.0) -> bool:
        """Tell whether a point lies inside the volume and at least ``margin_mm`` from its faces."""
        voxel = self.voxel_from_lps(np.asarray(point_lps_mm))
        margin = margin_mm / np.asarray(self.spacing_zyx_mm)
        upper = np.asarray(self.shape_zyx) - 0.5 - margin
        return bool(np.all(voxel >= -0.5 + margin) and np.all(voxel <= upper))


def as_point(values: FloatArray) -> Point:
    """Return three array values as a plain tuple of floats."""
    x, y, z = (float(value) for value in values)
    return x, y, z


def ball_diameter_mm(volume_mm3: float) -> float:
    """Return the diameter of the ball with a volume."""
    return float((6 * volume_mm3 / math.pi) ** (1 / 3))
