"""Values of one grid read at the voxels of another that has the same axes."""

import numpy as np
from numpy.typing import NDArray

from wetread.domain.geometry import FloatArray, Point, VolumeGeometry, as_point


def cube_around(
    geometry: VolumeGeometry, center_lps_mm: Point, *, size: int, spacing_mm: float
) -> VolumeGeometry:
    """Return a grid of ``size``³ cubic voxels around a point, with the axes of ``geometry``."""
    axes = np.asarray(geometry.direction_zyx)
    corner = np.asarray(center_lps_mm) - axes.sum(axis=0) * (size - 1) / 2 * spacing_mm
    return VolumeGeometry(
        shape_zyx=(size, size, size),
        spacing_zyx_mm=(spacing_mm, spacing_mm, spacing_mm),
        origin_lps_mm=as_point(corner),
        direction_zyx=geometry.direction_zyx,
    )


def sample(
    values: NDArray[np.generic], geometry: VolumeGeometry, grid: VolumeGeometry
) -> NDArray[np.float32]:
    """Interpolate linearly at every voxel of ``grid``; the border is repeated."""
    first = geometry.voxel_from_lps(np.asarray(grid.origin_lps_mm))
    steps = np.asarray(grid.spacing_zyx_mm) / np.asarray(geometry.spacing_zyx_mm)
    axes = [_Axis(*axis) for axis in zip(first, steps, grid.shape_zyx, values.shape, strict=True)]
    result = values[axes[0].span, axes[1].span, axes[2].span].astype(np.float32)
    for number, axis in enumerate(axes):
        weight = axis.weight.reshape([-1 if a == number else 1 for a in range(3)])
        below = np.take(result, axis.low, axis=number)
        result = below + weight * (np.take(result, axis.high, axis=number) - below)
    return result


class _Axis:
    """Output i lies between ``low[i]`` and ``high[i]``, both counted from the span's start."""

    def __init__(self, first: float, step: float, count: int, size: int) -> None:
        index: FloatArray = np.clip(first + np.arange(count) * step, 0, size - 1)
        low = np.minimum(index.astype(np.intp), max(size - 2, 0))
        start = int(low[0])
        self.span = slice(start, int(low[-1]) + 2)
        self.weight = (index - low).astype(np.float32)
        self.low = low - start
        self.high = np.minimum(low + 1, size - 1) - start
