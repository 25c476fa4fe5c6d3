"""Maps from points to points in the patient."""

from dataclasses import dataclass
from typing import Protocol, Self

import numpy as np

from wetread.domain.geometry import FloatArray, Point, as_point


class PointMap(Protocol):
    """Carries points of one scan into another; a deformable map is one more of these."""

    def __call__(self, points_lps_mm: FloatArray) -> FloatArray:
        """Return (N, 3) LPS mm for (N, 3) LPS mm."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class AffineMap:
    """``matrix @ point + offset_mm``, LPS mm to LPS mm."""

    matrix: tuple[Point, Point, Point]
    offset_mm: Point

    def __call__(self, points_lps_mm: FloatArray) -> FloatArray:
        """Return (N, 3) LPS mm for (N, 3) LPS mm."""
        moved: FloatArray = np.matmul(points_lps_mm, np.asarray(self.matrix).T)
        moved += np.asarray(self.offset_mm)
        return moved

    @classmethod
    def from_arrays(cls, matrix: FloatArray, offset_mm: FloatArray) -> Self:
        """Take a (3, 3) matrix and a (3,) offset in mm."""
        x, y, z = (as_point(row) for row in matrix)
        return cls(matrix=(x, y, z), offset_mm=as_point(offset_mm))

    @classmethod
    def translation(cls, offset_mm: FloatArray) -> Self:
        """Return the map that moves every point by (3,) mm."""
        return cls.from_arrays(np.eye(3), offset_mm)

    def inverse(self) -> Self:
        """Return the map of the way back."""
        matrix = np.linalg.inv(np.asarray(self.matrix))
        return self.from_arrays(matrix, -matrix @ np.asarray(self.offset_mm))

    @property
    def largest_stretch(self) -> float:
        """The factor, at least 1, by which some direction is stretched or shrunk the most."""
        scales = np.linalg.svd(np.asarray(self.matrix), compute_uv=False)
        return float(max(scales[0], 1 / scales[-1]))
