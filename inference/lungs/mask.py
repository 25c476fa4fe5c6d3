"""The lungs of one volume, as later steps ask for them."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from inference.lungs.boxes import box_of
from wetread.domain.geometry import FloatArray, Point, VolumeGeometry

_SURFACE = 0.5


class Side(IntEnum):
    """The patient's right or left lung; the values are those of ``LungMask.sides``."""

    RIGHT = 1
    LEFT = 2

    @property
    def word(self) -> str:
        """The side as results write it."""
        return self.name.lower()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LungMask:
    """Both lungs, closed so that vessels and nodules at the wall are inside.

    ``mask`` is True in the closed lungs; ``sides`` holds for *every* voxel the value of the
    nearer lung's `Side`. Both lie on the coarse ``geometry``, not on the volume's own grid.
    ``plausible`` is False where the lungs look unlike lungs and more was kept than usual.
    """

    mask: NDArray[np.bool_]
    sides: NDArray[np.uint8]
    geometry: VolumeGeometry
    plausible: bool

    @property
    def volume_ml(self) -> float:
        """Volume of the closed lungs in millilitres."""
        return float(self.mask.sum()) * self.geometry.voxel_volume_mm3 / 1000

    @property
    def height_mm(self) -> float:
        """Extent of the lungs along the slice axis in mm."""
        slices = np.flatnonzero(self.mask.any(axis=(1, 2)))
        return float(slices[-1] - slices[0] + 1) * self.geometry.spacing_zyx_mm[0]

    def side_at(self, point_lps_mm: Point) -> Side:
        """Return the lung nearest to a point (LPS mm)."""
        return Side(int(self.sides[self._index(np.asarray(point_lps_mm))]))

    def contains(self, points_lps_mm: FloatArray) -> NDArray[np.bool_]:
        """Tell which points (…, 3) in LPS mm lie in the closed lungs, as `mask_on` has them."""
        voxels = np.moveaxis(self.geometry.voxel_from_lps(points_lps_mm), -1, 0).reshape(3, -1)
        if not voxels.size:
            return np.zeros(np.shape(points_lps_mm)[:-1], dtype=bool)
        voxels = np.clip(voxels, 0, np.asarray(self.mask.shape)[:, None] - 1)
        first, soft = self._smoothed_around(voxels.min(axis=1), voxels.max(axis=1))
        values = ndimage.map_coordinates(soft, voxels - first[:, None], order=1, mode="nearest")
        inside: NDArray[np.bool_] = values.reshape(np.shape(points_lps_mm)[:-1]) > _SURFACE
        return inside

    def mask_on(self, grid: VolumeGeometry) -> NDArray[np.bool_]:
        """Return the closed lungs on a finer grid that has the same axes, with a smooth surface."""
        ends = np.asarray([[0, 0, 0], np.asarray(grid.shape_zyx) - 1], dtype=float)
        ends = self.geometry.voxel_from_lps(grid.lps_from_voxel(ends))
        first, values = self._smoothed_around(ends.min(axis=0), ends.max(axis=0))
        for axis, size in enumerate(grid.shape_zyx):
            index = np.linspace(ends[0, axis], ends[1, axis], size) - first[axis]
            values = _interpolate(values, index, axis)
        return values > _SURFACE

    def bounding_box_lps_mm(self, margin_mm: float) -> tuple[FloatArray, FloatArray]:
        """Return two opposite corners (LPS mm) of the lungs' box with a margin on each face."""
        spacing = np.asarray(self.geometry.spacing_zyx_mm)
        box = box_of(self.mask)
        lower = np.asarray([span.start for span in box]) - 0.5 - margin_mm / spacing
        upper = np.asarray([span.stop for span in box]) - 0.5 + margin_mm / spacing
        corners = self.geometry.lps_from_voxel(np.stack([lower, upper]))
        return corners[0], corners[1]

    def _smoothed_around(
        self, low: FloatArray, high: FloatArray
    ) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
        """Return the smoothed mask where points between two corners look, and its first voxel."""
        first = np.maximum(np.floor(low).astype(int) - 2, 0)
        first = np.minimum(first, np.asarray(self.mask.shape) - 1)
        last = np.maximum(np.ceil(high).astype(int) + 3, first + 1)
        return first, _smoothed(self.mask[tuple(map(slice, first, last))])

    def _index(self, point_lps_mm: FloatArray) -> tuple[int, int, int]:
        voxel = np.rint(self.geometry.voxel_from_lps(point_lps_mm)).astype(int)
        z, y, x = np.clip(voxel, 0, np.asarray(self.mask.shape) - 1)
        return int(z), int(y), int(x)


def _smoothed(mask: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return the mask with soft edges that keep every voxel on its side of one half."""
    soft = ndimage.uniform_filter(mask.astype(np.float32), size=3)
    bounded: NDArray[np.float32] = np.where(
        mask, np.maximum(soft, np.float32(_SURFACE)), np.minimum(soft, np.float32(_SURFACE))
    )
    return bounded


def _interpolate(values: NDArray[np.float32], index: FloatArray, axis: int) -> NDArray[np.float32]:
    """Interpolate linearly along one axis at fractional indices; the border is repeated."""
    last = values.shape[axis] - 1
    index = np.clip(index, 0, last)
    low = np.minimum(index.astype(int), max(last - 1, 0))
    weight = (index - low).astype(np.float32)
    weight = weight.reshape([-1 if a == axis else 1 for a in range(values.ndim)])
    below = np.take(values, low, axis=axis)
    above = np.take(values, np.minimum(low + 1, last), axis=axis)
    result: NDArray[np.float32] = below + weight * (above - below)
    return result
