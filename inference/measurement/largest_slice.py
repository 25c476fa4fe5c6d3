"""The original slice that shows most of a nodule, and its outline there."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference.measurement.outline import measure_axes, trace_outline
from inference.measurement.segmenter import Segmentation
from wetread.domain.geometry import FloatArray, VolumeGeometry
from wetread.domain.volumes import CtVolume

_TRACED = 0.5  # the level that outlines are traced at


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SliceOutline:
    """A closed outline in one slice: (N, 2) points (row, column) in voxels of the volume."""

    slice_index: int
    points: FloatArray
    long_axis_mm: float
    short_axis_mm: float


def outline_largest(found: Segmentation, volume: CtVolume) -> SliceOutline | None:
    """Return the outline in the slice with most nodule; None where it has none there."""
    best: tuple[int, NDArray[np.float32]] | None = None
    for index, level in _slices_of(found.geometry, volume.geometry):
        low = min(int(level), len(found.share) - 2)
        above = np.float32(level - low)
        plane = (1 - above) * found.share[low] + above * found.share[low + 1]
        if best is None or plane.sum() > best[1].sum():
            best = index, plane
    if best is None or best[1].max() <= found.level:
        return None
    outline = trace_outline(best[1] + np.float32(_TRACED - found.level))
    long_axis_mm, short_axis_mm = measure_axes(
        outline * np.asarray(found.geometry.spacing_zyx_mm[1:])
    )
    in_cube = np.concatenate([np.zeros((len(outline), 1)), outline], axis=1)
    voxels = volume.geometry.voxel_from_lps(found.geometry.lps_from_voxel(in_cube))
    return SliceOutline(
        slice_index=best[0],
        points=voxels[:, 1:],
        long_axis_mm=long_axis_mm,
        short_axis_mm=short_axis_mm,
    )


def _slices_of(cube: VolumeGeometry, geometry: VolumeGeometry) -> list[tuple[int, float]]:
    """Return each slice of the volume that meets the cube, and where in the cube it lies."""
    first = float(geometry.voxel_from_lps(np.asarray(cube.origin_lps_mm))[0])
    step = cube.spacing_zyx_mm[0] / geometry.spacing_zyx_mm[0]
    lowest = max(0, int(np.ceil(first)))
    highest = min(geometry.shape_zyx[0] - 1, int(np.floor(first + (cube.shape_zyx[0] - 1) * step)))
    return [(index, (index - first) / step) for index in range(lowest, highest + 1)]
