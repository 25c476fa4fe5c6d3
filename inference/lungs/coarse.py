"""A volume thinned out to a few millimetres per voxel."""

import itertools

import numpy as np
from numpy.typing import NDArray

from wetread.domain.geometry import VolumeGeometry, as_point
from wetread.domain.volumes import CtVolume

_FLOOR_HU, _CEILING_HU = -1024, 400  # padding below air and metal would spoil the averages


def coarsen(volume: CtVolume, spacing_mm: float) -> tuple[NDArray[np.float32], VolumeGeometry]:
    """Return (z, y, x) mean HU on a grid of about ``spacing_mm``, and the grid.

    Each coarse voxel averages the two middle samples per axis of its block: enough against
    noise, and much cheaper than the mean of the whole block.
    """
    geometry = volume.geometry
    steps = [max(1, round(spacing_mm / spacing)) for spacing in geometry.spacing_zyx_mm]
    steps = [min(step, size) for step, size in zip(steps, geometry.shape_zyx, strict=True)]
    shape = [size // step for size, step in zip(geometry.shape_zyx, steps, strict=True)]
    offsets = [sorted({(step - 1) // 2, step // 2}) for step in steps]
    total = np.zeros(shape, dtype=np.float32)
    corners = list(itertools.product(*offsets))
    for corner in corners:
        window = tuple(
            slice(start, start + step * (size - 1) + 1, step)
            for start, step, size in zip(corner, steps, shape, strict=True)
        )
        total += np.clip(volume.hu[window], _FLOOR_HU, _CEILING_HU)
    middle = np.asarray([(step - 1) / 2 for step in steps])
    z, y, x = (int(size) for size in shape)
    dz, dy, dx = (
        step * spacing for step, spacing in zip(steps, geometry.spacing_zyx_mm, strict=True)
    )
    total /= len(corners)
    return total, VolumeGeometry(
        shape_zyx=(z, y, x),
        spacing_zyx_mm=(dz, dy, dx),
        origin_lps_mm=as_point(geometry.lps_from_voxel(middle)),
        direction_zyx=geometry.direction_zyx,
    )
